//! Batches that are withdrawn: what is left of them, killed anywhere, while they are sealed.

use crate::harness::{Archive, Server, TestDb, on_both_databases};
use lantai::{
    access::Guest,
    app::{App, Place},
    config::Config,
    db::{Asked, Db},
    ingest::{batch, wayback},
    kernel::{Id, Record, Sha256},
    vault::Withdraw,
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Stands in every file of the wrong batch, and nowhere else.
const PLANTED: &str = "zqxplanted7391";
/// What the batch of the folder `wrong` is called.
const BATCH: &str = "archive.wrong";
const REASON: &str = "目录与实物不符";

fn code(n: usize) -> String {
    format!("X001-WS·2011-Y-BGS-{n:04}")
}

/// A folder with these records, each of one text.
fn folder(archive: &Archive, name: &str, codes: &[usize], text: &str) -> PathBuf {
    let batch = archive.data().with_extension(name);
    fs::create_dir_all(batch.join("files")).unwrap();
    let mut list = String::from("\u{feff}档号,题名,保管期限\r\n");
    for n in codes {
        let code = code(*n);
        fs::write(batch.join(format!("files/{code}.txt")), format!("第 {n} 件 {text}")).unwrap();
        list.push_str(&format!("{code},{name}题名{n},永久\r\n"));
    }
    fs::write(batch.join("catalogue.csv"), list).unwrap();
    batch
}

/// Files below `folder` whose bytes hold `words`.
fn holding(folder: &Path, words: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path, words));
        } else if path.is_file()
            && fs::read(&path).unwrap().windows(words.len()).any(|window| window == words.as_bytes())
        {
            found.push(path);
        }
    }
    found
}

/// Objects of the root; a folder above them that is empty is none of ours.
fn objects(archive: &Archive) -> usize {
    let parents = fs::read_dir(archive.data().join("store/ocfl")).unwrap().map(|entry| entry.unwrap().path());
    let parents = parents.filter(|path| path.is_dir() && !path.ends_with("extensions"));
    parents
        .map(|parent| {
            let count = fs::read_dir(&parent).unwrap().count();
            assert!(count > 0, "{} is empty", parent.display());
            count
        })
        .sum()
}

fn staged(archive: &Archive) -> usize {
    fs::read_dir(archive.data().join("staging")).unwrap().count()
}

async fn count(db: &TestDb, sql: &'static str) -> i64 {
    let db = Db::open(&db.url).await.unwrap();
    let count = Asked::new(sql).fetch::<(i64,)>(&db).await.unwrap()[0].0;
    db.close().await;
    count
}

/// What is withdrawn is nowhere: no row, no byte, no hit, no job.
async fn nothing_is_left(archive: &Archive, db: &TestDb) {
    assert_eq!((objects(archive), staged(archive)), (0, 0));
    assert_eq!(fs::read_dir(archive.data().join("store/derivatives")).unwrap().count(), 0);
    for sql in [
        "SELECT COUNT(*) FROM record",
        "SELECT COUNT(*) FROM record_file",
        "SELECT COUNT(*) FROM record_version",
        "SELECT COUNT(*) FROM filing",
        "SELECT COUNT(*) FROM copy",
        "SELECT COUNT(*) FROM reading",
        "SELECT COUNT(*) FROM intent",
        "SELECT COUNT(*) FROM version_intent",
        "SELECT COUNT(*) FROM describing",
        "SELECT COUNT(*) FROM job WHERE state <> 'done'",
        "SELECT COUNT(*) FROM code_used",
    ] {
        assert_eq!(count(db, sql).await, 0, "{sql}");
    }
    assert_eq!(archive.run(&["verify"]).expect_status(0)["findings"], json!([]));
    assert_eq!(archive.run(&["rebuild"]).expect_status(0)["records"], 0);
}

async fn of_a_withdrawn_batch_nothing_is_left_but_the_trail(db: TestDb) {
    let archive = Archive::new(&db);
    let right = folder(&archive, "right", &[1, 2], "留下的");
    let wrong = folder(&archive, "wrong", &[7, 8, 9], PLANTED);
    archive.run(&["ingest", right.to_str().unwrap(), "--yes", "--wait", "read"]).expect_status(0);
    let said = archive.run(&["ingest", wrong.to_str().unwrap(), "--yes", "--wait", "read"]).expect_status(0);
    let (id, name) = (said["batch"].as_str().unwrap().to_owned(), wrong.to_str().unwrap());
    // Put right since, once each way: both go too.
    archive.run(&["correct", &code(7), "--set", "note=改过", "--reason", "漏注"]).expect_status(0);
    let scan = archive.data().with_extension("scan.txt");
    fs::write(&scan, format!("再扫 {PLANTED}")).unwrap();
    archive.run(&["replace", &code(8), "--file", "1", scan.to_str().unwrap(), "--reason", "不清"]).expect_status(0);
    assert_eq!(archive.run(&["search", PLANTED]).expect_status(0)["total"], 3);
    assert!(holding(archive.data(), PLANTED).len() > 3);
    let serials = count(&db, "SELECT MAX(last) FROM code_serial").await;

    for reason in ["", "  ", &"长".repeat(501)] {
        archive.run(&["withdraw", &id, "--reason", reason]).expect_status(3);
    }
    archive.run(&["withdraw", "没有这一批", "--reason", REASON]).expect_status(3);
    assert_eq!(archive.run(&["search", PLANTED]).expect_status(0)["total"], 3, "nothing happened so far");

    let gone = archive.run(&["withdraw", name, "--reason", REASON]).expect_status(0);
    assert_eq!((&gone["batch"], &gone["records"]), (&json!(id), &json!(3)));
    archive.run(&["show", &code(7)]).expect_status(3);
    assert_eq!(archive.run(&["search", PLANTED]).expect_status(0)["total"], 0);
    assert_eq!(archive.run(&["search", "wrong题名7"]).expect_status(0)["total"], 0);
    assert_eq!(holding(archive.data(), PLANTED), Vec::<PathBuf>::new());
    assert_eq!((objects(&archive), staged(&archive)), (2, 0));
    assert_eq!(archive.run(&["verify"]).expect_status(0)["objects"], 2);
    assert_eq!(archive.run(&["search", "留下的"]).expect_status(0)["total"], 2, "the other batch stays");
    let twice = archive.run(&["withdraw", &id, "--reason", REASON]).expect_status(3);
    assert!(twice["detail"].as_str().unwrap().contains("已撤回"), "{twice}");

    // Who and why, the life of the records, and the numbers.
    let trail = archive.run(&["trail", "list", "--verb", "batch.withdrawn"]).expect_status(0);
    assert_eq!(trail["items"].as_array().unwrap().len(), 1, "{trail}");
    assert!(trail.to_string().contains(REASON), "{trail}");
    assert_eq!(count(&db, "SELECT COUNT(*) FROM audit_event WHERE verb = 'record.filed'").await, 5);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM code_withdrawn").await, 3);
    assert_eq!(count(&db, "SELECT MAX(last) FROM code_serial").await, serials, "a counter never falls");

    // Mended, it comes again under its codes, and is told that they were withdrawn.
    let list = fs::read_to_string(wrong.join("catalogue.csv")).unwrap();
    fs::write(wrong.join("catalogue.csv"), list.replace("wrong题名7", "改正的题名7")).unwrap();
    let again = archive.run(&["ingest", name, "--yes", "--wait", "read"]).expect_status(0);
    let notes: Vec<&Value> =
        again["defects"].as_array().unwrap().iter().filter(|one| one["kind"] == "code-withdrawn").collect();
    assert_eq!((&again["records"], notes.len()), (&json!(3), 3), "{again}");
    assert_eq!(archive.run(&["show", &code(7)]).expect_status(0)["title"], "改正的题名7");
    assert_eq!(archive.run(&["versions", &code(7)]).expect_status(0)["total"], 1, "it is another record");
    assert_eq!(count(&db, "SELECT COUNT(*) FROM code_withdrawn").await, 0);

    // The store alone gives the same.
    fs::remove_dir_all(archive.data().join("index")).unwrap();
    let rebuilt = archive.on_another_database(&db.another());
    assert_eq!(rebuilt.run(&["rebuild", "--from-store"]).expect_status(0)["records"], 5);
    assert_eq!(rebuilt.run(&["verify"]).expect_status(0)["objects"], 5);
}

async fn opened(archive: &Archive, db: &TestDb) -> App {
    let place = Place::new(archive.data(), Some(&archive.data().with_extension("keys")));
    let variables = [("LANTAI__DATABASE__URL".to_owned(), db.url.clone())];
    let config = Config::load(&place.config(), variables.into_iter()).unwrap();
    fs::create_dir_all(&place.keys).unwrap();
    App::open(place, config).await.unwrap()
}

/// The process dies after the act, while an object is moved aside, taken apart, or gone
/// before its rows: the next start finishes each.
async fn left_off_anywhere_the_next_start_finishes(db: TestDb) {
    let archive = Archive::new(&db);
    let wrong = folder(&archive, "wrong", &[1, 2, 3, 4, 5], PLANTED);
    archive.run(&["ingest", wrong.to_str().unwrap(), "--yes", "--wait", "read"]).expect_status(0);
    let app = opened(&archive, &db).await;
    let batch = batch::list(&app.db, &batch::Seen::All, None, 1).await.unwrap().items.remove(0);
    let ids: Vec<(String,)> = Asked::new("SELECT id FROM record_visible ORDER BY id").fetch(&app.db).await.unwrap();
    let ids: Vec<Id<Record>> = ids.into_iter().map(|(id,)| Id::known(id)).collect();
    wayback::withdraw(&app.desk(), &Guest::operator(), &batch.id, REASON).await.unwrap();
    // Bytes gone, rows there.
    app.vault.withdraw(&Withdraw::of([ids[0].clone()], [])).unwrap();
    app.close().await;
    drop(app);
    let object = |id: &Id<Record>| {
        let tuple = Sha256::of(format!("urn:uuid:{id}").as_bytes()).to_string();
        archive.data().join(format!("store/ocfl/{}/urn%3auuid%3a{id}", &tuple[..2]))
    };
    let aside = |id: &Id<Record>| {
        let token = Sha256::of(format!("withdraw {id}").as_bytes()).to_string();
        archive.data().join(format!("staging/{}", &token[..32]))
    };
    assert!(!object(&ids[0]).exists() && object(&ids[1]).exists());
    // Moved aside; moved aside and half taken apart.
    for id in &ids[1..3] {
        fs::rename(object(id), aside(id)).unwrap();
    }
    fs::remove_dir_all(aside(&ids[2]).join("v1")).unwrap();
    // Hidden all the while.
    archive.run(&["show", &code(4)]).expect_status(3);
    assert_eq!(archive.run(&["search", PLANTED]).expect_status(0)["total"], 0);
    // Handed in again before all of it is gone, it is told to wait; that start finishes.
    let early = archive.run(&["ingest", wrong.to_str().unwrap(), "--dry-run", "--yes"]).expect_status(1);
    assert!(early.to_string().contains("正在撤回"), "{early}");
    let other = folder(&archive, "other", &[9], "别的");
    archive.run(&["ingest", other.to_str().unwrap(), "--yes"]).expect_status(0);
    let server = Server::start(&archive);
    until(|| async { count(&db, "SELECT COUNT(*) FROM audit_event WHERE verb = 'batch.erased'").await == 1 }).await;
    drop(server);
    archive.run(&["withdraw", other.to_str().unwrap(), "--reason", REASON]).expect_status(0);
    nothing_is_left(&archive, &db).await;
    assert_eq!(holding(archive.data(), PLANTED), Vec::<PathBuf>::new());
}

/// The act is done and nothing erased yet: what the store still has shall not come back.
async fn no_rebuild_stands_beside_a_batch_that_goes_back(db: TestDb) {
    let archive = Archive::new(&db);
    let wrong = folder(&archive, "wrong", &[1, 2], PLANTED);
    archive.run(&["ingest", wrong.to_str().unwrap(), "--yes"]).expect_status(0);
    let app = opened(&archive, &db).await;
    let batch = batch::list(&app.db, &batch::Seen::All, None, 1).await.unwrap().items.remove(0);
    wayback::withdraw(&app.desk(), &Guest::operator(), &batch.id, REASON).await.unwrap();
    app.close().await;
    drop(app);
    let mark = archive.data().join("index/mark");
    fs::write(&mark, "here").unwrap();
    let refused = || archive.run(&["rebuild", "--from-store"]).expect_status(3)["detail"].as_str().unwrap().to_owned();
    assert!(refused().contains("正在撤回"));
    // Whatever the jobs say: rows that nobody sees are rows.
    archive.sql("UPDATE job SET state = 'done' WHERE kind = 'withdraw'");
    assert!(refused().contains("2 件档案"));
    assert!(mark.exists(), "the index was thrown away before anybody was asked");
    assert_eq!(count(&db, "SELECT COUNT(*) FROM audit_event WHERE verb = 'rebuild.begun'").await, 0);
    assert_eq!(objects(&archive), 2);
    archive.sql("UPDATE job SET state = 'waiting' WHERE kind = 'withdraw'");
    archive.run(&["withdraw", BATCH, "--reason", REASON]).expect_status(0);
    assert_eq!(archive.run(&["rebuild", "--from-store"]).expect_status(0)["records"], 0);
    assert_eq!((objects(&archive), count(&db, "SELECT COUNT(*) FROM record").await), (0, 0));
}

/// `kill -9` while it withdraws, and the same again: after the act, and while objects go. A kill
/// that fell after the end proves nothing, and is tried once more.
async fn killed_while_withdrawing_it_ends_as_if_undisturbed(db: TestDb) {
    let archive = Archive::new(&db);
    let all: Vec<usize> = (1..=120).collect();
    let wrong = folder(&archive, "wrong", &all, PLANTED);
    archive.run(&["ingest", wrong.to_str().unwrap(), "--yes", "--wait", "read"]).expect_status(0);
    for at_most in [120, 100] {
        let mut tries = 0;
        let again = loop {
            tries += 1;
            assert!(tries <= 12, "no kill of 12 fell between the act and the end of its job");
            let again = archive.twin(&db);
            let open = Db::open(again.url()).await.unwrap();
            let unfinished = "SELECT COUNT(*) FROM job WHERE kind = 'withdraw' AND state <> 'done'";
            let goes_back = async || Asked::new(unfinished).fetch::<(i64,)>(&open).await.unwrap()[0].0 == 1;
            let mut child = again.spawn(&["withdraw", BATCH, "--reason", REASON]);
            while child.try_wait().unwrap().is_none() && !(goes_back().await && standing(&again) <= at_most) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            let between = goes_back().await;
            open.close().await;
            if between {
                break again;
            }
        };
        println!("killed with {} of {at_most} objects left, in try {tries}", standing(&again));
        again.run(&["withdraw", BATCH, "--reason", REASON]).expect_status(0);
        again.run(&["withdraw", BATCH, "--reason", REASON]).expect_status(3);
        assert_eq!(holding(again.data(), PLANTED), Vec::<PathBuf>::new());
        assert_eq!(again.run(&["verify"]).expect_status(0)["objects"], 0);
        assert_eq!((objects(&again), staged(&again)), (0, 0));
        assert_eq!(again.run(&["rebuild"]).expect_status(0)["records"], 0);
    }
}

/// Objects of the root, which another process takes apart meanwhile.
fn standing(archive: &Archive) -> usize {
    let parents = fs::read_dir(archive.data().join("store/ocfl")).unwrap().map(|entry| entry.unwrap().path());
    let parents = parents.filter(|path| path.is_dir() && !path.ends_with("extensions"));
    parents.map(|parent| fs::read_dir(parent).map_or(0, Iterator::count)).sum()
}

async fn until<F: Future<Output = bool>>(done: impl Fn() -> F) {
    let begun = Instant::now();
    while !done().await {
        assert!(begun.elapsed() < Duration::from_secs(120), "it does not come so far");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A catalogue without files whose objects are not made, half made, being made.
async fn a_batch_is_withdrawn_while_its_objects_are_made(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = archive.data().with_extension("paper");
    fs::create_dir_all(&batch).unwrap();
    let lines: String = (1..=2_600).map(|n| format!("{},第{n}号通知,永久,纸质\r\n", code(n))).collect();
    fs::write(batch.join("catalogue.csv"), format!("\u{feff}档号,题名,保管期限,载体\r\n{lines}")).unwrap();
    let name = batch.to_str().unwrap();
    let ingest = || archive.run(&["ingest", name, "--yes", "--wait", "filed"]).expect_status(0);
    ingest();
    archive.run(&["withdraw", name, "--reason", REASON]).expect_status(0);
    nothing_is_left(&archive, &db).await;
    // Half made.
    ingest();
    let mut child = archive.spawn(&["ingest", name, "--yes"]);
    until(|| async { count(&db, "SELECT COALESCE(MAX(sealed), 0) FROM describing").await > 0 }).await;
    child.kill().unwrap();
    child.wait().unwrap();
    archive.run(&["withdraw", name, "--reason", REASON]).expect_status(0);
    nothing_is_left(&archive, &db).await;
    // Being made, by a server that goes on with it.
    ingest();
    let (who, password) = archive.account("archivist");
    let server = Server::start(&archive);
    let token = archive.token(&who, &password);
    until(|| async { count(&db, "SELECT COALESCE(MAX(sealed), 0) FROM describing").await > 0 }).await;
    let out = archive.command(&["withdraw", name, "--reason", REASON]).env("LANTAI_TOKEN", &token).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    drop(server);
    nothing_is_left(&archive, &db).await;
}

/// With reasons; mended, it comes again from the same folder as its next round.
async fn a_returned_batch_comes_again_as_its_next_round(db: TestDb) {
    let archive = Archive::new(&db);
    let wrong = folder(&archive, "wrong", &[1, 2, 3], PLANTED);
    let name = wrong.to_str().unwrap();
    // A row without its file: left out, and found wrong in the first round.
    fs::remove_file(wrong.join(format!("files/{}.txt", code(3)))).unwrap();
    let first = archive.run(&["ingest", name, "--yes", "--accept-good"]).expect_status(1);
    let id = first["batch"].as_str().unwrap().to_owned();
    let back = archive.run(&["return", name, "--reason", "缺第3件的文件"]).expect_status(0);
    assert_eq!((&back["batch"], &back["state"], &back["records"]), (&json!(id), &json!("returned"), &json!(2)));
    nothing_is_left(&archive, &db).await;
    assert_eq!(count(&db, "SELECT COUNT(*) FROM code_withdrawn").await, 0, "its codes wait for it");
    archive.run(&["return", name, "--reason", "再退"]).expect_status(3);
    // Mended, its second round: the same batch, every row, nothing said of used codes.
    fs::write(wrong.join(format!("files/{}.txt", code(3))), "补上").unwrap();
    let second = archive.run(&["ingest", name, "--yes"]).expect_status(0);
    assert_eq!((&second["batch"], &second["records"]), (&json!(id), &json!(3)), "{second}");
    assert_eq!(second["defects"], json!([]));
    assert_eq!(count(&db, "SELECT round FROM batch").await, 2);
    let by_round = "SELECT COUNT(*) FROM batch_finding WHERE round = 1 AND severity = 'blocking'";
    assert!(count(&db, by_round).await > 0, "what was found wrong stays with its round");
    assert_eq!(count(&db, "SELECT COUNT(*) FROM batch_finding WHERE round = 2").await, 0);
    archive.run(&["show", &code(3)]).expect_status(0);
    assert_eq!(archive.run(&["verify"]).expect_status(0)["objects"], 3);
    // Whoever sees the batch sees why it went back, and when.
    let trail = archive.run(&["trail", "list", "--verb", "batch.returned"]).expect_status(0);
    assert!(trail.to_string().contains("缺第3件的文件"), "{trail}");
    archive.run(&["withdraw", name, "--reason", REASON]).expect_status(0);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM batch_decision").await, 2);
    // Withdrawn for good: the same folder is another batch.
    let third = archive.run(&["ingest", name, "--yes"]).expect_status(0);
    assert_ne!(third["batch"], json!(id));
    assert_eq!(count(&db, "SELECT COUNT(*) FROM batch WHERE round = 1").await, 1);
}

on_both_databases!(
    a_returned_batch_comes_again_as_its_next_round,
    of_a_withdrawn_batch_nothing_is_left_but_the_trail,
    left_off_anywhere_the_next_start_finishes,
    no_rebuild_stands_beside_a_batch_that_goes_back,
    killed_while_withdrawing_it_ends_as_if_undisturbed,
    a_batch_is_withdrawn_while_its_objects_are_made,
);
