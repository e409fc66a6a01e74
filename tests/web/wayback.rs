//! Withdrawing over HTTP: by whom, and what is told to everybody else.

use super::House;
use crate::harness::{Asked, Heard, TestDb, encoded, on_both_databases};
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};

const CODE: &str = "X030-WS·2012-D30-SWJ-0001";

async fn withdraw(house: &House, who: &Asked, id: &str, reason: &str) -> Heard {
    let kind = [(header::CONTENT_TYPE.as_str(), "application/json"), ("sec-fetch-site", "same-origin")];
    let body = json!({ "reason": reason }).to_string();
    house.server.ask(Method::POST, &format!("/api/v1/batches/{id}/withdraw"), who, &kind, body).await
}

async fn newest(house: &House) -> Value {
    house.server.get("/api/v1/batches", &house.archivist).await.json()["items"][0].clone()
}

async fn a_batch_is_withdrawn_by_whoever_takes_it_in_and_by_nobody_else(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let record = house.record(CODE).await;
    let id = newest(&house).await["batch"].as_str().unwrap().to_owned();
    let page = format!("/batches/{id}/withdraw");
    let shown = house.server.get(&page, &house.archivist).await.text();
    let token =
        shown.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();

    // Who does not take in is told what is told of a batch that is not there.
    for who in [&house.reader, &house.somebody("auditor").await, &house.somebody("sysadmin").await] {
        assert_eq!(withdraw(&house, who, &id, "错").await.status, StatusCode::NOT_FOUND);
    }
    let stranger = withdraw(&house, &house.archivist, "0197c3a0-0000-7000-8000-000000000001", "错").await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    // Part of it lies beyond what he may take in.
    house._archive.sql("UPDATE data_grant SET fonds = 'X030' WHERE functions LIKE '%ingest%'");
    house._archive.sql("UPDATE batch SET received_by = '档案员'");
    let beyond = withdraw(&house, &house.archivist, &id, "错").await;
    assert_eq!((beyond.status, &beyond.json()["type"]), (StatusCode::CONFLICT, &json!("beyond")));
    // Another's batch, for whoever may not take in everything.
    house._archive.sql("UPDATE batch SET received_by = '别人'");
    assert_eq!(withdraw(&house, &house.archivist, &id, "错").await.status, StatusCode::NOT_FOUND);
    house._archive.sql("UPDATE data_grant SET fonds = NULL WHERE functions LIKE '%ingest%'");
    assert_eq!(newest(&house).await["state"], "filed", "nothing happened so far");

    let without = house.server.post(&page, &house.archivist, &format!("csrf={token}&reason=+")).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text().contains("没有写明理由"), "{}", without.text());
    let form = format!("csrf={token}&reason={}", encoded("目录有误"));
    assert_eq!(house.server.post(&page, &house.archivist, &form).await.status, StatusCode::SEE_OTHER);

    // At once, whatever is still to be erased.
    assert_eq!(house.server.get(&format!("/records/{record}"), &house.reader).await.status, StatusCode::NOT_FOUND);
    let content = format!("/api/v1/records/{record}/files/1");
    assert_eq!(house.server.get(&content, &house.reader).await.status, StatusCode::NOT_FOUND);
    let whole = house.server.get(&format!("/api/v1/batches/{id}"), &house.archivist).await.json();
    assert_eq!((&whole["state"], &whole["decisions"][0]["reason"]), (&json!("withdrawn"), &json!("目录有误")));
    let shown = house.server.get(&format!("/batches/{id}"), &house.archivist).await.text();
    assert!(shown.contains("目录有误") && !shown.contains(&page), "the reason is shown, and no way to do it again");
    let twice = withdraw(&house, &house.archivist, &id, "再来").await;
    assert_eq!((twice.status, &twice.json()["type"]), (StatusCode::CONFLICT, &json!("state")));
    assert_eq!(house.server.get(&page, &house.archivist).await.status, StatusCode::CONFLICT);
    // Erased, and the index after it, in the background.
    let (batch, search) = (format!("/api/v1/batches/{id}"), format!("/api/v1/search?q={}", encoded("通知")));
    let begun = std::time::Instant::now();
    loop {
        let jobs = house.server.get(&batch, &house.archivist).await.json()["jobs"].clone();
        let found = house.server.get(&search, &house.reader).await.json()["total"].clone();
        if found == 0 && jobs.as_array().unwrap().iter().all(|job| job["state"] == "done") {
            break;
        }
        assert!(begun.elapsed().as_secs() < 120, "{jobs}: {found} are still found");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(house._archive.data().join("store/derivatives").read_dir().unwrap().count(), 0);
}

on_both_databases!(a_batch_is_withdrawn_by_whoever_takes_it_in_and_by_nobody_else);
