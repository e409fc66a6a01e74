//! Signing in at another provider, through HTTP from one end to the other; the test goes
//! where a browser would be sent.

use super::driver::Driver;
use crate::harness::{Archive, Asked, Heard, Provider, Server, TestDb, encoded, on_both_databases};
use fantoccini::Locator;
use hyper::{StatusCode, header};

/// An archive that lets people in through a provider.
struct House {
    archive: Archive,
    server: Server,
    provider: Provider,
}

impl House {
    async fn new(db: &TestDb, people: &[(&str, &str)], trust: bool) -> Option<Self> {
        let provider = Provider::start(people)?;
        let archive = Archive::new(db);
        configure(&archive, &provider.issuer(), trust);
        let server = Server::start(&archive);
        Some(Self { archive, server, provider })
    }

    /// Leaves for the provider; gives its address and the cookie of the way.
    async fn leave(&self) -> (String, String) {
        let left = self.server.get("/sign-in/oidc", &Asked::Nobody).await;
        assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.text());
        (to(&left), cookie(&left, "lantai-away").unwrap())
    }

    /// Comes back with what the provider sends.
    async fn back(&self, url: &str, cookie: &str) -> Heard {
        let path = url.strip_prefix("https://archive.example").unwrap_or_else(|| panic!("sent to {url}"));
        self.server.get(path, &Asked::Cookie(cookie.to_owned())).await
    }

    async fn come_as(&self, subject: &str) -> Heard {
        let (url, cookie) = self.leave().await;
        self.back(&self.provider.approve(&url, subject).await, &cookie).await
    }
}

fn configure(archive: &Archive, issuer: &str, trust: bool) {
    let path = archive.data().join("lantai.toml");
    let mut text = std::fs::read_to_string(&path).unwrap();
    let secret = archive.data().join("oidc.secret");
    std::fs::write(secret, "a secret\n").unwrap();
    for (key, value) in [
        ("address", "\"https://archive.example\"".to_owned()),
        ("issuer", format!("{issuer:?}")),
        ("client_id", "\"lantai\"".to_owned()),
        ("client_secret", "\"oidc.secret\"".to_owned()),
        ("trust_names", trust.to_string()),
    ] {
        let line = text.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap().to_owned();
        text = text.replacen(&line, &format!("{key} = {value}"), 1);
    }
    std::fs::write(path, text).unwrap();
}

fn to(heard: &Heard) -> String {
    heard.headers.get(header::LOCATION).map_or_else(String::new, |to| to.to_str().unwrap().to_owned())
}

/// The cookie of this name that an answer sets, if it holds anything.
fn cookie(heard: &Heard, name: &str) -> Option<String> {
    let set = heard.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    let mut pairs = set.map(|one| one.split(';').next().unwrap());
    let begin = format!("{name}=");
    pairs.find(|one| one.starts_with(&begin) && one.len() > begin.len()).map(str::to_owned)
}

#[track_caller]
fn is_in(heard: &Heard) -> Asked {
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text());
    assert!(heard.text().contains("http-equiv=\"refresh\" content=\"0;url=/\""), "{}", heard.text());
    Asked::Cookie(cookie(heard, "lantai").expect("there is a session"))
}

#[track_caller]
fn is_out(heard: &Heard, status: StatusCode) {
    assert_eq!(heard.status, status, "{}", heard.text());
    assert!(cookie(heard, "lantai").is_none() && cookie(heard, "lantai-owed").is_none());
}

async fn somebody_is_found_by_name_once_and_by_his_identity_from_then_on(db: TestDb) {
    let people = [("u-1", "档案员"), ("u-2", "档案员"), ("u-3", "无此人")];
    let Some(house) = House::new(&db, &people, true).await else { return };
    let page = house.server.get("/sign-in", &Asked::Nobody).await.text();
    assert!(page.contains("href=\"/sign-in/oidc\"") && page.contains("统一登录"), "{page}");
    let (url, _) = house.leave().await;
    for part in ["response_type=code", "code_challenge_method=S256", "nonce=", "state=", "scope=openid+profile"] {
        assert!(url.contains(part), "{part} is not in {url}");
    }
    let back = format!("redirect_uri={}", "https%3A%2F%2Farchive.example%2Fsign-in%2Foidc%2Fback");
    assert!(url.contains(&back), "{url}");

    let who = is_in(&house.come_as("u-1").await);
    assert!(house.server.get("/", &who).await.text().contains("<b>档案员</b>"));
    is_in(&house.come_as("u-1").await);
    is_out(&house.come_as("u-2").await, StatusCode::FORBIDDEN);
    let nobody = house.come_as("u-3").await;
    is_out(&nobody, StatusCode::FORBIDDEN);
    assert!(nobody.text().contains("没有对应的人员"), "{}", nobody.text());
    is_out(&house.come_as("u-4").await, StatusCode::FORBIDDEN);
}

async fn a_name_that_is_not_trusted_finds_nobody(db: TestDb) {
    let Some(house) = House::new(&db, &[("u-1", "档案员")], false).await else { return };
    is_out(&house.come_as("u-1").await, StatusCode::FORBIDDEN);
}

async fn an_answer_counts_once_and_for_the_browser_that_asked(db: TestDb) {
    let Some(house) = House::new(&db, &[("u-1", "档案员")], true).await else { return };
    let (url, cookie_of_one) = house.leave().await;
    let answer = house.provider.approve(&url, "u-1").await;
    let (_, cookie_of_other) = house.leave().await;
    is_out(&house.back(&answer, "none=1").await, StatusCode::BAD_REQUEST);
    is_out(&house.back(&answer, "lantai-away=").await, StatusCode::BAD_REQUEST);
    is_out(&house.back(&answer, &cookie_of_other).await, StatusCode::BAD_REQUEST);
    is_in(&house.back(&answer, &cookie_of_one).await);
    is_out(&house.back(&answer, &cookie_of_one).await, StatusCode::BAD_REQUEST);

    // The same code with a question of its own: the provider gave it once.
    let code = answer.split_once("code=").unwrap().1.split('&').next().unwrap();
    let state = cookie_of_other.strip_prefix("lantai-away=").unwrap();
    let again = format!("https://archive.example/sign-in/oidc/back?code={code}&state={state}");
    is_out(&house.back(&again, &cookie_of_other).await, StatusCode::BAD_GATEWAY);

    let (_, cookie) = house.leave().await;
    let state = cookie.strip_prefix("lantai-away=").unwrap();
    let denied = format!("https://archive.example/sign-in/oidc/back?error=access_denied&state={state}");
    is_out(&house.back(&denied, &cookie).await, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn a_token_made_for_another_question_is_not_believed(db: TestDb) {
    let Some(house) = House::new(&db, &[("u-1", "档案员")], true).await else { return };
    let (url, cookie) = house.leave().await;
    let nonce = url.split_once("nonce=").unwrap().1.split('&').next().unwrap();
    let answer = house.provider.approve(&url.replace(nonce, "another"), "u-1").await;
    is_out(&house.back(&answer, &cookie).await, StatusCode::BAD_GATEWAY);
    is_in(&house.come_as("u-1").await);
}

async fn who_left_or_is_shut_out_comes_in_by_no_door(db: TestDb) {
    let Some(house) = House::new(&db, &[("u-1", "档案员")], true).await else { return };
    is_in(&house.come_as("u-1").await);
    let form = format!("name={}&password=wrong", encoded("档案员"));
    for _ in 0..5 {
        house.server.post("/sign-in", &Asked::Nobody, &form).await;
    }
    is_out(&house.come_as("u-1").await, StatusCode::TOO_MANY_REQUESTS);
    house.archive.sql("UPDATE failed_sign_in SET shut_until = NULL");
    is_in(&house.come_as("u-1").await);
    house.archive.sql("UPDATE person SET left_at = '2026-01-01T00:00:00.000Z' WHERE name = '档案员'");
    is_out(&house.come_as("u-1").await, StatusCode::FORBIDDEN);
    house.archive.sql("DELETE FROM outside_identity");
    is_out(&house.come_as("u-1").await, StatusCode::FORBIDDEN);
}

async fn a_second_factor_is_owed_after_the_provider_too(db: TestDb) {
    let Some(house) = House::new(&db, &[("u-1", "档案员")], true).await else { return };
    let account = house.archive.account("archivist");
    let who = house.server.sign_in(account.clone()).await;
    let secret = super::factors::register(&house.server, &who, &account.1).await;
    let half = house.come_as("u-1").await;
    assert_eq!(half.status, StatusCode::OK);
    assert!(half.text().contains("content=\"0;url=/sign-in/code\""), "{}", half.text());
    assert!(cookie(&half, "lantai").is_none());
    let pending = Asked::Cookie(cookie(&half, "lantai-owed").unwrap());
    assert_eq!(to(&house.server.get("/", &pending).await), "/sign-in");
    let page = house.server.get("/sign-in/code", &pending).await;
    let csrf = super::factors::csrf(&page);
    let form = format!("code={}&csrf={csrf}", super::factors::code(&secret, 0));
    let entered = house.server.post("/sign-in/code", &pending, &form).await;
    assert_eq!(to(&entered), "/", "{}", entered.text());
}

async fn while_the_provider_is_down_passwords_go_on(db: TestDb) {
    // It takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let archive = Archive::new(&db);
    configure(&archive, &format!("http://{}", silent.local_addr().unwrap()), true);
    let server = Server::start(&archive);
    let begun = std::time::Instant::now();
    let left = server.get("/sign-in/oidc", &Asked::Nobody).await;
    assert!(begun.elapsed().as_secs() < 8, "{:?}", begun.elapsed());
    is_out(&left, StatusCode::BAD_GATEWAY);
    assert!(left.text().contains("或用密码登录") && left.text().contains("name=\"password\""), "{}", left.text());
    let who = server.sign_in(archive.account("archivist")).await;
    assert_eq!(server.get("/", &who).await.status, StatusCode::OK);
}

async fn a_browser_comes_in_through_the_provider(db: TestDb) {
    let Some(provider) = Provider::start(&[("u-1", "档案员")]) else { return };
    let archive = Archive::new(&db);
    configure(&archive, &provider.issuer(), true);
    let path = archive.data().join("lantai.toml");
    // As on one machine: the provider is another site than the archive all the same.
    let text =
        std::fs::read_to_string(&path).unwrap().replace("address = \"https://archive.example\"", "address = \"\"");
    std::fs::write(path, text).unwrap();
    let server = Server::start(&archive);
    let port = server.address().rsplit(':').next().unwrap();
    let driver = Driver::start();
    let browser = driver.browser(1280, 900).await;
    browser.goto(&format!("http://localhost:{port}/sign-in")).await.unwrap();
    let wait = async |css: &str| browser.wait().for_element(Locator::Css(css)).await.unwrap();
    wait("a[href='/sign-in/oidc']").await.click().await.unwrap();
    wait("input[name='sub']").await.send_keys("u-1").await.unwrap();
    wait("form button[type='submit']").await.click().await.unwrap();
    wait("input[name='q']").await;
    assert_eq!(browser.current_url().await.unwrap().path(), "/");
    browser.close().await.unwrap();
}

async fn without_a_provider_there_is_no_such_door(db: TestDb) {
    let archive = Archive::new(&db);
    let server = Server::start(&archive);
    assert!(!server.get("/sign-in", &Asked::Nobody).await.text().contains("oidc"));
    for path in ["/sign-in/oidc", "/sign-in/oidc/back?code=a&state=b"] {
        assert_eq!(server.get(path, &Asked::Nobody).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

on_both_databases!(
    somebody_is_found_by_name_once_and_by_his_identity_from_then_on,
    a_name_that_is_not_trusted_finds_nobody,
    an_answer_counts_once_and_for_the_browser_that_asked,
    a_token_made_for_another_question_is_not_believed,
    who_left_or_is_shut_out_comes_in_by_no_door,
    a_second_factor_is_owed_after_the_provider_too,
    while_the_provider_is_down_passwords_go_on,
    a_browser_comes_in_through_the_provider,
    without_a_provider_there_is_no_such_door,
);
