//! What is kept: checked, lost, rebuilt.

use super::sample::a_file;
use crate::harness::{Archive, TestDb, on_both_databases, sample};
use serde_json::Value;
use std::{fs, path::Path};

async fn rebuilt_from_the_store_alone_records_show_and_search_as_before(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let queries = fs::read_to_string(Path::new(&sample()).join("queries.tsv")).unwrap();
    let queries: Vec<&str> = queries.lines().filter_map(|line| line.split('\t').next()).take(25).collect();
    let codes = |archive: &Archive, query: &str| {
        let answer = archive.run(&["search", query, "--limit", "200"]).expect_status(0);
        answer["hits"].as_array().unwrap().iter().map(|hit| hit["code"].clone()).collect::<Vec<_>>()
    };
    let found: Vec<_> = queries.iter().map(|query| codes(&archive, query)).collect();
    let shown: Vec<Value> = found
        .iter()
        .flatten()
        .take(20)
        .map(|code| without_times(archive.run(&["show", code.as_str().unwrap()]).expect_status(0)))
        .collect();
    let fonds = archive.run(&["fonds", "list"]).expect_status(0);

    let empty = db.another();
    let rebuilt = archive.on_another_database(&empty);
    let said = rebuilt.run(&["rebuild", "--from-store"]).expect_status(0);
    assert!(said["not_in_the_store"].to_string().contains("trail"), "it says what did not come back");
    assert_eq!(rebuilt.run(&["fonds", "list"]).expect_status(0), fonds);
    for (query, before) in queries.iter().zip(&found) {
        assert_eq!(codes(&rebuilt, query), *before, "{query}");
    }
    for before in &shown {
        let code = before["code"].as_str().unwrap();
        assert_eq!(without_times(rebuilt.run(&["show", code]).expect_status(0)), *before);
    }
    let again = rebuilt.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    assert_eq!(again["unchanged"], again["rows"]);
}

async fn an_object_that_is_gone_and_one_that_nobody_knows_are_findings(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let root = archive.data().join("store/ocfl");
    let object = a_file(&root, "content/0001").ancestors().nth(3).unwrap().to_owned();
    fs::rename(&object, archive.data().with_extension("gone")).unwrap();
    let lost = archive.run(&["verify"]).expect_status(1);
    let kinds: Vec<_> = lost["findings"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect();
    assert!(kinds.iter().any(|kind| kind == "is missing"), "{kinds:?}");
    fs::rename(archive.data().with_extension("gone"), &object).unwrap();
    archive.run(&["verify"]).expect_status(0);
    let empty = archive.on_another_database(&db.another());
    let strays = empty.run(&["verify"]).expect_status(1);
    assert_eq!(strays["findings"].as_array().unwrap().len(), 26);
}

/// The index of a lost database stands beyond the new one's trail.
async fn an_index_of_another_trail_is_built_again(db: TestDb) {
    let archive = Archive::new(&db);
    for _ in 0..3 {
        archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    }
    let other = archive.on_another_database(&db.another());
    assert_eq!(other.run(&["search", "防汛"]).expect_status(0)["total"], 0);
    let batch = archive.data().with_extension("new");
    fs::create_dir_all(batch.join("files")).unwrap();
    fs::write(batch.join("files/X001-WS·2011-Y-BGS-0001.txt"), "崭新的防汛正文").unwrap();
    fs::write(batch.join("catalogue.csv"), "\u{feff}档号,题名,保管期限\r\nX001-WS·2011-Y-BGS-0001,新,永久\r\n")
        .unwrap();
    other.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(0);
    assert_eq!(other.run(&["search", "防汛"]).expect_status(0)["total"], 1);
}

async fn one_changed_byte_in_the_store_is_found(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let whole = archive.run(&["verify"]).expect_status(0);
    assert_eq!(whole["findings"].as_array().unwrap().len(), 0);
    let victim = a_file(&archive.data().join("store/ocfl"), "content/0001");
    let mut bytes = fs::read(&victim).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&victim, bytes).unwrap();
    let spoilt = archive.run(&["verify"]).expect_status(1);
    assert_eq!(spoilt["findings"][0]["path"], "v1/content/0001");
}

fn without_times(mut record: Value) -> Value {
    for copy in record["copies"].as_array_mut().unwrap() {
        copy["sealed_at"] = Value::Null;
        copy["verified_at"] = Value::Null;
    }
    record
}

on_both_databases!(
    rebuilt_from_the_store_alone_records_show_and_search_as_before,
    an_object_that_is_gone_and_one_that_nobody_knows_are_findings,
    an_index_of_another_trail_is_built_again,
    one_changed_byte_in_the_store_is_found,
);
