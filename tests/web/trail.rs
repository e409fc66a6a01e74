//! The trail over HTTP and on the command line: for its auditor, and for nobody else.

use crate::{
    audit::recomputed,
    harness::{Archive, Asked, Server, TestDb, encoded, on_both_databases, sample},
};
use calamine::{Data, Reader as _, Xlsx};
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};
use std::io::Cursor;

const CODE: &str = "X030-WS·2012-D30-SWJ-0001";

struct Office {
    archive: Archive,
    server: Server,
    auditor: Asked,
}

impl Office {
    async fn open(db: &TestDb) -> Self {
        let archive = Archive::new(db);
        archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
        let server = Server::start(&archive);
        let auditor = enter(&server, &archive, "auditor").await;
        Self { archive, server, auditor }
    }

    async fn items(&self, query: &str) -> Vec<Value> {
        let heard = self.server.get(&format!("/api/v1/trail?limit=500&{query}"), &self.auditor).await;
        assert_eq!(heard.status, StatusCode::OK, "{query}: {}", heard.text());
        heard.json()["items"].as_array().unwrap().clone()
    }

    async fn id_of(&self, code: &str) -> String {
        let items = self.items(&format!("verb=record.filed&subject={}", encoded(code))).await;
        items[0]["subjects"][0].as_str().unwrap().to_owned()
    }
}

/// Signs in and puts a password of one's own in the place of the first.
async fn enter(server: &Server, archive: &Archive, role: &str) -> Asked {
    let (name, password) = archive.account(role);
    let body = json!({ "name": name, "password": password, "new_password": "Wutong-2031-yu!" }).to_string();
    let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
    let heard = server.ask(Method::POST, "/api/v1/session", &Asked::Nobody, &kind, body).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text());
    let cookie = heard.headers[header::SET_COOKIE].to_str().unwrap();
    Asked::Cookie(cookie.split(';').next().unwrap().to_owned())
}

const ROUTES: [&str; 5] = ["/trail", "/trail.jsonl", "/trail.xlsx", "/api/v1/trail", "/api/v1/trail/export"];

async fn nobody_but_the_auditor_sees_that_there_is_a_trail(db: TestDb) {
    let office = Office::open(&db).await;
    for role in ["archivist", "staff", "security", "sysadmin"] {
        let other = enter(&office.server, &office.archive, role).await;
        for route in ROUTES {
            let heard = office.server.get(route, &other).await;
            assert_eq!(heard.status, StatusCode::NOT_FOUND, "{role} {route}");
            let missing = if route.starts_with("/api/") { "/api/v1/nothing" } else { "/nothing" };
            assert_eq!(heard.text(), office.server.get(missing, &other).await.text(), "{role} {route}");
        }
    }
    for route in ROUTES {
        let heard = office.server.get(route, &Asked::Nobody).await;
        let to_the_door = heard.headers.get(header::LOCATION).is_some_and(|to| to == "/sign-in");
        assert!(heard.status == StatusCode::UNAUTHORIZED || to_the_door, "{route}");
        let heard = office.server.get(route, &office.auditor).await;
        assert_eq!(heard.status, StatusCode::OK, "{route}: {}", heard.text());
    }
    let exported = office.items("verb=trail.exported").await;
    assert_eq!(exported.len(), 3, "those turned away exported nothing");
}

async fn a_page_is_narrowed_by_person_thing_verb_and_day(db: TestDb) {
    let office = Office::open(&db).await;
    let (name, _) = office.archive.account("auditor");
    let by_name = office.items(&format!("person={}", encoded(&name))).await;
    let verbs: Vec<&str> = by_name.iter().map(|item| item["verb"].as_str().unwrap()).collect();
    assert!(verbs.contains(&"person.signed_in") && verbs.contains(&"person.added"), "{verbs:?}");

    let life = office.items(&format!("subject={}", encoded(CODE))).await;
    let verbs: Vec<&str> = life.iter().map(|item| item["verb"].as_str().unwrap()).collect();
    assert_eq!(verbs.last(), Some(&"record.filed"));
    assert!(verbs.contains(&"records.sealed"), "the sealing names it among others: {verbs:?}");
    let id = office.id_of(CODE).await;
    assert!(life.iter().all(|item| item["subjects"].as_array().unwrap().contains(&json!(id))));
    assert_eq!(office.items(&format!("subject={id}")).await, life);

    let fonds = office.items("subject=X030").await;
    assert!(fonds.iter().any(|item| item["verb"] == "fonds.added"), "{fonds:?}");
    let group = office.items("verb=batch.").await;
    assert!(!group.is_empty() && group.iter().all(|item| item["verb"].as_str().unwrap().starts_with("batch.")));
    assert!(office.items("to=2001-01-01").await.is_empty());
    assert_eq!(office.items("from=2001-01-01&actor=operator").await, office.items("actor=operator").await);

    let page = office.server.get(&format!("/trail?subject={}", encoded(CODE)), &office.auditor).await.text();
    assert!(page.contains(CODE) && page.contains("归档") && page.contains("封存"), "{page}");
    let page = office.server.get("/trail?person=operator&verb=fonds.&lang=en", &office.auditor).await.text();
    assert!(page.contains("Fonds added") && page.contains("Command line"), "{page}");
    assert!(!page.contains("href=\"/search\"") && page.contains("href=\"/trail\""), "the way of the auditor alone");
    let none = office.server.get("/trail?to=2001-01-01", &office.auditor).await.text();
    assert!(none.contains("没有这样的记录"));
}

async fn what_means_nothing_is_said_and_not_guessed(db: TestDb) {
    let office = Office::open(&db).await;
    let before = office.items("").await.len();
    for query in [
        "after=x",
        "after=0",
        "limit=0",
        "limit=501",
        "limit=x",
        "verb=person",
        "verb=%25",
        "actor=root",
        "from=2026-02-30",
        "to=yesterday",
        "person=nobody",
        "subject=%E6%A1%A3%E5%8F%B7",
    ] {
        let heard = office.server.get(&format!("/api/v1/trail?{query}"), &office.auditor).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", heard.text());
        assert_eq!(heard.headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(!heard.json()["remedy"].as_str().unwrap().is_empty());
        let page = office.server.get(&format!("/trail?{query}"), &office.auditor).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    for query in ["format=csv", "format=jsonl&verb=person", "format=xlsx&to=x"] {
        let heard = office.server.get(&format!("/api/v1/trail/export?{query}"), &office.auditor).await;
        assert_eq!(heard.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    assert_eq!(office.items("").await.len(), before, "what was refused is no export");
}

async fn the_export_is_checked_from_its_own_lines_and_is_noted(db: TestDb) {
    let office = Office::open(&db).await;
    let stood = office.items("").await.len() as i64;
    let heard = office.server.get("/api/v1/trail/export?format=jsonl", &office.auditor).await;
    let named = heard.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(named.contains("trail-20") && named.ends_with(".jsonl\""), "{named}");
    let text = heard.text();
    for (n, line) in (1..).zip(text.lines()) {
        recomputed(line, n);
    }
    let count = text.lines().count() as i64;
    assert!(count >= stood && text.ends_with('\n'));
    let noted = &office.items("verb=trail.exported").await[0];
    assert_eq!(noted["details"]["count"], count.to_string());
    assert_eq!((&noted["details"]["filter"], &noted["details"]["format"]), (&json!("all"), &json!("jsonl")));
    assert!(noted["actor"].as_str().unwrap().starts_with("person:"));

    let heard = office.server.get("/trail.jsonl?verb=fonds.&person=operator", &office.auditor).await;
    assert!(heard.text().lines().all(|line| line.contains("\"verb\":\"fonds.")));
    let noted = &office.items("verb=trail.exported").await[0];
    assert_eq!(noted["details"]["filter"], "actor=operator verb=fonds.");
}

async fn the_sheet_holds_the_lines_as_texts(db: TestDb) {
    let office = Office::open(&db).await;
    let security = enter(&office.server, &office.archive, "security").await;
    let heard = office.server.get("/trail.xlsx?verb=record.filed", &office.auditor).await;
    assert_eq!(heard.status, StatusCode::OK);
    assert!(heard.headers[header::CONTENT_DISPOSITION].to_str().unwrap().ends_with(".xlsx\""));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(heard.body)).unwrap();
    assert!(book.worksheet_formula("审计记录").unwrap().is_empty());
    let sheet = book.worksheet_range("审计记录").unwrap();
    let mut lines = office.items("verb=record.filed").await;
    lines.reverse();
    assert_eq!(sheet.height(), lines.len() + 1);
    for (row, line) in sheet.rows().skip(1).zip(&lines) {
        assert_eq!(row[0], Data::Float(line["n"].as_f64().unwrap()));
        let texts = [&row[3], &row[4], &row[5], &row[7]].map(ToString::to_string);
        let said = |key: &str| line[key].as_str().unwrap().to_owned();
        assert_eq!(texts, ["归档".into(), said("verb"), line["subjects"][0].as_str().unwrap().into(), said("leaf")]);
        assert!(row[6].to_string().contains(line["details"]["code"].as_str().unwrap()));
    }
    drop(security);
}

async fn the_command_line_lists_and_exports_for_who_may(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let listed = archive.run(&["trail", "list", "--verb", "fonds.", "--actor", "operator"]).expect_status(0);
    assert!(listed["items"].as_array().unwrap().iter().any(|line| line["verb"] == "fonds.added"), "{listed}");
    let two = archive.run(&["trail", "list", "--limit", "2"]).expect_status(0);
    assert_eq!(two["items"].as_array().unwrap().len(), 2);
    let older = archive.run(&["trail", "list", "--limit", "1", "--after", two["next"].as_str().unwrap()]);
    let older = older.expect_status(0);
    assert_eq!(older["items"][0]["n"].as_i64().unwrap() + 1, two["items"][1]["n"].as_i64().unwrap());
    archive.run(&["trail", "list", "--from", "x"]).expect_status(2);

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let done = archive.run(&["trail", "export", &file("all.jsonl")]).expect_status(0);
    let text = std::fs::read_to_string(file("all.jsonl")).unwrap();
    assert_eq!(done["entries"], text.lines().count());
    for (n, line) in (1..).zip(text.lines()) {
        recomputed(line, n);
    }
    archive.run(&["trail", "export", &file("all.jsonl")]).expect_status(3);
    archive.run(&["trail", "export", &file("all.txt")]).expect_status(2);
    archive.run(&["trail", "export", &file("life.xlsx"), "--subject", CODE]).expect_status(0);
    let mut book: Xlsx<_> = calamine::open_workbook(file("life.xlsx")).unwrap();
    assert!(book.worksheet_range("审计记录").unwrap().height() > 2);
    archive.run(&["trail", "export", &file("none/x.jsonl")]).expect_status(2);
    let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["all.jsonl", "life.xlsx"], "nothing half written is left");
    let exported = archive.run(&["trail", "list", "--verb", "trail.exported"]).expect_status(0);
    assert_eq!(exported["items"].as_array().unwrap().len(), 2);

    // Through the running server: the auditor's token opens it, an archivist's does not.
    let server = Server::start(&archive);
    for (role, status) in [("auditor", 0), ("archivist", 3)] {
        let Asked::Cookie(cookie) = enter(&server, &archive, role).await else { panic!("a cookie") };
        let token = cookie.trim_start_matches("lantai=");
        for args in [&["trail", "list"][..], &["trail", "export", &file(&format!("{role}.jsonl"))]] {
            let out = archive.command(args).env("LANTAI_TOKEN", token).output().unwrap();
            assert_eq!(out.status.code(), Some(status), "{role}: {}", String::from_utf8_lossy(&out.stderr));
        }
        assert_eq!(std::path::Path::new(&file(&format!("{role}.jsonl"))).exists(), status == 0);
    }
}

on_both_databases!(
    nobody_but_the_auditor_sees_that_there_is_a_trail,
    a_page_is_narrowed_by_person_thing_verb_and_day,
    what_means_nothing_is_said_and_not_guessed,
    the_export_is_checked_from_its_own_lines_and_is_noted,
    the_sheet_holds_the_lines_as_texts,
    the_command_line_lists_and_exports_for_who_may,
);
