//! Catalogues over HTTP before they are handed in.

use super::House;
use crate::harness::{Archive, Asked, Heard, TestDb, encoded, on_both_databases};
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};

const ROWS: &str = "物品号\t事由\t密级\nX001-WS·2011-Y-BGS-0001\t可见的题名\t\nX001-WS·2011-Y-BGS-0002\t不可见\t机密\n";

async fn send(house: &House, who: &Asked, path: &str, kind: &str, body: String) -> Heard {
    let kind = [(header::CONTENT_TYPE.as_str(), kind), ("sec-fetch-site", "same-origin")];
    house.server.ask(Method::POST, path, who, &kind, body).await
}

async fn keep(house: &House, who: &Asked, body: Value) -> Heard {
    send(house, who, "/api/v1/catalogues/presets", "application/json", body.to_string()).await
}

async fn a_catalogue_is_looked_at_with_a_preset_and_nothing_of_it_is_kept(db: TestDb) {
    let house = House::serving(Archive::new(&db)).await;
    let preset = json!({ "name": "水务局旧表", "sender": "水务局", "columns": { "物品号": "code", "事由": "title" } });
    assert_eq!(keep(&house, &house.reader, preset.clone()).await.status, StatusCode::NOT_FOUND);
    let kept = keep(&house, &house.archivist, preset.clone()).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text());
    let id = kept.json()["id"].as_str().unwrap().to_owned();
    for wrong in [
        json!({ "name": "x", "columns": { "甲": "colour" } }),
        json!({ "name": " ", "columns": { "甲": "code" } }),
        json!({ "name": "x", "columns": {} }),
    ] {
        assert_eq!(keep(&house, &house.archivist, wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let again = keep(&house, &house.archivist, preset).await.json();
    assert_eq!(again["id"], id.as_str(), "one name, one preset");

    let path = format!("/api/v1/catalogues/preview?name=a.csv&preset={}", encoded("水务局旧表"));
    let bytes = "application/octet-stream";
    let looked = send(&house, &house.archivist, &path, bytes, ROWS.to_owned()).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    assert!(looked.text().contains("可见的题名") && !looked.text().contains("\"不可见"), "{}", looked.text());
    let looked = looked.json();
    assert_eq!((&looked["missing"], &looked["rows"][1]["secrecy"]), (&json!([]), &json!("above")));
    for (path, status) in [
        ("/api/v1/catalogues/preview?name=a.pdf", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/catalogues/preview?name=a.xlsx", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/catalogues/preview?name=a.csv&map=x", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/catalogues/preview?name=a.csv&preset=none", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/catalogues/preview?name=a.csv&colour=x", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(send(&house, &house.archivist, path, bytes, ROWS.to_owned()).await.status, status, "{path}");
    }
    let long = "x".repeat((16 << 20) + 1);
    let long = send(&house, &house.archivist, "/api/v1/catalogues/preview?name=a.csv", bytes, long).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    let staging = std::fs::read_dir(house._archive.data().join("staging")).unwrap();
    assert_eq!(staging.count(), 0);

    let one = format!("/api/v1/catalogues/presets/{id}");
    assert_eq!(house.server.get(&one, &house.archivist).await.json()["sender"], "水务局");
    let gone =
        house.server.ask(Method::DELETE, &one, &house.archivist, &[("sec-fetch-site", "same-origin")], String::new());
    assert_eq!(gone.await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.server.get(&one, &house.archivist).await.status, StatusCode::NOT_FOUND);
    for (category, status) in [("WS.xlsx", StatusCode::OK), ("SW", StatusCode::OK), ("XX", StatusCode::NOT_FOUND)] {
        let path = format!("/api/v1/catalogues/templates/{category}");
        let heard = house.server.get(&path, &house.archivist).await;
        assert_eq!(heard.status, status, "{category}");
        assert!(status != StatusCode::OK || heard.body.starts_with(b"PK"));
    }
}

async fn the_page_shows_what_columns_are_taken_for_and_keeps_presets(db: TestDb) {
    let house = House::serving(Archive::new(&db)).await;
    let page = house.server.get("/catalogues", &house.archivist).await.text();
    assert!(page.contains("/catalogues/templates/WS.xlsx") && page.contains("/catalogues/templates/SW.xlsx"));
    let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let look = |told: &str| format!("csrf={token}&rows={}&told={}", encoded(ROWS), encoded(told));
    let looked = house.server.post("/catalogues", &house.archivist, &look("物品号=code\r\n事由=题名")).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    let text = looked.text();
    // The rows come back in their box; below it the secret one has only its code.
    let shown = text.split("</textarea>").nth(2).unwrap();
    assert!(shown.contains("可见的题名") && !shown.contains(">不可见<"), "{shown}");
    let wrong = house.server.post("/catalogues", &house.archivist, &look("物品号")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("物品号=code") && wrong.text().contains("可见的题名"), "what was typed comes back");
    let kept = |name: &str| format!("csrf={token}&name={}&sender=x&told={}", encoded(name), encoded("物品号=code"));
    let bad = house.server.post("/catalogues/presets", &house.archivist, &kept(" ")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.text());
    let done = house.server.post("/catalogues/presets", &house.archivist, &kept("旧表")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = house.server.get("/catalogues", &house.archivist).await.text();
    assert!(page.contains("旧表") && page.contains("物品号 → 档号"), "{page}");
    let remove = page.split("action=\"/catalogues/presets/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let gone =
        house.server.post(&format!("/catalogues/presets/{remove}"), &house.archivist, &format!("csrf={token}")).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
}

on_both_databases!(
    a_catalogue_is_looked_at_with_a_preset_and_nothing_of_it_is_kept,
    the_page_shows_what_columns_are_taken_for_and_keeps_presets,
);
