//! A database of its own for every test, on both engines.

use super::cluster;
use lantai::db::Engine;
use std::sync::Arc;

/// An empty database, gone with the test.
pub struct TestDb {
    pub url: String,
    engine: Engine,
    /// Shared with the archives that stand on it.
    pub(super) folder: Arc<tempfile::TempDir>,
}

impl TestDb {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let url = format!("sqlite://{}/t.db?mode=rwc", folder.path().display());
        Self { url, engine: Engine::Sqlite, folder: Arc::new(folder) }
    }

    /// # Panics
    /// Where PostgreSQL is missing: a run without it is no run.
    pub fn postgres() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { url: cluster::fresh_database(), engine: Engine::Postgres, folder: Arc::new(folder) }
    }

    /// A database that holds the same; nobody may be connected to this one.
    pub fn twin(&self) -> Self {
        match self.engine {
            Engine::Sqlite => {
                let twin = Self::sqlite();
                for name in ["t.db", "t.db-wal", "t.db-shm"] {
                    let from = self.folder.path().join(name);
                    if from.exists() {
                        std::fs::copy(from, twin.folder.path().join(name)).expect("a database is a file");
                    }
                }
                twin
            }
            Engine::Postgres => {
                let folder = tempfile::tempdir().expect("a temporary folder can be made");
                Self { url: cluster::copy_of(&self.url), engine: Engine::Postgres, folder: Arc::new(folder) }
            }
        }
    }

    /// Another empty database on the same engine.
    pub fn another(&self) -> Self {
        match self.engine {
            Engine::Sqlite => Self::sqlite(),
            Engine::Postgres => Self::postgres(),
        }
    }
}

/// Each test named, an `async fn(TestDb)`, once on either database.
macro_rules! on_both_databases { ($($test:ident),+ $(,)?) => {
    mod sqlite { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            super::$test($crate::harness::TestDb::sqlite()).await;
        }
    )+ }
    mod postgres { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            super::$test($crate::harness::TestDb::postgres()).await;
        }
    )+ }
} }
pub(crate) use on_both_databases;
