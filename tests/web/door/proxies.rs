//! Who may send a password, and whom a proxy may speak for.

use super::{carried, cookie, sign_in};
use crate::harness::{Archive, Asked, Server, TestDb};
use hyper::{Method, StatusCode, header};
use std::process::Command;

const FORM: [(&str, &str); 2] =
    [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];

/// An address of this machine that is not loopback.
fn address_of_this_machine() -> Option<String> {
    let out = Command::new("hostname").arg("-I").output().ok()?;
    let said = String::from_utf8(out.stdout).ok()?;
    said.split_whitespace().find(|address| address.contains('.')).map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_this_machine_nobody_signs_in_over_plain_http() {
    let Some(address) = address_of_this_machine() else {
        println!("skipped: this machine has no address but loopback");
        return;
    };
    let archive = Archive::new(&TestDb::sqlite());
    let server = Server::start_with(&archive, &format!("{address}:0"), &[]);
    server.logs("plain HTTP on").await;

    let refused = sign_in(&server, &archive, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(!refused.headers.contains_key(header::SET_COOKIE));
    let problem = refused.json();
    assert_eq!(problem["type"], "not-over-http");
    let remedy = problem["remedy"].as_str().unwrap();
    for key in ["server.certificate", "server.key", "server.trusted_proxies"] {
        assert!(remedy.contains(key), "{remedy}");
    }
    let english = sign_in(&server, &archive, &[("accept-language", "en")]).await.json();
    assert!(english["remedy"].as_str().unwrap().contains("ask the administrator to set a certificate"));
    // The page does not ask for what it would refuse.
    let page = server.get("/sign-in", &Asked::Nobody).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!page.text().contains("type=\"password\""));
    assert_eq!(server.get("/healthz", &Asked::Nobody).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_nobody_named_is_not_believed_and_carries_no_password() {
    let archive = Archive::new(&TestDb::sqlite());
    let server = Server::start(&archive);
    assert!(!server.logged().contains("plain HTTP on"), "loopback needs no warning");
    let direct = sign_in(&server, &archive, &[]).await;
    assert_eq!(direct.status, StatusCode::OK);
    let who = carried(&direct);
    assert!(cookie(&direct).starts_with("lantai=") && !cookie(&direct).contains("Secure"), "{}", cookie(&direct));
    assert!(!direct.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));

    for sign in
        [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "https"), ("forwarded", "for=127.0.0.1;proto=https")]
    {
        let heard = sign_in(&server, &archive, &[sign]).await;
        assert_eq!((heard.status, heard.json()["type"].as_str()), (StatusCode::FORBIDDEN, Some("not-over-http")));
        assert!(
            !heard.headers.contains_key(header::SET_COOKIE) && !heard.headers.contains_key("strict-transport-security")
        );
        // Every route that takes a password, whoever is signed in.
        for path in ["/sign-in", "/account"] {
            let headers = [FORM[0], FORM[1], sign];
            let heard = server.ask(Method::POST, path, &who, &headers, "name=a&password=b".into()).await;
            assert_eq!(heard.status, StatusCode::FORBIDDEN, "{path} {sign:?}");
            assert!(heard.text().contains("server.trusted_proxies"), "{path}");
        }
        // The cookie of loopback is not one of HTTPS because somebody says so.
        let page = server.ask(Method::GET, "/account", &who, &[sign], String::new()).await;
        assert_eq!(page.status, StatusCode::OK, "{sign:?}");
    }
    let Asked::Cookie(named) = &who else { unreachable!("it was made so") };
    let renamed = Asked::Cookie(format!("__Host-{named}"));
    assert_eq!(server.get("/account", &renamed).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_is_believed() {
    let archive = Archive::new(&TestDb::sqlite());
    let environment = [("LANTAI__SERVER__TRUSTED_PROXIES", "127.0.0.1")];
    let server = Server::start_with(&archive, "127.0.0.1:0", &environment);
    let (client, https) = (("x-forwarded-for", "203.0.113.5"), ("x-forwarded-proto", "https"));

    let signed = sign_in(&server, &archive, &[client, https]).await;
    assert_eq!(signed.status, StatusCode::OK, "{}", signed.text());
    assert!(cookie(&signed).starts_with("__Host-lantai=") && cookie(&signed).contains("Secure"));
    assert_eq!(signed.headers[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
    let who = carried(&signed);
    let ask =
        async |headers: &[(&str, &str)]| server.ask(Method::GET, "/account", &who, headers, String::new()).await.status;
    assert_eq!(ask(&[client, https]).await, StatusCode::OK);
    assert_eq!(ask(&[client]).await, StatusCode::SEE_OTHER, "a cookie of HTTPS does not come over plain HTTP");

    for headers in [
        &[][..],
        &[client],
        &[client, ("x-forwarded-proto", "http")],
        &[("x-forwarded-for", "127.0.0.1")],
        &[("x-forwarded-for", "unknown"), https],
    ] {
        let heard = sign_in(&server, &archive, headers).await;
        assert_eq!(heard.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_key_still_asks_for_https_on_the_way_back() {
    let archive = Archive::new(&TestDb::sqlite());
    let server = Server::start_with(&archive, "127.0.0.1:0", &[("LANTAI__SERVER__SECURE_COOKIE", "true")]);
    let set = cookie(&sign_in(&server, &archive, &[]).await);
    assert!(set.starts_with("lantai=") && set.contains("Secure"), "{set}");
}
