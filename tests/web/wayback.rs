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

async fn sign(house: &House, who: &Asked, id: &str, side: &str, password: &str) -> Heard {
    let kind = [(header::CONTENT_TYPE.as_str(), "application/json"), ("sec-fetch-site", "same-origin")];
    let body = json!({ "side": side, "password": password }).to_string();
    house.server.ask(Method::POST, &format!("/api/v1/batches/{id}/handover"), who, &kind, body).await
}

/// Two people, each with his own password; then no way leads back.
async fn a_handover_is_signed_by_two_people_and_shuts_the_way_back(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let id = newest(&house).await["batch"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/batches/{id}/handover");
    let (_, password) = house._archive.account("archivist");
    assert_eq!(house.server.get(&path, &house.reader).await.status, StatusCode::NOT_FOUND);
    let now = house.server.get(&path, &house.archivist).await.json();
    let sum = |field: &str| now["list"].as_array().unwrap().iter().map(|one| one[field].as_i64().unwrap()).sum::<i64>();
    let batch = newest(&house).await;
    assert_eq!((sum("records"), sum("bytes")), (batch["records"].as_i64().unwrap(), batch["bytes"].as_i64().unwrap()));
    assert_eq!(sum("files"), batch["files"].as_i64().unwrap());
    assert_eq!(now["mine"], json!(["sender", "archive"]), "of a batch that the command line handed in");

    assert_eq!(sign(&house, &house.archivist, &id, "sender", "wrong").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign(&house, &house.archivist, &id, "both", &password).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let signed = sign(&house, &house.archivist, &id, "sender", &password).await;
    assert_eq!((signed.status, &signed.json()["handed_over"]), (StatusCode::OK, &json!(false)), "{}", signed.text());
    let both = sign(&house, &house.archivist, &id, "archive", &password).await;
    assert_eq!(
        (both.status, &both.json()["type"]),
        (StatusCode::CONFLICT, &json!("not-yours")),
        "nobody signs for both"
    );

    // Another archivist signs for the archive; the list must be the one that was signed.
    let maker = house.somebody("security").await;
    let kind = [(header::CONTENT_TYPE.as_str(), "application/json"), ("sec-fetch-site", "same-origin")];
    let body = json!({ "name": "另一位", "role": "archivist" }).to_string();
    let made = house.server.ask(Method::POST, "/api/v1/people", &maker, &kind, body).await.json();
    let second = made["password"].as_str().unwrap().to_owned();
    house._archive.settle_passwords();
    let other = house.server.sign_in(("另一位".to_owned(), second.clone())).await;
    house._archive.sql("UPDATE record SET pages = COALESCE(pages, 0) + 1");
    let changed = sign(&house, &other, &id, "archive", &second).await;
    assert_eq!((changed.status, &changed.json()["type"]), (StatusCode::CONFLICT, &json!("changed")));
    assert_eq!(sign(&house, &house.archivist, &id, "sender", &password).await.status, StatusCode::OK, "signs again");
    let done = sign(&house, &other, &id, "archive", &second).await;
    assert_eq!((done.status, &done.json()["handed_over"]), (StatusCode::OK, &json!(true)), "{}", done.text());
    assert_eq!(done.json()["signatures"].as_array().unwrap().len(), 2);

    let back = withdraw(&house, &house.archivist, &id, "后悔").await;
    assert_eq!((back.status, &back.json()["type"]), (StatusCode::CONFLICT, &json!("handed-over")));
    assert_eq!(newest(&house).await["state"], "filed");
    let again = sign(&house, &other, &id, "archive", &second).await;
    assert_eq!(again.json()["type"], "not-yours", "once signed by both it stands");
    let page = house.server.get(&format!("/batches/{id}/handover"), &house.archivist).await.text();
    assert!(page.contains("双方已签署") && page.contains("另一位"), "{page}");
    let page = house.server.get(&format!("/batches/{id}"), &house.archivist).await.text();
    assert!(!page.contains(&format!("/batches/{id}/withdraw")), "no way back is offered");
}

/// What came from a folder was not sent: nothing is listed of it, and its page is the batch's.
async fn a_returned_folder_lists_no_files(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let id = newest(&house).await["batch"].as_str().unwrap().to_owned();
    let kind = [(header::CONTENT_TYPE.as_str(), "application/json"), ("sec-fetch-site", "same-origin")];
    let (at, reason) = (format!("/api/v1/batches/{id}"), json!({ "reason": "页数不符" }).to_string());
    let back = house.server.ask(Method::POST, &format!("{at}/return"), &house.archivist, &kind, reason).await;
    assert!(back.status.is_success(), "{}", back.text());
    let files = house.server.get(&format!("{at}/files"), &house.archivist).await;
    assert_eq!((files.status, &files.json()["total"]), (StatusCode::OK, &json!(0)));
    let page = house.server.get(&format!("/batches/{id}/send"), &house.archivist).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

on_both_databases!(
    a_returned_folder_lists_no_files,
    a_handover_is_signed_by_two_people_and_shuts_the_way_back,
    a_batch_is_withdrawn_by_whoever_takes_it_in_and_by_nobody_else,
);
