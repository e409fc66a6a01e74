//! Records that are kept on something besides a file, or instead of one (双套制).

use crate::harness::{Archive, TestDb, on_both_databases};
use lantai::db::{Asked, Db};
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

const HEADER: &str = "档号,题名,保管期限,载体类型,盒号,库位\r\n";

fn code(n: usize) -> String {
    format!("X001-WS·2011-Y-BGS-{n:04}")
}

fn batch(archive: &Archive, header: &str, lines: &[String]) -> PathBuf {
    let batch = archive.data().with_extension("carriers");
    fs::create_dir_all(&batch).unwrap();
    fs::write(batch.join("catalogue.csv"), format!("\u{feff}{header}{}", lines.concat())).unwrap();
    batch
}

fn line(n: usize, carrier: &str, kept: &str) -> String {
    format!("{},第{n}号,永久,{carrier},{kept}\r\n", code(n))
}

fn kept(record: &Value) -> Value {
    json!([record["carrier"], record["box"], record["place"], record["extra"]])
}

fn kinds(said: &Value) -> Vec<(u64, String)> {
    let defects = said["defects"].as_array().unwrap().iter();
    defects.map(|one| (one["row"].as_u64().unwrap_or(0), one["kind"].as_str().unwrap().to_owned())).collect()
}

/// A row without a file is good where its carrier needs none; its carrier, box and place
/// come back from the store.
async fn what_lies_on_paper_needs_no_file_and_keeps_its_box_and_place(db: TestDb) {
    let archive = Archive::new(&db);
    let lines = [line(1, "纸质", "12,3-2-1"), line(2, "纸质、电子", "12,"), line(3, "实物", ","), line(4, "竹简", ",")];
    let folder = batch(&archive, HEADER, &lines);
    let folder = folder.to_str().unwrap();
    // With no file at all: what needs one says so, and what is not known is told.
    let said = archive.run(&["ingest", folder, "--yes"]).expect_status(1);
    let missing = |row| (row, "missing-file".to_owned());
    assert_eq!(kinds(&said), [missing(3), (5, "unknown-carrier".to_owned()), missing(5)], "{said}");
    let remedy = said["defects"][1]["remedy"].as_str().unwrap();
    assert!(remedy.contains("纸质、电子、双套（纸质与电子）"), "{remedy}");
    // The scan of the second comes, and the third-last word is put right.
    let lines = [line(1, "纸质", "12,3-2-1"), line(2, "纸质、电子", "12,"), line(3, "实物", ","), line(4, "缩微", ",")];
    batch(&archive, HEADER, &lines);
    let files = PathBuf::from(folder).join("files");
    fs::create_dir_all(&files).unwrap();
    fs::write(files.join(format!("{}.txt", code(2))), "正文").unwrap();
    let said = archive.run(&["ingest", folder, "--yes"]).expect_status(0);
    assert_eq!((said["records"].as_u64(), said["files"].as_u64()), (Some(4), Some(1)), "{said}");
    let wanted = [
        json!(["paper", "12", "3-2-1", []]),
        json!(["dual", "12", null, []]),
        json!(["object", null, null, []]),
        json!(["film", null, null, []]),
    ];
    let shown = |archive: &Archive| {
        (1..=4).map(|n| kept(&archive.run(&["show", &code(n)]).expect_status(0))).collect::<Vec<_>>()
    };
    assert_eq!(shown(&archive), wanted);
    assert_eq!(archive.run(&["ingest", folder, "--yes"]).expect_status(0)["unchanged"], 4);
    // A correction is a version; a carrier is one of those there are.
    let correct = |set: &str| archive.run(&["correct", &code(1), "--set", set, "--reason", "换盒"]);
    correct("box=13").expect_status(0);
    correct("carrier=竹简").expect_status(3);
    correct("carrier=双套").expect_status(0);
    archive.run(&["verify"]).expect_status(0);
    let rebuilt = archive.on_another_database(&db.another());
    assert_eq!(rebuilt.run(&["rebuild", "--from-store"]).expect_status(0)["records"], 4);
    let again = shown(&rebuilt);
    assert_eq!((&again[0], &again[1..]), (&json!(["dual", "13", "3-2-1", []]), &wanted[1..]));
    let versions = rebuilt.run(&["versions", &code(1)]).expect_status(0);
    assert_eq!(versions["items"][1]["changed"][0]["field"], "box", "{versions}");
}

/// A record that was filed before carriers had a place keeps them under its sender's own
/// headers; the same catalogue changes nothing by it.
async fn a_record_filed_before_carriers_had_a_place_is_unchanged(db: TestDb) {
    let archive = Archive::new(&db);
    let folder = batch(&archive, HEADER, &[line(1, "纸质", "12,3-2-1")]);
    let folder = folder.to_str().unwrap();
    archive.run(&["ingest", folder, "--yes"]).expect_status(0);
    archive.sql(
        "UPDATE record SET carrier = NULL, in_box = NULL, place = NULL,
         extra = '[[\"载体类型\",\"纸质\"],[\"盒号\",\"12\"],[\"库位\",\"3-2-1\"]]'",
    );
    assert_eq!(archive.run(&["ingest", folder, "--yes"]).expect_status(0)["unchanged"], 1);
    batch(&archive, HEADER, &[line(1, "纸质", "13,3-2-1")]);
    let said = archive.run(&["ingest", folder, "--yes"]).expect_status(1);
    assert_eq!(kinds(&said), [(2, "description-changed".to_owned())]);
    let db = Db::open(&db.url).await.unwrap();
    let held: Vec<(Option<String>,)> = Asked::new("SELECT in_box FROM record_visible").fetch(&db).await.unwrap();
    assert_eq!(held, [(None,)], "and nothing is written over");
    db.close().await;
}

on_both_databases!(
    what_lies_on_paper_needs_no_file_and_keeps_its_box_and_place,
    a_record_filed_before_carriers_had_a_place_is_unchanged,
);
