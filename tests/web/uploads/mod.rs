//! A batch sent by a program: in pieces, broken off, killed, and by whom.

mod returned;

use crate::harness::{Archive, Asked, Heard, Server, TestDb, encoded, on_both_databases};
use data_encoding::BASE64;
use hyper::{Method, StatusCode, header};
use serde_json::{Value, json};
use sha2::Digest as _;
use std::{fs, path::Path, time::Duration};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

const CODE: &str = "X001-WS·2011-Y-BGS-0001";
const PHRASE: &str = "鸾岫魑魅";

/// An archive, served, and somebody who sends.
struct Desk {
    archive: Archive,
    server: Server,
    sender: Asked,
}

impl Desk {
    async fn new(db: &TestDb) -> Self {
        Self::of(Archive::new(db)).await
    }

    async fn of(archive: Archive) -> Self {
        let server = Server::without_limits(&archive);
        let sender = server.sign_in(archive.account("archivist")).await;
        Self { archive, server, sender }
    }

    async fn json(&self, method: Method, path: &str, body: Value) -> Heard {
        let kind = [(header::CONTENT_TYPE.as_str(), "application/json"), ("sec-fetch-site", "same-origin")];
        self.server.ask(method, path, &self.sender, &kind, body.to_string()).await
    }

    async fn open(&self, body: Value) -> String {
        let opened = self.json(Method::POST, "/api/v1/batches", body).await;
        assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
        assert_eq!(opened.json()["state"], "receiving");
        opened.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    async fn tus(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Heard {
        let mut all = vec![("tus-resumable", "1.0.0"), ("sec-fetch-site", "same-origin")];
        all.extend_from_slice(headers);
        let heard = self.server.ask(method, path, &self.sender, &all, body.to_owned()).await;
        assert_eq!(heard.headers["tus-resumable"], "1.0.0", "{path}");
        heard
    }

    async fn announced(&self, batch: &str, path: &str, length: usize) -> Heard {
        let (metadata, length) = (format!("path {}", BASE64.encode(path.as_bytes())), length.to_string());
        let headers = [("upload-length", length.as_str()), ("upload-metadata", metadata.as_str())];
        self.tus(Method::POST, &format!("{batch}/files"), &headers, "").await
    }

    /// Announces a file; where it is sent.
    async fn announce(&self, batch: &str, path: &str, length: usize) -> String {
        let heard = self.announced(batch, path, length).await;
        assert_eq!(heard.status, StatusCode::CREATED, "{path}: {}", heard.text());
        heard.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    async fn piece(&self, place: &str, at: usize, bytes: &str, more: &[(&str, &str)]) -> Heard {
        let at = at.to_string();
        let mut headers = vec![("upload-offset", at.as_str()), ("content-type", "application/offset+octet-stream")];
        headers.extend_from_slice(more);
        self.tus(Method::PATCH, place, &headers, bytes).await
    }

    async fn send(&self, batch: &str, path: &str, text: &str) {
        let place = self.announce(batch, path, text.len()).await;
        let sent = self.piece(&place, 0, text, &[]).await;
        assert_eq!((sent.status, offset(&sent)), (StatusCode::NO_CONTENT, text.len()), "{path}: {}", sent.text());
    }

    async fn at(&self, place: &str) -> usize {
        let heard = self.tus(Method::HEAD, place, &[], "").await;
        assert_eq!(
            (heard.status, &heard.headers[header::CACHE_CONTROL]),
            (StatusCode::OK, &"no-store".parse().unwrap())
        );
        offset(&heard)
    }

    /// Waits until the batch is in this state.
    async fn reaches(&self, batch: &str, state: &str) -> Value {
        for _ in 0..1_200 {
            let shown = self.server.get(batch, &self.sender).await.json();
            if shown["state"] == state {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{batch} never is {state}: {}", self.server.logged());
    }

    async fn kinds(&self, batch: &str) -> Vec<String> {
        let found = self.server.get(&format!("{batch}/defects"), &self.sender).await.json();
        let kinds = found["items"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned());
        kinds.collect()
    }

    async fn check(&self, batch: &str) -> Value {
        let asked = self.json(Method::POST, &format!("{batch}/check"), json!({})).await;
        assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
        self.reaches(batch, "checked").await
    }

    async fn commit(&self, batch: &str, how: Value) -> Heard {
        self.json(Method::POST, &format!("{batch}/commit"), how).await
    }
}

fn offset(heard: &Heard) -> usize {
    heard.headers["upload-offset"].to_str().unwrap().parse().unwrap()
}

fn catalogue(rows: &[&str]) -> String {
    format!("档号,题名,责任者,日期\n{}\n", rows.join("\n"))
}

/// Whether a file of the archive, its keys among them, holds the phrase.
fn holds(folder: &Path, phrase: &str) -> bool {
    fs::read_dir(folder).unwrap().map(Result::unwrap).any(|entry| match entry.path() {
        path if path.is_dir() => holds(&path, phrase),
        path => String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).contains(phrase),
    })
}

fn staged(archive: &Archive) -> (usize, usize) {
    let count = |path: &Path| fs::read_dir(path).map_or(0, Iterator::count);
    (count(&archive.data().join("staging")), count(&archive.data().with_file_name("archive-keys").join("staging")))
}

async fn a_batch_sent_in_pieces_is_checked_and_taken_in(db: TestDb) {
    let desk = Desk::new(&db).await;
    let text = format!("关于水库的{PHRASE}\n").repeat(9_000);
    let batch = desk.open(json!({ "name": "二〇二六年第一批", "department": "办公室", "rows": 1, "files": 1 })).await;
    let spoken = desk.server.ask(Method::OPTIONS, &format!("{batch}/files"), &desk.sender, &[], String::new()).await;
    assert_eq!((spoken.status, &spoken.headers["tus-version"]), (StatusCode::NO_CONTENT, &"1.0.0".parse().unwrap()));
    assert!(spoken.headers["tus-extension"].to_str().unwrap().contains("checksum"));

    let early = desk.json(Method::POST, &format!("{batch}/check"), json!({})).await;
    assert_eq!((early.status, &early.json()["type"]), (StatusCode::CONFLICT, &json!("empty")));
    desk.send(&batch, "目录.csv", &catalogue(&[&format!("{CODE},关于水库的通知,水利局,2011-06-14")])).await;
    let place = desk.announce(&batch, &format!("files/{CODE}.txt"), text.len()).await;
    let (first, rest) = text.split_at(100_016);
    let (second, third) = rest.split_at(149_996);
    assert_eq!(desk.at(&place).await, 0);
    let sent = desk.piece(&place, 0, first, &[]).await;
    assert_eq!((sent.status, offset(&sent)), (StatusCode::NO_CONTENT, 100_016));
    assert!(sent.headers["upload-expires"].to_str().unwrap().ends_with(" GMT"));
    let early = desk.json(Method::POST, &format!("{batch}/check"), json!({})).await;
    assert_eq!((early.status, &early.json()["type"]), (StatusCode::CONFLICT, &json!("unfinished")));
    desk.piece(&place, 100_016, second, &[]).await;
    assert_eq!(desk.at(&place).await, 250_012);
    let listed = desk.server.get(&format!("{batch}/files"), &desk.sender).await.json();
    assert_eq!((&listed["total"], &listed["items"][0]["received"]), (&json!(2), &json!(250_012)), "{listed}");
    assert_eq!(desk.piece(&place, 250_012, third, &[]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.at(&place).await, text.len());
    assert!(!holds(desk.archive.data().parent().unwrap(), PHRASE), "nothing lies on the disk as it is");
    assert_eq!(staged(&desk.archive), (1, 1));

    let checked = desk.check(&batch).await;
    assert_eq!((&checked["rows"], &checked["to_file"], &checked["files"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(desk.kinds(&batch).await, ["fonds-proposed", "scheme-proposed"]);
    let refused = desk.commit(&batch, json!({})).await;
    assert_eq!((refused.status, &refused.json()["type"]), (StatusCode::CONFLICT, &json!("brings")));
    assert!(!holds(desk.archive.data().parent().unwrap(), PHRASE), "nor after the check");
    let asked = desk.commit(&batch, json!({ "make_missing": true })).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let filed = desk.reaches(&batch, "filed").await;
    assert_eq!((&filed["records"], desk.kinds(&batch).await.len()), (&json!(1), 0));
    let found = async || desk.server.get(&format!("/api/v1/search?q={}", encoded(PHRASE)), &desk.sender).await.json();
    for _ in 0..600 {
        if found().await["total"] == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let id = found().await["hits"][0]["id"].as_str().unwrap_or_else(|| panic!("{}", desk.server.logged())).to_owned();
    let file = desk.server.get(&format!("/api/v1/records/{id}/files/1"), &desk.sender).await;
    assert!(file.text() == text, "byte for byte");
    assert_eq!(staged(&desk.archive), (0, 0), "the tray went with its key");
    assert_eq!(desk.announced(&batch, "x", 1).await.json()["type"], "state");
    assert_eq!(desk.json(Method::DELETE, &batch, json!({})).await.status, StatusCode::CONFLICT);
}

async fn what_the_server_said_came_survives_its_death(db: TestDb) {
    let mut desk = Desk::new(&db).await;
    let text = "0123456789abcdef".repeat(20_000);
    let batch = desk.open(json!({ "name": "x" })).await;
    let place = desk.announce(&batch, "files/a.txt", text.len()).await;
    let mut at = 0;
    for (n, piece) in [70_000, 1, 65_536, 130_000].into_iter().enumerate() {
        let sent = desk.piece(&place, at, &text[at..at + piece], &[]).await;
        assert_eq!(sent.status, StatusCode::NO_CONTENT, "{}", sent.text());
        at += piece;
        if n % 2 == 1 {
            drop(desk.server);
            desk.server = Server::without_limits(&desk.archive);
        }
        assert_eq!(desk.at(&place).await, at);
    }
    // Broken off in the middle of a piece: what came is kept, and the next request goes on.
    let Asked::Cookie(cookie) = &desk.sender else { unreachable!("a session has a cookie") };
    let mut stream = TcpStream::connect(desk.server.address()).await.unwrap();
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\ntus-resumable: 1.0.0\r\n\
         upload-offset: {at}\r\ncontent-type: application/offset+octet-stream\r\ncontent-length: {}\r\n\r\n",
        text.len() - at
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&text.as_bytes()[at..at + 20_000]).await.unwrap();
    drop(stream);
    let mut now = at;
    for _ in 0..600 {
        now = desk.at(&place).await;
        if now > at {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(now > at && now <= at + 20_000, "{at} {now}");
    let sent = desk.piece(&place, now, &text[now..], &[]).await;
    assert_eq!((sent.status, offset(&sent)), (StatusCode::NO_CONTENT, text.len()), "{}", sent.text());
    drop(desk.server);
    desk.server = Server::without_limits(&desk.archive);
    assert_eq!(desk.at(&place).await, text.len());
    desk.send(&batch, "目录.csv", &catalogue(&[])).await;
    desk.check(&batch).await;
    assert!(desk.kinds(&batch).await.contains(&"surplus-file".to_owned()));
}

async fn what_does_not_fit_is_refused_and_leaves_nothing(db: TestDb) {
    let desk = Desk::new(&db).await;
    let batch = desk.open(json!({ "name": "x", "rows": 5, "bytes": 9 })).await;
    for (path, status, kind) in [
        ("../x", 422, "path"),
        ("/etc/passwd", 422, "path"),
        ("a/../b", 422, "path"),
        ("C:/x", 422, "path"),
        ("a\\b", 422, "path"),
        ("a\u{202e}b", 422, "path"),
        ("a/", 422, "path"),
    ] {
        let heard = desk.announced(&batch, path, 3).await;
        assert_eq!((heard.status.as_u16(), &heard.json()["type"]), (status, &json!(kind)), "{path:?}");
    }
    let place = desk.announce(&batch, "files/é.txt", 10).await;
    assert_eq!(desk.announced(&batch, "files/e\u{301}.txt", 3).await.json()["type"], "twice");
    assert_eq!(desk.announced(&batch, "large", 5 << 30).await.status, StatusCode::PAYLOAD_TOO_LARGE);

    let status = |heard: Heard| (heard.status.as_u16(), heard.json()["type"].as_str().unwrap().to_owned());
    let said = |status: u16, kind: &str| (status, kind.to_owned());
    assert_eq!(status(desk.piece(&place, 3, "abc", &[]).await), said(409, "offset"));
    assert_eq!(status(desk.piece(&place, 0, "abcdefghijk", &[]).await), said(413, "too-large"));
    let at = desk.at(&place).await;
    assert_eq!(at, 0, "a block that is too large is not begun");
    let sha1 = format!("sha1 {}", BASE64.encode(&sha1::Sha1::digest("abcd")));
    assert_eq!(status(desk.piece(&place, 0, "abce", &[("upload-checksum", &sha1)]).await), said(460, "checksum"));
    assert_eq!(desk.at(&place).await, 0);
    assert_eq!(desk.piece(&place, 0, "abcd", &[("upload-checksum", &sha1)]).await.status, StatusCode::NO_CONTENT);
    let sha256 = format!("sha256 {}", BASE64.encode(&sha2::Sha256::digest("efgh")));
    assert_eq!(desk.piece(&place, 4, "efgh", &[("upload-checksum", &sha256)]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.piece(&place, 8, "i", &[("upload-checksum", "md5 x")]).await.status, StatusCode::BAD_REQUEST);
    let plain = [("upload-offset", "8"), ("content-type", "text/plain")];
    assert_eq!(desk.tus(Method::PATCH, &place, &plain, "i").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let old = desk.server.ask(Method::HEAD, &place, &desk.sender, &[("tus-resumable", "0.2.2")], String::new()).await;
    assert_eq!((old.status, &old.headers["tus-version"]), (StatusCode::PRECONDITION_FAILED, &"1.0.0".parse().unwrap()));
    assert_eq!(desk.at(&place).await, 8);

    // The counts that were said and those that came; a file taken out is gone.
    desk.send(&batch, "目录.csv", &catalogue(&[&format!("{CODE},题名,某局,2011-06-14")])).await;
    assert_eq!(desk.tus(Method::DELETE, &place, &[], "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.tus(Method::HEAD, &place, &[], "").await.status, StatusCode::NOT_FOUND);
    desk.send(&batch, &format!("files/{CODE}.txt"), "文字").await;
    desk.check(&batch).await;
    let found = desk.server.get(&format!("{batch}/defects"), &desk.sender).await.json();
    let reasons: Vec<&str> =
        found["items"].as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert!(reasons.iter().any(|one| one.contains("有 1 行") && one.contains("说有 5 行")), "{reasons:?}");
    assert!(reasons.iter().any(|one| one.contains("有 6 字节") && one.contains("说有 9 字节")), "{reasons:?}");
    let blocked = desk.commit(&batch, json!({ "make_missing": true })).await;
    assert_eq!((blocked.status, &blocked.json()["type"]), (StatusCode::CONFLICT, &json!("blocked")));
    // One more file, and it is received again.
    desk.send(&batch, "files/more.txt", "又一个").await;
    assert_eq!(desk.server.get(&batch, &desk.sender).await.json()["state"], "receiving");
    desk.check(&batch).await;
    assert!(desk.kinds(&batch).await.contains(&"surplus-file".to_owned()));
    assert_eq!(desk.json(Method::DELETE, &batch, json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(staged(&desk.archive), (0, 0));
    assert_eq!(desk.server.get(&batch, &desk.sender).await.json()["state"], "abandoned");
    assert_eq!(desk.announced(&batch, "x", 1).await.json()["type"], "state");
}

async fn a_batch_is_of_its_sender_and_ends_when_nothing_comes(db: TestDb) {
    let archive = Archive::new(&db);
    let added = archive.run(&["user", "add", "另一人", "--role", "archivist"]).expect_status(0);
    let password = added["password"].as_str().unwrap().to_owned();
    archive.settle_passwords();
    // Whoever may take in a part of the holdings alone sees his own batches.
    archive.sql("UPDATE data_grant SET fonds = 'X001'");
    let mut desk = Desk::of(archive).await;
    let batch = desk.open(json!({ "name": "x" })).await;
    let place = desk.announce(&batch, "files/a.txt", 10).await;
    desk.piece(&place, 0, "abcde", &[]).await;
    let reader = desk.server.sign_in(desk.archive.account("staff")).await;
    let other = desk.server.sign_in(("另一人".to_owned(), password)).await;
    let unknown = desk.server.get("/api/v1/nothing", &reader).await.text();
    let tus = [("tus-resumable", "1.0.0"), ("sec-fetch-site", "same-origin")];
    for (method, path) in [
        (Method::GET, batch.clone()),
        (Method::GET, format!("{batch}/files")),
        (Method::POST, format!("{batch}/check")),
        (Method::DELETE, batch.clone()),
        (Method::PATCH, place.clone()),
        (Method::DELETE, place.clone()),
    ] {
        for who in [&reader, &other] {
            let heard = desk.server.ask(method.clone(), &path, who, &tus, String::new()).await;
            assert_eq!((heard.status, heard.text()), (StatusCode::NOT_FOUND, unknown.clone()), "{method} {path}");
        }
        let heard = desk.server.ask(method, &path, &Asked::Nobody, &tus, String::new()).await;
        assert_eq!(heard.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(desk.at(&place).await, 5);

    // A start that comes before its time leaves it, one that comes after ends it.
    drop(desk.server);
    desk.server = Server::without_limits(&desk.archive);
    assert_eq!(desk.at(&place).await, 5);
    drop(desk.server);
    let tray = fs::read_dir(desk.archive.data().join("staging")).unwrap().next().unwrap().unwrap().path();
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    fs::File::open(tray).unwrap().set_modified(long_ago).unwrap();
    desk.server = Server::without_limits(&desk.archive);
    assert_eq!(desk.server.get(&batch, &desk.sender).await.json()["state"], "abandoned");
    assert_eq!(staged(&desk.archive), (0, 0));
}

async fn without_room_nothing_is_taken_and_it_is_said(db: TestDb) {
    let desk = Desk::new(&db).await;
    let batch = desk.open(json!({ "name": "x" })).await;
    let place = desk.announce(&batch, "files/a.txt", 10).await;
    drop(desk.server);
    let server = Server::start_with(&desk.archive, "127.0.0.1:0", &[("LANTAI__INGEST__KEEP_FREE", "900000 GiB")]);
    let desk = Desk { server, ..desk };
    for heard in [
        desk.json(Method::POST, "/api/v1/batches", json!({ "name": "y" })).await,
        desk.announced(&batch, "b.txt", 3).await,
        desk.piece(&place, 0, "abc", &[]).await,
    ] {
        assert_eq!((heard.status, &heard.json()["type"]), (StatusCode::INSUFFICIENT_STORAGE, &json!("full")));
        assert!(heard.json()["remedy"].as_str().unwrap().contains("腾出空间"), "{}", heard.text());
    }
    let Desk { archive, server, sender } = desk;
    drop(server);
    let desk = Desk { server: Server::without_limits(&archive), archive, sender };
    assert_eq!(desk.piece(&place, 0, "abcdefghij", &[]).await.status, StatusCode::NO_CONTENT, "it goes on later");
}

/// What the headers mean is told at the check, kept with the batch, and shown with the rows.
async fn what_headers_mean_is_told_at_the_check(db: TestDb) {
    let desk = Desk::new(&db).await;
    let batch = desk.open(json!({ "name": "旧表" })).await;
    let page = format!("{}/send", batch.strip_prefix("/api/v1").unwrap());
    let page = async || desk.server.get(&page, &desk.sender).await.text();
    assert!(!page().await.contains("id=\"told\""), "there is no catalogue yet");
    let list = format!("物品号,事由,密级\n{CODE},关于水库的通知,公开\nX001-WS·2011-Y-BGS-0002,不可说的题名,秘密\n");
    desk.send(&batch, "目录.csv", &list).await;
    desk.send(&batch, &format!("{CODE}.txt"), "水库").await;
    let shown = page().await;
    assert!(shown.contains("关于水库的通知") && shown.contains("id=\"told\""), "{shown}");
    assert!(!shown.contains("不可说的题名"), "of a row above 公开 nothing is shown");
    desk.check(&batch).await;
    assert_eq!(desk.kinds(&batch).await, ["catalogue-unread"]);
    let told = json!({ "map": ["物品号=code", "事由=title"] });
    let asked = desk.json(Method::POST, &format!("{batch}/check"), told).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    let checked = desk.reaches(&batch, "checked").await;
    assert_eq!((&checked["to_file"], &checked["set_aside"]), (&json!(1), &json!(1)), "{checked}");
    assert!(page().await.contains("物品号=code\n事由=title"), "it is kept");
    // Asked again without a word, it is as it was.
    let again = desk
        .server
        .ask(Method::POST, &format!("{batch}/check"), &desk.sender, &[("sec-fetch-site", "same-origin")], String::new())
        .await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "{}", again.text());
    assert_eq!(desk.reaches(&batch, "checked").await["to_file"], 1);
    for (wrong, status) in
        [(json!({ "map": ["物品号=colour"] }), 422), (json!({ "preset": "没有的" }), 422), (json!({ "x": 1 }), 422)]
    {
        let refused = desk.json(Method::POST, &format!("{batch}/check"), wrong.clone()).await;
        assert_eq!(refused.status.as_u16(), status, "{wrong}: {}", refused.text());
    }
    let asked = desk.commit(&batch, json!({ "make_missing": true })).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{}", asked.text());
    assert_eq!(desk.reaches(&batch, "filed").await["records"], 1);
}

on_both_databases!(
    what_headers_mean_is_told_at_the_check,
    a_batch_sent_in_pieces_is_checked_and_taken_in,
    what_the_server_said_came_survives_its_death,
    what_does_not_fit_is_refused_and_leaves_nothing,
    a_batch_is_of_its_sender_and_ends_when_nothing_comes,
    without_room_nothing_is_taken_and_it_is_said,
);
