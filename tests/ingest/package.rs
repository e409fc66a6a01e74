//! A ZIP file is taken in as the folder that was packed into it.

use super::{
    sample::{a_file, kinds},
    state::EndState,
};
use crate::harness::{Archive, TestDb, on_both_databases, sample};
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Packs what lies in `folder` under one folder, as senders do.
pub fn packed(folder: &Path, into: &Path) -> PathBuf {
    let path = into.join("移交.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let name = Path::new("移交").join(entry.path().strip_prefix(folder).unwrap());
            zip.start_file(name.to_str().unwrap(), SimpleFileOptions::default()).unwrap();
            zip.write_all(&fs::read(entry.path()).unwrap()).unwrap();
        }
    }
    zip.finish().unwrap();
    path
}

async fn a_package_gives_what_its_folder_gives(db: TestDb) {
    let plain = Archive::new(&db.another());
    plain.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let archive = Archive::new(&db.another());
    let folder = tempfile::tempdir().unwrap();
    let package = packed(Path::new(&sample()), folder.path());
    let package = package.to_str().unwrap();
    let dry = archive.run(&["ingest", package, "--yes", "--dry-run"]).expect_status(0);
    assert_eq!(dry["records"], 0, "{dry}");
    archive.run(&["ingest", package, "--yes"]).expect_status(0);
    let (found, wanted) =
        (EndState::of(archive.url(), archive.data()).await, EndState::of(plain.url(), plain.data()).await);
    assert_eq!(found, wanted, "what was unpacked is gone, too");
    let keys = PathBuf::from(format!("{}-keys/staging", archive.data().display()));
    assert_eq!(fs::read_dir(keys).unwrap().count(), 0, "and its key");
    let again = archive.run(&["ingest", package, "--yes"]).expect_status(0);
    assert_eq!((&again["records"], &again["unchanged"]), (&0.into(), &26.into()));
}

async fn a_damaged_member_keeps_its_row_out_and_no_other(db: TestDb) {
    let archive = Archive::new(&db);
    let folder = tempfile::tempdir().unwrap();
    let package = packed(Path::new(&sample()), folder.path());
    let mut bytes = fs::read(&package).unwrap();
    let name = a_file(Path::new(&sample()), ".pdf").file_name().unwrap().to_str().unwrap().to_owned();
    let at = (0..bytes.len()).find(|at| bytes[*at..].starts_with(name.as_bytes())).unwrap() + name.len() + 40;
    bytes[at] ^= 0x55;
    fs::write(&package, bytes).unwrap();
    let package = package.to_str().unwrap();
    let refused = archive.run(&["ingest", package, "--yes"]).expect_status(1);
    let mut found: Vec<String> = kinds(&refused).into_iter().map(|(kind, _)| kind).collect();
    found.sort();
    assert_eq!(found, ["file-refused", "missing-file"], "{refused}");
    let taken = archive.run(&["ingest", package, "--yes", "--accept-good"]).expect_status(1);
    assert_eq!(taken["records"].as_u64().unwrap() + 1, taken["rows"].as_u64().unwrap(), "{taken}");
}

async fn what_is_no_package_is_refused_in_words(db: TestDb) {
    let archive = Archive::new(&db);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.zip");
    fs::write(&path, b"no ZIP file at all").unwrap();
    let refused = archive.run(&["ingest", path.to_str().unwrap(), "--yes"]).expect_status(2);
    assert!(refused.to_string().contains("no readable ZIP file"), "{refused}");
}

on_both_databases!(
    a_package_gives_what_its_folder_gives,
    a_damaged_member_keeps_its_row_out_and_no_other,
    what_is_no_package_is_refused_in_words,
);
