//! First settings, changed by the system administrator in the browser.

use crate::harness::{Archive, Asked, Server, TestDb, encoded, on_both_databases, sample};
use hyper::{StatusCode, header};

struct Desk {
    server: Server,
    admin: Asked,
    archive: Archive,
}

impl Desk {
    async fn of(archive: Archive) -> Self {
        let server = Server::start(&archive);
        let admin = server.sign_in(archive.account("sysadmin")).await;
        Self { server, admin, archive }
    }

    /// Saves the settings with these in the place of what stands.
    async fn save(&self, fields: &[(&str, &str)]) -> (StatusCode, String) {
        let page = self.server.get("/settings", &self.admin).await.text();
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let mut form = format!("csrf={token}");
        for (name, standing) in [("name", "某馆"), ("ceiling", "内部"), ("rules", ""), ("store", "")] {
            let value = fields.iter().find(|(field, _)| *field == name).map_or(standing, |(_, value)| value);
            form.push_str(&format!("&{name}={}", encoded(value)));
        }
        for (name, value) in fields.iter().filter(|(name, _)| name.starts_with("fonds")) {
            form.push_str(&format!("&{name}={}", encoded(value)));
        }
        let heard = self.server.post("/settings", &self.admin, &form).await;
        (heard.status, heard.text())
    }

    fn file(&self) -> String {
        std::fs::read_to_string(self.archive.data().join("lantai.toml")).unwrap()
    }
}

async fn the_first_sign_in_of_the_administrator_is_led_through_every_choice(db: TestDb) {
    let desk = Desk::of(Archive::new(&db)).await;
    let first = desk.server.get("/", &desk.admin).await;
    assert_eq!(first.headers[header::LOCATION], "/settings");
    let store = desk.archive.data().with_extension("elsewhere");
    let store = store.to_str().unwrap();
    let comments = desk.file().matches('#').count();
    let fields = [
        ("name", "乌有县档案馆"),
        ("ceiling", "公开"),
        ("rules", "standard"),
        ("store", store),
        ("fonds", "X077"),
        ("fonds_name", "某全宗"),
    ];
    let (status, page) = desk.save(&fields).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert!(page.contains("下次启动时生效"));
    let file = desk.file();
    for line in ["name = \"乌有县档案馆\"", "ceiling = \"公开\"", "rules = \"standard\"", store] {
        assert!(file.contains(line), "{line}: {file}");
    }
    assert_eq!(file.matches('#').count(), comments, "comments stay");
    assert_eq!(desk.server.get("/", &desk.admin).await.headers[header::LOCATION], "/health");
    // The name at once, the store from the next start.
    assert!(desk.server.get("/sign-in", &Asked::Nobody).await.text().contains("乌有县档案馆"));
    let Desk { server, archive, .. } = desk;
    drop(server);
    assert_eq!(archive.run(&["fonds", "list"]).expect_status(0)["total"], 1);
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    assert!(std::path::Path::new(store).join("ocfl/0=ocfl_1.1").exists());
    assert!(std::fs::read_dir(std::path::Path::new(store).join("ocfl")).unwrap().count() > 3, "objects lie there");
    archive.run(&["verify"]).expect_status(0);

    // Every choice can be changed later; a store with records is moved first.
    let desk = Desk::of(archive).await;
    let there = [("store", store), ("rules", "standard")];
    let with = |more: &[(&'static str, &'static str)]| [more, &[]].concat();
    let moved = format!("{store}-moved");
    let mut fields: Vec<(&str, &str)> = with(&[("name", "改名")]);
    fields.extend([("store", moved.as_str()), ("rules", "standard")]);
    let (status, page) = desk.save(&fields).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(!desk.file().contains("改名"), "nothing is changed where one thing is wrong");
    let mut fields = with(&[("name", "改名"), ("ceiling", "秘密")]);
    fields.extend(there);
    assert_eq!(desk.save(&fields).await.0, StatusCode::OK);
    let Desk { server, archive, .. } = desk;
    drop(server);
    std::fs::rename(store, &moved).unwrap();
    archive.run(&["doctor"]).expect_status(2);
    let text = std::fs::read_to_string(archive.data().join("lantai.toml")).unwrap();
    std::fs::write(archive.data().join("lantai.toml"), text.replace(store, &moved)).unwrap();
    archive.run(&["verify"]).expect_status(0);
}

async fn what_cannot_be_is_said_at_its_field(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    archive.sql("UPDATE record SET secrecy = 2 WHERE code LIKE 'X030%'");
    let desk = Desk::of(archive).await;
    let inside = desk.archive.data().join("inside");
    let around = desk.archive.data().join("../archive/inside");
    let link = desk.archive.data().with_extension("link");
    std::os::unix::fs::symlink(desk.archive.data(), &link).unwrap();
    let before = desk.file();
    for (field, value, id) in [
        ("name", "", "name"),
        ("ceiling", "保密", "ceiling"),
        ("ceiling", "公开", "ceiling"),
        ("rules", "own", "rules"),
        ("store", "relative/path", "store"),
        ("store", inside.to_str().unwrap(), "store"),
        ("store", "/nowhere/that/has/records", "store"),
        ("store", "/", "store"),
        ("store", around.to_str().unwrap(), "store"),
        ("store", link.to_str().unwrap(), "store"),
        ("fonds", "X077", "fonds"),
    ] {
        let (status, page) = desk.save(&[(field, value)]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{field}={value}");
        if field != "fonds" {
            let at = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
            assert!(at.split('>').next().unwrap().contains("aria-invalid"), "{field}={value}");
        }
    }
    assert_eq!(desk.file(), before, "nothing is changed");
    assert!(!desk.archive.data().join("lantai.toml.new").exists(), "nothing is left");
    let archivist = desk.server.sign_in(desk.archive.account("archivist")).await;
    assert_eq!(desk.server.get("/settings", &archivist).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.server.post("/settings", &archivist, "name=x").await.status, StatusCode::NOT_FOUND);
}

on_both_databases!(
    the_first_sign_in_of_the_administrator_is_led_through_every_choice,
    what_cannot_be_is_said_at_its_field,
);
