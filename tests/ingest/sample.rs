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
fn a_file(batch: &Path, ending: &str) -> PathBuf {
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

fn kinds(answer: &Value) -> Vec<(String, Option<u64>)> {
    let defects = answer["defects"].as_array().unwrap();
    defects
        .iter()
        .filter(|defect| defect["severity"] == "blocking")
        .map(|defect| (defect["kind"].as_str().unwrap().to_owned(), defect["row"].as_u64()))
        .collect()
}

fn catalogue(batch: &Path, rows: &[&str]) {
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

/// Filed and not yet sealed when the database was lost: the staged objects are the
/// only copy, and no start may sweep them away.
async fn staged_objects_of_a_lost_database_stay_and_are_named(db: TestDb) {
    let archive = Archive::new(&db);
    let staged = archive.data().join("staging/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    fs::create_dir_all(staged.join("v1")).unwrap();
    fs::write(staged.join("v1/inventory.json"), "{}").unwrap();
    let rebuilt = archive.on_another_database(&db.another());
    let said = rebuilt.run(&["rebuild", "--from-store"]).expect_status(1);
    assert!(said["faults"].to_string().contains("staging/aaaa"), "{said}");
    assert!(staged.join("v1/inventory.json").exists());
    rebuilt.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    rebuilt.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    assert!(!staged.exists(), "once batches are known, what none of them promised is swept");
}

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

/// A batch that was broken off is not made visible with fewer rows than it was begun with.
async fn a_batch_that_lost_a_file_since_it_was_begun_stays_invisible(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = archive.data().with_extension("batch");
    fs::create_dir_all(batch.join("files")).unwrap();
    let code = |n: usize| format!("X001-WS·2011-Y-BGS-{n:04}");
    let rows: Vec<String> = (1..=300).map(|n| format!("{},题名{n},永久", code(n))).collect();
    for n in 1..=300 {
        fs::write(batch.join(format!("files/{}.txt", code(n))), format!("第 {n} 件")).unwrap();
    }
    fs::write(batch.join("catalogue.csv"), format!("\u{feff}档号,题名,保管期限\r\n{}\r\n", rows.join("\r\n"))).unwrap();
    let batch_name = batch.to_str().unwrap();
    let begun = || async {
        let open = lantai::db::Db::open(&db.url).await.unwrap();
        let counts: Vec<(i64, String)> =
            lantai::db::Asked::new("SELECT filed, state FROM batch").fetch(&open).await.unwrap();
        open.close().await;
        counts.first().cloned()
    };
    let mut child =
        archive.command(&["ingest", batch_name, "--yes"]).env("LANTAI__INGEST__CHUNK", "1").spawn().unwrap();
    loop {
        match begun().await {
            Some((filed, state)) if filed > 3 && state == "filing" => break,
            Some((_, state)) if state == "filed" => panic!("the batch was filed before it could be stopped"),
            _ => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let lost = batch.join(format!("files/{}.txt", code(299)));
    fs::rename(&lost, archive.data().with_extension("kept")).unwrap();
    let refused = archive.run(&["ingest", batch_name, "--yes"]).expect_status(2);
    assert!(refused["detail"].as_str().unwrap().contains("300"), "{refused}");
    archive.run(&["ingest", batch_name, "--dry-run"]);
    archive.run(&["search", "题名"]).expect_status(0);
    archive.run(&["show", &code(1)]).expect_status(3);
    assert_eq!(begun().await.unwrap().1, "filing");
    fs::rename(archive.data().with_extension("kept"), &lost).unwrap();
    archive.run(&["ingest", batch_name, "--yes"]).expect_status(0);
    archive.run(&["show", &code(299)]).expect_status(0);
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

fn without_times(mut record: Value) -> Value {
    for copy in record["copies"].as_array_mut().unwrap() {
        copy["sealed_at"] = Value::Null;
        copy["verified_at"] = Value::Null;
    }
    record
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

on_both_databases!(
    a_dry_run_says_everything_and_writes_nothing,
    fonds_that_the_archive_lacks_are_proposed_and_made_only_when_asked,
    the_same_batch_again_changes_nothing,
    one_changed_file_is_named_and_nothing_is_overwritten,
    bad_rows_keep_the_batch_out_and_the_good_ones_may_go_in,
    a_later_batch_may_hold_earlier_years,
    staged_objects_of_a_lost_database_stay_and_are_named,
    a_later_batch_may_hold_wider_codes_when_asked,
    codes_that_name_no_category_are_taken_in,
    a_row_above_open_is_set_aside_and_nothing_of_it_is_kept,
    a_secret_under_another_header_or_claimed_by_an_open_row_stays_secret,
    a_batch_that_lost_a_file_since_it_was_begun_stays_invisible,
    five_thousand_records_are_read_to_the_end,
    an_object_that_is_gone_and_one_that_nobody_knows_are_findings,
    an_index_of_another_trail_is_built_again,
    rebuilt_from_the_store_alone_records_show_and_search_as_before,
    one_changed_byte_in_the_store_is_found,
);
