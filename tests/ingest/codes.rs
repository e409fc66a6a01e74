//! Codes that the archive meets for the first time.

use super::sample::{catalogue, kinds};
use crate::harness::{Archive, TestDb, on_both_databases};
use std::fs;

/// A fonds' first batch may be of any year; the next may be of an earlier one.
async fn a_later_batch_may_hold_earlier_years(db: TestDb) {
    let archive = Archive::new(&db);
    for year in ["2011", "1987", "2020"] {
        let batch = archive.data().with_extension(year);
        fs::create_dir_all(batch.join("files")).unwrap();
        fs::write(batch.join("catalogue.xlsx"), "").unwrap();
        fs::write(batch.join(format!("files/X001-WS·{year}-Y-BGS-0001.txt")), format!("{year} 年的正文")).unwrap();
        catalogue(&batch, &[&format!("X001-WS·{year}-Y-BGS-0001,题名{year},县政府,,{year}0614,永久,公开,1,,")]);
        let filed = archive.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(0);
        assert_eq!(filed["records"], 1, "{year}");
        archive.run(&["show", &format!("X001-WS·{year}-Y-BGS-0001")]).expect_status(0);
    }
}

/// Codes by catalogue name no category: the row's column does, else they are kept as 文书.
async fn codes_that_name_no_category_are_taken_in(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = archive.data().with_extension("batch");
    fs::create_dir_all(batch.join("files")).unwrap();
    for code in ["C038-001-002-003", "C038-001-002-004"] {
        fs::write(batch.join(format!("files/{code}.txt")), format!("{code} 的正文")).unwrap();
    }
    let rows =
        "档号,题名,保管期限,年度,门类\r\nC038-001-002-003,甲,永久,1987,\r\nC038-001-002-004,乙,永久,1988,文书\r\n";
    fs::write(batch.join("catalogue.csv"), format!("\u{feff}{rows}")).unwrap();
    assert_eq!(archive.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(0)["records"], 2);
    let shown = archive.run(&["show", "C038-001-002-003"]).expect_status(0);
    assert_eq!((shown["category"].as_str(), shown["year"].as_i64()), (Some("WS"), Some(1987)));
    let rebuilt = archive.on_another_database(&db.another());
    assert_eq!(rebuilt.run(&["rebuild", "--from-store"]).expect_status(0)["records"], 2);
    assert_eq!(rebuilt.run(&["show", "C038-001-002-003"]).expect_status(0)["category"], "WS");
}

/// Numbers grow beyond the width they had in the first batch.
async fn a_later_batch_may_hold_wider_codes_when_asked(db: TestDb) {
    let archive = Archive::new(&db);
    let hand_in = |serial: &str, ask: &[&str]| {
        let batch = archive.data().with_extension(serial);
        fs::create_dir_all(batch.join("files")).unwrap();
        fs::write(batch.join("catalogue.xlsx"), "").unwrap();
        let code = format!("X001-WS·2011-Y-BGS-{serial}");
        fs::write(batch.join(format!("files/{code}.txt")), format!("第 {serial} 件")).unwrap();
        catalogue(&batch, &[&format!("{code},题名,县政府,,20110614,永久,公开,1,,")]);
        archive.run(&[&["ingest", batch.to_str().unwrap()], ask].concat())
    };
    hand_in("0001", &["--yes"]).expect_status(0);
    let refused = hand_in("10001", &[]).expect_status(1);
    assert_eq!(kinds(&refused).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>(), ["scheme-widened"]);
    assert_eq!(refused["records"], 0);
    assert_eq!(hand_in("10001", &["--yes"]).expect_status(0)["records"], 1);
    hand_in("0002", &["--yes"]).expect_status(0);
    let rebuilt = archive.on_another_database(&db.another());
    assert_eq!(rebuilt.run(&["rebuild", "--from-store"]).expect_status(0)["records"], 3);
    let again = rebuilt.run(&["ingest", archive.data().with_extension("10001").to_str().unwrap()]).expect_status(0);
    assert_eq!(again["unchanged"], 1);
}

on_both_databases!(
    a_later_batch_may_hold_earlier_years,
    codes_that_name_no_category_are_taken_in,
    a_later_batch_may_hold_wider_codes_when_asked,
);
