//! PPTX (ECMA-376): a slide a page, its notes below it.

use super::{
    ooxml::Paragraphs,
    parts::{Parts, Visitor, attribute, resolved, walk},
};
use quick_xml::events::BytesStart;
use std::collections::HashMap;

const MAIN: &str = "ppt/presentation.xml";

/// The text of every slide, in the order in which they are shown.
pub(super) fn pages(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut parts = Parts::open(bytes, "PPTX")?;
    let mut shown = Shown::default();
    let main = parts.xml(MAIN)?;
    walk(&main, &mut shown).map_err(parts.broken(MAIN))?;
    let targets = targets(&mut parts, MAIN)?;
    let mut pages = Vec::with_capacity(shown.0.len());
    for id in shown.0 {
        let slide = targets.get(&id).ok_or_else(|| format!("PPTX 中缺少幻灯片 {id}"))?;
        let mut text = text_of(&mut parts, slide)?;
        for notes in self::targets(&mut parts, slide)?.values().filter(|part| part.contains("/notesSlides/")) {
            text.push('\n');
            text.push_str(&text_of(&mut parts, notes)?);
        }
        pages.push(text);
    }
    Ok(pages)
}

fn text_of(parts: &mut Parts<'_>, name: &str) -> Result<String, String> {
    let xml = parts.xml(name)?;
    let mut text = Paragraphs::default();
    walk(&xml, &mut text).map_err(parts.broken(name))?;
    Ok(text.done())
}

/// The relation ids of the slides, in order.
#[derive(Default)]
struct Shown(Vec<String>);

impl Visitor for Shown {
    fn begin(&mut self, name: &str, tag: &BytesStart<'_>) {
        if name == "sldId" {
            // Of its two ids the relation's has a prefix.
            let of_relation = tag.attributes().filter_map(Result::ok).find(|one| one.key.as_ref().ends_with(":id"));
            self.0.extend(of_relation.map(|one| one.value.to_string()));
        }
    }
    fn end(&mut self, _: &str) {}
    fn text(&mut self, _: &str) {}
}

/// What `part` relates to: part by relation id. None where it relates to nothing.
fn targets(parts: &mut Parts<'_>, part: &str) -> Result<HashMap<String, String>, String> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let relations = format!("{folder}/_rels/{name}.rels");
    if !parts.names().contains(&relations) {
        return Ok(HashMap::new());
    }
    let xml = parts.xml(&relations)?;
    let mut found = Relations { folder, found: HashMap::new() };
    walk(&xml, &mut found).map_err(parts.broken(&relations))?;
    Ok(found.found)
}

struct Relations<'a> {
    folder: &'a str,
    found: HashMap<String, String>,
}

impl Visitor for Relations<'_> {
    fn begin(&mut self, name: &str, tag: &BytesStart<'_>) {
        if name == "Relationship"
            && let (Some(id), Some(target)) = (attribute(tag, "Id"), attribute(tag, "Target"))
        {
            self.found.insert(id, resolved(self.folder, &target));
        }
    }
    fn end(&mut self, _: &str) {}
    fn text(&mut self, _: &str) {}
}
