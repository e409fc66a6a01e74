//! Filing (归档): records come to be.

use super::{Described, DescribedFile, HoldingsError, serials};
use crate::{
    audit::{Change, Event},
    db::{self, Asked, Cell, Db, DbError},
    kernel::{Filing, Id, Secrecy},
};
use serde_json::json;

/// A record to file, as its object describes it.
pub struct NewRecord {
    pub described: Described,
    pub secrecy: Secrecy,
    /// The class its serial runs in, and the serial.
    pub scope: String,
    pub serial: i64,
    /// The first day after its period; `None` for ever.
    pub ends_on: Option<String>,
}

/// Opens a filing: nothing in it is visible yet.
pub async fn open_filing(change: &mut Change<'_>) -> Result<Id<Filing>, HoldingsError> {
    let id = Id::fresh(change.at);
    sqlx::query("INSERT INTO filing (id, created_at, visible_at) VALUES ($1, $2, NULL)")
        .bind(id.as_str())
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await?;
    Ok(id)
}

/// Files up to 2,000 records in this change: their rows, their codes for ever,
/// their counters raised, a line each in the trail.
///
/// # Errors
/// [`HoldingsError::CodesTaken`] where a code was given out before; then nothing of
/// the change is kept.
pub async fn file(change: &mut Change<'_>, records: &[NewRecord]) -> Result<(), HoldingsError> {
    serials::take(change, records).await?;
    let rows: Vec<_> = records.iter().map(record_row).collect();
    db::bulk(&mut change.tx, "INSERT INTO record", RECORD, &rows).await?;
    let files: Vec<_> = records
        .iter()
        .flat_map(|record| {
            let id = &record.described.id;
            record.described.files.iter().map(move |file| {
                let DescribedFile { number, name, path, format, bytes, sha256, pages, puid, puid_basis, puid_name } =
                    file;
                json!([id, number, name, path, format, bytes, sha256, pages, puid, puid_basis, puid_name])
            })
        })
        .collect();
    for chunk in files.chunks(2_000) {
        db::bulk(&mut change.tx, "INSERT INTO record_file", FILE, chunk).await?;
    }
    for NewRecord { described, .. } in records {
        change.say(
            Event::new("record.filed", &described.id).with("code", &described.code).with("title", &described.title),
        );
    }
    Ok(())
}

/// Filings that are not visible yet.
pub async fn unpublished(db: &Db) -> Result<Vec<String>, DbError> {
    Ok(sqlx::query_scalar("SELECT id FROM filing WHERE visible_at IS NULL ORDER BY id").fetch_all(db.read()).await?)
}

/// Takes up to `limit` records of a filing that was never published out again, and
/// their codes off the list of codes used: what nobody could see was given to nobody.
/// (The counters stay raised; the numbers stand in the report of gaps until the codes
/// are filed.) Gives how many went.
pub async fn take_back(change: &mut Change<'_>, filing: &Id<Filing>, limit: i64) -> Result<u64, DbError> {
    let gone: Vec<(String, String)> = sqlx::query_as(
        "SELECT record.id, record.code FROM record JOIN filing ON filing.id = record.filing_id
         WHERE filing.id = $1 AND filing.visible_at IS NULL ORDER BY record.id LIMIT $2",
    )
    .bind(filing.as_str())
    .bind(limit)
    .fetch_all(&mut *change.tx)
    .await?;
    for chunk in gone.chunks(500) {
        for (sql, by_code) in [
            ("DELETE FROM record_file WHERE record_id IN ", false),
            ("DELETE FROM record WHERE id IN ", false),
            ("DELETE FROM code_used WHERE code IN ", true),
        ] {
            let mut asked = Asked::new(sql);
            asked.list(chunk.iter().map(|(id, code)| if by_code { code.as_str() } else { id.as_str() }));
            asked.execute(&mut change.tx).await?;
        }
    }
    Ok(gone.len() as u64)
}

/// Makes every record of the filing visible at once.
pub async fn publish(change: &mut Change<'_>, filing: &Id<Filing>) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE filing SET visible_at = $2 WHERE id = $1 AND visible_at IS NULL")
        .bind(filing.as_str())
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

const RECORD: &[(&str, Cell)] = &[
    ("id", Cell::Text),
    ("filing_id", Cell::Text),
    ("code", Cell::Text),
    ("scheme_id", Cell::Text),
    ("fonds", Cell::Text),
    ("category", Cell::Text),
    ("department", Cell::Text),
    ("year", Cell::Number),
    ("retention", Cell::Text),
    ("ends_on", Cell::Text),
    ("secrecy", Cell::Number),
    ("mark", Cell::Text),
    ("title", Cell::Text),
    ("responsible", Cell::Text),
    ("docno", Cell::Text),
    ("dated", Cell::Text),
    ("pages", Cell::Number),
    ("note", Cell::Text),
    ("extra", Cell::Text),
    ("standing", Cell::Text),
    ("filed_at", Cell::Text),
];
const FILE: &[(&str, Cell)] = &[
    ("record_id", Cell::Text),
    ("number", Cell::Number),
    ("name", Cell::Text),
    ("path", Cell::Text),
    ("format", Cell::Text),
    ("bytes", Cell::Number),
    ("sha256", Cell::Text),
    ("pages", Cell::Number),
    ("puid", Cell::Text),
    ("puid_basis", Cell::Text),
    ("puid_name", Cell::Text),
];

fn record_row(record: &NewRecord) -> serde_json::Value {
    let d = &record.described;
    let extra = serde_json::to_string(&d.extra).expect("pairs of strings are JSON");
    json!([
        d.id,
        d.filing,
        d.code,
        d.scheme_id,
        d.fonds.code,
        d.category,
        d.department,
        d.year,
        d.retention,
        record.ends_on,
        record.secrecy.rank(),
        d.secrecy,
        d.title,
        d.responsible,
        d.docno,
        d.dated,
        d.pages,
        d.note,
        extra,
        "filed",
        d.filed_at
    ])
}
