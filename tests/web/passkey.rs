//! Passkeys in a real browser, with an authenticator of ChromeDriver's (WebAuthn level 3
//! §11): registered, asked for at the door, told from a copy, taken away.

use super::driver::Driver;
use crate::harness::{Archive, Asked, Server, TestDb, on_both_databases};
use fantoccini::{Client, Locator, wd::WebDriverCompatibleCommand};
use hyper::{Method, StatusCode};
use lantai::db::{Asked as Query, Db};
use serde_json::{Value, json};
use std::path::PathBuf;
use webauthn_rs::prelude::Url;

/// A command below `/session/{id}/webauthn/authenticator`.
#[derive(Debug)]
struct Authenticator(Method, String, Option<Value>);

impl WebDriverCompatibleCommand for Authenticator {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/webauthn/authenticator{}", session.unwrap_or_default(), self.1))
    }
    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (self.0.clone(), self.2.as_ref().map(Value::to_string))
    }
}

/// A person at a browser with an authenticator in it.
struct Person {
    browser: Client,
    authenticator: String,
    home: String,
    name: String,
    password: String,
}

impl Person {
    async fn open(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.home)).await.unwrap();
    }

    async fn fill(&self, css: &str, value: &str) {
        self.browser.wait().for_element(Locator::Css(css)).await.unwrap().send_keys(value).await.unwrap();
    }

    async fn click(&self, css: &str) {
        self.browser.wait().for_element(Locator::Css(css)).await.unwrap().click().await.unwrap();
    }

    /// Waits until the page shows this.
    async fn sees(&self, css: &str) {
        let found = self.browser.wait().for_element(Locator::Css(css)).await;
        if let Err(error) = found {
            panic!("{css}: {error}: {}", self.browser.source().await.unwrap());
        }
    }

    async fn name_password(&self) {
        self.open("/sign-in").await;
        self.fill("#name", &self.name).await;
        self.fill("#password", &self.password).await;
        self.click("form[action='/sign-in'] button").await;
    }

    async fn leave(&self) {
        self.click("form[action='/sign-out'] button").await;
        self.sees("form[action='/sign-in']").await;
    }

    async fn tell(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let path = format!("/{}{path}", self.authenticator);
        self.browser.issue_cmd(Authenticator(method, path, body)).await.unwrap()
    }

    /// The one passkey that the authenticator holds, private key and counter.
    async fn held(&self) -> Value {
        self.tell(Method::GET, "/credentials", None).await[0].clone()
    }

    /// Puts the passkey back as it was, or another has it.
    async fn put_back(&self, mut held: Value, counter: u32) {
        let id = held["credentialId"].as_str().unwrap().to_owned();
        self.tell(Method::DELETE, &format!("/credentials/{id}"), None).await;
        held["signCount"] = counter.into();
        self.tell(Method::POST, "/credential", Some(held)).await;
    }

    async fn picture(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), self.browser.screenshot().await.unwrap()).unwrap();
    }
}

const ADD: &str = "form[action='/account/passkeys'] [data-passkey-go]";
const USE: &str = "form[action='/sign-in/code'] [data-passkey-go]";
const REMOVE: &str = "form[action='/account/factors/remove'] [data-passkey-go]";

async fn a_passkey_is_registered_shown_told_from_a_copy_and_removed(db: TestDb) {
    let archive = Archive::new(&db);
    let (name, password) = archive.account("archivist");
    let server = Server::start(&archive);
    let port = server.address().rsplit(':').next().unwrap();
    let driver = Driver::start();
    let browser = driver.browser(1280, 1000).await;
    let wanted = json!({ "protocol": "ctap2", "transport": "usb", "hasResidentKey": true,
                         "hasUserVerification": true, "isUserVerified": true });
    let authenticator = browser.issue_cmd(Authenticator(Method::POST, String::new(), Some(wanted))).await.unwrap();
    let authenticator = authenticator.as_str().unwrap().to_owned();
    let person = Person { browser, authenticator, home: format!("http://localhost:{port}"), name, password };

    person.name_password().await;
    person.sees("input[name='q']").await;
    person.open("/account/factors").await;
    person.picture("factors").await;
    person.fill("#kl", "安全钥匙").await;
    person.fill("#kp", "not the password").await;
    person.click(ADD).await;
    person.sees("form[action='/account/passkeys'] [data-passkey-fault]:not([hidden])").await;
    assert!(person.held().await.is_null(), "no passkey is made for who does not know the password");
    person.browser.find(Locator::Css("#kp")).await.unwrap().clear().await.unwrap();
    person.fill("#kp", &person.password).await;
    person.click(ADD).await;
    person.sees(".note .done").await;
    person.sees("table.tab tbody tr").await;
    person.picture("factors-passkey").await;

    // At the door, and again: the counter rises and is kept.
    let rows = Db::open(&db.url).await.unwrap();
    let mut last = -1;
    for _ in 0..2 {
        person.leave().await;
        person.name_password().await;
        person.sees("form[data-passkey]:not([hidden])").await;
        person.picture("owed-passkey").await;
        person.click(USE).await;
        person.sees("input[name='q']").await;
        let kept: Vec<(String,)> = Query::new("SELECT secret FROM second_factor").fetch(&rows).await.unwrap();
        let held = person.held().await["credentialId"].as_str().unwrap().trim_end_matches('=').to_owned();
        assert!(kept[0].0.contains(&format!("\"{held}\"")), "twins are told by this: {}", kept[0].0);
        let kept: Value = serde_json::from_str(&kept[0].0).unwrap();
        let counter = kept["cred"]["counter"].as_i64().unwrap();
        assert_eq!(Some(counter), person.held().await["signCount"].as_i64());
        assert!(counter > last, "{counter} after {last}");
        last = counter;
        person.open("/account/factors").await;
    }

    // A copy of the authenticator, made before, counts from where it was.
    person.leave().await;
    let held = person.held().await;
    person.put_back(held.clone(), 0).await;
    person.name_password().await;
    person.click(USE).await;
    person.sees(".note .stop").await;
    person.put_back(held, 100).await;
    person.click(USE).await;
    person.sees("input[name='q']").await;

    person.open("/account/factors").await;
    person.fill("#rp", &person.password).await;
    person.click(REMOVE).await;
    person.sees(".note .done").await;
    assert!(person.browser.find_all(Locator::Css("table.tab")).await.unwrap().is_empty());
    person.leave().await;
    person.name_password().await;
    person.sees("input[name='q']").await;
    person.browser.clone().close().await.unwrap();
}

async fn no_passkey_is_asked_for_without_a_session_its_form_and_its_address(db: TestDb) {
    let archive = Archive::new(&db);
    let server = Server::start(&archive);
    assert_eq!(server.post("/sign-in/passkey", &Asked::Nobody, "csrf=").await.status, StatusCode::NOT_FOUND);
    let who = server.sign_in(archive.account("archivist")).await;
    let page = server.get("/account/factors", &who).await.text();
    // The harness calls the server 127.0.0.1, where browsers have no passkeys.
    assert!(!page.contains("data-passkey="), "{page}");
    let csrf = page.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap();
    for path in ["/account/passkeys/new", "/account/passkeys/use", "/account/passkeys"] {
        let form = |csrf: &str| format!("csrf={csrf}&label=a&password=b&passkey=%7B%7D");
        assert_eq!(server.post(path, &who, &form("another")).await.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(server.post(path, &who, &form(csrf)).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

on_both_databases!(
    a_passkey_is_registered_shown_told_from_a_copy_and_removed,
    no_passkey_is_asked_for_without_a_session_its_form_and_its_address,
);
