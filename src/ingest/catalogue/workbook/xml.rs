//! A part as a stream of elements, none of which may be without end.

use super::trouble::{Trouble, broken};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use std::io::{self, BufRead, BufReader, Read};

/// Longest tag or text of a part, in bytes (ours): Excel allows 32,767 characters a cell.
const LONGEST: usize = 2 << 20;

/// Deepest that elements may lie in one another (ours).
const DEEPEST: usize = 64;

pub(super) struct Xml<R: Read> {
    reader: Reader<Paced<BufReader<R>>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl<R: Read> Xml<R> {
    pub fn of(part: R) -> Self {
        let mut reader = Reader::from_reader(Paced { inner: BufReader::with_capacity(64 << 10, part), left: LONGEST });
        // A part may be read from its middle.
        reader.config_mut().allow_unmatched_ends = true;
        reader.config_mut().check_end_names = false;
        Self { reader, buffer: Vec::new(), depth: 0 }
    }

    pub fn next(&mut self) -> Result<Event<'_>, Trouble> {
        self.buffer.clear();
        self.reader.get_mut().left = LONGEST;
        let event = self.reader.read_event_into(&mut self.buffer).map_err(broken)?;
        match &event {
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > DEEPEST {
            return Err(broken("its elements lie too deep in one another"));
        }
        Ok(event)
    }
}

/// Gives no more than [`LONGEST`] bytes for one element.
struct Paced<R> {
    inner: R,
    left: usize,
}

impl<R: BufRead> Read for Paced<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut given = self.fill_buf()?;
        let count = given.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Paced<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let given = self.inner.fill_buf()?;
        if self.left == 0 && !given.is_empty() {
            return Err(io::Error::other(format!("a text or tag is longer than {LONGEST} bytes")));
        }
        Ok(&given[..given.len().min(self.left)])
    }

    fn consume(&mut self, count: usize) {
        self.left -= count;
        self.inner.consume(count);
    }
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// An attribute's value by its name without prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).filter_map(Result::ok).find(|one| local(one.key.as_ref()) == name)?;
    Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
}

/// Adds what a reference (`&amp;`, `&#10;`) stands for.
pub(super) fn refer(name: &str, into: &mut String) -> Result<(), Trouble> {
    let reference = format!("&{name};");
    into.push_str(&quick_xml::escape::unescape(&reference).map_err(broken)?);
    Ok(())
}

/// A text of a spreadsheet with its escapes (`_x000D_`, `_x005F_`) undone.
///
/// Source: ECMA-376 part 1, 22.9.2.19 (ST_Xstring).
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let sign = escape.get(2..6).filter(|_| escape.as_bytes().get(6) == Some(&b'_'));
        let sign = sign.filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match sign.and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?)) {
            Some(sign) => {
                plain.push(sign);
                rest = &escape[7..];
            }
            None => {
                plain.push_str("_x");
                rest = &escape[2..];
            }
        }
    }
    plain.push_str(rest);
    // What a line ends with is no text.
    if plain.contains('\r') { plain.replace("\r\n", "\n") } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_once() {
        for (text, wanted) in [
            ("题名", "题名"),
            ("一_x000D_\n二", "一\n二"),
            ("_x005F_x0041_", "_x0041_"),
            ("a_x00_b_x", "a_x00_b_x"),
            ("_x中文字符_", "_x中文字符_"),
            ("_xD800_", "_xD800_"),
        ] {
            assert_eq!(unescaped(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_text_without_end_and_a_bottomless_part_are_refused() {
        let long = format!("<t>{}</t>", "x".repeat(LONGEST + 1));
        let mut xml = Xml::of(long.as_bytes());
        xml.next().unwrap();
        assert!(matches!(xml.next(), Err(Trouble::Broken(why)) if why.contains("longer than")));
        let deep = "<a>".repeat(DEEPEST + 1);
        let mut xml = Xml::of(deep.as_bytes());
        let fault = std::iter::from_fn(|| Some(xml.next().map(|_| ()))).find(Result::is_err);
        assert!(matches!(fault, Some(Err(Trouble::Broken(why))) if why.contains("too deep")));
    }
}
