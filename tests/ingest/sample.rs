//! The sample batch, taken in whole; handed in again; handed in spoilt.

use super::state::EndState;
use crate::harness::{Archive, TestDb, on_both_databases, sample};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A copy of the sample that may be spoilt.
fn a_copy(archive: &Archive) -> PathBuf {
    let copy = archive.data().with_extension("batch");
    copy_tree(Path::new(&sample()), &copy);
    copy
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The first file below the batch that ends so.
pub fn a_file(batch: &Path, ending: &str) -> PathBuf {
    let mut folders = vec![batch.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(ending) && path.parent() != Some(batch) {
                found.push(path);
            }
        }
    }
    found.sort();
    found.remove(0)
}

pub fn kinds(answer: &Value) -> Vec<(String, Option<u64>)> {
    let defects = answer["defects"].as_array().unwrap();
    defects
        .iter()
        .filter(|defect| defect["severity"] == "blocking")
        .map(|defect| (defect["kind"].as_str().unwrap().to_owned(), defect["row"].as_u64()))
        .collect()
}

pub fn catalogue(batch: &Path, rows: &[&str]) {
    fs::remove_file(batch.join("catalogue.xlsx")).unwrap();
    let header = "档号,题名,责任者,文号,日期,保管期限,密级,页数,备注,文件名";
    fs::write(batch.join("catalogue.csv"), format!("\u{feff}{header}\r\n{}\r\n", rows.join("\r\n"))).unwrap();
}

async fn a_dry_run_says_everything_and_writes_nothing(db: TestDb) {
    let archive = Archive::new(&db);
    let before = EndState::of(archive.url(), archive.data()).await;
    let answer = archive.run(&["ingest", &sample(), "--dry-run", "--yes"]).expect_status(0);
    assert_eq!(answer["records"], 0);
    assert!(answer["rows"].as_u64().unwrap() > 20);
    assert!(!answer["proposals"].as_array().unwrap().is_empty());
    assert_eq!(EndState::of(archive.url(), archive.data()).await, before);
}

async fn fonds_that_the_archive_lacks_are_proposed_and_made_only_when_asked(db: TestDb) {
    let archive = Archive::new(&db);
    let refused = archive.run(&["ingest", &sample()]).expect_status(1);
    assert!(kinds(&refused).iter().any(|(kind, _)| kind == "fonds-proposed"));
    assert_eq!(refused["records"], 0);
    let filed = archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    assert_eq!(filed["records"], filed["rows"]);
}

async fn the_same_batch_again_changes_nothing(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let before = EndState::of(archive.url(), archive.data()).await;
    let again = archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    assert_eq!((again["records"].as_u64(), again["unchanged"].as_u64()), (Some(0), again["rows"].as_u64()));
    assert_eq!(EndState::of(archive.url(), archive.data()).await, before);
}

async fn one_changed_file_is_named_and_nothing_is_overwritten(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = a_copy(&archive);
    let batch = batch.to_str().unwrap();
    archive.run(&["ingest", batch, "--yes"]).expect_status(0);
    let before = EndState::of(archive.url(), archive.data()).await;
    let changed = a_file(Path::new(batch), ".txt");
    fs::write(&changed, "另一份文件").unwrap();
    let answer = archive.run(&["ingest", batch, "--yes"]).expect_status(1);
    let found = kinds(&answer);
    assert_eq!(found.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>(), ["file-changed"]);
    let defects = answer["defects"].as_array().unwrap();
    let named = defects.iter().find(|defect| defect["kind"] == "file-changed").unwrap();
    assert!(changed.to_str().unwrap().ends_with(named["file"].as_str().unwrap()));
    assert_eq!(EndState::of(archive.url(), archive.data()).await, before);
}

async fn bad_rows_keep_the_batch_out_and_the_good_ones_may_go_in(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = archive.data().with_extension("spoilt");
    fs::create_dir_all(batch.join("files")).unwrap();
    fs::write(batch.join("catalogue.xlsx"), "").unwrap();
    for code in ["0001", "0003", "0006", "0009"] {
        fs::write(batch.join(format!("files/X001-WS·2011-Y-BGS-{code}.txt")), format!("正文 {code}")).unwrap();
    }
    catalogue(
        &batch,
        &[
            "X001-WS·2011-Y-BGS-0001,好的一行,县政府,,20110614,永久,公开,1,,",
            "X001-WS·2011-Y-BGS-0002,缺文件,县政府,,20110614,永久,,1,,",
            "X001-WS·2011-Y-BGS-0003,期限不符,县政府,,20110614,10年,,1,,",
            "X001-WS·11-Y-BGS-0004,年度两位,县政府,,20110614,永久,,1,,",
            "X001-WS·2011-Y-BGS-0005,期限不识,县政府,,20110614,长久,,1,,",
            "X001-WS.2011-Y-BGS-0006,英文句点,县政府,,2011.6.14,永久,,1,,",
        ],
    );
    let batch = batch.to_str().unwrap();
    let refused = archive.run(&["ingest", batch, "--yes"]).expect_status(1);
    assert_eq!(refused["records"], 0);
    let found = kinds(&refused);
    for wanted in
        [("missing-file", Some(3)), ("code-retention", Some(4)), ("code-invalid", Some(5)), ("surplus-file", None)]
    {
        assert!(found.contains(&(wanted.0.to_owned(), wanted.1)), "{wanted:?} in {found:?}");
    }
    assert!(found.contains(&("unknown-retention".to_owned(), Some(6))), "{found:?}");
    for defect in refused["defects"].as_array().unwrap() {
        assert!(!defect["reason"].as_str().unwrap().is_empty() && !defect["remedy"].as_str().unwrap().is_empty());
    }
    let sheet = archive.data().with_extension("xlsx");
    archive.run(&["ingest", batch, "--dry-run", "--report", sheet.to_str().unwrap()]).expect_status(1);
    assert!(fs::read(&sheet).unwrap().starts_with(b"PK"));
    let filed = archive.run(&["ingest", batch, "--yes", "--accept-good"]).expect_status(1);
    assert_eq!(filed["records"], 2);
    archive.run(&["show", "X001-WS·2011-Y-BGS-0001"]).expect_status(0);
    archive.run(&["show", "X001-WS.2011-Y-BGS-0006"]).expect_status(0);
    archive.run(&["show", "X001-WS·2011-Y-BGS-0002"]).expect_status(3);
}

/// More records than a scheduler lets one task take in one breath.
async fn five_thousand_records_are_read_to_the_end(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = archive.data().with_extension("batch");
    fs::create_dir_all(batch.join("files")).unwrap();
    let mut rows = String::from("\u{feff}档号,题名,保管期限\r\n");
    for n in 1..=5_000 {
        let code = format!("X001-WS·2011-Y-BGS-{n:04}");
        fs::write(batch.join(format!("files/{code}.txt")), format!("第 {n} 件的正文")).unwrap();
        rows.push_str(&format!("{code},题名,永久\r\n"));
    }
    fs::write(batch.join("catalogue.csv"), rows).unwrap();
    assert_eq!(archive.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(0)["records"], 5_000);
    assert_eq!(archive.run(&["search", "件的正文", "--limit", "1"]).expect_status(0)["total"], 5_000);
}

on_both_databases!(
    a_dry_run_says_everything_and_writes_nothing,
    fonds_that_the_archive_lacks_are_proposed_and_made_only_when_asked,
    the_same_batch_again_changes_nothing,
    one_changed_file_is_named_and_nothing_is_overwritten,
    bad_rows_keep_the_batch_out_and_the_good_ones_may_go_in,
    five_thousand_records_are_read_to_the_end,
);
