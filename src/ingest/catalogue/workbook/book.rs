//! What a workbook says of itself: its sheets, and what their cells share.

use super::{
    super::{Aside, CatalogueError, HEADER_WITHIN, Row},
    merged::Merged,
    parts::{Part, Parts},
    sheet::{Shared, Sheet},
    strings::Strings,
    styles,
    trouble::{Trouble, broken},
    xml::{Xml, attribute, local},
};
use crate::ingest::extract::resolved;
use quick_xml::events::Event;
use std::{collections::HashMap, io::Read};

/// Most sheets and relations that are looked at (ours).
const MOST: usize = 10_000;

pub(super) struct Book {
    /// Name and part of each visible sheet, in their order.
    pub sheets: Vec<(String, String)>,
    pub shared: Shared,
}

/// A sheet looked into.
pub(super) struct Top {
    pub part: Part,
    pub merged: Merged,
    /// Its first rows.
    pub rows: Vec<Row>,
    /// What one of them cannot be read for.
    pub fault: Option<CatalogueError>,
}

/// A part that the workbook names.
struct Related {
    kind: String,
    part: String,
}

impl Book {
    pub fn read(parts: &mut Parts<'_>, aside: &dyn Aside) -> Result<Self, Trouble> {
        let root = related(parts, "_rels/.rels", "")?;
        let root = root.into_values().find(|one| one.kind == "officeDocument").map(|one| one.part);
        let root =
            parts.named(root.as_deref().unwrap_or("xl/workbook.xml")).ok_or_else(|| broken("it is no workbook"))?;
        let (folder, file) = root.rsplit_once('/').unwrap_or(("", &root));
        let rels = if folder.is_empty() { format!("_rels/{file}.rels") } else { format!("{folder}/_rels/{file}.rels") };
        let related = related(parts, &rels, folder)?;
        let mut listed = parts.through(&root, |part| list(part))?;
        let mut shared = Shared { from_1904: listed.from_1904, ..Shared::default() };
        let part_of = |kind: &str| related.values().find(|one| one.kind == kind).and_then(|one| parts.named(&one.part));
        let (strings, formats) = (part_of("sharedStrings"), part_of("styles"));
        if let Some(name) = strings {
            shared.strings = parts.through(&name, |part| Strings::read(part, aside))?;
        }
        if let Some(name) = formats {
            shared.styles = parts.through(&name, |part| styles::read(part))?;
        }
        // A chart or a macro has no cells.
        let of = |id: &str| related.get(id).filter(|one| one.kind == "worksheet");
        let sheets = listed.sheets.drain(..).filter_map(|(name, id)| {
            let part = of(&id)?.part.clone();
            Some((name, parts.named(&part).unwrap_or(part)))
        });
        Ok(Self { sheets: sheets.collect(), shared })
    }

    /// Reads a sheet's part to its end, and its first rows.
    pub fn top(&mut self, parts: &mut Parts<'_>, name: &str) -> Result<Top, Trouble> {
        let part = parts.place(name)?;
        let merged = parts.through(name, |part| Merged::read(part))?;
        let mut top = Top { part, merged: merged.clone(), rows: Vec::new(), fault: None };
        let mut sheet = Sheet::of(parts.again(&top.part)?, merged);
        while let Some(row) = sheet.next_row(&mut self.shared) {
            match row {
                Ok(row) if row.number > HEADER_WITHIN as u64 => break,
                Ok(row) => top.rows.push(row),
                Err(Trouble::Row(error)) if error.row().is_some_and(|row| row > HEADER_WITHIN as u64) => break,
                Err(Trouble::Row(error)) => top.fault = top.fault.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        Ok(top)
    }
}

/// What a part of relations names, by id; nothing where there is no such part.
fn related(parts: &mut Parts<'_>, rels: &str, folder: &str) -> Result<HashMap<String, Related>, Trouble> {
    let Some(rels) = parts.named(rels) else { return Ok(HashMap::new()) };
    parts.through(&rels, |part| {
        let mut xml = Xml::of(part);
        let mut found = HashMap::new();
        loop {
            match xml.next()? {
                Event::Start(tag) | Event::Empty(tag) if local(tag.name().as_ref()) == "Relationship" => {
                    let said = |name| attribute(&tag, name).unwrap_or_default();
                    if said("TargetMode") == "External" {
                        continue;
                    }
                    let kind = said("Type").rsplit('/').next().unwrap_or_default().to_owned();
                    found.insert(said("Id"), Related { kind, part: resolved(folder, &said("Target")) });
                }
                Event::Eof => return Ok(found),
                _ => {}
            }
            if found.len() > MOST {
                return Err(broken(format!("it has more than {MOST} parts")));
            }
        }
    })
}

#[derive(Default)]
struct Listed {
    /// Name and id of each visible sheet.
    sheets: Vec<(String, String)>,
    from_1904: bool,
}

fn list(part: &mut dyn Read) -> Result<Listed, Trouble> {
    let mut xml = Xml::of(part);
    let mut listed = Listed::default();
    loop {
        match xml.next()? {
            Event::Start(tag) | Event::Empty(tag) => match local(tag.name().as_ref()) {
                "workbookPr" => {
                    listed.from_1904 = matches!(attribute(&tag, "date1904").as_deref(), Some("1" | "true" | "on"));
                }
                "sheet" if !matches!(attribute(&tag, "state").as_deref(), Some("hidden" | "veryHidden")) => {
                    let said = |name| attribute(&tag, name).unwrap_or_default();
                    listed.sheets.push((said("name"), said("id")));
                }
                _ => {}
            },
            Event::Eof => return Ok(listed),
            _ => {}
        }
        if listed.sheets.len() > MOST {
            return Err(broken(format!("it has more than {MOST} sheets")));
        }
    }
}
