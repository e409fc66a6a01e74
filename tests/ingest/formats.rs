//! What format a file has is found out when it is taken in, and kept.

use crate::harness::{Archive, TestDb, on_both_databases, sample};
use serde_json::Value;
use std::{fs, path::Path};

const CODE: &str = "X001-WS·2011-Y-BGS-0001";

/// A batch of one record with three files: a photo under a name that lies, a text and
/// what nobody knows.
fn three(archive: &Archive) -> String {
    let batch = archive.data().with_extension("formats");
    let folder = batch.join("files").join(CODE);
    fs::create_dir_all(&folder).unwrap();
    let photo = fs::read(super::sample::a_file(Path::new(&sample()), ".jpg")).unwrap();
    fs::write(folder.join("1.dat"), photo).unwrap();
    fs::write(folder.join("2.txt"), "正文").unwrap();
    fs::write(folder.join("3.odd"), "neither this nor that").unwrap();
    fs::write(batch.join("catalogue.csv"), format!("\u{feff}档号,题名,保管期限\r\n{CODE},三种格式,永久\r\n")).unwrap();
    batch.to_str().unwrap().to_owned()
}

fn told(record: &Value) -> Vec<[Option<&str>; 3]> {
    let files = record["files"].as_array().unwrap().iter();
    files.map(|file| ["puid", "puid_basis", "puid_name"].map(|key| file[key].as_str())).collect()
}

async fn the_format_of_each_file_is_kept_and_comes_back_from_the_store(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = three(&archive);
    archive.run(&["ingest", &batch, "--yes"]).expect_status(0);
    let record = archive.run(&["show", CODE]).expect_status(0);
    let wanted = [
        [Some("fmt/43"), Some("signature"), Some("JPEG File Interchange Format 1.01")],
        [Some("x-fmt/111"), Some("extension"), Some("Plain Text File")],
        [None, Some("none"), None],
    ];
    assert_eq!(told(&record), wanted, "{record}");
    assert_eq!(archive.run(&["ingest", &batch, "--yes"]).expect_status(0)["unchanged"], 1, "and nothing changes by it");

    let empty = db.another();
    let rebuilt = archive.on_another_database(&empty);
    rebuilt.run(&["rebuild", "--from-store"]).expect_status(0);
    assert_eq!(told(&rebuilt.run(&["show", CODE]).expect_status(0)), wanted);
}

async fn a_file_that_was_taken_in_before_says_nothing_of_its_format(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["ingest", &three(&archive), "--yes"]).expect_status(0);
    archive.sql("UPDATE record_file SET puid = NULL, puid_basis = NULL, puid_name = NULL");
    assert_eq!(told(&archive.run(&["show", CODE]).expect_status(0)), [[None; 3]; 3]);
}

on_both_databases!(
    the_format_of_each_file_is_kept_and_comes_back_from_the_store,
    a_file_that_was_taken_in_before_says_nothing_of_its_format,
);
