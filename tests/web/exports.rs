//! Every workbook that is taken away, after somebody handed in words that a spreadsheet
//! would carry out.

use super::House;
use crate::harness::{Archive, Asked, TestDb, on_both_databases};
use calamine::{Data, Reader as _, Xlsx};
use std::{
    fs,
    io::{Cursor, Read as _},
};

const HOSTILE: [&str; 7] =
    ["=cmd|'/c calc'!A1", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "＝HYPERLINK(\"http://x\")", "\"=1+1"];

/// No cell is a formula, and no text begins as one.
fn harmless(what: &str, bytes: &[u8]) -> Vec<String> {
    let mut parts = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    for at in 0..parts.len() {
        let mut part = parts.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        if name.starts_with("xl/worksheets/") {
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            assert!(!text.contains("<f>") && !text.contains("<f "), "{what}: {name} holds a formula");
        }
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let mut texts = Vec::new();
    for (_, sheet) in book.worksheets() {
        for (_, _, cell) in sheet.used_cells() {
            if let Data::String(text) = cell {
                let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
                assert!(!begins, "{what}: {text:?}");
                texts.push(text.clone());
            }
        }
    }
    texts
}

async fn nothing_that_somebody_typed_acts_as_a_formula_in_a_workbook(db: TestDb) {
    let archive = Archive::new(&db);
    let folder = archive.data().with_extension("hostile");
    let files = folder.join("files");
    fs::create_dir_all(&files).unwrap();
    let mut lines = String::from("\u{feff}档号,题名,责任者,保管期限,载体\r\n");
    for (n, nasty) in (1..).zip(HOSTILE) {
        let quoted = format!("\"{}\"", nasty.replace('"', "\"\""));
        lines.push_str(&format!("X001-WS·2011-Y-BGS-{n:04},{quoted},{quoted},永久,纸质\r\n"));
        // A row whose every cell is wrong, and a file that is nobody's.
        lines.push_str(&format!("{quoted},{quoted},{quoted},{quoted},{quoted}\r\n"));
        fs::write(files.join(format!("{}.txt", nasty.replace(['/', '\t'], "_"))), nasty).unwrap();
    }
    fs::write(folder.join("catalogue.csv"), lines).unwrap();
    let report = archive.data().with_extension("report.xlsx");
    let args = ["ingest", folder.to_str().unwrap(), "--yes", "--accept-good", "--report", report.to_str().unwrap()];
    let said = archive.run(&args).expect_status(1);
    assert_eq!(said["records"], HOSTILE.len(), "{said}");
    let texts = harmless("the report", &fs::read(&report).unwrap());
    assert!(texts.iter().any(|text| text == "'+1+1") && texts.len() > 40, "{texts:?}");

    let house = House::serving(archive).await;
    let auditor = house.somebody("auditor").await;
    let batches = house.server.get("/api/v1/batches", &house.archivist).await.json();
    let batch = batches["items"][0]["batch"].as_str().unwrap();
    let take = async |path: String, who: &Asked| {
        let heard = house.server.get(&path, who).await;
        assert!(heard.status.is_success(), "{path}: {}", heard.status);
        harmless(&path, &heard.body)
    };
    let defects = take(format!("/batches/{batch}/defects.xlsx"), &house.archivist).await;
    assert!(defects.iter().any(|text| text.starts_with("'=cmd")), "{defects:?}");
    let trail = take("/trail.xlsx?verb=record.filed".to_owned(), &auditor).await;
    assert!(trail.iter().any(|text| text.contains("=cmd")), "{trail:?}");
    let catalogue = take(format!("/batches/{batch}/handover/catalogue.xlsx"), &house.archivist).await;
    assert!(catalogue.iter().any(|text| text == "'+1+1"), "{catalogue:?}");
    let template = take("/catalogues/templates/WS.xlsx".to_owned(), &house.archivist).await;
    assert!(template.iter().any(|text| text == "档号"));
}

on_both_databases!(nothing_that_somebody_typed_acts_as_a_formula_in_a_workbook);
