//! DOCX (ECMA-376): the text of its main part, headers, footers and notes.

use super::join::join;
use quick_xml::{Reader, events::Event};
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

/// The most one part may inflate to, in bytes; a text of 64 MiB is no document.
const LARGEST_PART: u64 = 64 << 20;
/// The most parts a document may have.
const MOST_PARTS: usize = 10_000;

/// The text of the document, as one page: where its pages end is decided by whoever
/// lays it out.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "不是完好的 DOCX：压缩包打不开".to_owned())?;
    if zip.len() > MOST_PARTS {
        return Err(format!("DOCX 中有 {} 个部件，超过 {MOST_PARTS} 个", zip.len()));
    }
    let named = zip.file_names().filter_map(Result::ok).filter(|name| is_text(name));
    let mut names: Vec<String> = named.map(std::borrow::Cow::into_owned).collect();
    names.sort_by_key(|name| (name != "word/document.xml", name.clone()));
    if names.first().is_none_or(|name| name != "word/document.xml") {
        return Err("DOCX 中没有正文（word/document.xml）".to_owned());
    }
    let mut text = String::new();
    for name in names {
        let mut part = zip.by_name(&name).map_err(|_| format!("DOCX 的部件 {name} 打不开"))?;
        let mut xml = String::new();
        let mut bounded = (&mut part).take(LARGEST_PART + 1);
        bounded.read_to_string(&mut xml).map_err(|_| format!("DOCX 的部件 {name} 已损坏"))?;
        if xml.len() as u64 > LARGEST_PART {
            return Err(format!("DOCX 的部件 {name} 展开后超过 {} MiB", LARGEST_PART >> 20));
        }
        paragraphs(&xml, &mut text).map_err(|why| format!("DOCX 的部件 {name} 不是完好的 XML：{why}"))?;
    }
    Ok(vec![text])
}

fn is_text(name: &str) -> bool {
    name.strip_prefix("word/").is_some_and(|part| {
        part == "document.xml"
            || (part.ends_with(".xml")
                && ["header", "footer", "footnotes", "endnotes", "comments"].iter().any(|kind| part.starts_with(kind)))
    })
}

/// Appends the paragraphs of a part, each on a line of its own. Custom entities are
/// not expanded: the reader knows the five of XML and character references only.
fn paragraphs(xml: &str, text: &mut String) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    let (mut paragraph, mut in_text) = (String::new(), false);
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) if tag.name().as_ref() == "w:t" => in_text = true,
            Event::End(tag) if tag.name().as_ref() == "w:t" => in_text = false,
            Event::Empty(tag) if matches!(tag.name().as_ref(), "w:tab" | "w:br" | "w:cr") => paragraph.push(' '),
            Event::Text(said) if in_text => paragraph.push_str(&said),
            Event::GeneralRef(name) if in_text => {
                let reference = format!("&{};", &*name);
                paragraph.push_str(&quick_xml::escape::unescape(&reference).map_err(|error| error.to_string())?);
            }
            Event::End(tag) if tag.name().as_ref() == "w:p" => {
                if !text.is_empty() && !paragraph.trim().is_empty() {
                    text.push('\n');
                }
                join(text, &paragraph);
                paragraph.clear();
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}
