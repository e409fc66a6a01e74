//! Files and cells as senders have them: cut off, oddly named, oddly typed.

use super::sample::kinds;
use crate::harness::{Archive, TestDb, on_both_databases, sample};
use serde_json::Value;
use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
};

/// A batch of one record, `X001-WS·2011-Y-BGS-0001`, with this file and title.
fn one(archive: &Archive, name: &str, file: &OsStr, bytes: &[u8], title: &str) -> PathBuf {
    let batch = archive.data().with_extension(name);
    fs::create_dir_all(batch.join("files")).unwrap();
    fs::write(batch.join("files").join(file), bytes).unwrap();
    let row = format!("X001-WS·2011-Y-BGS-0001,{title},永久");
    fs::write(batch.join("catalogue.csv"), format!("\u{feff}档号,题名,保管期限\r\n{row}\r\n")).unwrap();
    batch
}

fn dry(archive: &Archive, batch: &Path) -> Value {
    let out = archive.command(&["ingest", batch.to_str().unwrap(), "--dry-run", "--yes"]).output().unwrap();
    serde_json::from_slice(&out.stdout).unwrap()
}

async fn a_scan_that_was_cut_off_is_a_defect(db: TestDb) {
    let archive = Archive::new(&db);
    let of = |ending: &str| super::sample::a_file(Path::new(&sample()), ending);
    for (ending, keep) in [(".jpg", 2), (".jpg", 1), (".tif", 2), (".pdf", 2), (".pdf", 1)] {
        let whole = fs::read(of(ending)).unwrap();
        let cut = whole.len() - if keep == 1 { whole.len() / 10 } else { whole.len() / keep };
        let name = format!("X001-WS·2011-Y-BGS-0001{ending}");
        let batch = one(&archive, &format!("whole{ending}{keep}"), name.as_ref(), &whole, "完好");
        assert_eq!(kinds(&dry(&archive, &batch)), [], "{ending}");
        let batch = one(&archive, &format!("cut{ending}{keep}"), name.as_ref(), &whole[..cut], "截断");
        assert_eq!(kinds(&dry(&archive, &batch)), [("unreadable-file".to_owned(), Some(2))], "{ending} at {cut}");
    }
}

async fn a_name_of_an_old_system_is_read_and_its_file_filed(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, _, _) = encoding_rs::GB18030.encode("X001-WS·2011-Y-BGS-0001.txt");
    let batch = one(&archive, "gbk", OsStr::from_bytes(&name), "旧系统的正文".as_bytes(), "旧名");
    archive.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(0);
    assert_eq!(archive.run(&["search", "旧系统"]).expect_status(0)["total"], 1);
}

async fn a_control_character_is_a_defect_of_its_row(db: TestDb) {
    let archive = Archive::new(&db);
    let name = OsStr::new("X001-WS·2011-Y-BGS-0001.txt");
    let batch = one(&archive, "nul", name, b"text", "空\0字节");
    let refused = archive.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(1);
    assert_eq!(kinds(&refused), [("cell-broken".to_owned(), Some(2))]);
    let batch = one(&archive, "clean", name, b"text", "没有空字节");
    archive.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(0);
}

on_both_databases!(
    a_scan_that_was_cut_off_is_a_defect,
    a_name_of_an_old_system_is_read_and_its_file_filed,
    a_control_character_is_a_defect_of_its_row,
);
