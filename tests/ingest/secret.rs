//! Rows above 公开: set aside, and nothing of them kept.

use super::sample::{catalogue, kinds};
use crate::harness::{Archive, TestDb, on_both_databases};
use std::{fs, path::Path};

/// Of a row above 公开 only its number, its code, its mark and the reason are kept.
async fn a_row_above_open_is_set_aside_and_nothing_of_it_is_kept(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = archive.data().with_extension("secret");
    fs::create_dir_all(batch.join("files")).unwrap();
    fs::write(batch.join("catalogue.xlsx"), "").unwrap();
    fs::write(batch.join("files/X001-WS·2011-Y-BGS-0001.txt"), "公开的正文鸾岫").unwrap();
    fs::write(batch.join("files/X001-WS·2011-Y-BGS-0002.txt"), "机密的正文魑魅").unwrap();
    fs::write(batch.join("files/别名魑魅.txt"), "内部的正文魍魉").unwrap();
    catalogue(
        &batch,
        &[
            "X001-WS·2011-Y-BGS-0001,公开题名鸾岫,县政府,,20110614,永久,公开,1,,",
            "X001-WS·2011-Y-BGS-0002,机密题名魑魅,县政府魑魅,魑魅〔2011〕1号,20110614,永久,机密★10年,1,魑魅,",
            "X001-WS·2011-Y-BGS-0003,内部题名魍魉,县政府,,20110614,永久,内部,1,,别名魑魅.txt",
        ],
    );
    let answer = archive.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(1);
    assert_eq!((answer["records"].as_u64(), answer["set_aside"].as_u64()), (Some(1), Some(2)));
    assert_eq!(kinds(&answer), [("set-aside".to_owned(), Some(3)), ("set-aside".to_owned(), Some(4))]);
    assert!(!answer.to_string().contains('魑') && !answer.to_string().contains('魍'), "{answer}");
    let found = everything_in(&db, archive.data()).await;
    assert!(found.contains("鸾岫"), "the search finds what is there");
    assert!(!found.contains('魑') && !found.contains('魍'), "nothing of a row set aside is kept");
}

/// However the mark's column is called, and whatever another row claims of the files.
async fn a_secret_under_another_header_or_claimed_by_an_open_row_stays_secret(db: TestDb) {
    let archive = Archive::new(&db);
    let hand_in = |name: &str, header: &str, rows: &[&str], files: &[&str]| {
        let batch = archive.data().with_extension(name);
        fs::create_dir_all(batch.join("files")).unwrap();
        for file in files {
            fs::write(batch.join("files").join(file), format!("魑魅的正文 {file}")).unwrap();
        }
        fs::write(batch.join("catalogue.csv"), format!("\u{feff}{header}\r\n{}\r\n", rows.join("\r\n"))).unwrap();
        archive.run(&["ingest", batch.to_str().unwrap(), "--yes", "--accept-good"])
    };
    for (at, header) in ["保密等级", "秘密等级", "密级标识", "文件密级", "涉密程度"].iter().enumerate()
    {
        let code = format!("X001-WS·2011-Y-BGS-000{at}");
        let answer = hand_in(
            &format!("h{at}"),
            &format!("档号,题名,保管期限,密级,{header}"),
            &[&format!("{code},魑魅,永久,,机密★10年")],
            &[&format!("{code}.txt")],
        );
        let answer = answer.expect_status(1);
        assert_eq!((answer["records"].as_u64(), answer["set_aside"].as_u64()), (Some(0), Some(1)), "{header}");
    }
    let same_code = ["X002-WS·2011-Y-BGS-0001,公开,永久,公开", "X002-WS·2011-Y-BGS-0001,魑魅,永久,机密"];
    let answer = hand_in("same", "档号,题名,保管期限,密级", &same_code, &["X002-WS·2011-Y-BGS-0001.txt"]);
    assert_eq!(answer.expect_status(1)["records"], 0);
    let by_name = [
        "X003-WS·2011-Y-BGS-0001,公开,永久,公开,X003-WS·2011-Y-BGS-0002.txt",
        "X003-WS·2011-Y-BGS-0002,魑魅,永久,机密,",
    ];
    let answer = hand_in("name", "档号,题名,保管期限,密级,文件名", &by_name, &["X003-WS·2011-Y-BGS-0002.txt"]);
    let answer = answer.expect_status(1);
    assert_eq!(answer["records"], 0);
    assert!(!answer.to_string().contains("0002.txt"), "the file is named to nobody: {answer}");
    let found = everything_in(&db, archive.data()).await;
    assert!(!found.contains('魑'), "nothing of it is kept");
}

/// Every text in every table that ingest writes, and every file of the archive's
/// folder as text.
async fn everything_in(db: &TestDb, data: &Path) -> String {
    let open = lantai::db::Db::open(&db.url).await.unwrap();
    let mut text = String::new();
    for sql in [
        "SELECT title || note || extra || responsible || docno FROM record",
        "SELECT name || path FROM record_file",
        "SELECT body FROM audit_detail",
        "SELECT COALESCE(code, '') || COALESCE(file, '') || reason || remedy FROM batch_finding",
        "SELECT name || source FROM batch",
    ] {
        for (line,) in lantai::db::Asked::new(sql).fetch::<(String,)>(&open).await.unwrap() {
            text.push_str(&line);
        }
    }
    open.close().await;
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                text.push_str(&String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default()));
            }
        }
    }
    text
}

on_both_databases!(
    a_row_above_open_is_set_aside_and_nothing_of_it_is_kept,
    a_secret_under_another_header_or_claimed_by_an_open_row_stays_secret,
);
