//! `lantai identify`: without an archive, each file told, whatever the others are.

use crate::harness::{Archive, TestDb, on_both_databases};
use serde_json::Value;
use std::{fs, path::Path, process::Command};

fn skeleton(name: &str) -> String {
    format!("{}/tests/fixtures/pronom/skeletons/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Runs it where there is no archive.
fn identify(files: &[&str], signatures: &str) -> (i32, Value, String) {
    let nowhere = tempfile::tempdir().unwrap();
    let data = nowhere.path().join("none");
    let mut command = Command::new(env!("CARGO_BIN_EXE_lantai"));
    command.args(["--json", "--data"]).arg(&data).arg("identify").args(files);
    let out = command.env("LANTAI__READING__SIGNATURES", signatures).output().unwrap();
    assert!(!data.exists(), "and makes none");
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out.status.code().unwrap(), serde_json::from_slice(&out.stdout).unwrap(), said)
}

#[test]
fn files_are_told_in_their_order_with_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("\u{8bf4}\u{660e}.txt");
    fs::write(&text, "你好").unwrap();
    let link = folder.path().join("link.odg");
    let drawing = skeleton("containers__fmt-139-container-signature-id-9500.odg");
    std::os::unix::fs::symlink(&drawing, &link).unwrap();
    let rtf = skeleton("fmt__fmt-52-signature-id-26.rtf");
    let (status, told, said) = identify(&[&drawing, &rtf, text.to_str().unwrap(), link.to_str().unwrap()], "");
    assert_eq!(status, 0, "{told} {said}");
    let part = |key: &str| -> Vec<&str> {
        told.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap_or_default()).collect()
    };
    assert_eq!(part("puid"), ["fmt/139", "fmt/52", "x-fmt/111", "fmt/139"]);
    assert_eq!(part("basis"), ["container", "signature", "extension", "container"]);
    assert_eq!(part("name")[1], "Rich Text Format");
    assert_eq!((told[2]["mime"].as_str(), told[2]["version"].as_str()), (Some("text/plain"), None));
    assert_eq!(part("file")[2], text.to_str().unwrap());
    assert!(part("signatures").iter().all(|by| by.starts_with("PRONOM 2026-")), "{told}");
}

#[test]
fn what_cannot_be_told_says_why_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(path("odd"), "nothing that anybody knows").unwrap();
    fs::write(path("empty.txt"), "").unwrap();
    fs::write(path("no.pdf"), "no PDF at all").unwrap();
    let rtf = skeleton("fmt__fmt-52-signature-id-26.rtf");
    let files = [path("odd"), path("gone"), path("empty.txt"), path("no.pdf"), path(""), rtf];
    let (status, told, _) = identify(&files.each_ref().map(String::as_str), "");
    assert_eq!(status, 1);
    for (one, why) in told.as_array().unwrap().iter().zip(["没有特征", "打不开", "空的", "没有特征", "a folder"])
    {
        assert_eq!((one["puid"].as_str(), one["basis"].as_str()), (None, Some("none")), "{one}");
        assert!(one["reason"].as_str().unwrap().contains(why), "{one}");
    }
    assert_eq!(told[5]["puid"], "fmt/52");
}

fn signatures(folder: &Path, pattern: &str) -> String {
    let file = folder.join("own.jsonl");
    let head = r#"{"signatures":"Own","version":"7","origin":"us","licence":"none"}"#;
    let line = format!(r#"{{"puid":"own/5","name":"Ours","bytes":[[["bof",0,0,"{pattern}"]]]}}"#);
    fs::write(&file, format!("{head}\n{line}\n")).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn the_operator_may_name_other_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.own");
    fs::write(&file, "OWN file").unwrap();
    let own = signatures(folder.path(), "'OWN '");
    let rtf = skeleton("fmt__fmt-52-signature-id-26.rtf");
    let (status, told, _) = identify(&[file.to_str().unwrap(), &rtf], &own);
    assert_eq!((status, told[0]["puid"].as_str()), (1, Some("own/5")), "{told}");
    assert_eq!(told[0]["signatures"], "Own 7; Lantai 1");
    assert_eq!(told[1]["puid"], Value::Null, "PRONOM's are not asked any more");
}

async fn signatures_that_are_wrong_stop_the_start(db: TestDb) {
    let archive = Archive::new(&db);
    let folder = tempfile::tempdir().unwrap();
    for (pattern, why) in [("4", "own.jsonl, line 2: 4: half a byte at 0"), ("", "own.jsonl, line 2: : holds no byte")]
    {
        let own = signatures(folder.path(), pattern);
        let out = archive.command(&["doctor"]).env("LANTAI__READING__SIGNATURES", &own).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.contains(why) && said.contains("reading.signatures"), "{said}");
        assert_eq!(identify(&[&own], &own).0, 2);
    }
    archive.run(&["fonds", "list"]).expect_status(0);
}

on_both_databases!(signatures_that_are_wrong_stop_the_start);
