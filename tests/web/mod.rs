//! The real server, asked over HTTP and looked at in a browser.

mod axe;
mod batches;
mod browser;
mod catalogues;
mod content;
mod door;
mod driver;
mod exports;
mod factors;
mod handover;
mod judged;
mod leaks;
mod matrix;
mod oidc;
mod passkey;
mod people;
mod rights;
mod search;
mod sending;
mod served;
mod settings;
mod trail;
mod uploads;
mod versions;
mod wayback;

use crate::harness::{Archive, Asked, Server, TestDb, sample};

/// An archive that holds the sample batch, served; the sessions of an archivist and
/// of a reader.
struct House {
    server: Server,
    archivist: Asked,
    reader: Asked,
    _archive: Archive,
}

impl House {
    async fn with_the_sample(db: &TestDb) -> Self {
        let archive = Archive::new(db);
        archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
        Self::serving(archive).await
    }

    async fn serving(archive: Archive) -> Self {
        let server = Server::start(&archive);
        Self::behind(server, archive).await
    }

    /// The same, for a test that asks more often than an address may.
    async fn without_limits(db: &TestDb) -> Self {
        let archive = Archive::new(db);
        archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
        Self::behind(Server::without_limits(&archive), archive).await
    }

    async fn behind(server: Server, archive: Archive) -> Self {
        let archivist = server.sign_in(archive.account("archivist")).await;
        let reader = server.sign_in(archive.account("staff")).await;
        Self { server, archivist, reader, _archive: archive }
    }

    /// The session of somebody of this role.
    async fn somebody(&self, role: &str) -> Asked {
        self.server.sign_in(self._archive.account(role)).await
    }

    /// The id of the first account of this role.
    async fn person(&self, role: &str) -> String {
        let (officer, path) = (self.somebody("security").await, format!("/api/v1/people?role={role}"));
        self.server.get(&path, &officer).await.json()["items"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The id of the record with this code.
    async fn record(&self, code: &str) -> String {
        let path = format!("/api/v1/search?q={}", crate::harness::encoded(code));
        let found = self.server.get(&path, &self.reader).await.json();
        let hit = found["hits"].as_array().unwrap().iter().find(|hit| hit["code"] == code);
        hit.unwrap_or_else(|| panic!("{code} is not found"))["id"].as_str().unwrap().to_owned()
    }
}
