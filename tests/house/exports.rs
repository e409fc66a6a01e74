//! What leaves the house for a spreadsheet holds texts alone: what somebody typed can never
//! act as a formula there.

use super::{Source, sources};

/// The files that write workbooks. Each has a test that goes over it with hostile words
/// (`tests/web/exports.rs`).
const WRITERS: &[&str] = &[
    "src/ingest/defects/sheet.rs",
    "src/ingest/template/sheet.rs",
    "src/web/rooms/handover/sheet.rs",
    "src/web/rooms/trail/sheet.rs",
];

/// Ways to write a cell that may be more than a text or a number.
const MORE: &[&str] = &[
    ".write(",
    ".write_with_format(",
    "write_formula",
    "write_dynamic",
    "write_array",
    "write_url",
    "write_row",
    "write_column",
];

fn breaches(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    // What tests hand in leaves no house.
    if source.path.ends_with("tests.rs") {
        return found;
    }
    let code = source.code();
    if code.contains("csv::Writer") {
        found.push(format!("{}: writes CSV; guard every cell and say so here", source.path));
    }
    if code.contains("Workbook::new") {
        if !WRITERS.contains(&source.path.as_str()) {
            found.push(format!("{}: writes a workbook and is not listed", source.path));
        }
        let more = MORE.iter().filter(|way| code.contains(**way));
        found.extend(more.map(|way| format!("{}: {way} may make a formula of a text", source.path)));
    }
    found
}

#[test]
fn every_writer_of_workbooks_is_known_and_writes_texts_as_texts() {
    let sources = sources("src");
    let wrong: Vec<String> = sources.iter().flat_map(breaches).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for writer in WRITERS {
        assert!(sources.iter().any(|source| source.path == *writer), "{writer} is not there");
    }
}

#[test]
fn a_formula_and_a_writer_that_is_not_listed_are_seen() {
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    assert_eq!(breaches(&source("src/web/x.rs", "Workbook::new(); sheet.write(0, 0, title)")).len(), 2);
    assert_eq!(breaches(&source(WRITERS[0], "Workbook::new(); sheet.write_formula(0, 0, x)")).len(), 1);
    assert_eq!(breaches(&source("src/web/x.rs", "csv::Writer::from_writer(out)")).len(), 1);
    assert!(breaches(&source(WRITERS[0], "Workbook::new(); sheet.write_string(0, 0, x)")).is_empty());
}
