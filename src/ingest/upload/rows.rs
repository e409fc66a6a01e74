//! The rows of uploads.

use super::UploadError;
use crate::{
    audit::Change,
    db::{Asked, Db, DbError},
    ingest::batch::BatchRow,
    kernel::{Batch, Id, Person},
};
use std::collections::BTreeSet;

/// What the rows know of an upload besides its batch.
#[derive(Clone, Debug)]
pub(super) struct UploadRow {
    /// Of its tray.
    pub tray: String,
    /// Fonds and schemes that it brings are made.
    pub make_missing: bool,
}

pub(super) async fn insert(change: &mut Change<'_>, batch: &Id<Batch>, tray: &str, by: &str) -> Result<(), DbError> {
    sqlx::query("INSERT INTO upload (batch_id, tray, asked_by, make_missing) VALUES ($1, $2, $3, 0)")
        .bind(batch.as_str())
        .bind(tray)
        .bind(by)
        .execute(&mut *change.tx)
        .await?;
    Ok(())
}

/// Notes who asks for the next job, and whether it makes what is missing.
pub(super) async fn asks(
    change: &mut Change<'_>,
    batch: &Id<Batch>,
    by: &str,
    make_missing: bool,
) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE upload SET asked_by = $2, make_missing = $3 WHERE batch_id = $1")
        .bind(batch.as_str())
        .bind(by)
        .bind(i64::from(make_missing))
        .execute(&mut *change.tx)
        .await?;
    crate::db::exactly(1, &done)
}

pub(super) async fn of(db: &Db, batch: &BatchRow) -> Result<UploadRow, UploadError> {
    let row: Option<(String, i64)> = sqlx::query_as("SELECT tray, make_missing FROM upload WHERE batch_id = $1")
        .bind(batch.id.as_str())
        .fetch_optional(db.read())
        .await
        .map_err(DbError::from)?;
    // One that came in another way.
    let (tray, make_missing) = row.ok_or(UploadError::State(batch.state))?;
    Ok(UploadRow { tray, make_missing: make_missing == 1 })
}

/// Who asked for the job on this filing; `None` for one that is no upload's.
pub async fn asked_by(db: &Db, filing: &str) -> Result<Option<Id<Person>>, DbError> {
    let row: Option<(String,)> = sqlx::query_as(
        "SELECT upload.asked_by FROM upload JOIN batch ON batch.id = upload.batch_id WHERE batch.filing_id = $1",
    )
    .bind(filing)
    .fetch_optional(db.read())
    .await?;
    Ok(row.map(|(person,)| Id::known(person)))
}

/// Tokens of the trays of batches that are not at their end, or may come again.
pub(in crate::ingest) async fn promised(db: &Db) -> Result<BTreeSet<String>, DbError> {
    let asked = Asked::new(
        "SELECT upload.tray FROM upload JOIN batch ON batch.id = upload.batch_id
         WHERE batch.state IN ('receiving', 'checking', 'checked', 'filing', 'returned')",
    );
    Ok(asked.fetch::<(String,)>(db).await?.into_iter().map(|(tray,)| tray).collect())
}

/// Batches that wait for their senders, with their trays; those that went back among them.
pub(super) async fn idle(db: &Db) -> Result<Vec<(Id<Batch>, String)>, DbError> {
    let asked = Asked::new(
        "SELECT batch.id, upload.tray FROM upload JOIN batch ON batch.id = upload.batch_id
         WHERE batch.state IN ('receiving', 'checked', 'returned') ORDER BY batch.id",
    );
    let rows: Vec<(String, String)> = asked.fetch(db).await?;
    Ok(rows.into_iter().map(|(batch, tray)| (Id::known(batch), tray)).collect())
}
