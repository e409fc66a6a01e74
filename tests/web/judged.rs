//! The API as its own document describes it, judged by schemathesis, which makes up
//! requests that the document allows and requests that it does not. `deploy/test`
//! installs it; `LANTAI_SCHEMATHESIS_EXAMPLES=500` makes a longer run.

use super::House;
use crate::harness::{Asked, TestDb, judges, on_both_databases};
use serde_json::{Value, json};
use std::process::Command;

/// Of each operation, in each way of making them up.
const EXAMPLES: &str = "30";
/// What it begins its dice with: the same requests every time.
const SEED: &str = "20261124";

/// The document as it is served, with things that this archive holds as examples:
/// made-up ids would never reach further than a 404.
async fn document(house: &House) -> Value {
    let mut document = house.server.get("/api/v1/openapi.json", &Asked::Nobody).await.json();
    let batches = house.server.get("/api/v1/batches", &house.archivist).await.json();
    let (mut records, mut queries) = (json!({}), json!({}));
    // A PDF with text, a scan of several pages, photographs.
    for code in ["X030-WS·2012-D30-SWJ-0001", "X028-WS·1998-Y-ZRZY-0014", "X041-WS·2007-D10-HBJ-0016"] {
        records[code] = json!({ "value": house.record(code).await });
        queries[code] = json!({ "value": code });
    }
    let parameters = &mut document["components"]["parameters"];
    parameters["RecordId"]["examples"] = records;
    parameters["BatchId"]["example"] = batches["items"][0]["batch"].clone();
    for (path, at, examples) in [
        ("/api/v1/search", 0, queries),
        ("/api/v1/fonds/{code}", 0, json!({ "held": { "value": "X030" } })),
        ("/api/v1/records/{id}/pages/{page}", 1, json!({ "first": { "value": "1.jpg" } })),
        ("/api/v1/records/{id}/files/{number}", 1, json!({ "first": { "value": "1" } })),
    ] {
        document["paths"][path]["get"]["parameters"][at]["examples"] = examples;
    }
    document
}

/// Runs it with the session of `who`; what it finds fails the test in its own words.
async fn judge(house: &House, who: &Asked) {
    let Some(judges) = judges() else { return };
    let folder = tempfile::tempdir().unwrap();
    let document = document(house).await;
    let operations: usize = document["paths"].as_object().unwrap().values().map(|p| p.as_object().unwrap().len()).sum();
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
    let house = House::with_the_sample(&db).await;
    judge(&house, &Asked::Nobody).await;
}

async fn the_api_keeps_its_word_to_a_reader(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    judge(&house, &house.reader).await;
}

async fn the_api_keeps_its_word_to_an_archivist(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    judge(&house, &house.archivist).await;
}

on_both_databases!(
    the_api_keeps_its_word_to_nobody,
    the_api_keeps_its_word_to_a_reader,
    the_api_keeps_its_word_to_an_archivist,
);
