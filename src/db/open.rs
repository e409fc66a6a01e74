//! The pools, and the turn to write.

use super::{DbError, migrate};
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Transaction, any::AnyPoolOptions};
use std::time::Duration;

/// A transaction that may write. Dropped, it never was.
pub type Tx = Transaction<'static, Any>;

/// Which of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The database of one archive. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    readers: AnyPool,
    writer: AnyPool,
    engine: Engine,
}

/// Set on every SQLite connection; read back by a test.
pub(super) const SQLITE_SETTINGS: &[&str] = &[
    "PRAGMA busy_timeout = 30000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
];

/// Set on the SQLite connection that writes, besides; read back by a test.
pub(super) const WRITER_SETTINGS: &[&str] = &["PRAGMA cache_size = -32768", "PRAGMA wal_autocheckpoint = 8192"];

/// Readers at once.
const READERS: u32 = 6;
/// How long a writer waits for its turn. Nobody keeps the turn longer than
/// half a second, so this is a fault, not a queue.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the first connection may take.
const FIRST: Duration = Duration::from_secs(10);

impl Db {
    /// Opens and migrates the database at `url` (`sqlite://path?mode=rwc` or
    /// `postgres://…`). May be called on an open database by another process.
    ///
    /// # Errors
    /// [`DbError::Collation`] on a PostgreSQL database that does not sort by bytes.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        let db = Self::connect(url).await?;
        if db.engine == Engine::Postgres {
            db.sorts_by_bytes().await?;
        }
        migrate::run(&db.writer).await?;
        Ok(db)
    }

    /// Opens without migrating: for looking at what state a database is in.
    pub async fn connect(url: &str) -> Result<Self, DbError> {
        sqlx::any::install_default_drivers();
        let engine = match url.split_once(':') {
            Some(("sqlite", _)) => Engine::Sqlite,
            Some(("postgres" | "postgresql", _)) => Engine::Postgres,
            _ => return Err(DbError::Address { url: url.to_owned() }),
        };
        // Asked once and plainly first: a pool would try for a minute and not say why.
        let first = tokio::time::timeout(FIRST, AnyConnection::connect(url)).await;
        first.map_err(|_| DbError::Silent { seconds: FIRST.as_secs() })??.close().await?;
        let pool = |connections: u32, more: &'static [&'static str]| {
            AnyPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE).after_connect(
                move |connection, _| {
                    Box::pin(async move {
                        if engine == Engine::Sqlite {
                            for setting in SQLITE_SETTINGS.iter().chain(more) {
                                sqlx::query(*setting).execute(&mut *connection).await?;
                            }
                        }
                        Ok(())
                    })
                },
            )
        };
        let writer = pool(1, WRITER_SETTINGS).connect(url).await?;
        let readers = pool(READERS, &[]).connect(url).await?;
        Ok(Self { readers, writer, engine })
    }

    /// Begins a transaction that changes the archive, after every earlier one has
    /// ended. What it reads stays true until it commits.
    pub async fn begin(&self) -> Result<Tx, DbError> {
        match self.engine {
            // A deferred transaction that must upgrade fails at once with
            // SQLITE_BUSY and does not wait for `busy_timeout`.
            Engine::Sqlite => Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?),
            Engine::Postgres => {
                let mut tx = self.writer.begin().await?;
                // The first statement, so that the turn is ours before anything is read.
                sqlx::query("LOCK TABLE write_turn IN EXCLUSIVE MODE").execute(&mut *tx).await?;
                Ok(tx)
            }
        }
    }

    /// Connections for reading only.
    pub fn read(&self) -> &AnyPool {
        &self.readers
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// How many migrations the database has seen; 0 for an empty one.
    pub async fn migrated(&self) -> Result<i64, DbError> {
        migrate::applied(self).await
    }

    /// Ends every connection; on SQLite the write-ahead log is folded in.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn sorts_by_bytes(&self) -> Result<(), DbError> {
        let found: String = sqlx::query_scalar("SELECT datcollate FROM pg_database WHERE datname = current_database()")
            .fetch_one(&self.readers)
            .await?;
        if matches!(found.as_str(), "C" | "C.UTF-8" | "C.utf8" | "POSIX") {
            Ok(())
        } else {
            Err(DbError::Collation { found })
        }
    }
}

/// Which database a transaction is on.
pub fn engine_of(tx: &Tx) -> Engine {
    if tx.backend_name() == "PostgreSQL" { Engine::Postgres } else { Engine::Sqlite }
}
