//! DOCX (ECMA-376): the text of its main part, headers, footers and notes.

use super::{
    ooxml::Paragraphs,
    parts::{Parts, walk},
};

/// The text of the document, as one page: where its pages end is decided by whoever
/// lays it out.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut parts = Parts::open(bytes, "DOCX")?;
    let mut names: Vec<String> = parts.names().into_iter().filter(|name| is_text(name)).collect();
    names.sort_by_key(|name| (name != "word/document.xml", name.clone()));
    if names.first().is_none_or(|name| name != "word/document.xml") {
        return Err("DOCX 中没有正文（word/document.xml）".to_owned());
    }
    let mut text = Paragraphs::default();
    for name in names {
        let xml = parts.xml(&name)?;
        walk(&xml, &mut text).map_err(parts.broken(&name))?;
    }
    Ok(vec![text.done()])
}

fn is_text(name: &str) -> bool {
    name.strip_prefix("word/").is_some_and(|part| {
        part == "document.xml"
            || (part.ends_with(".xml")
                && ["header", "footer", "footnotes", "endnotes", "comments"].iter().any(|kind| part.starts_with(kind)))
    })
}
