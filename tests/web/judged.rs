//! The API as its own document describes it, judged by schemathesis, which makes up
//! requests that the document allows and requests that it does not. `deploy/test`
//! installs it; `LANTAI_SCHEMATHESIS_EXAMPLES=500` makes a longer run.

use super::House;
use crate::harness::{Asked, TestDb, judges, on_both_databases};
use serde_json::{Value, json};
use std::{collections::BTreeSet, process::Command};

/// Of each operation, in each way of making them up.
const EXAMPLES: &str = "30";
/// What it begins its dice with: the same requests every time.
const SEED: &str = "20261124";

/// Operations that would end the session it judges with, or shut the account, and those
/// that speak tus: its settings leave them out.
const LEFT_OUT: [&str; 9] = [
    "sign-out",
    "account-password",
    "account-session-end",
    "session-end",
    "upload-options",
    "upload-create",
    "upload-offset",
    "upload-send",
    "upload-remove",
];

/// What this archive holds, for the parameters of paths that begin so: made-up ids would
/// never reach further than a 404.
async fn held(house: &House) -> Vec<(&'static str, &'static str, Vec<String>)> {
    // A PDF with text, a scan of several pages, photographs.
    let codes = ["X030-WS·2012-D30-SWJ-0001", "X028-WS·1998-Y-ZRZY-0014", "X041-WS·2007-D10-HBJ-0016"];
    let mut records = Vec::new();
    for code in codes {
        records.push(house.record(code).await);
    }
    let batches = house.server.get("/api/v1/batches", &house.archivist).await.json();
    let batch = batches["items"][0]["batch"].as_str().unwrap().to_owned();
    vec![
        ("/api/v1/search", "q", codes.map(str::to_owned).into()),
        ("/api/v1/records/", "id", records),
        ("/api/v1/records/", "page", vec!["1.jpg".to_owned()]),
        ("/api/v1/records/", "number", vec!["1".to_owned()]),
        ("/api/v1/records/", "version", vec!["1".to_owned()]),
        ("/api/v1/fonds/", "code", vec!["X030".to_owned()]),
        ("/api/v1/batches/", "id", vec![batch]),
    ]
}

/// The document as it is served, with what is held as examples; how many operations
/// it has.
async fn document(house: &House) -> (Value, usize) {
    let mut document = house.server.get("/api/v1/openapi.json", &Asked::Nobody).await.json();
    let shared = document["components"]["parameters"].clone();
    let (held, mut told, mut operations) = (held(house).await, BTreeSet::new(), 0);
    for (path, item) in document["paths"].as_object_mut().unwrap() {
        for operation in item.as_object_mut().unwrap().values_mut() {
            operations += usize::from(!LEFT_OUT.iter().any(|name| operation["operationId"] == *name));
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(name) = parameter["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
                    *parameter = shared[name].clone();
                }
                for (at, (prefix, name, values)) in held.iter().enumerate() {
                    if path.starts_with(prefix) && parameter["name"] == *name {
                        let values = values.iter().map(|value| (value.clone(), json!({ "value": value })));
                        parameter["examples"] = Value::Object(values.collect());
                        told.insert(at);
                    }
                }
            }
        }
    }
    assert_eq!(told.len(), held.len(), "what is held has no parameter in the document");
    (document, operations)
}

/// Runs it with the session of `who`; what it finds fails the test in its own words.
async fn judge(house: &House, who: &Asked) {
    let Some(judges) = judges() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (document, operations) = document(house).await;
    std::fs::write(folder.path().join("openapi.json"), document.to_string()).unwrap();
    let mut settings = include_str!("../judges/schemathesis.toml").to_owned();
    if let Asked::Cookie(cookie) = who {
        let token = cookie.split_once('=').unwrap().1;
        settings.push_str(&format!(
            "\n[auth.openapi.cookie]\napi_key = \"{token}\"\n\n[auth.openapi.bearer]\nbearer = \"{token}\"\n"
        ));
    }
    std::fs::write(folder.path().join("schemathesis.toml"), settings).unwrap();
    let examples = std::env::var("LANTAI_SCHEMATHESIS_EXAMPLES").unwrap_or_else(|_| EXAMPLES.to_owned());
    let mut command = Command::new(judges.join("schemathesis"));
    command
        .args(["run", "openapi.json", "--url", &format!("http://{}", house.server.address())])
        .args(["--checks", "all", "--continue-on-failure", "--no-color", "--seed", SEED, "-n", &examples])
        .current_dir(folder.path());
    let out = tokio::task::spawn_blocking(move || command.output().expect("schemathesis starts")).await.unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    assert!(said.contains(&format!("Tested: {operations}")), "not every operation was judged: {said}");
    println!("{said}");
}

async fn the_api_keeps_its_word_to_nobody(db: TestDb) {
    let house = House::without_limits(&db).await;
    judge(&house, &Asked::Nobody).await;
}

async fn the_api_keeps_its_word_to_a_reader(db: TestDb) {
    let house = House::without_limits(&db).await;
    judge(&house, &house.reader).await;
}

async fn the_api_keeps_its_word_to_an_archivist(db: TestDb) {
    let house = House::without_limits(&db).await;
    judge(&house, &house.archivist).await;
}

async fn the_api_keeps_its_word_to_the_security_officer(db: TestDb) {
    let house = House::without_limits(&db).await;
    judge(&house, &house.somebody("security").await).await;
}

async fn the_api_keeps_its_word_to_the_auditor(db: TestDb) {
    let house = House::without_limits(&db).await;
    judge(&house, &house.somebody("auditor").await).await;
}

async fn the_api_keeps_its_word_to_the_system_administrator(db: TestDb) {
    let house = House::without_limits(&db).await;
    judge(&house, &house.somebody("sysadmin").await).await;
}

on_both_databases!(
    the_api_keeps_its_word_to_nobody,
    the_api_keeps_its_word_to_a_reader,
    the_api_keeps_its_word_to_an_archivist,
    the_api_keeps_its_word_to_the_security_officer,
    the_api_keeps_its_word_to_the_auditor,
    the_api_keeps_its_word_to_the_system_administrator,
);
