//! What is never written down.

use super::cookie;
use crate::harness::{Archive, Asked, Server, TestDb, encoded, on_both_databases};
use hyper::{Method, StatusCode, header};
use serde_json::json;

async fn no_secret_stands_in_the_log_at_any_level(db: TestDb) {
    let archive = Archive::new(&db);
    let server = Server::start_with(&archive, "127.0.0.1:0", &[("LANTAI_LOG", "lantai=trace")]);
    let (name, password) = archive.account("archivist");
    let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
    let enter = async |password: &str| {
        let body = json!({ "name": name, "password": password }).to_string();
        server.ask(Method::POST, "/api/v1/session", &Asked::Nobody, &kind, body).await
    };
    let signed = enter(&password).await;
    assert_eq!(signed.status, StatusCode::OK);
    let set = cookie(&signed);
    let session = set.split(['=', ';']).nth(1).unwrap().to_owned();
    let who = Asked::Cookie(format!("lantai={session}"));
    assert_eq!(enter("planted-wrong-password").await.status, StatusCode::UNAUTHORIZED);
    server.post("/sign-in", &Asked::Nobody, "name=x&password=planted-form-password").await;
    server.post("/sign-in", &Asked::Nobody, "name=x&pass=planted-misnamed-field").await;
    server.ask(Method::POST, "/api/v1/session", &Asked::Nobody, &kind, "{\"name\": planted-no-json".into()).await;

    let chinese = encoded("暗记暗记");
    for path in [
        "/search?q=planted-word",
        "/api/v1/search?q=planted-word",
        "/search?q=%22planted-fault",
        "/nothing?token=planted-query",
    ] {
        server.get(path, &who).await;
    }
    server.get(&format!("/search?q={chinese}"), &who).await;
    let bearer = [
        ("authorization", "Bearer planted-bearer-token"),
        ("cookie", "lantai=planted-cookie"),
        ("x-forwarded-for", "planted-for"),
    ];
    server.ask(Method::GET, "/api/v1/fonds", &Asked::Nobody, &bearer, String::new()).await;
    server
        .ask(Method::GET, "/api/v1/fonds", &Asked::Cookie("lantai=planted-cookie-alone".into()), &[], String::new())
        .await;
    let page = server.get("/account", &who).await.text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let form = format!("old=planted-old&new=planted-new-one&again=planted-new-two&csrf={csrf}");
    server.post("/account", &who, &form).await;
    let token = archive.token(&name, &password);
    server.post("/sign-out", &who, &format!("csrf={csrf}")).await;

    let logged = server.logs("POST /sign-out").await;
    // It does speak at this level, else the rest says nothing.
    assert!(logged.contains("GET /search") && logged.contains("POST /api/v1/session"), "{logged}");
    for word in ["planted", "暗记", &chinese, &password, &session, &csrf, &token] {
        assert!(!logged.contains(word), "{word} stands in the log:\n{logged}");
    }
}

on_both_databases!(no_secret_stands_in_the_log_at_any_level);
