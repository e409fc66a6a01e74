//! Catalogues of records on paper: rows and no files.

use super::state::EndState;
use crate::harness::{Archive, TestDb, on_both_databases};
use lantai::{
    access::Guest,
    app::{App, Place},
    config::Config,
    db::{Asked, Db},
    ingest::batch::{self, Handed},
};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

const HEADER: &str = "档号,题名,责任者,文号,日期,保管期限,密级,页数,备注,载体\r\n";

/// A code whose neighbours in the catalogue are no neighbours among the codes.
fn code(n: usize) -> String {
    let department = ["BGS", "CZJ", "DAG"][n % 3];
    format!("X00{}-WS·{}-Y-{department}-{n:05}", n % 4 + 1, 2001 + n % 7)
}

fn line(n: usize) -> String {
    format!("{},关于第{n}号事项的通知,市政府,府发〔2011〕{n}号,20110614,永久,公开,3,,纸质\r\n", code(n))
}

fn catalogue(archive: &Archive, lines: &str) -> PathBuf {
    let batch = archive.data().with_extension("paper");
    fs::create_dir_all(&batch).unwrap();
    fs::write(batch.join("catalogue.csv"), format!("\u{feff}{HEADER}{lines}")).unwrap();
    batch
}

fn of(count: usize) -> String {
    (1..=count).map(line).collect()
}

async fn count(db: &TestDb, sql: &'static str) -> i64 {
    let db = Db::open(&db.url).await.unwrap();
    let count = Asked::new(sql).fetch::<(i64,)>(&db).await.unwrap()[0].0;
    db.close().await;
    count
}

/// Filed, visible and searchable at once; in the store when its job has run.
async fn rows_on_paper_are_filed_before_their_objects_are_made(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = catalogue(&archive, &of(2_345));
    let said = archive.run(&["ingest", batch.to_str().unwrap(), "--yes", "--wait", "filed"]).expect_status(0);
    assert_eq!((said["records"].as_u64(), said["files"].as_u64()), (Some(2_345), Some(0)), "{said}");
    assert_eq!(fs::read_dir(archive.data().join("staging")).unwrap().count(), 0);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM audit_event WHERE verb = 'record.filed'").await, 2_345);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM code_used").await, 2_345);
    assert_eq!(count(&db, "SELECT records - sealed FROM describing").await, 2_345);
    let shown = archive.run(&["show", &code(77)]).expect_status(0);
    assert_eq!(shown["title"], "关于第77号事项的通知", "{shown}");
    let again = archive.run(&["ingest", batch.to_str().unwrap(), "--yes", "--dry-run"]).expect_status(0);
    assert_eq!((again["records"].as_u64(), again["unchanged"].as_u64()), (Some(0), Some(2_345)), "{again}");
}

/// What is in the store afterwards is what staging it would have put there.
async fn an_object_made_later_says_what_an_object_staged_at_once_says(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = catalogue(&archive, &of(40));
    archive.run(&["ingest", batch.to_str().unwrap(), "--yes", "--wait", "filed"]).expect_status(0);
    // A scheme is widened before the objects are made: they say what it was.
    let wide = format!("X002-WS·2002-Y-CZJ-{:06}", 100_001);
    let wider = catalogue(&archive, &line(1).replace(&code(1), &wide));
    archive.run(&["ingest", wider.to_str().unwrap(), "--yes", "--wait", "sealed"]).expect_status(0);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM audit_event WHERE verb = 'scheme.widened'").await, 1);
    // With nothing to file the queue is worked through.
    archive.run(&["ingest", wider.to_str().unwrap(), "--yes"]).expect_status(0);
    archive.run(&["verify"]).expect_status(0);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM describing").await, 0);
    let found = EndState::of(archive.url(), archive.data()).await;
    assert_eq!((found.staged, found.unfinished, found.invisible), (0, 0, 0));
    // The same rows, one of them with a file: that one is staged, and differs in the file alone.
    let other = Archive::new(&db.another());
    let staged = catalogue(&other, &of(40));
    fs::create_dir(staged.join("files")).unwrap();
    fs::write(staged.join(format!("files/{}.txt", code(5))), "正文").unwrap();
    other.run(&["ingest", staged.to_str().unwrap(), "--yes", "--no-text", "--wait", "sealed"]).expect_status(0);
    let wanted = EndState::of(other.url(), other.data()).await;
    for n in 1..=40 {
        let (made, direct) = (&found.store[&code(n)], &wanted.store[&code(n)]);
        if n != 5 {
            assert_eq!(made, direct, "{}", code(n));
        }
    }
    let described = |archive: &Archive| object_of(archive, &code(5)).join("v1/content/record.json");
    let (made, direct) =
        (fs::read_to_string(described(&archive)).unwrap(), fs::read_to_string(described(&other)).unwrap());
    let without = |text: &str| {
        let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
        let object = value.as_object_mut().unwrap();
        for varies in ["id", "filing", "filed_at", "files", "scheme_id"] {
            object.remove(varies).unwrap();
        }
        object["fonds"].as_object_mut().unwrap().remove("id").unwrap();
        object["fonds"].as_object_mut().unwrap().remove("names").unwrap();
        value.to_string()
    };
    assert_eq!(without(&made), without(&direct), "field by field, in the same order");
}

fn object_of(archive: &Archive, code: &str) -> PathBuf {
    let id = archive.run(&["show", code]).expect_status(0)["id"].as_str().unwrap().to_owned();
    let root = archive.data().join("store/ocfl");
    let mut folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    folders
        .find_map(|parent| {
            let mut objects = fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path());
            objects.find(|path| path.display().to_string().ends_with(&id))
        })
        .expect("the object lies in the store")
}

/// However far apart: two rows of one code, a number written twice, a code held already.
async fn what_is_there_twice_is_found_across_chunks(db: TestDb) {
    let archive = Archive::new(&db);
    let first = catalogue(&archive, &line(1));
    archive.run(&["ingest", first.to_str().unwrap(), "--yes", "--wait", "filed"]).expect_status(0);
    let mut lines = line(1).replace("关于", "改过的");
    lines.push_str(&of(5_000)[line(1).len()..]);
    lines.push_str(&line(2).replace("·", "."));
    lines.push_str(&line(3).replace("-00003,", "-000003,"));
    let batch = catalogue(&archive, &lines);
    let said = archive.run(&["ingest", batch.to_str().unwrap(), "--yes"]).expect_status(1);
    let defects: Vec<(u64, &str)> = said["defects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|defect| defect["severity"] == "blocking")
        .map(|defect| (defect["row"].as_u64().unwrap(), defect["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        defects,
        [(2, "description-changed"), (3, "duplicate-code"), (5_002, "duplicate-code"), (5_003, "code-used")],
        "{said}"
    );
    assert_eq!(said["records"], 0);
    let good = archive.run(&["ingest", batch.to_str().unwrap(), "--yes", "--accept-good", "--wait", "filed"]);
    assert_eq!(good.expect_status(1)["records"], 4_998);
}

/// More findings than one change should keep: all are kept, in the order of rows.
async fn every_defect_of_a_bad_catalogue_is_kept(db: TestDb) {
    let archive = Archive::new(&db);
    let lines: String = (1..=6_000).map(|n| if n % 2 == 0 { line(n).replace("纸质", "") } else { line(n) }).collect();
    let batch = catalogue(&archive, &lines);
    let said =
        archive.run(&["ingest", batch.to_str().unwrap(), "--yes", "--accept-good", "--wait", "filed"]).expect_status(1);
    assert_eq!((said["records"].as_u64(), said["defects"].as_array().unwrap().len()), (Some(3_000), 3_000));
    assert_eq!(count(&db, "SELECT COUNT(*) FROM batch_finding").await, 3_000);
    assert_eq!(count(&db, "SELECT row_number FROM batch_finding WHERE number = 3000").await, 6_001);
}

/// Killed between chunks, and again while the objects are made: it ends as if undisturbed.
async fn killed_while_filing_or_describing_it_goes_on(db: TestDb) {
    let archive = Archive::new(&db);
    fs::write(archive.data().join("lantai.toml"), with_small_chunks(&archive)).unwrap();
    let batch = catalogue(&archive, &of(1_500));
    let name = batch.to_str().unwrap();
    let mut child = archive.spawn(&["ingest", name, "--yes"]);
    until(|| async { count(&db, "SELECT COALESCE(MAX(filed), 0) FROM batch").await > 20 }).await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(count(&db, "SELECT COUNT(*) FROM batch WHERE state = 'filing'").await, 1, "killed too late");
    archive.run(&["show", &code(1)]).expect_status(3);
    // Another catalogue is not gone on with.
    let kept = fs::read_to_string(batch.join("catalogue.csv")).unwrap();
    fs::write(batch.join("catalogue.csv"), kept.replace("第7号", "第七号")).unwrap();
    let refused = archive.run(&["ingest", name, "--yes"]).expect_status(2);
    assert!(refused["detail"].as_str().unwrap().contains("--abandon"), "{refused}");
    fs::write(batch.join("catalogue.csv"), kept).unwrap();
    let mut child = archive.spawn(&["ingest", name, "--yes"]);
    until(|| async { count(&db, "SELECT COALESCE(MAX(sealed), 0) FROM describing").await > 0 }).await;
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(count(&db, "SELECT COUNT(*) FROM describing").await, 1, "killed too late");
    archive.run(&["ingest", name, "--yes"]).expect_status(0);
    archive.run(&["verify"]).expect_status(0);
    let found = EndState::of(archive.url(), archive.data()).await;
    let calm = Archive::new(&db.another());
    let same = catalogue(&calm, &of(1_500));
    calm.run(&["ingest", same.to_str().unwrap(), "--yes"]).expect_status(0);
    assert_eq!(found, EndState::of(calm.url(), calm.data()).await);
    assert_eq!(found.store.len(), 1_500);
}

fn with_small_chunks(archive: &Archive) -> String {
    let kept = fs::read_to_string(archive.data().join("lantai.toml")).unwrap();
    assert!(kept.contains("chunk = 500"), "{kept}");
    kept.replace("chunk = 500", "chunk = 8")
}

async fn until<F: Future<Output = bool>>(done: impl Fn() -> F) {
    let begun = Instant::now();
    while !done().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "it does not come so far");
    }
}

/// Whoever else writes waits for one chunk at the most.
async fn a_writer_waits_less_than_half_a_second_beside_an_import(db: TestDb) {
    let archive = Archive::new(&db);
    let batch = catalogue(&archive, &of(20_000));
    let place = Place::new(archive.data(), Some(&archive.data().with_extension("keys")));
    let variables = [("LANTAI__DATABASE__URL".to_owned(), db.url.clone())];
    let config = Config::load(&place.config(), variables.into_iter()).unwrap();
    fs::create_dir_all(&place.keys).unwrap();
    let app = App::open(place, config).await.unwrap();
    let desk = app.desk();
    let guest = Guest::operator();
    let plan = batch::plan(&desk, Handed::folder(&batch).unwrap(), &guest.reach(), None).await.unwrap();
    let filing = batch::commit(&desk, &guest, plan, None, false, false);
    tokio::pin!(filing);
    let begun = Instant::now();
    let (mut longest, mut waits) = (Duration::ZERO, 0);
    let filed = loop {
        let probe = async {
            let asked = Instant::now();
            drop(app.db.begin().await.unwrap());
            let waited = asked.elapsed();
            tokio::time::sleep(Duration::from_millis(3)).await;
            waited
        };
        tokio::pin!(probe);
        // Both are polled: the filing goes on while the probe waits.
        let waited = tokio::select! {
            filed = &mut filing => break filed.unwrap(),
            waited = &mut probe => waited,
        };
        longest = longest.max(waited);
        waits += 1;
    };
    println!("{} records in {:?}, {waits} waits, the longest {longest:?}", filed.records, begun.elapsed());
    assert!(waits > 10, "the filing left no time to look: {waits}");
    // Half a second; on a machine that is busy elsewhere a part of the whole: a filing in one
    // change would let nobody in before its end.
    let most = Duration::from_millis(500).max(begun.elapsed() / 4);
    assert!(longest < most, "a writer waited {longest:?} of {:?}", begun.elapsed());
    // Ids rise with the codes but where the count within an instant begins anew.
    let codes: Vec<(String,)> = Asked::new("SELECT code FROM record_visible ORDER BY id").fetch(&app.db).await.unwrap();
    let falls = codes.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(codes.len() == 20_000 && falls < 60, "{falls} falls");
    app.close().await;
}

on_both_databases!(
    rows_on_paper_are_filed_before_their_objects_are_made,
    an_object_made_later_says_what_an_object_staged_at_once_says,
    what_is_there_twice_is_found_across_chunks,
    every_defect_of_a_bad_catalogue_is_kept,
    killed_while_filing_or_describing_it_goes_on,
    a_writer_waits_less_than_half_a_second_beside_an_import,
);

/// Beyond what a few chunks and the database's cache take, which both fill, memory does not
/// follow the rows: held, those that the large one has more would be sixty megabytes.
#[test]
fn memory_hardly_grows_with_the_rows_of_a_catalogue() {
    let (small, large) = (peak_of_taking_in(20_000), peak_of_taking_in(70_000));
    println!("peak for 20,000 rows: {small} KiB, for 70,000: {large} KiB");
    // The rows between weigh 150 MB; the index writer's arenas alone differ by 50 from run to run.
    assert!(large <= small + (96 << 10), "{small} KiB became {large} KiB");
}

/// The most memory, in KiB, that the filing of `rows` rows ever held.
fn peak_of_taking_in(rows: usize) -> u64 {
    let archive = Archive::new(&TestDb::sqlite());
    let mut lines = String::new();
    for n in 1..=rows {
        // Three thousand bytes of a note: what is kept of a row in memory does not show else.
        write!(lines, "{}", line(n).replace(",3,,", &format!(",3,{},", "9".repeat(3_000)))).unwrap();
    }
    let batch = catalogue(&archive, &lines);
    let mut child = archive.spawn(&["ingest", batch.to_str().unwrap(), "--yes", "--wait", "filed"]);
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(super::stream::high_water(&child));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    assert!(Path::new(&archive.data()).exists() && peak > 0);
    peak
}
