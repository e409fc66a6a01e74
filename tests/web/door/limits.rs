//! How often, how much, how long.

use super::{carried, raw, sign_in};
use crate::harness::{Archive, Asked, Server, TestDb, sample};
use hyper::{Method, StatusCode, header};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn over_the_allowance_the_answer_is_429_whatever_headers_say() {
    let archive = Archive::new(&TestDb::sqlite());
    let environment = [("LANTAI__LIMITS__REQUESTS", "2"), ("LANTAI__LIMITS__BURST", "4")];
    let server = Server::start_with(&archive, "127.0.0.1:0", &environment);
    let ask = async |path: &str, from: &str| {
        server.ask(Method::GET, path, &Asked::Nobody, &[("x-forwarded-for", from)], String::new()).await
    };
    for n in 0..4 {
        assert_eq!(ask("/api/v1/fonds", &format!("203.0.113.{n}")).await.status, StatusCode::UNAUTHORIZED);
    }
    let over = ask("/api/v1/fonds", "203.0.113.99").await;
    assert_eq!(over.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = over.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=31).contains(&wait), "{wait}");
    assert_eq!(over.json()["type"], "too-many");
    assert!(over.json()["remedy"].as_str().unwrap().contains(&format!("请等 {wait} 秒")), "{}", over.text());
    let page = ask("/fonds?lang=en", "203.0.113.98").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.text().contains("Too many requests") && page.headers.contains_key(header::RETRY_AFTER));
    for path in ["/healthz", "/readyz"] {
        for _ in 0..10 {
            assert_eq!(ask(path, "203.0.113.97").await.status, StatusCode::OK, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_each_client_has_an_allowance_of_its_own() {
    let archive = Archive::new(&TestDb::sqlite());
    let environment = [
        ("LANTAI__LIMITS__REQUESTS", "2"),
        ("LANTAI__LIMITS__BURST", "1"),
        ("LANTAI__SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
    ];
    let server = Server::start_with(&archive, "127.0.0.1:0", &environment);
    let ask = async |from: &str| {
        let headers = [("x-forwarded-for", from)];
        server.ask(Method::GET, "/api/v1/fonds", &Asked::Nobody, &headers, String::new()).await.status
    };
    for (from, wanted) in [
        ("203.0.113.1", StatusCode::UNAUTHORIZED),
        ("203.0.113.1", StatusCode::TOO_MANY_REQUESTS),
        // Its own words stand further left than the proxy's.
        ("203.0.113.9, 203.0.113.1", StatusCode::TOO_MANY_REQUESTS),
        ("203.0.113.2", StatusCode::UNAUTHORIZED),
        ("2001:db8::1", StatusCode::UNAUTHORIZED),
        ("2001:db8::2", StatusCode::TOO_MANY_REQUESTS),
        ("2001:db8:0:1::1", StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(ask(from).await, wanted, "{from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn attempts_to_sign_in_are_counted_apart_and_commands_of_this_machine_are_not() {
    let archive = Archive::new(&TestDb::sqlite());
    let environment = [("LANTAI__LIMITS__SIGN_INS", "2"), ("LANTAI__LIMITS__SIGN_IN_BURST", "2")];
    let server = Server::start_with(&archive, "127.0.0.1:0", &environment);
    let form = "name=nobody&password=wrong";
    let who = carried(&sign_in(&server, &archive, &[]).await);
    assert_eq!(server.post("/sign-in", &Asked::Nobody, form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // Every route that takes a password counts for the same allowance.
    assert_eq!(server.post("/sign-in", &Asked::Nobody, form).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(server.post("/account", &who, form).await.status, StatusCode::TOO_MANY_REQUESTS);
    let over = sign_in(&server, &archive, &[]).await;
    assert_eq!(over.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(over.headers.contains_key(header::RETRY_AFTER));
    assert_eq!(server.get("/account", &who).await.status, StatusCode::OK, "who is in goes on");
    let (name, password) = archive.account("archivist");
    for _ in 0..5 {
        assert_eq!(archive.token(&name, &password).len(), 64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_people_work_behind_one_address() {
    let archive = Archive::new(&TestDb::sqlite());
    let server = Arc::new(Server::start(&archive));
    let account = archive.account("staff");
    let mut people = Vec::new();
    for _ in 0..200 {
        let (server, account) = (server.clone(), account.clone());
        people.push(tokio::spawn(async move {
            let who = server.sign_in(account).await;
            for path in ["/", "/search?q=a", "/fonds", "/schemes", "/account"] {
                assert_eq!(server.get(path, &who).await.status, StatusCode::OK, "{path}");
            }
        }));
    }
    for person in people {
        person.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_takes_a_body_beyond_a_mebibyte() {
    let archive = Archive::new(&TestDb::sqlite());
    let server = Server::start(&archive);
    let Asked::Cookie(cookie) = server.sign_in(archive.account("archivist")).await else {
        unreachable!("a session has a cookie")
    };
    for (method, path, _) in lantai::web::table() {
        let kind = if path.starts_with("/api/") { "application/json" } else { "application/x-www-form-urlencoded" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
             content-type: {kind}\r\n"
        );
        // A file, or a piece of one, has a bound of its own.
        let of_a_file = [
            (Method::PATCH, "/api/v1/batches/{id}/files/{name}"),
            (Method::POST, "/api/v1/records/{id}/versions"),
            (Method::POST, "/api/v1/catalogues/preview"),
        ];
        if of_a_file.contains(&(method.clone(), path)) {
            continue;
        }
        // Said beforehand: refused before a byte of it is read.
        let said = raw(&server, &format!("{head}content-length: {}\r\n\r\n", (1 << 20) + 1)).await;
        assert!(said.starts_with("HTTP/1.1 413 "), "{method} {path}: {said}");
    }
    // Not said beforehand: refused where it grows too large.
    let block = format!("{:x}\r\n{}\r\n", 1 << 16, "a".repeat(1 << 16));
    for (path, kind) in [("/sign-in", "application/x-www-form-urlencoded"), ("/api/v1/session", "application/json")] {
        let body = block.repeat(17);
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\n");
        let said = raw(&server, &format!("{head}transfer-encoding: chunked\r\n\r\n{body}0\r\n\r\n")).await;
        assert!(said.starts_with("HTTP/1.1 413 "), "{path}: {said}");
    }
    let words = |path, lang| {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\naccept-language: {lang}\r\ncontent-length: 9999999\r\n\r\n")
    };
    assert!(raw(&server, &words("/api/v1/session", "zh")).await.contains("系统没有接收"));
    assert!(raw(&server, &words("/sign-in", "en")).await.contains("is too large"));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_addresses_and_long_headers_are_refused_and_nothing_breaks() {
    let archive = Archive::new(&TestDb::sqlite());
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let server = Server::start(&archive);
    let who = server.sign_in(archive.account("staff")).await;
    let fits = server.get(&format!("/search?q={}", "a".repeat(7_000)), &who).await;
    assert!(fits.status.is_success() || fits.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", fits.status);
    for path in ["/search?q=", "/api/v1/search?q=", "/assets/", "/records/"] {
        let long = server.get(&format!("{path}{}", "a".repeat(8_200)), &who).await;
        assert_eq!(long.status, StatusCode::URI_TOO_LONG, "{path}");
    }
    let english = server.get(&format!("/search?lang=en&q={}", "a".repeat(8_200)), &who).await;
    assert!(english.text().contains("The address is too long"), "{}", english.text());
    for request in [
        format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(300_000)),
        format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(300_000)),
        format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: a\r\n".repeat(200)),
    ] {
        let said = raw(&server, &request).await;
        assert!(said.starts_with("HTTP/1.1 431 ") || said.starts_with("HTTP/1.1 414 "), "{said}");
    }
    assert_eq!(server.get("/", &who).await.status, StatusCode::OK);
    assert!(!server.logged().contains("panicked"), "{}", server.logged());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_dressed_and_none_is_kept_that_does_not_say_so() {
    let archive = Archive::new(&TestDb::sqlite());
    let server = Server::start(&archive);
    let who = server.sign_in(archive.account("staff")).await;
    let page = server.get("/", &who).await.text();
    let style = page.split("href=\"/assets/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let asset = format!("/assets/{style}");
    for path in
        ["/", "/sign-in", "/account", "/nothing", "/api/v1/fonds", "/api/v1/nothing", "/healthz", "/batches", &asset]
    {
        let heard = server.get(path, &who).await;
        let policy = heard.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-permitted-cross-domain-policies", "none"),
        ] {
            assert_eq!(heard.headers[name], value, "{path} {name}");
        }
        assert!(heard.headers["permissions-policy"].to_str().unwrap().contains("camera=()"), "{path}");
        for absent in ["server", "x-powered-by", "strict-transport-security"] {
            assert!(!heard.headers.contains_key(absent), "{path} {absent}");
        }
        let kept = if path == asset { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(heard.headers[header::CACHE_CONTROL], kept, "{path}");
    }
    // The way to the door, too.
    let sent_away = server.get("/", &Asked::Nobody).await;
    assert_eq!(
        (sent_away.status, &sent_away.headers[header::CACHE_CONTROL]),
        (StatusCode::SEE_OTHER, &"no-store".parse().unwrap())
    );
}
