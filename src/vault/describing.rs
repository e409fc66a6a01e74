//! Objects of records without files: made from the rows, after the filing.
//!
//! # Why
//!
//! An object is nine names and as many syncs. To stage a million of them before their
//! rows are filed would hold a catalogue up for an hour that holds nothing but rows. So
//! the filing keeps one line here, in the changes that file the rows, and its job makes
//! the objects afterwards, chunk by chunk. Until then the description is in the database
//! alone: such a record counts as filed and not yet sealed ([`super::unsealed`]), and what
//! would be lost with the database is the sender's catalogue, which he has.
//!
//! An object is made from the same words as if it had been staged before the filing: the
//! instant, the person and the shelf stand in the line. So a chunk that was made and not
//! noted is made again with the same bytes, and found equal.

use super::{LOCAL, ObjectDraft, Sealed, User, Vault, VaultError, flight, rows::insert_copies};
use crate::{
    audit::Change,
    db::{self, Db, DbError},
    kernel::{Filing, Id, Instant, Record},
};
use serde_json::json;
use std::{collections::BTreeSet, sync::PoisonError};

/// A filing whose records without files are being described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Describing {
    pub created: Instant,
    pub user: User,
    /// Of the holdings; not read here.
    pub shelf: String,
    pub records: i64,
    pub sealed: i64,
    /// The last record that lies in the store, in the order of ids; empty before the first.
    pub reached: String,
}

/// Promises to describe what a filing will file without files; the objects will say that
/// they were created at `created`.
pub async fn promise_to_describe(
    change: &mut Change<'_>,
    filing: &Id<Filing>,
    created: &str,
    user: &User,
    shelf: &str,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO describing (filing_id, created, user_name, user_address, shelf, records, sealed, reached)
         VALUES ($1, $2, $3, $4, $5, 0, 0, '')",
    )
    .bind(filing.as_str())
    .bind(created)
    .bind(&user.name)
    .bind(user.address.as_deref().unwrap_or_default())
    .bind(shelf)
    .execute(&mut *change.tx)
    .await?;
    Ok(())
}

/// `count` more records of the filing are to be described, in the change that files them.
pub async fn to_describe(change: &mut Change<'_>, filing: &Id<Filing>, count: usize) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE describing SET records = records + $2 WHERE filing_id = $1")
        .bind(filing.as_str())
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

/// What the filing has to describe; `None` where it never had anything, or is done.
pub async fn describing(db: &Db, filing: &str) -> Result<Option<Describing>, DbError> {
    type Row = (String, String, String, String, i64, i64, String);
    let row: Option<Row> = sqlx::query_as(
        "SELECT created, user_name, user_address, shelf, records, sealed, reached FROM describing WHERE filing_id = $1",
    )
    .bind(filing)
    .fetch_optional(db.read())
    .await?;
    row.map(|(created, name, address, shelf, records, sealed, reached)| {
        let created = created.parse().map_err(|_| DbError::Inconsistent {
            table: "describing",
            column: "created",
            row: filing.to_owned(),
            value: created,
        })?;
        let user = User { name, address: Some(address).filter(|address| !address.is_empty()) };
        Ok(Describing { created, user, shelf, records, sealed, reached })
    })
    .transpose()
}

/// Filings that have records to describe.
pub async fn filings_described(db: &Db) -> Result<BTreeSet<String>, DbError> {
    let filings: Vec<String> = sqlx::query_scalar("SELECT filing_id FROM describing").fetch_all(db.read()).await?;
    Ok(filings.into_iter().collect())
}

/// Notes objects that were made and read back, in the order of their records: the
/// filing's line goes on from the last.
pub async fn described(change: &mut Change<'_>, filing: &str, made: &[(Id<Record>, String)]) -> Result<(), DbError> {
    let Some((last, _)) = made.last() else { return Ok(()) };
    let at = change.at.to_string();
    let rows: Vec<_> =
        made.iter().map(|(record, inventory)| json!([record.as_str(), LOCAL, 1, inventory, at, null])).collect();
    insert_copies(change, &rows).await?;
    let done = sqlx::query("UPDATE describing SET sealed = sealed + $2, reached = $3 WHERE filing_id = $1")
        .bind(filing)
        .bind(i64::try_from(made.len()).unwrap_or(i64::MAX))
        .bind(last.as_str())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

/// Forgets a filing's line once nothing of it is left to describe.
pub async fn all_described(change: &mut Change<'_>, filing: &str) -> Result<(), DbError> {
    sqlx::query("DELETE FROM describing WHERE filing_id = $1").bind(filing).execute(&mut *change.tx).await?;
    Ok(())
}

/// A record to describe, and the bytes of its `record.json`.
pub struct Description {
    pub record: Id<Record>,
    pub record_json: Vec<u8>,
}

impl Vault {
    /// Makes the objects of records without files and seals them, eight at a time: one
    /// answer each, with the digest of the inventory. May be called again with the same at
    /// any time, as [`Vault::seal`] may. Blocks.
    pub fn describe(
        &self,
        created: Instant,
        user: &User,
        records: &[Description],
    ) -> Vec<Result<(Sealed, String), VaultError>> {
        // What stands staged here nothing promises: no sweep may come between.
        let _held = self.describing.read().unwrap_or_else(PoisonError::into_inner);
        let staged = flight::each(records, |one| {
            self.stage(ObjectDraft {
                record: one.record.clone(),
                created,
                message: "filed".to_owned(),
                user: user.clone(),
                files: Vec::new(),
                describe: |_: &[_]| one.record_json.clone(),
            })
        });
        let intents: Vec<_> = staged.iter().flatten().map(super::Staged::intent).collect();
        let mut sealed = self.seal(&intents).into_iter().zip(intents);
        let mut answer = |staged: Result<super::Staged, VaultError>| {
            staged.and_then(|_| {
                let (sealed, intent) = sealed.next().expect("one answer an intent");
                Ok((sealed?, intent.inventory_digest))
            })
        };
        staged.into_iter().map(&mut answer).collect()
    }
}
