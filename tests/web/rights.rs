//! Unknown and forbidden, forms and their tokens, the headers of safety.

use super::House;
use crate::harness::{Asked, TestDb, encoded, on_both_databases};
use hyper::{Method, StatusCode, header};

async fn forbidden_and_unknown_are_told_alike(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    for (forbidden, unknown) in
        [("/api/v1/batches", "/api/v1/nothing"), ("/batches", "/nothing"), ("/batches/x", "/records/x")]
    {
        let (forbidden, unknown) =
            (house.server.get(forbidden, &house.reader).await, house.server.get(unknown, &house.reader).await);
        assert_eq!((forbidden.status, unknown.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(forbidden.text(), unknown.text());
    }
}

async fn a_form_needs_its_token_and_a_page_of_ours(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let page = house.server.get("/fonds", &house.archivist).await.text();
    let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let form = |token: &str| format!("code=Z777&name={}&csrf={token}", encoded("新全宗"));
    let held = async || house.server.get("/api/v1/fonds/Z777", &house.archivist).await.status;

    let without = house.server.post("/fonds", &house.archivist, &form("")).await;
    assert_eq!(without.status, StatusCode::BAD_REQUEST);
    let elsewhere = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "cross-site")];
    let elsewhere = house.server.ask(Method::POST, "/fonds", &house.archivist, &elsewhere, form(token)).await;
    assert_eq!(elsewhere.status, StatusCode::BAD_REQUEST);
    assert_eq!(house.server.post("/fonds", &house.reader, &form(token)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(held().await, StatusCode::NOT_FOUND);

    let done = house.server.post("/fonds", &house.archivist, &form(token)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(held().await, StatusCode::OK);

    let left = house.server.post("/sign-out", &house.archivist, &format!("csrf={token}")).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
    assert_eq!(held().await, StatusCode::UNAUTHORIZED);
}

async fn every_answer_carries_the_headers_of_safety(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    for path in ["/", "/sign-in", "/nothing", "/api/v1/search?q=%22", "/healthz"] {
        let heard = house.server.get(path, &house.reader).await;
        let policy = heard.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(heard.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(heard.headers["referrer-policy"], "same-origin", "{path}");
    }
    let fault = house.server.get("/api/v1/search?q=%22", &house.reader).await;
    assert_eq!(fault.headers[header::CONTENT_TYPE], "application/problem+json");
}

async fn a_wrong_method_or_number_is_refused_as_such_by_whoever_asks(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    for who in [&Asked::Nobody, &house.reader, &house.archivist] {
        let heard = house.server.ask(Method::DELETE, "/api/v1/search", who, &[], String::new()).await;
        assert_eq!(
            (heard.status, &heard.headers[header::ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &"GET,HEAD".parse().unwrap())
        );
        assert_eq!(heard.headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(heard.json()["type"], "method");
    }
    let id = house.record("X030-WS·2012-D30-SWJ-0001").await;
    for (path, wanted) in [
        ("/api/v1/search?q=a&limit=0", 400),
        ("/api/v1/search?q=a&limit=501", 400),
        ("/api/v1/search?q=a&limit=x", 400),
        ("/api/v1/search?q=a&offset=18446744073709551615", 400),
        ("/api/v1/search?q=a&year_from=x", 400),
        ("/api/v1/search?q=a&q=b", 400),
        ("/api/v1/batches?limit=-1", 400),
        ("/api/v1/records/{id}/pages/1?width=0", 400),
        ("/api/v1/records/{id}/pages/1?width=2001", 400),
        ("/api/v1/records/{id}/pages/0", 404),
        ("/api/v1/records/{id}/pages/+1", 404),
        ("/api/v1/records/{id}/pages/1.jpg.jpg", 404),
        ("/api/v1/records/{id}/files/9", 404),
        ("/api/v1/records/%FF", 400),
    ] {
        let heard = house.server.get(&path.replace("{id}", &id), &house.archivist).await;
        assert_eq!(heard.status, wanted, "{path}: {}", heard.text());
        assert_eq!(heard.headers[header::CONTENT_TYPE], "application/problem+json", "{path}");
    }
    let nobody = house.server.get("/api/v1/fonds", &Asked::Nobody).await;
    assert_eq!(nobody.headers[header::WWW_AUTHENTICATE], "Bearer");
}

async fn a_fonds_is_known_and_arranged_within_the_grants(db: TestDb) {
    let archive = crate::harness::Archive::new(&db);
    archive.run(&["ingest", &crate::harness::sample(), "--yes"]).expect_status(0);
    let house = House::serving(archive).await;
    let all = house.server.get("/api/v1/fonds", &house.archivist).await.json()["total"].as_u64().unwrap();
    assert!(all > 10);
    let page = house.server.get("/fonds/X030", &house.archivist).await.text();
    let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    house._archive.sql("UPDATE data_grant SET fonds = 'X030' WHERE functions LIKE '%ingest%'");
    assert_eq!(house.server.get("/api/v1/fonds", &house.archivist).await.json()["total"], 1);
    for path in ["/api/v1/fonds/X028", "/fonds/X028"] {
        assert_eq!(house.server.get(path, &house.archivist).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!house.server.get("/fonds", &house.archivist).await.text().contains("X028"));
    let rename = format!("name={}&since=2026-02-02&csrf={token}", encoded("改名"));
    let add = format!("code=Z777&name={}&csrf={token}", encoded("新全宗"));
    for (path, form, wanted) in [
        ("/fonds/X028/rename", &rename, StatusCode::NOT_FOUND),
        ("/fonds", &add, StatusCode::NOT_FOUND),
        ("/fonds/X030/rename", &rename, StatusCode::SEE_OTHER),
    ] {
        assert_eq!(house.server.post(path, &house.archivist, form).await.status, wanted, "{path}");
    }
    // Of a part of a fonds he arranges nothing, and hears of no gap.
    house._archive.sql("UPDATE data_grant SET year_from = 2012 WHERE functions LIKE '%ingest%'");
    assert_eq!(house.server.post("/fonds/X030/rename", &house.archivist, &rename).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.server.get("/fonds/X030", &house.archivist).await.status, StatusCode::OK);
}

async fn a_batch_is_seen_by_who_may_take_in_everything_or_handed_it_in(db: TestDb) {
    let archive = crate::harness::Archive::new(&db);
    archive.run(&["ingest", &crate::harness::sample(), "--yes"]).expect_status(0);
    let house = House::serving(archive).await;
    let batches = async || house.server.get("/api/v1/batches", &house.archivist).await.json();
    let all = batches().await;
    let id = all["items"][0]["batch"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/batches/{id}");
    assert_eq!(house.server.get(&path, &house.archivist).await.status, StatusCode::OK);
    house._archive.sql("UPDATE data_grant SET fonds = 'X028' WHERE functions LIKE '%ingest%'");
    assert_eq!(batches().await["items"].as_array().unwrap().len(), 0, "in the next request");
    for path in
        [path.clone(), format!("{path}/defects"), format!("/batches/{id}"), format!("/batches/{id}/defects.xlsx")]
    {
        assert_eq!(house.server.get(&path, &house.archivist).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    house._archive.sql("UPDATE batch SET received_by = '档案员'");
    assert_eq!(batches().await["items"].as_array().unwrap().len(), 1, "he handed it in");
}

on_both_databases!(
    a_fonds_is_known_and_arranged_within_the_grants,
    a_batch_is_seen_by_who_may_take_in_everything_or_handed_it_in,
    a_wrong_method_or_number_is_refused_as_such_by_whoever_asks,
    forbidden_and_unknown_are_told_alike,
    a_form_needs_its_token_and_a_page_of_ours,
    every_answer_carries_the_headers_of_safety,
);
