//! Putting a record right over HTTP: by whom, and what is told to everybody else.

use super::House;
use crate::harness::{Asked, Heard, TestDb, encoded, on_both_databases};
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};

const CODE: &str = "X030-WS·2012-D30-SWJ-0001";

async fn patch(house: &House, who: &Asked, id: &str, body: Value) -> Heard {
    let kind = [(header::CONTENT_TYPE.as_str(), "application/json"), ("sec-fetch-site", "same-origin")];
    house.server.ask(Method::PATCH, &format!("/api/v1/records/{id}"), who, &kind, body.to_string()).await
}

async fn a_correction_is_a_version_and_the_old_one_stays_readable(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let id = house.record(CODE).await;
    let path = format!("/api/v1/records/{id}");
    let before = house.server.get(&path, &house.reader).await.json();
    assert_eq!(before["version"], 1);
    let old = house.server.get(&format!("{path}/files/1"), &house.reader).await.body;

    let body = json!({ "seen": 1, "reason": "题名有误", "title": "更正过的题名", "extra": { "盒号": "7" } });
    let made = patch(&house, &house.archivist, &id, body.clone()).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    assert_eq!((&made.json()["number"], &made.json()["kind"]), (&json!(2), &json!("description")));
    // Of two who saw the same version the second is told so.
    let late = patch(&house, &house.archivist, &id, body).await;
    assert_eq!((late.status, &late.json()["type"]), (StatusCode::CONFLICT, &json!("outdated")));
    let same =
        patch(&house, &house.archivist, &id, json!({ "seen": 2, "reason": "x", "extra": { "盒号": "7" } })).await;
    assert_eq!((same.status, &same.json()["type"]), (StatusCode::CONFLICT, &json!("unchanged")));
    let none = patch(&house, &house.archivist, &id, json!({ "seen": 2, "reason": " ", "title": "x" })).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reader = patch(&house, &house.reader, &id, json!({ "seen": 2, "reason": "x", "title": "x" })).await;
    assert_eq!(reader.status, StatusCode::NOT_FOUND);

    let listed = house.server.get(&format!("{path}/versions"), &house.reader).await.json();
    assert_eq!((&listed["total"], &listed["items"][1]["reason"]), (&json!(2), &json!("题名有误")));
    let first = house.server.get(&format!("{path}/versions/1"), &house.reader).await.json();
    assert_eq!(first["description"]["title"], before["title"]);
    assert_eq!(house.server.get(&format!("{path}/versions/3"), &house.reader).await.status, StatusCode::NOT_FOUND);

    // Another file in the place of the first, and its bytes before.
    let put = format!("{path}/versions?file=1&seen=2&reason={}&name=new.txt", encoded("扫描不清"));
    let kind = [(header::CONTENT_TYPE.as_str(), "application/octet-stream"), ("sec-fetch-site", "same-origin")];
    let text = "新的文件：甲乙丙丁戊己".to_owned();
    let put_by = async |who: &Asked, text: String| house.server.ask(Method::POST, &put, who, &kind, text).await;
    assert_eq!(put_by(&house.reader, text.clone()).await.status, StatusCode::NOT_FOUND);
    let made = put_by(&house.archivist, text.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(put_by(&house.archivist, text.clone()).await.status, StatusCode::CONFLICT);
    let mut now = house.server.get(&format!("{path}/files/1"), &house.reader).await;
    while now.status == StatusCode::UNPROCESSABLE_ENTITY {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        now = house.server.get(&format!("{path}/files/1"), &house.reader).await;
    }
    assert_eq!(now.text(), text);
    let old_path = format!("{path}/versions/1/files/1");
    assert_eq!(house.server.get(&old_path, &house.reader).await.body, old);
    let part = house.server.ask(Method::GET, &old_path, &house.reader, &[("range", "bytes=5-24")], String::new()).await;
    assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &old[5..25]));
    assert_eq!(house.server.get(&old_path, &Asked::Nobody).await.status, StatusCode::UNAUTHORIZED);
}

async fn a_form_that_is_refused_comes_back_with_what_was_typed(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let id = house.record(CODE).await;
    let path = format!("/records/{id}/correct");
    let form = house.server.get(&path, &house.archivist).await.text();
    let token = form.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let sent = |date: &str, title: &str, reason: &str| {
        let (title, reason) = (encoded(title), encoded(reason));
        format!("csrf={token}&seen=1&title={title}&date={date}&reason={reason}")
    };
    let back = house.server.post(&path, &house.archivist, &sent("20120631", "打好的题名", "打好的理由")).await;
    let text = back.text();
    assert_eq!(back.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(["打好的题名", "打好的理由", "20120631"].iter().all(|typed| text.contains(typed)), "{text}");
    let done = house.server.post(&path, &house.archivist, &sent("2012-06-30", "打好的题名", "打好的理由")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = house.server.get(&format!("/records/{id}?tab=versions"), &house.reader).await.text();
    assert!(page.contains("打好的理由") && page.contains("打好的题名") && !page.contains("/correct"), "{page}");
    let old = house.server.get(&format!("/records/{id}/versions/1"), &house.reader).await;
    assert!(old.status == StatusCode::OK && !old.text().contains("打好的题名"));
    assert_eq!(house.server.get(&path, &house.reader).await.status, StatusCode::NOT_FOUND);
    let late = house.server.post(&path, &house.archivist, &sent("2012-07-01", "另一题名", "另一理由")).await;
    assert!(late.status == StatusCode::CONFLICT && late.text().contains("另一题名"), "{}", late.text());
}

on_both_databases!(
    a_correction_is_a_version_and_the_old_one_stays_readable,
    a_form_that_is_refused_comes_back_with_what_was_typed,
);
