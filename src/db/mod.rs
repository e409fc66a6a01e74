//! SQLite or PostgreSQL behind one door, one SQL text, one writer at a time.
//!
//! Owns the connections, the list of migrations and `write_turn`. Promises that
//! what a change has read stays true until it commits.
//!
//! # Why
//!
//! - Two pools: readers, and *one* writer connection a process, first come first
//!   served. On SQLite a second writer would poll `busy_timeout` and starve beside
//!   a bulk act; on PostgreSQL waiting writers would hold the readers' connections.
//! - PostgreSQL's lock is on a table of its own, empty for ever: on a table with
//!   rows it would stop autovacuum.
//! - The bulk door is the only place where the two databases see different SQL:
//!   many rows a statement, because the round trip a statement is what costs.
//! - SQLite's writer keeps 32 MiB of pages and folds its log in when it has as many: a
//!   bulk act touches the same pages of an index in change after change, and with the
//!   defaults (2 MB, 4 MB) each of them is read and written twice every time.

mod asked;
mod bulk;
mod migrate;
mod open;

pub use asked::{Asked, Value};
pub use bulk::{Cell, Column, Rows, bulk, bulk_or};
pub use migrate::MIGRATIONS;
pub use open::{Db, Engine, Tx, engine_of};

/// What the database would not do.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    #[error("the database failed")]
    Driver(#[from] sqlx::Error),
    #[error("the database did not answer within {seconds} s; is it running, and is its address right?")]
    Silent { seconds: u64 },
    #[error("the database could not be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A guarded UPDATE changed another number of rows than its guard promised:
    /// somebody was here first.
    #[error("expected to change {expected} row(s), changed {actual}")]
    Stale { expected: u64, actual: u64 },
    /// The database was created with an order of text other than bytes.
    #[error("the database sorts text by {found}, not by bytes; create it with `LC_COLLATE 'C'`")]
    Collation { found: String },
    #[error("the database address {url} is neither sqlite:// nor postgres://")]
    Address { url: String },
    /// A row that fits no variant of the type it is read into.
    #[error("{table}.{column} of {row} holds {value:?}, which nothing here writes")]
    Inconsistent { table: &'static str, column: &'static str, row: String, value: String },
}

impl DbError {
    /// The name of the constraint a write ran into, as the migration spells it;
    /// on SQLite the columns (`person.name`), for it does not tell names.
    pub fn constraint(&self) -> Option<String> {
        let Self::Driver(sqlx::Error::Database(error)) = self else { return None };
        if !error.is_unique_violation() {
            return None;
        }
        error.constraint().map(str::to_owned).or_else(|| error.message().rsplit(": ").next().map(str::to_owned))
    }
}

/// Asks of a guarded UPDATE that it changed exactly `expected` rows.
pub fn exactly(expected: u64, done: &sqlx::any::AnyQueryResult) -> Result<(), DbError> {
    let actual = done.rows_affected();
    if actual == expected { Ok(()) } else { Err(DbError::Stale { expected, actual }) }
}
