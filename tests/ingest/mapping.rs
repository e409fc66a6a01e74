//! Catalogues whose headers nobody knows: looked at, explained, handed in; and empty ones.

use crate::harness::{Archive, TestDb, on_both_databases};
use serde_json::json;
use std::{
    fs,
    io::{Cursor, Read as _, Write as _},
    path::Path,
};

const LINES: &str = "物品号;事由;立卷期;载体\r\nX001-WS·2011-Y-BGS-0001;甲;永久;纸质\r\n";

async fn what_headers_mean_is_told_once_and_kept_as_a_preset(db: TestDb) {
    let archive = Archive::new(&db);
    let folder = archive.data().with_extension("mapping");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("目录.csv"), format!("\u{feff}{LINES}")).unwrap();
    let folder = folder.to_str().unwrap();
    let looked = archive.run(&["catalogue", "preview", folder]).expect_status(1);
    assert_eq!(looked["missing"], json!(["code", "title"]), "{looked}");
    assert_eq!(looked["rows"][0]["cells"][1], "甲");
    let unread = archive.run(&["ingest", folder, "--yes"]).expect_status(2);
    assert!(unread["detail"].as_str().unwrap().contains("物品号;事由"), "{unread}");
    archive.run(&["ingest", folder, "--yes", "--map", "物品号=colour"]).expect_status(2);
    archive.run(&["ingest", folder, "--yes", "--preset", "旧表"]).expect_status(2);

    let told = ["--map", "物品号=code", "--map", "事由=题名", "--map", "立卷期=retention"];
    let save = |more: &[&str]| {
        let mut args = vec!["catalogue", "presets", "save", "旧表", "--sender", "水务局"];
        args.extend(more);
        archive.run(&args)
    };
    save(&told[..2]).expect_status(0);
    let kept = save(&told).expect_status(0);
    assert_eq!(kept["columns"], json!({ "物品号": "code", "事由": "title", "立卷期": "retention" }), "{kept}");
    let listed = archive.run(&["catalogue", "presets", "list"]).expect_status(0);
    assert_eq!((&listed["total"], &listed["items"][0]["sender"]), (&json!(1), &json!("水务局")));
    let looked = archive.run(&["catalogue", "preview", folder, "--preset", "旧表"]).expect_status(0);
    assert_eq!(looked["columns"][0], json!({ "column": "A", "header": "物品号", "field": "code", "how": "told" }));
    // What is said beside it goes before it.
    let looked = archive.run(&["catalogue", "preview", folder, "--preset", "旧表", "--map", "立卷期=-"]);
    assert_eq!(looked.expect_status(0)["columns"][2]["field"], json!(null));

    let said = archive.run(&["ingest", folder, "--yes", "--preset", "旧表"]).expect_status(0);
    assert_eq!(said["records"], 1, "{said}");
    let shown = archive.run(&["show", "X001-WS·2011-Y-BGS-0001"]).expect_status(0);
    assert_eq!((&shown["title"], &shown["carrier"], &shown["retention"]), (&json!("甲"), &json!("paper"), &json!("Y")));
    archive.run(&["catalogue", "presets", "remove", "旧表"]).expect_status(0);
    archive.run(&["catalogue", "presets", "remove", "旧表"]).expect_status(3);
    assert_eq!(archive.run(&["catalogue", "presets", "list"]).expect_status(0)["total"], 0);
    let lines = archive.run(&["trail", "list", "--verb", "preset."]).expect_status(0);
    let verbs: Vec<_> = lines["items"].as_array().unwrap().iter().map(|line| line["verb"].as_str().unwrap()).collect();
    assert_eq!(verbs, ["preset.removed", "preset.saved", "preset.saved"], "{lines}");
}

/// The workbook with rows written below its header, as somebody fills it in.
fn fill(path: &Path, rows: &str) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(fs::read(path).unwrap())).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut part = old.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            text = text.replace("</sheetData>", &format!("{rows}</sheetData>"));
        }
        new.start_file(&*name, zip::write::SimpleFileOptions::default()).unwrap();
        new.write_all(text.as_bytes()).unwrap();
    }
    new.finish().unwrap().into_inner()
}

async fn a_template_that_is_filled_in_is_taken_in_without_a_defect(db: TestDb) {
    let archive = Archive::new(&db);
    let folder = archive.data().with_extension("template");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("catalogue.xlsx");
    let out = path.to_str().unwrap();
    archive.run(&["catalogue", "template", "ws", "-o", out]).expect_status(0);
    archive.run(&["catalogue", "template", "WS", "-o", out]).expect_status(3);
    let unknown = archive.run(&["catalogue", "template", "XX", "-o", out]).expect_status(2);
    assert!(unknown["remedy"].as_str().unwrap().contains("WS 文书"), "{unknown}");
    let empty = archive.run(&["ingest", folder.to_str().unwrap(), "--yes"]).expect_status(0);
    assert_eq!((&empty["rows"], &empty["records"]), (&json!(0), &json!(0)));
    let cell = |column: char, row: u32, text: &str| {
        format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let rows: String = (2..=3)
        .map(|row| {
            let code = format!("X001-WS·2011-Y-BGS-{:04}", row - 1);
            let cells = [
                ('A', code.as_str()),
                ('B', "=1+1"),
                ('E', "20110614"),
                ('F', "永久"),
                ('G', "公开"),
                ('J', "纸质"),
                ('K', "12"),
            ];
            let cells: String = cells.iter().map(|(column, text)| cell(*column, row, text)).collect();
            format!("<row r=\"{row}\">{cells}</row>")
        })
        .collect();
    let filled = fill(&path, &rows);
    fs::write(&path, filled).unwrap();
    let said = archive.run(&["ingest", folder.to_str().unwrap(), "--yes"]).expect_status(0);
    assert_eq!((&said["records"], &said["defects"]), (&json!(2), &json!([])), "{said}");
    let shown = archive.run(&["show", "X001-WS·2011-Y-BGS-0002"]).expect_status(0);
    assert_eq!((&shown["title"], &shown["box"], &shown["date"]), (&json!("=1+1"), &json!("12"), &json!("2011-06-14")));
}

on_both_databases!(
    what_headers_mean_is_told_once_and_kept_as_a_preset,
    a_template_that_is_filled_in_is_taken_in_without_a_defect,
);
