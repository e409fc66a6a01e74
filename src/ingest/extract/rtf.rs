//! RTF (Microsoft, version 1.9.1): its running text, each paragraph on a line.

use super::join::join;
use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};
use std::collections::HashMap;

/// The deepest that groups may lie in one another (ours).
const DEEPEST: usize = 10_000;

/// Groups whose text is none of the document's.
const APART: [&str; 17] = [
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "objdata",
    "themedata",
    "colorschememapping",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "fldinst",
    "filetbl",
    "revtbl",
];

/// The text as one page.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    if !bytes.starts_with(b"{\\rtf") {
        return Err("不是完好的 RTF：没有 {\\rtf 开头".to_owned());
    }
    let mut reader = Reader::new();
    let mut at = 0;
    while at < bytes.len() {
        at = reader.step(bytes, at)?;
    }
    if !reader.groups.is_empty() {
        return Err("不是完好的 RTF：结尾被截断".to_owned());
    }
    Ok(vec![reader.done()])
}

/// What a group inherits and gives back at its end.
#[derive(Clone)]
struct State {
    apart: bool,
    /// The group is the table of fonts.
    fonts: bool,
    /// Characters that follow a `\u` for readers that do not know it.
    skip: usize,
    encoding: &'static Encoding,
}

struct Reader {
    state: State,
    groups: Vec<State>,
    /// The encoding of a font by its number.
    fonts: HashMap<i64, &'static Encoding>,
    font: i64,
    default: &'static Encoding,
    /// Bytes of the document's encoding that were not decoded yet.
    bytes: Vec<u8>,
    /// The first half of a surrogate pair.
    half: Option<u16>,
    paragraph: String,
    text: String,
    /// Characters still to leave out after a `\u`.
    left_out: usize,
    /// The group's next word is a destination that may be unknown.
    starred: bool,
}

impl Reader {
    fn new() -> Self {
        let state = State { apart: false, fonts: false, skip: 1, encoding: WINDOWS_1252 };
        Self {
            state,
            groups: Vec::new(),
            fonts: HashMap::new(),
            font: 0,
            default: WINDOWS_1252,
            bytes: Vec::new(),
            half: None,
            paragraph: String::new(),
            text: String::new(),
            left_out: 0,
            starred: false,
        }
    }

    fn done(mut self) -> String {
        self.end_paragraph();
        self.text
    }

    /// Reads what stands at `at`; gives where the next begins.
    fn step(&mut self, bytes: &[u8], at: usize) -> Result<usize, String> {
        match bytes[at] {
            b'{' => {
                self.decode();
                if self.groups.len() == DEEPEST {
                    return Err("RTF 的组嵌套过深".to_owned());
                }
                self.groups.push(self.state.clone());
                self.left_out = 0;
                Ok(at + 1)
            }
            b'}' => {
                self.decode();
                // What follows the last group is no part of the document.
                let Some(state) = self.groups.pop() else { return Ok(bytes.len()) };
                self.state = state;
                self.left_out = 0;
                self.starred = false;
                Ok(if self.groups.is_empty() { bytes.len() } else { at + 1 })
            }
            b'\\' => self.control(bytes, at + 1),
            b'\r' | b'\n' => Ok(at + 1),
            byte => {
                self.byte(byte);
                Ok(at + 1)
            }
        }
    }

    fn control(&mut self, bytes: &[u8], at: usize) -> Result<usize, String> {
        let Some(first) = bytes.get(at) else { return Err("不是完好的 RTF：结尾被截断".to_owned()) };
        if !first.is_ascii_alphabetic() {
            return Ok(self.symbol(bytes, at));
        }
        let word_end = bytes[at..].iter().position(|b| !b.is_ascii_alphabetic()).map_or(bytes.len(), |n| at + n);
        let word = std::str::from_utf8(&bytes[at..word_end]).expect("it is ASCII");
        let mut end = word_end;
        if bytes.get(end) == Some(&b'-') {
            end += 1;
        }
        while bytes.get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        let number = std::str::from_utf8(&bytes[word_end..end]).expect("it is ASCII").parse::<i64>().ok();
        if bytes.get(end) == Some(&b' ') {
            end += 1;
        }
        if word == "bin" {
            let count = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
            return Ok(end.saturating_add(count).min(bytes.len()));
        }
        self.word(word, number);
        Ok(end)
    }

    fn symbol(&mut self, bytes: &[u8], at: usize) -> usize {
        match bytes[at] {
            b'\'' => {
                let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
                if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    self.byte(byte);
                }
                return (at + 3).min(bytes.len());
            }
            b'*' => self.starred = true,
            b'~' => self.char(' '),
            b'_' => self.char('-'),
            b'\r' | b'\n' => self.end_paragraph(),
            byte @ (b'{' | b'}' | b'\\') => self.byte(byte),
            _ => {}
        }
        at + 1
    }

    fn word(&mut self, word: &str, number: Option<i64>) {
        if word != "u" {
            self.half = None;
        }
        let starred = std::mem::take(&mut self.starred);
        if word == "fonttbl" {
            self.state.fonts = true;
            self.state.apart = true;
        } else if APART.contains(&word) || (starred && !matches!(word, "shppict" | "shpinst")) {
            self.state.apart = true;
        }
        match word {
            "u" => self.unicode(number.unwrap_or(0)),
            "uc" => self.state.skip = usize::try_from(number.unwrap_or(1)).unwrap_or(1),
            "ansicpg" => {
                self.decode();
                self.default = code_page(number.unwrap_or(1252));
                self.state.encoding = self.default;
            }
            "mac" => self.default = MACINTOSH,
            "f" if self.state.fonts => self.font = number.unwrap_or(0),
            "fcharset" if self.state.fonts => {
                if let Some(encoding) = charset(number.unwrap_or(1)) {
                    self.fonts.insert(self.font, encoding);
                }
            }
            "f" => {
                self.decode();
                self.state.encoding = self.fonts.get(&number.unwrap_or(0)).copied().unwrap_or(self.default);
            }
            "par" | "line" | "sect" | "page" | "row" => self.end_paragraph(),
            "tab" | "cell" | "emspace" | "enspace" => self.char(' '),
            "emdash" => self.char('—'),
            "endash" => self.char('–'),
            "lquote" => self.char('‘'),
            "rquote" => self.char('’'),
            "ldblquote" => self.char('“'),
            "rdblquote" => self.char('”'),
            "bullet" => self.char('•'),
            _ => {}
        }
    }

    fn unicode(&mut self, number: i64) {
        self.decode();
        // The number is signed: above 32,767 it is written negative.
        let unit = u16::try_from(number & 0xffff).expect("it was cut to sixteen bits");
        match (self.half.take(), unit) {
            (Some(high), 0xdc00..=0xdfff) => {
                if let Some(Ok(c)) = char::decode_utf16([high, unit]).next() {
                    self.push(c);
                }
            }
            (_, 0xd800..=0xdbff) => self.half = Some(unit),
            (_, unit) => {
                if let Some(c) = char::from_u32(u32::from(unit)) {
                    self.push(c);
                }
            }
        }
        self.left_out = self.state.skip;
    }

    fn byte(&mut self, byte: u8) {
        if self.left_out > 0 {
            self.left_out -= 1;
        } else if !self.state.apart {
            self.bytes.push(byte);
        }
    }

    fn char(&mut self, c: char) {
        self.decode();
        self.push(c);
    }

    fn push(&mut self, c: char) {
        if !self.state.apart {
            self.paragraph.push(c);
        }
    }

    fn decode(&mut self) {
        let (text, _) = self.state.encoding.decode_without_bom_handling(&self.bytes);
        self.paragraph.push_str(&text);
        self.bytes.clear();
    }

    fn end_paragraph(&mut self) {
        self.decode();
        if !self.text.is_empty() && !self.paragraph.trim().is_empty() {
            self.text.push('\n');
        }
        join(&mut self.text, &self.paragraph);
        self.paragraph.clear();
    }
}

fn code_page(number: i64) -> &'static Encoding {
    match number {
        936 | 54936 => GB18030,
        950 => BIG5,
        932 => SHIFT_JIS,
        949 => EUC_KR,
        874 => WINDOWS_874,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        10000 => MACINTOSH,
        65001 => UTF_8,
        _ => WINDOWS_1252,
    }
}

/// The encoding of a Windows character set; `None` where the document's own holds.
fn charset(number: i64) -> Option<&'static Encoding> {
    Some(match number {
        0 => WINDOWS_1252,
        77 => MACINTOSH,
        128 => SHIFT_JIS,
        129 => EUC_KR,
        134 => GB18030,
        136 => BIG5,
        161 => WINDOWS_1253,
        162 => WINDOWS_1254,
        163 => WINDOWS_1258,
        177 => WINDOWS_1255,
        178 => WINDOWS_1256,
        186 => WINDOWS_1257,
        204 => WINDOWS_1251,
        222 => WINDOWS_874,
        238 => WINDOWS_1250,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rtf: &str) -> String {
        pages(rtf.as_bytes()).unwrap().remove(0)
    }

    #[test]
    fn chinese_stands_in_bytes_and_in_numbers() {
        assert_eq!(read(r"{\rtf1\ansi\ansicpg936 \'b5\'b5\'b0\'b8\par}"), "档案");
        assert_eq!(read(r"{\rtf1\ansi\uc1\u26723?\u26696?\par}"), "档案");
        assert_eq!(read(r"{\rtf1\ansi\uc2\u26723 \'b5\'b5\u-25668 ??x\par}"), "档\u{9bbc}x");
        assert_eq!(read(r"{\rtf1\ansi\u-10187?\u-9012?\par}"), "𝓌", "a pair of surrogates");
    }

    #[test]
    fn a_font_brings_its_own_encoding() {
        let rtf =
            r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset134 SimSun;}}\f1 \'b5\'b5\f0 abc\par}";
        assert_eq!(read(rtf), "档abc");
    }

    #[test]
    fn what_is_no_text_is_left_out() {
        let rtf = r"{\rtf1{\info{\title secret}}{\*\generator Word;}{\pict\bin4 }}{}a}b\par c {\b d}\{e\}}";
        assert_eq!(read(rtf), "b\nc d{e}");
    }

    #[test]
    fn a_cut_or_foreign_file_is_a_reason() {
        assert!(pages(b"{\\rtf1 abc").is_err());
        assert!(pages(b"hello").is_err());
        let deep = format!("{{\\rtf1{}{}}}", "{".repeat(20_000), "}".repeat(20_000));
        assert!(pages(deep.as_bytes()).unwrap_err().contains("过深"));
        for cut in 0..60 {
            let rtf = br"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 a;}}\'b5\'b5\u26723?\bin9";
            let _ = pages(&rtf[..cut.min(rtf.len())]);
        }
    }
}
