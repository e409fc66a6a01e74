//! Filing (归档): records come to be.

use super::{Described, DescribedFile, HoldingsError, serials};
use crate::{
    audit::{Change, Event},
    db::{self, Asked, Cell, Column, Db, DbError, Engine, Rows},
    kernel::{Filing, Id, Secrecy},
};

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

/// Records whose rows are made already, waiting for their change.
pub struct Ready {
    records: Rows<'static>,
    files: Rows<'static>,
    codes: Vec<(String, String, i64)>,
    said: Vec<Event>,
}

impl Ready {
    /// How many records.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
}

/// Makes the rows of records that are to be filed: on any thread, before the turn to
/// write is held.
pub fn ready(engine: Engine, records: &[NewRecord]) -> Ready {
    let mut ready = Ready {
        records: Rows::new(engine, "INSERT INTO record", RECORD),
        files: Rows::new(engine, "INSERT INTO record_file", FILE),
        codes: Vec::with_capacity(records.len()),
        said: Vec::with_capacity(records.len()),
    };
    for record in records {
        record_row(&mut ready.records, record);
        let NewRecord { described, scope, serial, .. } = record;
        described.files.iter().for_each(|file| file_row(&mut ready.files, &described.id, file));
        ready.codes.push((described.code.clone(), scope.clone(), *serial));
        let event = Event::new("record.filed", &described.id);
        ready.said.push(event.with("code", &described.code).with("title", &described.title));
    }
    ready
}

/// Files records in this change: their rows, their codes for ever, a line each in the
/// trail. Their counters were raised before ([`super::raise`]).
///
/// # Errors
/// [`HoldingsError::CodesTaken`] where a code was given out before; then nothing of
/// the change is kept.
pub async fn file_ready(change: &mut Change<'_>, ready: Ready) -> Result<(), HoldingsError> {
    // First: the lines are made while the rows are written.
    change.say_all(ready.said).await?;
    serials::take(change, &ready.codes).await?;
    ready.records.insert(&mut change.tx).await?;
    Ok(ready.files.insert(&mut change.tx).await?)
}

/// Files records whose counters nobody raised before: the same, and their counters
/// raised.
///
/// # Errors
/// As [`file_ready`].
pub async fn file(change: &mut Change<'_>, records: &[NewRecord]) -> Result<(), HoldingsError> {
    file_ready(change, ready(db::engine_of(&change.tx), records)).await?;
    serials::raise_to(change, records.iter().map(|record| (record.scope.as_str(), record.serial))).await
}

/// Filings that are not visible yet.
pub async fn unpublished(db: &Db) -> Result<Vec<String>, DbError> {
    Ok(sqlx::query_scalar("SELECT id FROM filing WHERE visible_at IS NULL ORDER BY id").fetch_all(db.read()).await?)
}

/// How many records lie in another filing than this one, whether anybody may see them or
/// not: for a rebuild, which shall not stand beside anything.
pub async fn filed_beside(db: &Db, filing: &str) -> Result<i64, DbError> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM record WHERE filing_id <> $1");
    Ok(count.bind(filing).fetch_one(db.read()).await?)
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

const RECORD: &[Column] = &[
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
    ("carrier", Cell::Text),
    ("in_box", Cell::Text),
    ("place", Cell::Text),
];
pub(super) const FILE: &[Column] = &[
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

/// The cells of [`FILE`].
pub(super) fn file_row(rows: &mut Rows<'_>, record: &str, file: &DescribedFile) {
    let row = rows.text(record).number(file.number).text(&file.name).text(&file.path);
    let row = row.text(&file.format).number(file.bytes).text(&file.sha256).number_or_null(file.pages);
    let row = row.text_or_null(file.puid.as_deref()).text_or_null(file.puid_basis.as_deref());
    row.text_or_null(file.puid_name.as_deref());
}

/// The cells of [`RECORD`].
fn record_row(rows: &mut Rows<'_>, record: &NewRecord) {
    let d = &record.described;
    let extra = serde_json::to_string(&d.extra).expect("pairs of strings are JSON");
    rows.text(&d.id).text(&d.filing).text(&d.code).text(&d.scheme_id).text(&d.fonds.code).text(&d.category);
    rows.text_or_null(d.department.as_deref()).number_or_null(d.year).text_or_null(d.retention.as_deref());
    rows.text_or_null(record.ends_on.as_deref()).number(record.secrecy.rank()).text(&d.secrecy).text(&d.title);
    rows.text(&d.responsible).text(&d.docno).text_or_null(d.dated.as_deref()).number_or_null(d.pages);
    rows.text(&d.note).text(&extra).text("filed").text(&d.filed_at);
    rows.text_or_null(d.carrier.as_deref()).text_or_null(d.in_box.as_deref()).text_or_null(d.place.as_deref());
}
