//! The security officer's day over HTTP, one's own account, and what nobody else sees.

use crate::harness::{Archive, Asked, Heard, Server, TestDb, encoded, on_both_databases, sample};
use hyper::{Method, StatusCode, header};
use lantai::{
    access::Right,
    db::{Asked as Rows, Db},
    kernel::Clock as _,
    web::Needs,
};
use serde_json::{Value, json};

const PASSWORD: &str = "Wutong-2031-yu!";

/// A served archive with the sample, its security officer signed in.
struct Office {
    archive: Archive,
    server: Server,
    officer: Asked,
}

impl Office {
    async fn open(db: &TestDb) -> Self {
        let archive = Archive::new(db);
        archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
        let server = Server::start(&archive);
        let (name, password) = archive.account("security");
        let officer = enter(&server, &name, &password).await;
        Self { archive, server, officer }
    }

    async fn account(&self, role: &str) -> Asked {
        let (name, password) = self.archive.account(role);
        enter(&self.server, &name, &password).await
    }

    async fn call(&self, who: &Asked, method: Method, path: &str, body: Value) -> Heard {
        let kind = [(header::CONTENT_TYPE.as_str(), "application/json"), ("sec-fetch-site", "same-origin")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.server.ask(method, &format!("/api/v1{path}"), who, &kind, body).await
    }

    /// What the officer is answered, with this status.
    async fn told(&self, method: Method, path: &str, body: Value, status: StatusCode) -> Value {
        let heard = self.call(&self.officer, method.clone(), path, body).await;
        assert_eq!(heard.status, status, "{method} {path}: {}", heard.text());
        if heard.body.is_empty() { Value::Null } else { heard.json() }
    }

    /// Adds somebody; gives his id and his first password.
    async fn add(&self, name: &str, role: &str) -> (String, String) {
        let body = json!({ "name": name, "role": role, "department": "BGS", "clearance": 0 });
        let added = self.told(Method::POST, "/people", body, StatusCode::CREATED).await;
        (text(&added["id"]), text(&added["password"]))
    }

    async fn id_of(&self, name: &str) -> String {
        let found =
            self.told(Method::GET, &format!("/people?name={}", encoded(name)), Value::Null, StatusCode::OK).await;
        let items = found["items"].as_array().unwrap();
        text(&items.iter().find(|one| one["name"] == name).unwrap()["id"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn in_a_month() -> String {
    let now = lantai::app::WallClock.now();
    now.plus_seconds(30 * 86_400).day_in("Asia/Shanghai").unwrap().to_string()
}

fn cookie(heard: &Heard) -> Asked {
    let cookie = heard.headers[header::SET_COOKIE].to_str().unwrap();
    Asked::Cookie(cookie.split(';').next().unwrap().to_owned())
}

async fn knock(server: &Server, body: Value) -> Heard {
    let kind = [(header::CONTENT_TYPE.as_str(), "application/json")];
    server.ask(Method::POST, "/api/v1/session", &Asked::Nobody, &kind, body.to_string()).await
}

/// Signs in with a first password and puts one of his own in its place.
async fn enter(server: &Server, name: &str, first: &str) -> Asked {
    let heard = knock(server, json!({ "name": name, "password": first, "new_password": PASSWORD })).await;
    assert_eq!(heard.status, StatusCode::OK, "{}", heard.text());
    cookie(&heard)
}

/// Signs in again.
async fn again(server: &Server, name: &str) -> Heard {
    knock(server, json!({ "name": name, "password": PASSWORD })).await
}

async fn an_officers_day(db: TestDb) {
    let office = Office::open(&db).await;
    // Somebody comes: the first password opens nothing but the change of it.
    let (id, first) = office.add("张甲", "staff").await;
    let due = knock(&office.server, json!({ "name": "张甲", "password": first })).await;
    assert_eq!((due.status, &due.json()["password_due"]), (StatusCode::OK, &json!(true)));
    let search = "/search?q=%E6%B0%B4";
    assert_eq!(office.call(&cookie(&due), Method::GET, search, Value::Null).await.status, StatusCode::FORBIDDEN);
    let reader = enter(&office.server, "张甲", &first).await;
    let total = async |who: &Asked| office.call(who, Method::GET, search, Value::Null).await;
    assert!(total(&reader).await.json()["total"].as_u64().unwrap() > 0);

    // A grant that is taken away is gone in the next request of the running session.
    let held = office.told(Method::GET, &format!("/grants?person={id}"), Value::Null, StatusCode::OK).await;
    for grant in held["items"].as_array().unwrap() {
        office
            .told(Method::DELETE, &format!("/grants/{}", text(&grant["id"])), Value::Null, StatusCode::NO_CONTENT)
            .await;
    }
    assert_eq!(total(&reader).await.status, StatusCode::NOT_FOUND);
    let grant = json!({ "person": id, "functions": ["search"], "fonds": "X030", "year_from": 2012, "reason": "编史" });
    let given = office.told(Method::POST, "/grants", grant, StatusCode::CREATED).await;
    assert_eq!((&given["whose"], &given["secrecy"]), (&json!("any"), &Value::Null));
    assert!(total(&reader).await.json()["total"].as_u64().unwrap() > 0);

    // He holds a post, so he does not leave; then he does, and never comes back.
    let post = json!({ "person": id, "post": "department-manager", "department": "BGS" });
    let post = office.told(Method::POST, "/posts", post, StatusCode::CREATED).await;
    let leave = format!("/people/{id}/leave");
    let refused = office.told(Method::POST, &leave, Value::Null, StatusCode::CONFLICT).await;
    assert_eq!(refused["in_hand"], json!([{ "kind": "post", "name": "department-manager BGS" }]));
    assert_eq!(refused["type"], "in-hand");
    assert!(text(&refused["detail"]).contains("部门经理 BGS"), "{refused}");
    assert_eq!(total(&reader).await.status, StatusCode::OK, "a refused leaving changes nothing");
    office.told(Method::DELETE, &format!("/posts/{}", text(&post["id"])), Value::Null, StatusCode::NO_CONTENT).await;
    let left = office.told(Method::POST, &leave, Value::Null, StatusCode::OK).await;
    assert!(left["left_at"].is_string());
    assert_eq!(total(&reader).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(again(&office.server, "张甲").await.status, StatusCode::UNAUTHORIZED);
    office.told(Method::POST, &leave, Value::Null, StatusCode::NOT_FOUND).await;
    let gone = office.told(Method::GET, "/people", Value::Null, StatusCode::OK).await;
    assert!(gone["items"].as_array().unwrap().iter().all(|one| one["name"] != "张甲"));
}

async fn a_batch_that_is_not_filed_is_in_its_senders_hands(db: TestDb) {
    let office = Office::open(&db).await;
    let (id, first) = office.add("周戊", "archivist").await;
    enter(&office.server, "周戊", &first).await;
    let rows = Db::open(office.archive.url()).await.unwrap();
    let mut asked = Rows::new("UPDATE batch SET state = 'filing', received_by = ");
    asked.bind("周戊").push(" RETURNING id");
    let changed: Vec<(String,)> = asked.fetch(&rows).await.unwrap();
    assert!(!changed.is_empty());
    rows.close().await;
    let refused = office.told(Method::POST, &format!("/people/{id}/leave"), Value::Null, StatusCode::CONFLICT).await;
    assert_eq!(refused["in_hand"][0]["kind"], "batch");
    let page = office.server.get(&format!("/people/{id}"), &office.officer).await.text();
    assert!(page.contains("未归档的批次"), "the page says so before it is tried");
}

async fn what_cannot_be_is_refused_in_words_of_the_askers_language(db: TestDb) {
    let office = Office::open(&db).await;
    let (id, _) = office.add("张甲", "staff").await;
    let auditor = office.id_of(&office.archive.account("auditor").0).await;
    for (method, path, body, status, kind) in [
        (Method::POST, "/people".to_owned(), json!({ "name": "张甲", "role": "staff" }), 409, "name-taken"),
        (Method::POST, "/people".to_owned(), json!({ "name": " 张", "role": "staff" }), 422, "wrong"),
        (Method::POST, "/people".to_owned(), json!({ "name": "王丙", "role": "king" }), 422, "wrong"),
        (
            Method::POST,
            "/people".to_owned(),
            json!({ "name": "王丙", "role": "auditor", "clearance": 1 }),
            409,
            "officer",
        ),
        (Method::PATCH, format!("/people/{id}"), json!({ "clearance": 5 }), 422, "wrong"),
        (Method::PATCH, format!("/people/{id}"), json!({ "role": "security" }), 409, "officer"),
        (Method::POST, format!("/people/{auditor}/leave"), Value::Null, 409, "last-of-role"),
        (Method::POST, "/grants".to_owned(), json!({ "person": id, "functions": ["ingest"] }), 422, "wrong"),
        (
            Method::POST,
            "/grants".to_owned(),
            json!({ "person": id, "functions": ["search"], "until": "x" }),
            422,
            "wrong",
        ),
        (Method::POST, "/grants".to_owned(), json!({ "person": auditor, "functions": ["search"] }), 409, "officer"),
        (Method::POST, "/posts".to_owned(), json!({ "person": id, "post": "department-manager" }), 422, "wrong"),
        (Method::POST, "/posts".to_owned(), json!({ "person": id, "post": "king" }), 422, "wrong"),
        (Method::DELETE, "/departments/BGS".to_owned(), Value::Null, 409, "in-use"),
        (Method::POST, "/departments".to_owned(), json!({ "code": "B/S", "name": "x" }), 422, "wrong"),
        (Method::PATCH, "/departments/BGS".to_owned(), json!({ "name": "x", "parent": "BGS" }), 422, "wrong"),
        (
            Method::POST,
            "/tokens".to_owned(),
            json!({ "person": id, "label": "x", "functions": ["search"], "until": "2000-01-01" }),
            422,
            "wrong",
        ),
        (Method::POST, "/people".to_owned(), json!({ "name": "王\u{0}丙", "role": "staff" }), 422, "unread"),
        (
            Method::POST,
            "/grants".to_owned(),
            json!({ "person": id, "functions": ["search"], "reason": "编\u{0}史" }),
            422,
            "unread",
        ),
        (Method::GET, "/people/no-id".to_owned(), Value::Null, 404, "not-found"),
        (Method::DELETE, "/grants/no-id".to_owned(), Value::Null, 404, "not-found"),
        (Method::DELETE, "/sessions/no-id".to_owned(), Value::Null, 404, "not-found"),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let told = office.told(method.clone(), &path, body.clone(), status).await;
        assert_eq!(told["type"], kind, "{method} {path} {body}: {told}");
        assert!(!text(&told["detail"]).is_empty() && !text(&told["remedy"]).is_empty(), "{told}");
        let kind_of = [(header::CONTENT_TYPE.as_str(), "application/json"), ("accept-language", "en")];
        let sent = if body.is_null() { String::new() } else { body.to_string() };
        let path = format!("/api/v1{path}");
        let english = office.server.ask(method, &path, &office.officer, &kind_of, sent).await.json();
        if kind != "unread" {
            assert_ne!(english["detail"], told["detail"], "{path} {body}");
        }
    }
}

async fn nobody_changes_himself(db: TestDb) {
    let office = Office::open(&db).await;
    let me = office.id_of(&office.archive.account("security").0).await;
    for (method, path, body) in [
        (Method::PATCH, format!("/people/{me}"), json!({ "department": "BGS" })),
        (Method::POST, format!("/people/{me}/password"), Value::Null),
        (Method::POST, format!("/people/{me}/leave"), Value::Null),
        (Method::POST, "/grants".to_owned(), json!({ "person": me, "functions": ["search"] })),
        (
            Method::POST,
            "/tokens".to_owned(),
            json!({ "person": me, "label": "x", "functions": ["people"], "until": "2099-01-01" }),
        ),
    ] {
        office.told(method, &path, body, StatusCode::NOT_FOUND).await;
    }
    let page = office.server.get(&format!("/people/{me}"), &office.officer).await.text();
    assert!(!page.contains(&format!("action=\"/people/{me}")), "his own page has no form");
}

async fn one_ends_ones_other_sessions_and_draws_a_token_once(db: TestDb) {
    let office = Office::open(&db).await;
    let (id, first) = office.add("张甲", "staff").await;
    let here = enter(&office.server, "张甲", &first).await;
    let there = cookie(&again(&office.server, "张甲").await);
    let sessions = office.call(&here, Method::GET, "/account/sessions", Value::Null).await.json();
    assert_eq!(sessions["total"], 2);
    let other = sessions["items"].as_array().unwrap().iter().find(|one| one["here"] == false).unwrap();
    let officers = office.told(Method::GET, "/sessions", Value::Null, StatusCode::OK).await;
    let officers = officers["items"].as_array().unwrap().iter().find(|one| one["here"] == true).unwrap();
    let end = async |session: &Value| {
        office
            .call(&here, Method::DELETE, &format!("/account/sessions/{}", text(&session["id"])), Value::Null)
            .await
            .status
    };
    assert_eq!(end(officers).await, StatusCode::NOT_FOUND, "another's session is not there");
    assert_eq!(end(other).await, StatusCode::NO_CONTENT);
    let account = async |who: &Asked| office.call(who, Method::GET, "/account", Value::Null).await.status;
    assert_eq!((account(&here).await, account(&there).await), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    let third = cookie(&again(&office.server, "张甲").await);
    let page = office.server.get("/account", &here).await.text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let ended = office.server.post("/account/sessions/end-others", &here, &format!("csrf={csrf}")).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    assert_eq!((account(&here).await, account(&third).await), (StatusCode::OK, StatusCode::UNAUTHORIZED));

    // The officer allows a token and cannot draw it; its owner does, once.
    let until = in_a_month();
    let token = json!({ "person": id, "label": "门户", "functions": ["search"], "until": until });
    let token = text(&office.told(Method::POST, "/tokens", token, StatusCode::CREATED).await["id"]);
    let draw = format!("/account/tokens/{token}/draw");
    office.told(Method::POST, &draw, Value::Null, StatusCode::NOT_FOUND).await;
    let drawn = office.call(&here, Method::POST, &draw, Value::Null).await;
    assert_eq!(drawn.headers[header::CACHE_CONTROL], "no-store");
    let secret = text(&drawn.json()["token"]);
    assert_eq!(office.call(&here, Method::POST, &draw, Value::Null).await.status, StatusCode::NOT_FOUND);
    let listed = office.told(Method::GET, "/tokens", Value::Null, StatusCode::OK).await;
    assert!(listed["items"][0]["drawn_at"].is_string() && !listed.to_string().contains(&secret));

    // It may what it is for, nothing else of its owner's, and leaves the account alone.
    let bearer = format!("Bearer {secret}");
    let by_token = async |method: Method, path: &str| {
        office.server.ask(method, path, &Asked::Nobody, &[("authorization", &bearer)], String::new()).await
    };
    let found = by_token(Method::GET, "/api/v1/search?q=%E6%B0%B4").await;
    assert_eq!(found.status, StatusCode::OK);
    let record = text(&found.json()["hits"][0]["id"]);
    let text_of = format!("/api/v1/records/{record}/text");
    assert_eq!(by_token(Method::GET, &text_of).await.status, StatusCode::NOT_FOUND);
    assert_eq!(office.server.get(&text_of, &here).await.status, StatusCode::OK);
    assert_eq!(by_token(Method::GET, "/api/v1/account/tokens").await.status, StatusCode::NOT_FOUND);
    assert_eq!(by_token(Method::POST, "/api/v1/account/password").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    office.told(Method::DELETE, &format!("/tokens/{token}"), Value::Null, StatusCode::NO_CONTENT).await;
    assert_eq!(by_token(Method::GET, "/api/v1/search?q=%E6%B0%B4").await.status, StatusCode::UNAUTHORIZED);
}

/// Whoever gave a first password knows it: it draws no token.
async fn a_first_password_draws_no_token(db: TestDb) {
    let office = Office::open(&db).await;
    let (id, first) = office.add("张甲", "staff").await;
    let until = in_a_month();
    let token = json!({ "person": id, "label": "门户", "functions": ["search"], "until": until });
    let token = text(&office.told(Method::POST, "/tokens", token, StatusCode::CREATED).await["id"]);
    let due = cookie(&knock(&office.server, json!({ "name": "张甲", "password": first })).await);
    let draw = office.call(&due, Method::POST, &format!("/account/tokens/{token}/draw"), Value::Null).await;
    assert_eq!(draw.status, StatusCode::FORBIDDEN, "{}", draw.text());
}

async fn the_pages_do_it_too(db: TestDb) {
    let office = Office::open(&db).await;
    let page = office.server.get("/people", &office.officer).await.text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let send = async |path: &str, fields: &[(&str, &str)]| {
        let mut form = format!("csrf={csrf}");
        for (name, value) in fields {
            form.push_str(&format!("&{name}={}", encoded(value)));
        }
        office.server.post(path, &office.officer, &form).await
    };
    assert_eq!(send("/departments", &[("code", "BGS2"), ("name", "二办")]).await.status, StatusCode::SEE_OTHER);
    let add = [("name", "张甲"), ("role", "staff"), ("department", "BGS2"), ("clearance", "1")];
    let added = send("/people", &add).await;
    assert_eq!((added.status, &added.headers[header::CACHE_CONTROL]), (StatusCode::OK, &"no-store".parse().unwrap()));
    assert!(added.text().contains("class=\"secret\""));
    let reloaded = send("/people", &add).await;
    assert_eq!(reloaded.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reloaded.text().contains("张甲 已有"), "{}", reloaded.text());

    let id = office.id_of("张甲").await;
    let path = |rest: &str| format!("/people/{id}{rest}");
    let grant =
        [("functions", "search"), ("functions", "read"), ("whose", "own"), ("secrecy", "1"), ("reason", "编史")];
    assert_eq!(send(&path("/grants"), &grant).await.status, StatusCode::SEE_OTHER);
    let wrong = send(&path("/grants"), &[("functions", "search"), ("year_from", "二〇一一")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("value=\"二〇一一\""), "what was typed stays");
    let post = [("post", "part-time-archivist"), ("department", "BGS2")];
    assert_eq!(send(&path("/posts"), &post).await.status, StatusCode::SEE_OTHER);
    let page = office.server.get(&path(""), &office.officer).await.text();
    for said in ["查档、阅读原文", "本人机构及下属", "密级至 内部", "兼职档案员", "名下还有 1 项"]
    {
        assert!(page.contains(said), "{said}");
    }
    let refused = send(&path("/leave"), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("名下还有：岗位 兼职档案员 BGS2"));
    let end = page.split("/posts/").nth(1).unwrap().split('"').next().unwrap();
    let elsewhere = office.id_of(&office.archive.account("staff").0).await;
    let astray = send(&format!("/people/{elsewhere}/posts/{end}"), &[]).await;
    assert_eq!(astray.status, StatusCode::NOT_FOUND, "a post of another's");
    assert_eq!(send(&path(&format!("/posts/{end}")), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(send(&path("/password"), &[]).await.status, StatusCode::OK);
    assert_eq!(send(&path("/leave"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(send("/departments/BGS2/close", &[]).await.status, StatusCode::SEE_OTHER);
    for (list, said) in [("/posts", "张甲"), ("/grants?ended=true", "张甲"), ("/people?left=true", "离职")] {
        assert!(office.server.get(list, &office.officer).await.text().contains(said), "{list}");
    }
}

/// Nobody but the security officer sees that there is anything; no entry of the
/// navigation leads to nothing.
async fn nobody_else_sees_any_of_it(db: TestDb) {
    let office = Office::open(&db).await;
    for role in ["archivist", "staff", "sysadmin", "auditor"] {
        let other = office.account(role).await;
        for (method, path, needs) in lantai::web::table() {
            if needs != Needs::Right(Right::People) {
                continue;
            }
            let heard = office.server.ask(method.clone(), path, &other, &[], String::new()).await;
            assert_eq!(heard.status, StatusCode::NOT_FOUND, "{role} {method} {path}");
        }
        let account = office.server.get("/account", &other).await.text();
        let nav = account.split("<nav class=\"nav\"").nth(1).unwrap().split("</nav>").next().unwrap();
        for href in nav.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            // The page of the trail has its own tests.
            if href != "/trail" {
                assert_eq!(office.server.get(href, &other).await.status, StatusCode::OK, "{role} {href}");
            }
        }
        assert!(
            !nav.contains("/people") && nav.contains("/search") == (role == "archivist" || role == "staff"),
            "{role}"
        );
    }
    let sysadmin = office.archive.account("sysadmin").0;
    let sysadmin = cookie(&again(&office.server, &sysadmin).await);
    let health = office.call(&sysadmin, Method::GET, "/health", Value::Null).await;
    assert!(health.json()["checks"].as_array().unwrap().len() > 5, "{}", health.text());
    let page = office.server.get("/health", &sysadmin).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text().contains("X030"), "no code, no title");
    assert_eq!(office.server.get("/health", &office.officer).await.status, StatusCode::NOT_FOUND);
}

on_both_databases!(
    an_officers_day,
    a_batch_that_is_not_filed_is_in_its_senders_hands,
    what_cannot_be_is_refused_in_words_of_the_askers_language,
    nobody_changes_himself,
    one_ends_ones_other_sessions_and_draws_a_token_once,
    a_first_password_draws_no_token,
    the_pages_do_it_too,
    nobody_else_sees_any_of_it,
);
