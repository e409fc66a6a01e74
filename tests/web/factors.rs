//! Second factors over HTTP: registered on the account's pages, asked for at the door, of
//! programs and of the command line.

use crate::harness::{Archive, Asked, Heard, Server, TestDb, encoded, on_both_databases};
use hyper::{Method, StatusCode, header};
use lantai::{app::WallClock, kernel::Clock as _};
use serde_json::{Value, json};
use std::{io::Write as _, process::Stdio};

/// The code that an app with this secret shows `steps` from now.
pub(super) fn code(secret: &str, steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).with_account_name("app").build().unwrap();
    let now = WallClock.now().plus_seconds(steps * 30).millis() / 1000;
    app.generate(now).to_string()
}

/// What stands in `text` between these two.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let found = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    found.unwrap_or_else(|| panic!("{before:?} is not in {text}")).0
}

pub(super) fn csrf(page: &Heard) -> String {
    between(&page.text(), "name=\"csrf\" value=\"", "\"").to_owned()
}

fn to(heard: &Heard) -> &str {
    heard.headers.get(header::LOCATION).map_or("", |to| to.to_str().unwrap())
}

/// The cookie of this name that an answer sets, as it is sent back.
fn cookie(heard: &Heard, name: &str) -> Option<String> {
    let set = heard.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let found = set.map(|one| one.split(';').next().unwrap()).find(|one| one.starts_with(&format!("{name}=")));
    found.map(str::to_owned)
}

/// Registers an app for whoever asks; gives its secret. The code of the step before is
/// spent.
pub(super) async fn register(server: &Server, who: &Asked, password: &str) -> String {
    let token = csrf(&server.get("/account/factors", who).await);
    let form = format!("label={}&password={}&csrf={token}", encoded("手机"), encoded(password));
    let drawn = server.post("/account/factors", who, &form).await;
    assert_eq!(drawn.status, StatusCode::SEE_OTHER, "{}", drawn.text());
    let path = to(&drawn).to_owned();
    let page = server.get(&path, who).await.text();
    let secret = between(&page, "<span class=\"code\">", "</span>").to_owned();
    let picture = server.get(&format!("{path}/qr.svg"), who).await;
    assert_eq!(
        (picture.status, &picture.headers[header::CONTENT_TYPE]),
        (StatusCode::OK, &"image/svg+xml".parse().unwrap())
    );
    assert!(picture.text().starts_with("<svg ") && picture.text().matches("h1v1").count() > 300);
    let wrong = server.post(&path, who, &format!("code=000000&csrf={token}")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let confirmed = server.post(&path, who, &format!("code={}&csrf={token}", code(&secret, -1))).await;
    assert_eq!((confirmed.status, to(&confirmed)), (StatusCode::SEE_OTHER, "/account/factors?done=1"));
    assert_eq!(server.get(&path, who).await.status, StatusCode::NOT_FOUND, "the secret is shown no more");
    assert_eq!(server.get(&format!("{path}/qr.svg"), who).await.status, StatusCode::NOT_FOUND);
    secret
}

async fn at_the_door_the_code_is_asked_for_after_the_password(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, password) = archive.account("archivist");
    let server = Server::start(&archive);
    let who = server.sign_in((name.clone(), password.clone())).await;
    let secret = register(&server, &who, &password).await;

    let form = format!("name={}&password={}", encoded(&name), encoded(&password));
    let half = server.post("/sign-in", &Asked::Nobody, &form).await;
    assert_eq!((half.status, to(&half)), (StatusCode::SEE_OTHER, "/sign-in/code"));
    assert!(cookie(&half, "lantai").is_none(), "no session yet");
    let owed = cookie(&half, "lantai-owed").unwrap();
    let pending = Asked::Cookie(owed.clone());
    let disguised = Asked::Cookie(owed.replace("lantai-owed=", "lantai="));
    for path in ["/", "/account", "/account/factors", "/search"] {
        for half in [&pending, &disguised] {
            assert_eq!(to(&server.get(path, half).await), "/sign-in", "{path}");
        }
    }
    assert_eq!(server.get("/api/v1/fonds", &disguised).await.status, StatusCode::UNAUTHORIZED);

    let page = server.get("/sign-in/code", &pending).await;
    assert_eq!(page.status, StatusCode::OK);
    let token = csrf(&page);
    let show = async |code: &str, csrf: &str| {
        server.post("/sign-in/code", &pending, &format!("code={code}&csrf={csrf}")).await
    };
    assert_eq!(show(&code(&secret, 0), "another").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(show("000000", &token).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let entered = show(&code(&secret, 0), &token).await;
    assert_eq!((entered.status, to(&entered)), (StatusCode::SEE_OTHER, "/"), "{}", entered.text());
    let session = cookie(&entered, "lantai").unwrap();
    assert_ne!(session.trim_start_matches("lantai="), owed.trim_start_matches("lantai-owed="));
    assert_eq!(cookie(&entered, "lantai-owed").as_deref(), Some("lantai-owed="), "the pending one is forgotten");
    assert_eq!(server.get("/", &Asked::Cookie(session)).await.status, StatusCode::OK);
    assert_eq!(to(&server.get("/sign-in/code", &pending).await), "/sign-in", "it ended");
    assert_eq!(to(&server.get("/sign-in/code", &Asked::Nobody).await), "/sign-in");
}

async fn a_program_and_the_command_line_name_the_code_too(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, password) = archive.account("archivist");
    let server = Server::start(&archive);
    let who = server.sign_in((name.clone(), password.clone())).await;
    let secret = register(&server, &who, &password).await;

    let sign_in = async |code: Option<&str>| {
        let body = json!({ "name": name, "password": password, "code": code }).to_string();
        let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
        server.ask(Method::POST, "/api/v1/session", &Asked::Nobody, &kind, body).await
    };
    for (code, kind) in [(None, "second-factor"), (Some("000000"), "second-factor-wrong")] {
        let refused = sign_in(code).await;
        assert_eq!((refused.status, &refused.json()["type"]), (StatusCode::UNAUTHORIZED, &json!(kind)));
        assert!(cookie(&refused, "lantai").is_none());
    }
    let entered = sign_in(Some(&code(&secret, 0))).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.text());
    let session = Asked::Cookie(cookie(&entered, "lantai").unwrap());
    assert_eq!(server.get("/", &session).await.status, StatusCode::OK);

    let login = |lines: String| {
        let mut child =
            archive.command(&["login", &name]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        (out.status.code().unwrap(), serde_json::from_slice::<Value>(&out.stdout).unwrap_or(Value::Null))
    };
    let (status, document) = login(format!("{password}\n"));
    assert_eq!(status, 3, "{document}");
    let (status, document) = login(format!("{password}\n\n000000\n"));
    assert_eq!(status, 3, "{document}");
    let (status, document) = login(format!("{password}\n\n{}\n", code(&secret, 1)));
    assert_eq!(status, 0, "{document}");
    assert!(document["token"].is_string());
}

async fn who_must_have_one_does_nothing_else_before(db: TestDb) {
    let archive = Archive::new(&db);
    let config = archive.data().join("lantai.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let ruled = text.replace("second_factor = \"offered\"", "second_factor = \"everybody\"");
    assert_ne!(text, ruled);
    std::fs::write(&config, ruled).unwrap();
    let account = archive.account("staff");
    let server = Server::start(&archive);
    let who = server.sign_in(account.clone()).await;
    for path in ["/", "/search", "/fonds"] {
        assert_eq!(to(&server.get(path, &who).await), "/account", "{path}");
    }
    let refused = server.get("/api/v1/fonds", &who).await;
    assert_eq!((refused.status, &refused.json()["type"]), (StatusCode::FORBIDDEN, &json!("factor-due")));
    assert_eq!(server.get("/account", &who).await.status, StatusCode::OK);
    register(&server, &who, &account.1).await;
    assert_eq!(server.get("/", &who).await.status, StatusCode::OK);
    assert_eq!(server.get("/api/v1/fonds", &who).await.status, StatusCode::OK);
}

async fn a_factor_is_removed_on_its_page(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, password) = archive.account("staff");
    let server = Server::start(&archive);
    let who = server.sign_in((name.clone(), password.clone())).await;
    let secret = register(&server, &who, &password).await;
    let page = server.get("/account/factors", &who).await;
    let (token, id) = (csrf(&page), between(&page.text(), "<option value=\"", "\"").to_owned());
    let remove = async |password: &str, code: &str| {
        let form = format!("id={id}&password={}&code={code}&passkey=&csrf={token}", encoded(password));
        server.post("/account/factors/remove", &who, &form).await
    };
    assert_eq!(remove("not the password", &code(&secret, 0)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(remove(&password, "000000").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let removed = remove(&password, &code(&secret, 0)).await;
    assert_eq!(to(&removed), "/account/factors?done=1", "{}", removed.text());
    server.sign_in((name, password)).await;
}

async fn a_lost_one_is_taken_away_by_the_security_officer(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, password) = archive.account("archivist");
    let server = Server::start(&archive);
    let who = server.sign_in((name.clone(), password.clone())).await;
    register(&server, &who, &password).await;
    let officer = server.sign_in(archive.account("security")).await;
    let people = server.get("/api/v1/people?role=archivist", &officer).await.json();
    let path = format!("/people/{}", people["items"][0]["id"].as_str().unwrap());
    let page = server.get(&path, &officer).await;
    let action = format!("{path}/factors/{}/end", between(&page.text(), &format!("{path}/factors/"), "/end"));
    let form = format!("csrf={}", csrf(&page));
    assert_eq!(server.post(&action, &who, &form).await.status, StatusCode::NOT_FOUND, "not by its owner");
    assert_eq!(server.post(&action, &officer, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(server.post(&action, &officer, &form).await.status, StatusCode::NOT_FOUND, "once");
    // The password alone lets in again.
    server.sign_in((name, password)).await;
}

on_both_databases!(
    at_the_door_the_code_is_asked_for_after_the_password,
    a_program_and_the_command_line_name_the_code_too,
    who_must_have_one_does_nothing_else_before,
    a_factor_is_removed_on_its_page,
    a_lost_one_is_taken_away_by_the_security_officer,
);
