//! New versions of filed records on the command line: the rows, the store, the index, and a
//! rebuild from the store alone.

use crate::harness::{Archive, Server, TestDb, judges, on_both_databases};
use lantai::{
    db::{Asked, Db},
    kernel::Sha256,
};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command, time::Duration};

const CODE: &str = "X001-WS·2011-Y-BGS-0001";

/// An archive with one record of three files of text.
struct Desk {
    archive: Archive,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(db: &TestDb) -> Self {
        let (archive, folder) = (Archive::new(db), tempfile::tempdir().unwrap());
        let batch = folder.path().join("batch");
        fs::create_dir_all(batch.join(CODE)).unwrap();
        for (name, text) in [("1.txt", "甲页关于水库"), ("2.txt", "乙页关于堤防"), ("3.txt", "丙页关于闸门")]
        {
            fs::write(batch.join(CODE).join(name), text).unwrap();
        }
        let catalogue = format!("档号,题名,责任者,日期,页数\n{CODE},关于水库的通之,水利局,2011-06-14,3\n");
        fs::write(batch.join("目录.csv"), catalogue).unwrap();
        let desk = Self { archive, folder };
        desk.run(&["ingest", batch.to_str().unwrap(), "--yes", "--wait", "read"], 0);
        desk
    }

    fn run(&self, args: &[&str], status: i32) -> Value {
        self.archive.run(args).expect_status(status)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    fn found(&self, query: &str) -> u64 {
        self.run(&["search", query], 0)["total"].as_u64().unwrap()
    }

    fn kinds(&self) -> Vec<Value> {
        let listed = self.run(&["versions", CODE], 0);
        listed["items"].as_array().unwrap().iter().map(|one| one["kind"].clone()).collect()
    }

    fn contents(&self) -> Vec<String> {
        let shown = self.run(&["show", CODE], 0);
        let files = shown["files"].as_array().unwrap();
        files.iter().map(|file| file["sha256"].as_str().unwrap().to_owned()).collect()
    }
}

fn digest(text: &str) -> String {
    Sha256::of(text.as_bytes()).to_string()
}

/// Another program finds the root valid.
fn valid(data: &Path) {
    let Some(judges) = judges() else { return };
    let out = Command::new(judges.join("ocfl-root.py"))
        .args(["validate", "--validate-objects", "--check-digests", "--root"])
        .arg(data.join("store/ocfl"))
        .output()
        .unwrap();
    assert!(out.status.success(), "{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
}

async fn a_record_is_put_right_and_every_old_version_stays(db: TestDb) {
    let desk = Desk::new(&db);
    assert_eq!(desk.kinds(), ["filed"]);

    let corrected = desk.run(&["correct", CODE, "--set", "title=关于水库的通知", "--reason", "漏字"], 0);
    assert_eq!((&corrected["number"], &corrected["sealed"]), (&json!(2), &json!(true)));
    let changed = json!([{ "field": "title", "before": "关于水库的通之", "after": "关于水库的通知" }]);
    assert_eq!((&corrected["changed"], &corrected["by"]), (&changed, &json!("operator")));
    assert_eq!((desk.found("通知"), desk.found("通之")), (1, 0), "the index follows");
    assert_eq!(desk.run(&["verify"], 0)["findings"], json!([]));
    valid(desk.archive.data());

    let scan = desk.file("good.txt", "乙页关于涵洞".as_bytes());
    let replaced = desk.run(&["replace", CODE, "--file", "2", &scan, "--reason", "扫描不清"], 0);
    assert_eq!((&replaced["number"], &replaced["kind"]), (&json!(3), &json!("file")));
    assert_eq!((desk.found("涵洞"), desk.found("堤防"), desk.found("闸门")), (1, 0, 1), "the old text is gone");
    assert_eq!(desk.contents()[1], digest("乙页关于涵洞"));
    valid(desk.archive.data());

    let turned = desk.run(&["reorder", CODE, "3,1,2", "--reason", "页序错了"], 0);
    assert_eq!(turned["changed"], json!([{ "field": "order", "before": "1 2 3", "after": "3 1 2" }]));
    let wanted = ["丙页关于闸门", "甲页关于水库", "乙页关于涵洞"].map(digest);
    assert_eq!(desk.contents(), wanted);
    let hit = desk.run(&["search", "闸门"], 0);
    assert_eq!(hit["hits"][0]["page"], 1, "its text went with it");
    assert_eq!(desk.run(&["verify"], 0)["findings"], json!([]));
    valid(desk.archive.data());
    assert_eq!(desk.kinds(), ["filed", "description", "file", "order"]);

    // The rows again, from the store alone: the newest state, and who changed what and why.
    let before = desk.run(&["versions", CODE], 0);
    fs::remove_dir_all(desk.archive.data().join("index")).ok();
    let again = desk.archive.on_another_database(&db.another());
    again.run(&["rebuild", "--from-store"]).expect_status(0);
    let after = again.run(&["versions", CODE]).expect_status(0);
    assert_eq!(after["items"], before["items"]);
    assert_eq!(again.run(&["show", CODE]).expect_status(0)["title"], "关于水库的通知");
    assert_eq!(again.run(&["search", "涵洞"]).expect_status(0)["total"], 1);
    again.run(&["correct", CODE, "--set", "note=重建之后", "--reason", "试"]).expect_status(0);
    assert_eq!(again.run(&["verify"]).expect_status(0)["findings"], json!([]));
}

async fn what_cannot_be_is_refused_and_nothing_is_changed(db: TestDb) {
    let desk = Desk::new(&db);
    let (same, cut) = (desk.file("same.txt", "甲页关于水库".as_bytes()), desk.file("cut.pdf", b"%PDF-1.7\n1 0 obj"));
    let missing = desk.folder.path().join("nothing.txt").display().to_string();
    let reason = ["--reason", "试"];
    for (args, status) in [
        (vec!["correct", CODE, "--set", "title=x", "--reason", "  "], 3),
        (vec!["correct", CODE, "--set", "title=关于水库的通之"], 3),
        (vec!["correct", CODE, "--set", "title="], 3),
        (vec!["correct", CODE, "--set", "date=20110631"], 3),
        (vec!["correct", CODE, "--set", "code=X001-WS·2011-Y-BGS-0002"], 3),
        (vec!["correct", CODE, "--set", "retention=D30"], 3),
        (vec!["correct", CODE, "--set", "colour=red"], 3),
        (vec!["correct", CODE, "--set", "title"], 2),
        (vec!["correct", CODE, "--set", "title=x", "--seen", "7"], 3),
        (vec!["correct", "X001-WS·2011-Y-BGS-0099", "--set", "title=x"], 3),
        (vec!["replace", CODE, "--file", "4", &same], 3),
        (vec!["replace", CODE, "--file", "1", &same], 3),
        (vec!["replace", CODE, "--file", "1", &cut], 3),
        (vec!["replace", CODE, "--file", "1", &missing], 3),
        (vec!["reorder", CODE, "1,2,3"], 3),
        (vec!["reorder", CODE, "1,2"], 3),
        (vec!["reorder", CODE, "1,1,2"], 3),
        (vec!["reorder", CODE, "0,1,2"], 3),
    ] {
        let args: Vec<&str> = if args.contains(&"--reason") { args } else { [&args[..], &reason].concat() };
        let answer = desk.run(&args, status);
        let said = |field: &str| answer[field].as_str().is_some_and(|text| !text.is_empty());
        assert!(said("detail") && said("remedy"), "{args:?}: {answer}");
    }
    assert_eq!(desk.kinds(), ["filed"]);
    assert_eq!(fs::read_dir(desk.archive.data().join("staging")).unwrap().count(), 0, "nothing stays staged");
    // Another format is nothing wrong: it is identified anew.
    let picture = desk.file("page.jpg", &fs::read(picture()).unwrap());
    desk.run(&["replace", CODE, "--file", "1", &picture, "--reason", "换成图像"], 0);
    let shown = desk.run(&["show", CODE], 0);
    assert_eq!((&shown["files"][0]["format"], &shown["files"][0]["name"]), (&json!("jpeg"), &json!("page.jpg")));
    assert!(shown["files"][0]["puid"].is_string(), "{shown}");
}

/// Some picture of the sample.
fn picture() -> std::path::PathBuf {
    let found = Command::new("find").args([&crate::harness::sample(), "-iname", "*.jpg"]).output().unwrap();
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    text.lines().next().expect("the sample has a picture").into()
}

/// A job that was promised and never ran is taken up by the next command that changes
/// something, as by the next start of the server. Each kill waits for the act, and counts where
/// its version is promised and not in the store.
async fn an_act_killed_before_its_job_goes_on(db: TestDb) {
    let desk = Desk::new(&db);
    let open = Db::open(&db.url).await.unwrap();
    let acts = async || count(&open, "SELECT COUNT(*) FROM audit_event WHERE verb = 'record.corrected'").await;
    let promised = async || count(&open, "SELECT COUNT(*) FROM version_intent").await;
    let (mut between, mut tries) = (0, 0);
    while between < 3 {
        tries += 1;
        assert!(tries <= 30, "{between} of 30 kills fell between an act and its job");
        let (before, note) = (acts().await, format!("note=第{tries}次"));
        let mut child = desk.archive.spawn(&["correct", CODE, "--set", &note, "--reason", "试"]);
        while acts().await == before && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if acts().await > before && promised().await > 0 {
            between += 1;
            desk.run(&["correct", CODE, "--set", "note=接着", "--reason", "试"], 0);
            assert_eq!(promised().await, 0, "whoever comes next finishes it");
        }
    }
    open.close().await;
    let last = desk.run(&["correct", CODE, "--set", "note=末次", "--reason", "试"], 0);
    let listed = desk.run(&["versions", CODE], 0);
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len() as u64, last["number"].as_u64().unwrap());
    assert!(items.iter().all(|one| one["sealed"] == true), "{listed}");
    assert_eq!(desk.run(&["show", CODE], 0)["note"], "末次");
    assert_eq!(desk.run(&["verify"], 0)["findings"], json!([]));
    assert_eq!(fs::read_dir(desk.archive.data().join("staging")).unwrap().count(), 0);
    valid(desk.archive.data());
    println!("{between} of {tries} kills fell between an act and its job, {} versions", items.len());
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    Asked::new(sql).fetch::<(i64,)>(db).await.unwrap()[0].0
}

/// With a server running its process is given the bytes, and never a path to open.
async fn a_running_server_is_sent_the_file(db: TestDb) {
    let desk = Desk::new(&db);
    let (name, password) = desk.archive.account("archivist");
    let _server = Server::start(&desk.archive);
    let token = desk.archive.token(&name, &password);
    let run = |args: &[&str]| {
        let out = desk.archive.command(args).env("LANTAI_TOKEN", &token).output().unwrap();
        (out.status.code().unwrap(), serde_json::from_slice::<Value>(&out.stdout).unwrap_or_default())
    };
    let scan = desk.file("again.txt", "甲页关于灌区".as_bytes());
    let (status, made) = run(&["replace", CODE, "--file", "1", &scan, "--reason", "扫描不清"]);
    assert_eq!((status, &made["number"], &made["by"]), (0, &json!(2), &json!(name)), "{made}");
    assert_eq!(run(&["search", "灌区"]).1["total"], 1);
    let shown = run(&["show", CODE]).1;
    assert_eq!((&shown["files"][0]["name"], &shown["version"]), (&json!("again.txt"), &json!(2)));
    let missing = desk.folder.path().join("nothing").display().to_string();
    assert_eq!(run(&["replace", CODE, "--file", "1", &missing, "--reason", "试"]).0, 3);
    assert_eq!(run(&["reorder", CODE, "2,1,3", "--reason", "试"]).0, 0);
    assert_eq!(fs::read_dir(desk.archive.data().join("staging")).unwrap().count(), 0);
}

on_both_databases!(
    a_record_is_put_right_and_every_old_version_stays,
    what_cannot_be_is_refused_and_nothing_is_changed,
    an_act_killed_before_its_job_goes_on,
    a_running_server_is_sent_the_file,
);
