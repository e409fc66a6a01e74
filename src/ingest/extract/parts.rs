//! The parts of a document that is a ZIP file of XML: OOXML, OpenDocument, OFD.

use super::plain;
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

/// The most one part may inflate to, in bytes; a text of 64 MiB is no document.
const LARGEST_PART: u64 = 64 << 20;
/// The most parts a document may have.
const MOST_PARTS: usize = 10_000;
/// The most the parts read of one document may inflate to together, in bytes.
const LARGEST: u64 = 256 << 20;

/// An opened document.
pub(super) struct Parts<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    what: &'static str,
    /// Bytes that may still be inflated.
    left: u64,
}

impl<'a> Parts<'a> {
    /// `what` is the form's name, for the reasons.
    pub fn open(bytes: &'a [u8], what: &'static str) -> Result<Self, String> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| format!("不是完好的 {what}：压缩包打不开"))?;
        if zip.len() > MOST_PARTS {
            return Err(format!("{what} 中有 {} 个部件，超过 {MOST_PARTS} 个", zip.len()));
        }
        Ok(Self { zip, what, left: LARGEST })
    }

    /// The names of all parts.
    pub fn names(&self) -> Vec<String> {
        self.zip.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect()
    }

    /// The bytes of the part; `None` where there is none of this name.
    pub fn bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let Some(at) = self.zip.index_for_name(name) else { return Ok(None) };
        let what = self.what;
        let mut part = self.zip.by_index(at).map_err(|_| format!("{what} 的部件 {name} 打不开"))?;
        let mut bytes = Vec::new();
        let most = LARGEST_PART.min(self.left);
        (&mut part).take(most + 1).read_to_end(&mut bytes).map_err(|_| format!("{what} 的部件 {name} 已损坏"))?;
        if bytes.len() as u64 > most {
            return Err(format!("{what} 的部件 {name} 展开后超过 {} MiB", most >> 20));
        }
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// The text of the part; an error where there is none of this name.
    pub fn xml(&mut self, name: &str) -> Result<String, String> {
        let bytes = self.bytes(name)?.ok_or_else(|| format!("{} 中没有 {name}", self.what))?;
        plain::decode(&bytes).map_err(|why| format!("{} 的部件 {name} {why}", self.what))
    }

    /// Says of a fault in an XML part which part it is.
    pub fn broken(&self, name: &str) -> impl Fn(String) -> String {
        let (what, name) = (self.what, name.to_owned());
        move |why| format!("{what} 的部件 {name} 不是完好的 XML：{why}")
    }
}

/// What walks over a part. Names come without their prefix: which one a program chose says
/// nothing.
pub(super) trait Visitor {
    /// An element begins.
    fn begin(&mut self, name: &str, tag: &BytesStart<'_>);
    /// It ends; of an empty one right after it began.
    fn end(&mut self, name: &str);
    /// Character data inside the innermost element.
    fn text(&mut self, text: &str);
}

/// The deepest that elements may lie in one another (ours).
const DEEPEST: usize = 10_000;

/// Walks over `xml`. Custom entities are not expanded: the five of XML and character
/// references are known, others are an error.
pub(super) fn walk(xml: &str, visitor: &mut impl Visitor) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err("元素嵌套过深".to_owned());
                }
                visitor.begin(local(tag.name().as_ref()), &tag);
            }
            Event::Empty(tag) => {
                visitor.begin(local(tag.name().as_ref()), &tag);
                visitor.end(local(tag.name().as_ref()));
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                visitor.end(local(tag.name().as_ref()));
            }
            Event::Text(said) => visitor.text(&said),
            Event::CData(said) => visitor.text(&said),
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name);
                visitor.text(&quick_xml::escape::unescape(&reference).map_err(|error| error.to_string())?);
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// An attribute's value by its name without prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().filter_map(Result::ok).find(|one| local(one.key.as_ref()) == name)?;
    Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// What `target` means to a part that lies in `folder`, as the name of a part: from the top where
/// it begins with `/`.
pub(in crate::ingest) fn resolved(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/').filter(|step| !step.is_empty() && *step != ".") {
        if step == ".." {
            path.pop();
        } else {
            path.push(step);
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}
