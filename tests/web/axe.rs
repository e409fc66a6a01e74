//! Every page as axe-core judges it: nothing that keeps a person out, in either
//! language, on a wide screen and on a small one. `deploy/test` installs it.

use super::factors::{csrf, register};
use super::{House, driver::Driver};
use crate::harness::{Archive, Asked, TestDb, encoded, judges, sample};
use fantoccini::{Client, Locator};
use hyper::Method;
use lantai::{
    access::Role,
    web::{Needs, table},
};
use serde_json::{Value, json};

/// Routes that answer no page: whether the server lives, and bytes.
const NO_PAGES: [&str; 16] = [
    "/healthz",
    "/readyz",
    "/assets/{file}",
    "/records/{id}/pages/{page}",
    "/records/{id}/files/{number}",
    "/records/{id}/versions/{version}/files/{number}",
    "/batches/{id}/defects.xlsx",
    "/batches/{id}/handover/catalogue.xlsx",
    "/catalogues/templates/{category}",
    "/trail.jsonl",
    "/trail.xlsx",
    "/account/factors/{id}/qr.svg",
    // They send the browser on; with the provider off they are the page of what is not there.
    "/sign-in/oidc",
    "/sign-in/oidc/back",
    // Looked at by tests of their own below: they want a secret drawn, a password named.
    "/account/factors/{id}",
    "/sign-in/code",
];

/// Every other route: what is asked for below it, and with what in its places.
async fn addresses(house: &House, template: &str) -> Vec<String> {
    let of = |queries: &[&str]| queries.iter().map(|query| format!("{template}{query}")).collect();
    match template {
        "/sign-in" | "/account" | "/" | "/batches" | "/catalogues" | "/fonds" | "/schemes" | "/health"
        | "/settings" | "/account/factors" => of(&[""]),
        "/trail" => of(&["", "?verb=person.&from=2020-01-01", "?subject=nothing-of-that-name"]),
        "/search" => {
            let queries = ["", "通知", "防汛抗旱应急预案", "水 \"库", "此词不在任何一件之中"];
            let query = |words: &&str| if words.is_empty() { String::new() } else { format!("?q={}", encoded(words)) };
            of(&queries.iter().map(query).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>())
        }
        "/records/{id}" => {
            // A PDF with text found in it, a scan without, a text that cannot be drawn.
            let mut found = Vec::new();
            for (code, queries) in [
                (
                    "X030-WS·2012-D30-SWJ-0001",
                    &["?q=%E4%BC%9A%E8%AE%AE", "?tab=description", "?tab=trail", "?tab=files", "?tab=versions"][..],
                ),
                ("X028-WS·1998-Y-ZRZY-0014", &[""]),
                ("X021-WS·1956-D30-JYJ-0010", &[""]),
            ] {
                let id = house.record(code).await;
                found.extend(queries.iter().map(|query| format!("/records/{id}{query}")));
            }
            found
        }
        "/records/{id}/correct" | "/records/{id}/versions/{version}" => {
            let id = house.record("X030-WS·2012-D30-SWJ-0001").await;
            vec![template.replace("{id}", &id).replace("{version}", "1")]
        }
        "/handover" => of(&["", "?state=untold&year=2012", "?state=owed&department=nobody"]),
        "/batches/{id}/withdraw"
        | "/batches/{id}/return"
        | "/batches/{id}/handover"
        | "/batches/{id}/handover/catalogue" => {
            let batches = house.server.get("/api/v1/batches", &house.archivist).await.json();
            vec![template.replace("{id}", batches["items"][0]["batch"].as_str().unwrap())]
        }
        "/batches/{id}" => {
            let batches = house.server.get("/api/v1/batches", &house.archivist).await.json();
            let id = batches["items"][0]["batch"].as_str().unwrap();
            ["", "?only=defects", "?only=accepted"].map(|only| format!("/batches/{id}{only}")).to_vec()
        }
        "/batches/new" => of(&[""]),
        "/batches/{id}/send" => {
            let kind = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
            let body = json!({ "name": "axe" }).to_string();
            let opened = house.server.ask(Method::POST, "/api/v1/batches", &house.archivist, &kind, body).await.json();
            let id = opened["batch"].as_str().unwrap();
            let tus = [
                ("tus-resumable", "1.0.0"),
                ("sec-fetch-site", "same-origin"),
                ("upload-length", "9"),
                ("upload-metadata", "path eA=="),
            ];
            let files = format!("/api/v1/batches/{id}/files");
            house.server.ask(Method::POST, &files, &house.archivist, &tus, String::new()).await;
            vec![format!("/batches/{id}/send")]
        }
        "/people" => of(&["", "?name=%E6%97%A0&left=true"]),
        "/people/{id}" => {
            let (reader, officer) = (house.person("staff").await, house.person("auditor").await);
            vec![format!("/people/{reader}"), format!("/people/{officer}")]
        }
        "/departments" => of(&["", "?change=AXE"]),
        "/posts" => of(&[""]),
        "/grants" => of(&["", "?ended=true", "?person=%E6%97%A0"]),
        "/fonds/{code}" => vec!["/fonds/X030".to_owned()],
        other => panic!("{other} is a page that axe does not look at: say here with what in its places"),
    }
}

/// The pages that somebody of this role is shown.
async fn pages(house: &House, role: Role) -> Vec<String> {
    let mut found = vec!["/nothing".to_owned()];
    for (method, template, needs) in table() {
        let shown = match needs {
            Needs::Nobody | Needs::Account | Needs::Person => true,
            Needs::Right(right) => role.may(right),
        };
        if method == Method::GET && shown && !template.starts_with("/api/") && !NO_PAGES.contains(&template) {
            found.extend(addresses(house, template).await);
        }
    }
    found
}

/// Widths of the window, in pixels.
const WIDTHS: [u32; 2] = [1440, 390];

/// A browser, the judge, and what it found.
struct Look {
    browser: Client,
    judge: String,
    root: String,
    found: Vec<String>,
    looked: usize,
}

impl Look {
    /// In this language, with the session of `who`.
    async fn begin(driver: &Driver, house: &House, who: &Asked, lang: &str) -> Option<Self> {
        let script = judges()?.join("axe.min.js");
        let judge = std::fs::read_to_string(&script).unwrap_or_else(|error| panic!("{}: {error}", script.display()));
        let browser = driver.browser(WIDTHS[0], 900).await;
        let root = format!("http://{}", house.server.address());
        browser.goto(&format!("{root}/sign-in")).await.unwrap();
        // By script: ChromeDriver sets none for a host that is a number.
        let keep = async |cookie: &str| {
            browser.execute("document.cookie = arguments[0]", vec![format!("{cookie}; path=/").into()]).await.unwrap();
        };
        keep(&format!("lang={lang}")).await;
        if let Asked::Cookie(cookie) = who {
            keep(cookie).await;
        }
        Some(Self { browser, judge, root, found: Vec::new(), looked: 0 })
    }

    async fn at(&mut self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.root)).await.unwrap();
        self.here(path).await;
    }

    /// The same with everything open that can be.
    async fn opened(&mut self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.root)).await.unwrap();
        let open = "document.querySelectorAll('details').forEach(one => one.open = true)";
        self.browser.execute(open, vec![]).await.unwrap();
        self.here(path).await;
    }

    /// Every rule that is on of itself (they carry the tags wcag2a to wcag21aa and
    /// best-practice), and the one of WCAG 2.2 AA, which is not.
    async fn here(&mut self, name: &str) {
        const JUDGED: &str = "const [width, done] = arguments;
            const judged = () => axe.run(document,
                { rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] })
              .then(said => done({ lang: document.documentElement.lang, passed: said.passes.length,
                  wide: document.documentElement.scrollWidth - width,
                  wrong: said.violations.flatMap(v => v.nodes.map(n =>
                    v.id + ' (' + v.impact + '): ' + n.html + ' ' + n.failureSummary)) }),
                error => done({ fault: String(error) }));
            const ready = () => innerWidth === width ? judged() : requestAnimationFrame(ready);
            ready();";
        self.browser.execute(&self.judge, vec![]).await.unwrap();
        for width in WIDTHS {
            self.browser.set_window_size(width, 900).await.unwrap();
            let said: Value = self.browser.execute_async(JUDGED, vec![width.into()]).await.unwrap();
            assert!(said["passed"].as_u64().is_some_and(|passed| passed > 10), "{name} was not judged: {said}");
            let wrong = said["wrong"].as_array().unwrap().iter().map(|one| one.as_str().unwrap());
            let place = format!("{name} in {} at {width}", said["lang"]);
            self.found.extend(wrong.map(|one| format!("{place}: {one}")));
            if said["wide"] != 0 {
                self.found.push(format!("{place}: is wider than the screen by {}", said["wide"]));
            }
        }
        self.looked += 1;
    }

    /// Fills in the form and sends it, to see it come back with its fault.
    async fn sent(&mut self, path: &str, action: &str, fields: &[(&str, &str)]) {
        self.browser.goto(&format!("{}{path}", self.root)).await.unwrap();
        for (field, text) in fields {
            self.browser.find(Locator::Css(field)).await.unwrap().send_keys(text).await.unwrap();
        }
        self.browser
            .find(Locator::Css(&format!("form[action='{action}'] button")))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        self.browser.wait().for_element(Locator::Css(".fault, [role='alert']")).await.unwrap();
        self.here(&format!("{path} with a fault")).await;
    }

    async fn end(self, least: usize) -> Vec<String> {
        self.browser.close().await.unwrap();
        assert!(self.looked >= least, "only {} pages", self.looked);
        self.found
    }
}

fn nothing_was(found: &[String]) {
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}

async fn a_house(filled: bool) -> House {
    let archive = Archive::new(&TestDb::sqlite());
    if filled {
        archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    }
    House::serving(archive).await
}

const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_reader_keeps_nobody_out() {
    let (house, driver) = (a_house(true).await, Driver::start());
    let mut found = Vec::new();
    for lang in LANGUAGES {
        let Some(mut look) = Look::begin(&driver, &house, &house.reader, lang).await else { return };
        for page in pages(&house, Role::Staff).await {
            look.at(&page).await;
        }
        found.extend(look.end(15).await);
    }
    nothing_was(&found);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_an_archivist_keeps_nobody_out() {
    let (house, driver) = (a_house(true).await, Driver::start());
    let mut found = Vec::new();
    for lang in LANGUAGES {
        let Some(mut look) = Look::begin(&driver, &house, &house.archivist, lang).await else { return };
        for page in pages(&house, Role::Archivist).await {
            look.at(&page).await;
        }
        for wrong in [("wrong", "a new long password", "a new long password"), ("wrong", "one thing", "another")] {
            let fields = [("#old", wrong.0), ("#new", wrong.1), ("#again", wrong.2)];
            look.sent("/account", "/account", &fields).await;
        }
        look.sent("/fonds", "/fonds", &[("#code", "x"), ("#fname", "y")]).await;
        found.extend(look.end(20).await);
    }
    nothing_was(&found);
}

/// A department, and a reader with a post and a token.
async fn with_rights(house: &House, officer: &Asked) {
    let reader = house.person("staff").await;
    let kind = [("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
    let post = json!({ "person": reader, "post": "department-manager", "department": "AXE", "reason": "任免通知" });
    let until = "2099-12-31";
    for (path, body) in [
        ("/api/v1/departments", json!({ "code": "AXE", "name": "办公室" })),
        ("/api/v1/posts", post),
        ("/api/v1/grants", json!({ "person": reader, "functions": ["search"], "whose": "own", "until": until })),
    ] {
        let heard = house.server.ask(Method::POST, path, officer, &kind, body.to_string()).await;
        assert_eq!(heard.status, 201, "{path}: {}", heard.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_the_officers_keeps_nobody_out() {
    let (house, driver) = (a_house(true).await, Driver::start());
    let (security, sysadmin) = (house.somebody("security").await, house.somebody("sysadmin").await);
    with_rights(&house, &security).await;
    let mut found = Vec::new();
    for lang in LANGUAGES {
        let Some(mut look) = Look::begin(&driver, &house, &security, lang).await else { return };
        for page in pages(&house, Role::SecurityOfficer).await {
            look.opened(&page).await;
        }
        look.sent("/people", "/people'][method='post", &[("#name", "安全审计员")]).await;
        look.sent("/departments", "/departments", &[("#code", "a b"), ("#d-name", "x")]).await;
        found.extend(look.end(15).await);
        let Some(mut look) = Look::begin(&driver, &house, &sysadmin, lang).await else { return };
        for page in pages(&house, Role::SystemAdministrator).await {
            look.at(&page).await;
        }
        found.extend(look.end(4).await);
        let auditor = house.somebody("auditor").await;
        let Some(mut look) = Look::begin(&driver, &house, &auditor, lang).await else { return };
        for page in pages(&house, Role::Auditor).await {
            look.at(&page).await;
        }
        found.extend(look.end(5).await);
    }
    nothing_was(&found);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_second_factor_keep_nobody_out() {
    let (house, driver) = (a_house(false).await, Driver::start());
    let (name, password) = house._archive.account("staff");
    register(&house.server, &house.reader, &password).await;
    let form = format!("name={}&password={}", encoded(&name), encoded(&password));
    let half = house.server.post("/sign-in", &Asked::Nobody, &form).await;
    let owed = half.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let (_, own) = house._archive.account("archivist");
    let token = csrf(&house.server.get("/account/factors", &house.archivist).await);
    let form = format!("label=x&password={}&csrf={token}", encoded(&own));
    let drawn = house.server.post("/account/factors", &house.archivist, &form).await;
    let drawn = drawn.headers["location"].to_str().unwrap().to_owned();
    let mut found = Vec::new();
    for lang in LANGUAGES {
        let Some(mut look) = Look::begin(&driver, &house, &house.archivist, lang).await else { return };
        look.at(&drawn).await;
        look.at("/account/factors").await;
        found.extend(look.end(2).await);
        let mut look = Look::begin(&driver, &house, &house.reader, lang).await.expect("it was there before");
        look.at("/account/factors").await;
        look.browser.goto(&format!("{}/sign-in", look.root)).await.unwrap();
        let keep = vec![format!("{owed}; path=/sign-in").into()];
        look.browser.execute("document.cookie = arguments[0]", keep).await.unwrap();
        look.at("/sign-in/code").await;
        found.extend(look.end(2).await);
    }
    nothing_was(&found);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_an_empty_archive_keeps_nobody_out() {
    let (house, driver) = (a_house(false).await, Driver::start());
    let mut found = Vec::new();
    for lang in LANGUAGES {
        let Some(mut look) = Look::begin(&driver, &house, &house.archivist, lang).await else { return };
        for page in ["/", "/search", "/search?q=%E6%B0%B4", "/batches", "/fonds", "/schemes", "/account"] {
            look.at(page).await;
        }
        found.extend(look.end(7).await);
        let mut look = Look::begin(&driver, &house, &Asked::Nobody, lang).await.expect("it was there before");
        look.at("/sign-in").await;
        look.at("/nothing").await;
        look.sent("/sign-in", "/sign-in", &[("#name", "nobody"), ("#password", "wrong")]).await;
        found.extend(look.end(3).await);
    }
    nothing_was(&found);
}
