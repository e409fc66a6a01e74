//! Batches that were broken off.

use crate::harness::{Archive, Server, TestDb, on_both_databases, sample};
use std::fs;

/// A batch that was broken off is not made visible with fewer rows than it was begun with.
async fn a_batch_that_lost_a_file_since_it_was_begun_stays_invisible(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = many(&archive, 300);
    let batch_name = batch.to_str().unwrap();
    kill_in_the_middle(&archive, &db, &[batch_name, "--yes"]).await;
    let lost = batch.join(format!("files/{}.txt", code(299)));
    fs::rename(&lost, archive.data().with_extension("kept")).unwrap();
    let refused = archive.run(&["ingest", batch_name, "--yes"]).expect_status(2);
    assert!(refused["detail"].as_str().unwrap().contains("300"), "{refused}");
    archive.run(&["ingest", batch_name, "--dry-run"]);
    archive.run(&["search", "题名"]).expect_status(0);
    archive.run(&["show", &code(1)]).expect_status(3);
    assert_eq!(stands(&db).await.unwrap().1, "filing");
    fs::rename(archive.data().with_extension("kept"), &lost).unwrap();
    archive.run(&["ingest", batch_name, "--yes"]).expect_status(0);
    archive.run(&["show", &code(299)]).expect_status(0);
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

/// A first package that was killed while it was unpacked: no batch is known, and what came is
/// in its sender's hands still.
async fn a_tray_that_no_row_promises_goes_with_the_next_start(db: TestDb) {
    let archive = Archive::new(&db);
    let (staging, keys) = (archive.data().join("staging"), archive.data().with_file_name("archive-keys/staging"));
    fs::create_dir_all(&keys).unwrap();
    // With its key; its key gone before it; and an object beside them, half built.
    let [whole, keyless, object] = ["a", "b", "c"].map(|digit| digit.repeat(32));
    fs::write(keys.join(&whole), "lantai-staging-key-1\n").unwrap();
    for token in [&whole, &keyless] {
        fs::create_dir_all(staging.join(token)).unwrap();
        fs::write(staging.join(token).join(format!("{}.part", "d".repeat(32))), "sealed").unwrap();
    }
    fs::create_dir_all(staging.join(&object).join("v1/content")).unwrap();
    archive.run(&["rebuild"]).expect_status(0);
    let left = |folder: &std::path::Path| fs::read_dir(folder).unwrap().map(|one| one.unwrap().file_name()).collect();
    let (staged, held): (Vec<_>, Vec<std::ffi::OsString>) = (left(&staging), left(&keys));
    assert_eq!((staged, held), (vec![object.into()], Vec::new()));
}

/// A title mended after the kill: the old batch is given up, the mended one goes in.
async fn a_batch_that_was_broken_off_can_be_given_up(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = many(&archive, 300);
    let name = batch.to_str().unwrap();
    kill_in_the_middle(&archive, &db, &[name, "--yes"]).await;
    let list = fs::read_to_string(batch.join("catalogue.csv")).unwrap();
    fs::write(batch.join("catalogue.csv"), list.replace("题名299,", "改正的题名299,")).unwrap();
    let refused = archive.run(&["ingest", name, "--yes"]).expect_status(2);
    assert!(refused["detail"].as_str().unwrap().contains("--abandon"), "{refused}");
    // From another folder the codes are another batch's, and not "unchanged".
    let copy = archive.data().with_extension("copy");
    fs::create_dir_all(copy.join("files")).unwrap();
    fs::copy(batch.join("catalogue.csv"), copy.join("catalogue.csv")).unwrap();
    for file in fs::read_dir(batch.join("files")).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), copy.join("files").join(file.file_name())).unwrap();
    }
    let other = archive.run(&["ingest", copy.to_str().unwrap(), "--yes"]).expect_status(1);
    assert_eq!((other["records"].as_u64(), other["unchanged"].as_u64()), (Some(0), Some(0)), "{other}");
    let looked_at = archive.run(&["ingest", name, "--dry-run", "--yes"]).expect_status(0);
    assert_eq!(looked_at["rows"], 300, "a dry run says what it finds, whatever was begun");
    assert!(archive.run(&["ingest", name, "--abandon"]).expect_status(0)["records"].as_u64().unwrap() > 3);
    assert_eq!(fs::read_dir(archive.data().join("staging")).unwrap().count(), 0);
    assert_eq!(archive.run(&["ingest", name, "--yes"]).expect_status(0)["records"], 300);
    assert_eq!(archive.run(&["search", "改正的题名299"]).expect_status(0)["total"], 1);
    archive.run(&["verify"]).expect_status(0);
    assert_eq!(fs::read_dir(archive.data().join("staging")).unwrap().count(), 0);
}

/// Two people hand the same folder in at once: one files it, the other finds it unchanged.
async fn one_folder_handed_in_twice_at_once_is_filed_once(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = many(&archive, 300);
    let (name, password) = archive.account("archivist");
    let server = Server::start(&archive);
    let token = archive.token(&name, &password);
    let hand_in = || {
        let mut command = archive.command(&["ingest", batch.to_str().unwrap(), "--yes"]);
        command.env("LANTAI_TOKEN", &token).stdout(std::process::Stdio::piped()).spawn().unwrap()
    };
    let both = [hand_in(), hand_in()].map(|child| child.wait_with_output().unwrap());
    let answers = both.map(|out| {
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
        serde_json::from_slice::<serde_json::Value>(&out.stdout).unwrap()
    });
    let sum = |field: &str| answers.iter().map(|answer| answer[field].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("records"), sum("unchanged")), (300, 300));
    drop(server);
    archive.run(&["verify"]).expect_status(0);
}

/// What was told of its headers is kept with the batch: whoever goes on with it, and the
/// next start, read it as it was begun.
async fn a_batch_whose_headers_were_told_goes_on_as_they_were(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = many(&archive, 300);
    let list = fs::read_to_string(batch.join("catalogue.csv")).unwrap();
    fs::write(batch.join("catalogue.csv"), list.replace("档号,题名,", "物品号,事由,")).unwrap();
    let name = batch.to_str().unwrap();
    let told = ["--map", "物品号=code", "--map", "事由=title"];
    kill_in_the_middle(&archive, &db, &[name, "--yes", told[0], told[1], told[2], told[3]]).await;
    let server = Server::start(&archive);
    for _ in 0..600 {
        if stands(&db).await.unwrap().1 == "filed" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(stands(&db).await, Some((300, "filed".to_owned())), "{}", server.logged());
    drop(server);
    assert_eq!(archive.run(&["show", &code(299)]).expect_status(0)["title"], "题名299");
}

/// A batch of `count` texts.
fn many(archive: &Archive, count: usize) -> std::path::PathBuf {
    let batch = archive.data().with_extension("batch");
    fs::create_dir_all(batch.join("files")).unwrap();
    let mut list = String::from("\u{feff}档号,题名,保管期限\r\n");
    for n in 1..=count {
        let code = code(n);
        fs::write(batch.join(format!("files/{code}.txt")), format!("第 {n} 件")).unwrap();
        list.push_str(&format!("{code},题名{n},永久\r\n"));
    }
    fs::write(batch.join("catalogue.csv"), list).unwrap();
    batch
}

fn code(n: usize) -> String {
    format!("X001-WS·2011-Y-BGS-{n:04}")
}

/// State and filed rows of the one batch there is.
async fn stands(db: &TestDb) -> Option<(i64, String)> {
    let open = lantai::db::Db::open(&db.url).await.unwrap();
    let counts: Vec<(i64, String)> =
        lantai::db::Asked::new("SELECT filed, state FROM batch ORDER BY id").fetch(&open).await.unwrap();
    open.close().await;
    counts.into_iter().next()
}

async fn kill_in_the_middle(archive: &Archive, db: &TestDb, args: &[&str]) {
    let mut child = archive.command(&[&["ingest"], args].concat()).env("LANTAI__INGEST__CHUNK", "1").spawn().unwrap();
    loop {
        match stands(db).await {
            Some((filed, state)) if filed > 3 && state == "filing" => break,
            Some((_, state)) if state == "filed" => panic!("the batch was filed before it could be stopped"),
            _ => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

on_both_databases!(
    a_batch_that_was_broken_off_can_be_given_up,
    one_folder_handed_in_twice_at_once_is_filed_once,
    a_batch_whose_headers_were_told_goes_on_as_they_were,
    a_batch_that_lost_a_file_since_it_was_begun_stays_invisible,
    staged_objects_of_a_lost_database_stay_and_are_named,
    a_tray_that_no_row_promises_goes_with_the_next_start,
);
