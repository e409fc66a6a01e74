//! A batch sent to a server elsewhere: nothing of the archive's folders is opened here.

use crate::harness::{Archive, Asked, Server, TestDb, encoded, on_both_databases, sample};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

const CODE: &str = "X001-WS·2011-Y-BGS-0001";

/// An archive that serves, and a sender on another machine: a home of his own and no archive.
struct Desk {
    archive: Archive,
    server: Server,
    token: String,
    home: tempfile::TempDir,
}

impl Desk {
    fn new(db: &TestDb) -> Self {
        let archive = Archive::new(db);
        let (name, password) = archive.account("archivist");
        let token = archive.token(&name, &password);
        let server = Server::start(&archive);
        Self { archive, server, token, home: tempfile::tempdir().unwrap() }
    }

    fn command(&self, server: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lantai"));
        let no_archive = self.home.path().join("none");
        command.args(["--json", "ingest", "--server", server]).args(args).arg("--data").arg(no_archive);
        command.env("LANTAI_TOKEN", &self.token).env("HOME", self.home.path()).env_remove("XDG_STATE_HOME");
        command.env_remove("LANTAI__DATABASE__URL").stdin(Stdio::null());
        command
    }

    fn address(&self) -> String {
        format!("http://{}", self.server.address())
    }

    fn send(&self, args: &[&str]) -> (i32, Value) {
        let out = self.command(&self.address(), args).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr);
        (out.status.code().unwrap(), serde_json::from_slice(&out.stdout).unwrap_or_else(|_| panic!("{said}")))
    }

    async fn finds(&self, phrase: &str) -> u64 {
        let asked = Asked::Bearer(self.token.clone());
        let found = self.server.get(&format!("/api/v1/search?q={}", encoded(phrase)), &asked).await.json();
        found["total"].as_u64().unwrap_or_else(|| panic!("{found}"))
    }

    async fn get(&self, path: &str) -> Value {
        self.server.get(path, &Asked::Bearer(self.token.clone())).await.json()
    }

    /// What is noted of batches that were begun.
    fn noted(&self) -> usize {
        fs::read_dir(self.home.path().join(".local/state/lantai/sending")).map_or(0, Iterator::count)
    }
}

fn folder(dir: &Path, rows: &str, files: &[(&str, &[u8])]) -> String {
    fs::create_dir_all(dir.join("files")).unwrap();
    fs::write(dir.join("目录.csv"), format!("{rows}\n")).unwrap();
    for (name, bytes) in files {
        fs::write(dir.join("files").join(name), bytes).unwrap();
    }
    dir.display().to_string()
}

async fn a_batch_sent_is_the_batch_taken_in(db: TestDb) {
    let desk = Desk::new(&db);
    let (status, sent) = desk.send(&[&sample(), "--yes", "--accept-good", "--wait", "read"]);
    let other = db.another();
    let beside = Archive::new(&other);
    let here = beside.run(&["ingest", &sample(), "--yes", "--accept-good", "--wait", "read"]);
    let here = here.expect_status(status);
    for field in ["rows", "records", "files", "bytes", "set_aside"] {
        assert_eq!(sent[field], here[field], "{field}: {sent}");
    }
    // What lies beside is not sent, and named.
    assert!(sent["not_sent"].to_string().contains("SHA256SUMS"), "{sent}");
    let kinds = |of: &Value| {
        let all = of["defects"].as_array().unwrap().iter().map(|one| one["kind"].to_string());
        let mut kinds: Vec<String> = all.filter(|kind| kind != "\"file-beside\"").collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds(&sent), kinds(&here));
    assert!(desk.finds("綦骓皋雒渡征收补偿").await > 0);
}

async fn broken_off_it_goes_on_and_what_changed_is_sent_anew(db: TestDb) {
    let desk = Desk::new(&db);
    let dir = tempfile::tempdir().unwrap();
    let large: Vec<u8> = (0..24_u32 << 20).step_by(4).flat_map(u32::to_le_bytes).collect();
    let rows = "档号,题名,责任者,日期\nX001-WS·2011-Y-BGS-0001,关于水库的通知,水利局,2011-06-14\n\
                X001-WS·2011-Y-BGS-0002,关于渡口的通知,水利局,2011-06-15";
    let files: [(&str, &[u8]); 2] =
        [("X001-WS·2011-Y-BGS-0001.bin", &large), ("X001-WS·2011-Y-BGS-0002.txt", "甲骓皋雒渡一".as_bytes())];
    let batch = folder(dir.path(), rows, &files);
    let mut first = desk.command(&desk.address(), &[&batch, "--yes"]).stdout(Stdio::null()).spawn().unwrap();
    let large_of = |listed: &Value| {
        let items = listed["items"].as_array().cloned().unwrap_or_default();
        items.into_iter().find(|one| one["path"].as_str().is_some_and(|path| path.ends_with(".bin")))
    };
    let (at, begun) = loop {
        assert!(first.try_wait().unwrap().is_none(), "it ended before it was killed: {}", desk.server.logged());
        let newest = desk.get("/api/v1/batches").await["items"][0]["batch"].as_str().map(str::to_owned);
        if let Some(id) = newest {
            let at = format!("/api/v1/batches/{id}");
            if let Some(one) = large_of(&desk.get(&format!("{at}/files")).await)
                && one["received"].as_u64() > Some(0)
            {
                break (at, one);
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(begun["whole"] == false, "it was killed amid the file: {begun}");
    // Of the same length, and another text.
    fs::write(dir.path().join("files/X001-WS·2011-Y-BGS-0002.txt"), "乙骓皋雒渡二").unwrap();
    let mut second = desk.command(&desk.address(), &[&batch, "--yes"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut name = None;
    while second.try_wait().unwrap().is_none() {
        name = large_of(&desk.get(&format!("{at}/files")).await).or(name);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let out = second.wait_with_output().unwrap();
    let sent: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((out.status.code(), &sent["records"]), (Some(0), &2.into()), "{sent}");
    assert_eq!(name.unwrap()["id"], begun["id"], "the file went on and was not begun anew");
    let id = desk.get(&format!("/api/v1/search?q={}", encoded("乙骓皋雒渡二"))).await["hits"][0]["id"].clone();
    assert!(id.is_string(), "what lies here now was filed");
    assert_eq!(desk.finds("甲骓皋雒渡一").await, 0);
    assert_eq!(
        desk.archive.run(&["show", CODE]).expect_status(3)["type"],
        "refused",
        "the command line has its own token"
    );
    let shown = desk.get(&format!("/api/v1/search?q={}", encoded("关于水库的通知"))).await;
    let id = shown["hits"][0]["id"].as_str().unwrap();
    let file = desk.server.get(&format!("/api/v1/records/{id}/files/1"), &Asked::Bearer(desk.token.clone())).await;
    assert!(file.body == large, "byte for byte");
}

async fn a_mended_batch_is_sent_again_and_headers_are_told(db: TestDb) {
    let desk = Desk::new(&db);
    let dir = tempfile::tempdir().unwrap();
    let file: (&str, &[u8]) = ("X001-WS·2011-Y-BGS-0001.txt", "水库".as_bytes());
    let batch = folder(dir.path(), "物品号,事由,责任者,日期\nX001-WS·2011-Y-BGS-0001,,水利局,2011-06-14", &[file]);
    let (status, unread) = desk.send(&[&batch, "--yes"]);
    assert_eq!((status, &unread["defects"][0]["kind"]), (1, &"catalogue-unread".into()), "{unread}");
    let told = ["--map", "物品号=code", "--map", "事由=title"];
    let (status, wrong) = desk.send(&[&[batch.as_str(), "--yes"], &told[..]].concat());
    assert_eq!((status, &wrong["records"], wrong["batch"] == unread["batch"]), (1, &0.into(), true), "{wrong}");
    folder(dir.path(), "物品号,事由,责任者,日期\nX001-WS·2011-Y-BGS-0001,关于水库,水利局,2011-06-14", &[file]);
    let (status, unknown) = desk.send(&[&batch, "--preset", "没有的"]);
    assert_eq!(status, 3, "{unknown}");
    let (status, sent) = desk.send(&[&[batch.as_str(), "--yes"], &told[..]].concat());
    assert_eq!((status, &sent["records"], sent["batch"] == unread["batch"]), (0, &1.into(), true), "{sent}");
    // It goes back, and comes again from here as its next round.
    let at = format!("/api/v1/batches/{}", sent["batch"].as_str().unwrap());
    let headers = [("content-type", "application/json")];
    let asked = Asked::Bearer(desk.token.clone());
    let reason = serde_json::json!({ "reason": "页数不符" }).to_string();
    let back = desk.server.ask(hyper::Method::POST, &format!("{at}/return"), &asked, &headers, reason).await;
    assert!(back.status.is_success(), "{}", back.text());
    let returned = async || desk.get(&at).await["jobs"].as_array().unwrap().iter().all(|job| job["state"] == "done");
    while !returned().await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (status, again) = desk.send(&[&[batch.as_str(), "--yes"], &told[..]].concat());
    assert_eq!((status, &again["records"], again["batch"] == sent["batch"]), (0, &1.into(), true), "{again}");
    assert_eq!(desk.get(&at).await["round"], 2);
    let (status, none) = desk.send(&[&batch, "--abandon"]);
    assert_eq!(status, 2, "nothing is begun: {none}");
    let newest = async || desk.get("/api/v1/batches").await["items"][0].clone();
    let (status, again) = desk.send(&[&[batch.as_str()], &told[..]].concat());
    assert_eq!((status, &again["records"], &again["batch"]), (0, &0.into(), &Value::Null), "{again}");
    assert_eq!((newest().await["state"].clone(), desk.noted()), ("abandoned".into(), 0), "the archive has it all");
    let more = "物品号,事由,责任者,日期\nX002-WS·2011-Y-BGS-0001,关于渡口,水利局,2011-06-14";
    fs::remove_file(dir.path().join("files").join(file.0)).unwrap();
    let other = folder(dir.path(), more, &[("X002-WS·2011-Y-BGS-0001.txt", "渡口".as_bytes())]);
    let (status, dry) = desk.send(&[&[other.as_str(), "--dry-run"], &told[..]].concat());
    assert_eq!(
        (status, dry["batch"].is_null(), dry["proposals"].as_array().map(Vec::len)),
        (1, true, Some(2)),
        "{dry}"
    );
    assert_eq!((newest().await["state"].clone(), desk.noted()), ("abandoned".into(), 0));
    let (status, kept) = desk.send(&[&[other.as_str()], &told[..]].concat());
    assert_eq!((status, kept["state"].as_str(), desk.noted()), (1, Some("checked"), 1), "{kept}");
    // A dry run of what was begun looks and ends nothing.
    let (status, dry) = desk.send(&[&[other.as_str(), "--dry-run"], &told[..]].concat());
    assert_eq!((status, &dry["batch"], desk.noted()), (1, &kept["batch"], 1), "{dry}");
    assert_eq!(newest().await["state"], "checked");
    let (status, gone) = desk.send(&[&other, "--abandon"]);
    assert_eq!((status, &gone["batch"], desk.noted()), (0, &kept["batch"], 0), "{gone}");
}

async fn who_may_not_is_refused_and_says_why(db: TestDb) {
    let mut desk = Desk::new(&db);
    for (server, wanted) in [("http://archive.example", 2), ("http://127.0.0.1:1", 2), ("", 2)] {
        let out = desk.command(server, &[&sample()]).output().unwrap();
        assert_eq!(out.status.code(), Some(wanted), "{server}: {}", String::from_utf8_lossy(&out.stderr));
    }
    assert_eq!(desk.send(&["/nonexistent"]).0, 2);
    let out = desk.command(&desk.address(), &[&sample()]).env_remove("LANTAI_TOKEN").output().unwrap();
    assert_eq!(out.status.code(), Some(3));
    assert_eq!(desk.send(&[&sample(), "--as", "别人"]).0, 3);
    desk.token = "nobody".into();
    assert_eq!(desk.send(&[&sample()]).0, 3);
    let (name, password) = desk.archive.account("staff");
    desk.token = desk.archive.token(&name, &password);
    let (status, refused) = desk.send(&[&sample()]);
    assert_eq!(status, 3, "{refused}");
    assert_eq!(desk.noted(), 0, "nothing was begun");
}

on_both_databases!(
    a_batch_sent_is_the_batch_taken_in,
    broken_off_it_goes_on_and_what_changed_is_sent_anew,
    a_mended_batch_is_sent_again_and_headers_are_told,
    who_may_not_is_refused_and_says_why,
);
