//! The rows of the vault: intents, copies, what reading a file gave.

use super::{Intent, Outcome};
use crate::{
    audit::Change,
    db::{self, Asked, Cell, Db, DbError},
    kernel::{Filing, Id, Instant, Record},
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The store of a one-machine archive, as rows name it.
pub const LOCAL: &str = "local";

/// Where a record's object lies and when it was found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyRow {
    pub store: String,
    pub version: i64,
    pub inventory: String,
    pub sealed_at: String,
    pub verified_at: Option<String>,
    pub fault: Option<String>,
}

/// What reading one file for its text gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingRow {
    pub record: Id<Record>,
    /// Of the file.
    pub number: i64,
    pub outcome: Outcome,
    /// Why it could not be read; empty otherwise.
    pub reason: String,
    pub pages: i64,
    /// The reader's version.
    pub maker: String,
}

/// Promises staged objects to the store, in the change that files their records.
pub async fn intend(change: &mut Change<'_>, filing: &Id<Filing>, intents: &[Intent]) -> Result<(), DbError> {
    let rows: Vec<_> = intents
        .iter()
        .map(|intent| json!([intent.record.as_str(), filing.as_str(), intent.token, intent.inventory_digest]))
        .collect();
    let columns =
        &[("record_id", Cell::Text), ("filing_id", Cell::Text), ("token", Cell::Text), ("inventory", Cell::Text)];
    db::bulk(&mut change.tx, "INSERT INTO intent", columns, &rows).await
}

/// The next intents of a filing, by record, after the record `after`.
pub async fn intents(db: &Db, filing: &str, after: &str, limit: i64) -> Result<Vec<Intent>, DbError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT record_id, token, inventory FROM intent
         WHERE filing_id = $1 AND record_id > $2 ORDER BY record_id LIMIT $3",
    )
    .bind(filing)
    .bind(after)
    .bind(limit)
    .fetch_all(db.read())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(record, token, inventory_digest)| Intent { record: Id::known(record), token, inventory_digest })
        .collect())
}

/// The staged folders that rows know of.
pub async fn promised(db: &Db) -> Result<BTreeSet<String>, DbError> {
    let tokens: Vec<String> = sqlx::query_scalar("SELECT token FROM intent UNION ALL SELECT token FROM version_intent")
        .fetch_all(db.read())
        .await?;
    Ok(tokens.into_iter().collect())
}

/// Takes back what a filing promised to the store; the staged folders are swept as those
/// that nothing promises. Only for a filing that is given up before it was visible.
pub async fn forget_intents(change: &mut Change<'_>, filing: &Id<Filing>) -> Result<(), DbError> {
    sqlx::query("DELETE FROM intent WHERE filing_id = $1").bind(filing.as_str()).execute(&mut *change.tx).await?;
    super::all_described(change, filing.as_str()).await
}

/// The staged folders that are promised for these records.
pub async fn staged_for(db: &Db, records: &[Id<Record>]) -> Result<Vec<String>, DbError> {
    let mut tokens = Vec::new();
    for chunk in records.chunks(500) {
        for sql in
            ["SELECT token FROM intent WHERE record_id IN ", "SELECT token FROM version_intent WHERE record_id IN "]
        {
            let mut asked = Asked::new(sql);
            asked.list(chunk.iter().map(Id::as_str));
            tokens.extend(asked.fetch::<(String,)>(db).await?.into_iter().map(|(token,)| token));
        }
    }
    Ok(tokens)
}

/// Forgets all that is known of these records' bytes, once they are gone. May be called
/// again.
pub async fn forget(change: &mut Change<'_>, records: &[Id<Record>]) -> Result<(), DbError> {
    for chunk in records.chunks(500) {
        for sql in [
            "DELETE FROM copy WHERE record_id IN ",
            "DELETE FROM reading WHERE record_id IN ",
            "DELETE FROM intent WHERE record_id IN ",
            "DELETE FROM version_intent WHERE record_id IN ",
        ] {
            let mut asked = Asked::new(sql);
            asked.list(chunk.iter().map(Id::as_str));
            asked.execute(&mut change.tx).await?;
        }
    }
    Ok(())
}

/// The records whose objects are promised and not noted as sealed yet.
pub async fn promised_records(db: &Db) -> Result<Vec<Id<Record>>, DbError> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT record_id FROM intent").fetch_all(db.read()).await?;
    Ok(ids.into_iter().map(Id::known).collect())
}

/// Those of `records` whose objects are noted as lying in the store.
pub async fn sealed_among(db: &Db, records: &[Id<Record>]) -> Result<BTreeSet<String>, DbError> {
    let mut sealed = BTreeSet::new();
    for chunk in records.chunks(500) {
        let mut asked = Asked::new("SELECT record_id FROM copy WHERE store = ");
        asked.bind(LOCAL).push(" AND record_id IN ").list(chunk.iter().map(Id::as_str));
        sealed.extend(asked.fetch::<(String,)>(db).await?.into_iter().map(|(id,)| id));
    }
    Ok(sealed)
}

/// How many records are filed and not yet sealed; those without files among them.
pub async fn unsealed(db: &Db) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM intent)
              + (SELECT CAST(COALESCE(SUM(records - sealed), 0) AS BIGINT) FROM describing)",
    )
    .fetch_one(db.read())
    .await?)
}

/// Notes that these lie in the local store, read back equal. That checked the write
/// path; whether the disk holds them is for `verify` to say.
pub async fn sealed(change: &mut Change<'_>, intents: &[Intent]) -> Result<(), DbError> {
    let at = change.at.to_string();
    let rows: Vec<_> = intents
        .iter()
        .map(|intent| json!([intent.record.as_str(), LOCAL, 1, intent.inventory_digest, at, null]))
        .collect();
    insert_copies(change, &rows).await?;
    let ids: Vec<&str> = intents.iter().map(|intent| intent.record.as_str()).collect();
    for chunk in ids.chunks(500) {
        let mut asked = Asked::new("DELETE FROM intent WHERE record_id IN ");
        asked.list(chunk.iter().copied());
        let done = asked.execute(&mut change.tx).await?;
        db::exactly(chunk.len() as u64, &done)?;
    }
    Ok(())
}

/// Notes copies that a rebuild found in the local store: record, version, digest
/// of the inventory.
pub async fn found(change: &mut Change<'_>, copies: &[(Id<Record>, i64, String)]) -> Result<(), DbError> {
    let at = change.at.to_string();
    let rows: Vec<_> = copies
        .iter()
        .map(|(record, version, inventory)| json!([record.as_str(), LOCAL, version, inventory, at, null]))
        .collect();
    insert_copies(change, &rows).await
}

pub(super) async fn insert_copies(change: &mut Change<'_>, rows: &[serde_json::Value]) -> Result<(), DbError> {
    let columns = &[
        ("record_id", Cell::Text),
        ("store", Cell::Text),
        ("version", Cell::Number),
        ("inventory", Cell::Text),
        ("sealed_at", Cell::Text),
        ("verified_at", Cell::Text),
    ];
    db::bulk(&mut change.tx, "INSERT INTO copy", columns, rows).await
}

/// Notes what a check of one record found; `None` is: whole.
pub async fn verified(
    change: &mut Change<'_>,
    record: &Id<Record>,
    at: Instant,
    fault: Option<&str>,
) -> Result<(), DbError> {
    let done = sqlx::query(
        "UPDATE copy SET fault = NULLIF($3, ''),
                verified_at = CASE WHEN $3 = '' THEN $4 ELSE verified_at END
         WHERE record_id = $1 AND store = $2",
    )
    .bind(record.as_str())
    .bind(LOCAL)
    .bind(fault.unwrap_or_default())
    .bind(at.to_string())
    .execute(&mut *change.tx)
    .await?;
    db::exactly(1, &done)
}

/// The copies of a record.
pub async fn copies(db: &Db, record: &Id<Record>) -> Result<Vec<CopyRow>, DbError> {
    type Row = (String, i64, String, String, Option<String>, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT store, version, inventory, sealed_at, verified_at, fault FROM copy WHERE record_id = $1 ORDER BY store",
    )
    .bind(record.as_str())
    .fetch_all(db.read())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(store, version, inventory, sealed_at, verified_at, fault)| CopyRow {
            store,
            version,
            inventory,
            sealed_at,
            verified_at,
            fault,
        })
        .collect())
}

/// Since when every copy has been found whole: the oldest check; `None` while one was
/// never checked, or none is held.
pub async fn verified_since(db: &Db) -> Result<Option<String>, DbError> {
    let (unchecked, oldest): (i64, Option<String>) =
        sqlx::query_as("SELECT COUNT(CASE WHEN verified_at IS NULL THEN 1 END), MIN(verified_at) FROM copy")
            .fetch_one(db.read())
            .await?;
    Ok(oldest.filter(|_| unchecked == 0))
}

/// Records that lie in the local store with the digest of their inventory, by id,
/// after `after`.
pub async fn sealed_after(db: &Db, after: &str, limit: i64) -> Result<Vec<(Id<Record>, String)>, DbError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT record_id, inventory FROM copy WHERE store = $1 AND record_id > $2 ORDER BY record_id LIMIT $3",
    )
    .bind(LOCAL)
    .bind(after)
    .bind(limit)
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(|(record, inventory)| (Id::known(record), inventory)).collect())
}

/// Keeps what reading files gave; a later reading of the same file replaces it.
pub async fn keep_readings(change: &mut Change<'_>, readings: &[ReadingRow]) -> Result<(), DbError> {
    for record in readings.iter().map(|reading| &reading.record).collect::<BTreeSet<_>>() {
        sqlx::query("DELETE FROM reading WHERE record_id = $1").bind(record.as_str()).execute(&mut *change.tx).await?;
    }
    let rows: Vec<_> = readings
        .iter()
        .map(|r| json!([r.record.as_str(), r.number, r.outcome.word(), r.reason, r.pages, r.maker]))
        .collect();
    db::bulk(&mut change.tx, "INSERT INTO reading", READING, &rows).await
}

/// What reading gave goes with the files of a record that are put in another order: `now`
/// names for each place, from the first, the number that its file had, or `None` where it
/// is a new one, which nobody has read.
pub async fn rearrange_readings(
    change: &mut Change<'_>,
    record: &Id<Record>,
    now: &[Option<i64>],
) -> Result<(), DbError> {
    type Row = (i64, String, String, i64, String);
    let before: Vec<Row> =
        sqlx::query_as("SELECT number, outcome, reason, pages, maker FROM reading WHERE record_id = $1")
            .bind(record.as_str())
            .fetch_all(&mut *change.tx)
            .await?;
    sqlx::query("DELETE FROM reading WHERE record_id = $1").bind(record.as_str()).execute(&mut *change.tx).await?;
    let rows: Vec<_> = (1_i64..)
        .zip(now)
        .filter_map(|(number, had)| {
            let (_, outcome, reason, pages, maker) = before.iter().find(|row| Some(row.0) == *had)?;
            Some(json!([record.as_str(), number, outcome, reason, pages, maker]))
        })
        .collect();
    db::bulk(&mut change.tx, "INSERT INTO reading", READING, &rows).await
}

const READING: &[db::Column] = &[
    ("record_id", Cell::Text),
    ("number", Cell::Number),
    ("outcome", Cell::Text),
    ("reason", Cell::Text),
    ("pages", Cell::Number),
    ("maker", Cell::Text),
];

/// What reading gave, for each of these records that was read, by file.
pub async fn readings(db: &Db, records: &[Id<Record>]) -> Result<BTreeMap<Id<Record>, Vec<ReadingRow>>, DbError> {
    let mut found: BTreeMap<Id<Record>, Vec<ReadingRow>> = BTreeMap::new();
    for chunk in records.chunks(500) {
        let mut asked =
            Asked::new("SELECT record_id, number, outcome, reason, pages, maker FROM reading WHERE record_id IN ");
        asked.list(chunk.iter().map(Id::as_str)).push(" ORDER BY record_id, number");
        let rows: Vec<(String, i64, String, String, i64, String)> = asked.fetch(db).await?;
        for (record, number, outcome, reason, pages, maker) in rows {
            let outcome = Outcome::from_word(&outcome).ok_or_else(|| DbError::Inconsistent {
                table: "reading",
                column: "outcome",
                row: record.clone(),
                value: outcome.clone(),
            })?;
            let record: Id<Record> = Id::known(record);
            let row = ReadingRow { record: record.clone(), number, outcome, reason, pages, maker };
            found.entry(record).or_default().push(row);
        }
    }
    Ok(found)
}
