//! Who may ask what: every route that axum serves, by everybody there is. What each is
//! answered stands in `matrix.tsv`, which people read and change; a route that is not in
//! it fails the test.
//!
//! The record that is asked for is 内部 and of department SWJ. *other* has the clearance
//! and is of another department, *low* is of that department and not cleared, *right* is
//! both; *archivist* is cleared for all.
//!
//! `in`: let in, whatever becomes of a request without its fields. `no`: the answer to
//! what is not there. `door`: 401, or the way to the sign-in page.

use super::served::served;
use crate::harness::{Archive, Asked, Heard, Server, TestDb, encoded, on_both_databases, sample};
use hyper::{Method, StatusCode, header};
use lantai::web::table;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const WHO: [&str; 8] = ["nobody", "other", "low", "right", "archivist", "sysadmin", "security", "auditor"];
const CODE: &str = "X030-WS·2012-D30-SWJ-0001";

struct Everybody {
    archive: Archive,
    server: Server,
    /// Name, password and session, in the order of [`WHO`].
    people: Vec<(String, String, Asked)>,
    /// Another security officer, who makes what is asked for.
    maker: Asked,
    record: String,
    batch: String,
    asset: String,
    made: std::cell::Cell<u32>,
}

impl Everybody {
    async fn at(db: &TestDb) -> (Self, BTreeSet<(String, String)>) {
        let archive = Archive::new(db);
        archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
        let mut accounts = BTreeMap::new();
        for (who, role, department, clearance) in [
            ("other", "staff", "CWC", "内部"),
            ("low", "staff", "SWJ", "公开"),
            ("right", "staff", "SWJ", "内部"),
            ("maker", "security", "", "公开"),
        ] {
            let mut args = vec!["user", "add", who, "--role", role, "--clearance", clearance];
            if !department.is_empty() {
                args.extend(["--department", department]);
            }
            let added = archive.run(&args).expect_status(0);
            accounts.insert(who, (who.to_owned(), added["password"].as_str().unwrap().to_owned()));
        }
        for role in ["archivist", "sysadmin", "security", "auditor"] {
            accounts.insert(role, archive.account(role));
        }
        archive.settle_passwords();
        archive.sql("UPDATE record SET secrecy = 1, mark = '内部' WHERE code = 'X030-WS·2012-D30-SWJ-0001'");
        archive.sql("UPDATE person SET clearance = 1 WHERE role = 'archivist'");
        archive.sql(
            "INSERT INTO api_token (id, person_id, label, functions, created_at, until)
             SELECT 'token-of-' || id, id, 'x', 'search', created_at, '9999-12-31' FROM person",
        );
        archive.run(&["rebuild"]).expect_status(0);
        let routes = served(&archive).await;
        let server = Server::without_limits(&archive);
        let mut people = vec![(String::new(), String::new(), Asked::Nobody)];
        for who in &WHO[1..] {
            let account = accounts[who].clone();
            let session = server.sign_in(account.clone()).await;
            people.push((account.0, account.1, session));
        }
        let maker = server.sign_in(accounts["maker"].clone()).await;
        let archivist = &people[4].2;
        let found = server.get(&format!("/api/v1/search?q={}", encoded(CODE)), archivist).await.json();
        let record = found["hits"][0]["id"].as_str().unwrap().to_owned();
        let batches = server.get("/api/v1/batches", archivist).await.json();
        let batch = batches["items"][0]["batch"].as_str().unwrap().to_owned();
        let door = server.get("/sign-in", &Asked::Nobody).await.text();
        let asset = door.split("/assets/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        (Self { archive, server, people, maker, record, batch, asset, made: std::cell::Cell::new(0) }, routes)
    }

    /// Something new to do something to: its id.
    async fn make(&self, path: &str, body: Value) -> String {
        let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
        let heard = self.server.ask(Method::POST, path, &self.maker, &kind, body.to_string()).await;
        assert!(heard.status.is_success(), "{path}: {}", heard.text());
        heard.json()["id"].as_str().unwrap_or_default().to_owned()
    }

    async fn new_person(&self) -> (String, String, String) {
        self.made.set(self.made.get() + 1);
        let name = format!("新人{}", self.made.get());
        let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
        let body = json!({ "name": name, "role": "staff" }).to_string();
        let heard = self.server.ask(Method::POST, "/api/v1/people", &self.maker, &kind, body).await.json();
        let text = |field: &str| heard[field].as_str().unwrap().to_owned();
        (text("id"), name.clone(), text("password"))
    }

    /// The path with something that is there in each of its places.
    async fn path(&self, method: &str, template: &str, who: usize) -> String {
        let mut path = template.to_owned();
        if path.contains("/files/{name}") {
            let (batch, name) = self.announced().await;
            path = path.replace("{id}", &batch).replace("{name}", &name);
        } else if path.contains("/records/{id}") {
            path = path.replace("{id}", &self.record);
        } else if path.contains("/batches/{id}") {
            path = path.replace("{id}", &self.batch);
        } else if path.contains("/people/{id}") {
            path = path.replace("{id}", &self.new_person().await.0);
        } else if path.starts_with("/account/factors/{id}") {
            path = path.replace("{id}", &self.new_factor(who).await);
        } else if path.contains("/account/tokens/{id}") {
            let own = self.server.get("/api/v1/account/tokens", &self.people[who].2).await;
            let id = if who == 0 { "x".to_owned() } else { own.json()["items"][0]["id"].as_str().unwrap().to_owned() };
            path = path.replace("{id}", &id);
        } else if path.contains("/account/sessions/{id}") {
            path = path.replace("{id}", &self.another_session(who).await);
        } else if template == "/api/v1/sessions/{id}" {
            let (id, name, password) = self.new_person().await;
            self.server.sign_in((name, password)).await;
            let sessions = self.server.get(&format!("/api/v1/sessions?person={id}"), &self.maker).await.json();
            path = path.replace("{id}", sessions["items"][0]["id"].as_str().unwrap());
        } else if template == "/api/v1/grants/{id}" {
            let person = self.new_person().await.0;
            let grants = self.server.get(&format!("/api/v1/grants?person={person}"), &self.maker).await.json();
            path = path.replace("{id}", grants["items"][0]["id"].as_str().unwrap());
        } else if template == "/api/v1/posts/{id}" {
            let person = self.new_person().await.0;
            let body = json!({ "person": person, "post": "office-head", "since": "2026-01-01" });
            path = path.replace("{id}", &self.make("/api/v1/posts", body).await);
        } else if template == "/api/v1/tokens/{id}" {
            let person = self.new_person().await.0;
            let until = "2026-12-31";
            let body = json!({ "person": person, "label": "x", "functions": ["search"], "until": until });
            path = path.replace("{id}", &self.make("/api/v1/tokens", body).await);
        } else if template.contains("/catalogues/presets/{id}") {
            self.made.set(self.made.get() + 1);
            let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
            let body = json!({ "name": format!("预设{}", self.made.get()), "columns": { "物品号": "code" } });
            let kept = "/api/v1/catalogues/presets";
            let kept = self.server.ask(Method::POST, kept, &self.people[4].2, &kind, body.to_string()).await;
            path = path.replace("{id}", kept.json()["id"].as_str().unwrap());
        } else if template.contains("/departments/{code}") {
            self.made.set(self.made.get() + 1);
            let code = format!("D{}", self.made.get());
            self.make("/api/v1/departments", json!({ "code": code, "name": code })).await;
            path = path.replace("{code}", &code);
        }
        if path.ends_with("/search") && method == "GET" {
            path.push_str("?q=%E6%B0%B4");
        }
        path.replace("{code}", "X030")
            .replace("{page}", "1")
            .replace("{version}", "1")
            .replace("{number}", "1")
            .replace("{file}", &self.asset)
            .replace("{category}", "WS")
            .replace("{what}", "grants")
            .replace("{which}", "x")
    }

    /// A batch that the archivist is sending, and a file of it.
    async fn announced(&self) -> (String, String) {
        let archivist = &self.people[4].2;
        let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
        let body = json!({ "name": "x" }).to_string();
        let opened = self.server.ask(Method::POST, "/api/v1/batches", archivist, &kind, body).await.json();
        let batch = opened["batch"].as_str().unwrap().to_owned();
        let tus = [("tus-resumable", "1.0.0"), ("upload-length", "9"), ("upload-metadata", "path eA==")];
        let path = format!("/api/v1/batches/{batch}/files");
        let announced = self.server.ask(Method::POST, &path, archivist, &tus, String::new()).await;
        let place = announced.headers[header::LOCATION].to_str().unwrap();
        (batch, place.rsplit('/').next().unwrap().to_owned())
    }

    /// A secret for codes that its owner has just drawn.
    async fn new_factor(&self, who: usize) -> String {
        let (_, password, session) = &self.people[who];
        if who == 0 {
            return "x".to_owned();
        }
        let page = self.server.get("/account/factors", session).await.text();
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let form = format!("csrf={token}&label=x&password={}", encoded(password));
        let drawn = self.server.post("/account/factors", session, &form).await;
        assert_eq!(drawn.status, StatusCode::SEE_OTHER, "{}", drawn.text());
        drawn.headers[header::LOCATION].to_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }

    async fn another_session(&self, who: usize) -> String {
        if who == 0 {
            return "x".to_owned();
        }
        let (name, password, session) = &self.people[who];
        self.server.sign_in((name.clone(), password.clone())).await;
        let sessions = self.server.get("/api/v1/account/sessions", session).await.json();
        let sessions = sessions["items"].as_array().unwrap();
        let other = sessions.iter().find(|one| one["here"] == false).expect("he signed in twice");
        other["id"].as_str().unwrap().to_owned()
    }

    async fn answer(&self, method: &str, template: &str, who: usize) -> &'static str {
        let path = self.path(method, template, who).await;
        let (name, password, session) = &self.people[who];
        // Asked with a session of its own where the act ends the one it is asked with.
        let ends = method == "DELETE" && template == "/api/v1/session";
        let session =
            if ends && who > 0 { self.server.sign_in((name.clone(), password.clone())).await } else { session.clone() };
        let asked = method.parse::<Method>().unwrap();
        let heard = self.server.ask(asked, &path, &session, &[], String::new()).await;
        class(template, &heard, &self.unknown(method, template).await)
    }

    async fn unknown(&self, method: &str, template: &str) -> Heard {
        let path = if template.starts_with("/api/") { "/api/v1/nothing" } else { "/nothing" };
        // An answer to HEAD has no words.
        let method = if method == "HEAD" { Method::HEAD } else { Method::GET };
        self.server.ask(method, path, &Asked::Nobody, &[], String::new()).await
    }
}

fn class(template: &str, heard: &Heard, unknown: &Heard) -> &'static str {
    let to_the_door = heard.headers.get(header::LOCATION).is_some_and(|to| to == "/sign-in");
    if heard.status == StatusCode::UNAUTHORIZED || (to_the_door && !template.starts_with("/sign-in")) {
        "door"
    } else if heard.status == StatusCode::NOT_FOUND {
        assert_eq!(heard.text(), unknown.text(), "{template}: forbidden is told like unknown");
        "no"
    } else {
        assert_ne!(heard.status, StatusCode::TOO_MANY_REQUESTS, "{template}");
        assert!(!heard.status.is_server_error(), "{template}: {} {}", heard.status, heard.text());
        "in"
    }
}

async fn every_route_answers_everybody_as_the_matrix_says(db: TestDb) {
    let (everybody, served) = Everybody::at(&db).await;
    let in_table: BTreeSet<_> =
        table().into_iter().map(|(method, path, _)| (method.to_string(), path.to_owned())).collect();
    assert_eq!(served, in_table, "what axum serves is what the table registers");

    let matrix = include_str!("matrix.tsv");
    let listed: BTreeMap<(String, String), Vec<&str>> = matrix
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let mut cells = line.split('\t');
            let mut next = || cells.next().expect("a cell").to_owned();
            ((next(), next()), cells.collect())
        })
        .collect();
    let mut seen = format!("# method\tpath\t{}\n", WHO.join("\t"));
    let (mut answers, mut wrong) = (0, Vec::new());
    for (method, path) in &served {
        let mut row = Vec::new();
        for who in 0..WHO.len() {
            row.push(everybody.answer(method, path, who).await);
            answers += 1;
        }
        match listed.get(&(method.clone(), path.clone())) {
            None => wrong.push(format!("{method} {path} is not listed: {row:?}")),
            Some(wanted) if *wanted != row => wrong.push(format!("{method} {path}: {row:?}, listed as {wanted:?}")),
            Some(_) => {}
        }
        seen.push_str(&format!("{method}\t{path}\t{}\n", row.join("\t")));
    }
    wrong.extend(listed.keys().filter(|route| !served.contains(route)).map(|route| format!("{route:?} is not served")));
    let folder = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target");
    std::fs::write(folder.join("matrix.tsv"), &seen).unwrap();
    println!("{seen}{} routes × {} people: {answers} answers, {} wrong", served.len(), WHO.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(everybody.archive.data().exists());
}

/// What must hold whatever somebody writes into the matrix.
#[test]
fn the_matrix_lets_no_officer_to_content_and_nobody_past_the_door() {
    let rows = include_str!("matrix.tsv").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        let (path, answers) = (cells[1], &cells[2..]);
        let of = |who: &str| answers[WHO.iter().position(|one| *one == who).unwrap()];
        let content = ["/records", "/search", "/batches", "/fonds", "/schemes"].iter().any(|part| path.contains(part));
        if content {
            assert!(["sysadmin", "security", "auditor"].iter().all(|who| of(who) == "no"), "{row}");
        }
        if path.contains("/records/") {
            // Whoever may read a record does not put it right: that takes arranging it.
            let writes = cells[0] != "GET" || path.ends_with("/correct");
            let right = if writes { "no" } else { "in" };
            assert_eq!((of("other"), of("low"), of("right"), of("archivist")), ("no", "no", right, "in"), "{row}");
        }
        let at_the_door = ["/sign-in", "/assets", "/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/session"];
        if of("nobody") != "door" {
            assert!(at_the_door.iter().any(|open| path.starts_with(open)), "{row}");
        }
        let administers = ["people", "departments", "grants", "posts", "tokens", "sessions"];
        if administers.iter().any(|part| path.contains(part)) && !path.contains("/account") {
            assert!(WHO.iter().all(|who| (of(who) == "in") == (*who == "security")), "{row}");
        }
        if path.contains("/trail") && !path.contains("/records") {
            assert!(WHO.iter().all(|who| (of(who) == "in") == (*who == "auditor")), "{row}");
        }
    }
}

on_both_databases!(every_route_answers_everybody_as_the_matrix_says);
