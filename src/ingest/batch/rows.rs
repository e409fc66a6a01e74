//! The rows of a batch and of what was found wrong with it.

use super::Seen;
use crate::{
    audit::Change,
    db::{self, Asked, Cell, Db, DbError},
    ingest::defects::{Defect, DefectKind, Lang, Severity, SheetError, Words, write_xlsx},
    kernel::{Batch, Cursor, Filing, Id, Page},
};
use serde_json::json;

/// A batch (批次) as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    pub id: Id<Batch>,
    pub filing: Id<Filing>,
    pub name: String,
    /// The folder it was read from.
    pub source: String,
    /// SHA-256 of its catalogue.
    pub catalogue: String,
    /// SHA-256 over the code and the files' digests of every row to file.
    pub content: String,
    pub state: BatchState,
    /// Rows with defects were left out.
    pub accept_good: bool,
    pub read_text: bool,
    pub rows: i64,
    pub to_file: i64,
    pub filed_rows: i64,
    pub set_aside: i64,
    pub files: i64,
    pub bytes: i64,
    pub received_by: String,
    pub started_at: String,
    pub filed_at: Option<String>,
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Rows are being filed; none is visible.
    Filing,
    /// Every row is filed and visible.
    Filed,
    /// Given up before any of it was visible; nothing of it is kept.
    Abandoned,
}

impl BatchState {
    const ALL: [Self; 3] = [Self::Filing, Self::Filed, Self::Abandoned];

    pub fn word(self) -> &'static str {
        match self {
            Self::Filing => "filing",
            Self::Filed => "filed",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A finding as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    pub number: i64,
    pub row: Option<i64>,
    pub code: Option<String>,
    pub file: Option<String>,
    pub kind: String,
    pub severity: String,
    pub reason: String,
    pub remedy: String,
}

pub(crate) async fn insert(change: &mut Change<'_>, batch: &BatchRow) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO batch (id, filing_id, name, source, catalogue, content, state, accept_good, read_text, rows_in,
                            to_file, filed, set_aside, files, bytes, received_by, started_at)
         VALUES ($1, $2, $3, $4, $5, $15, 'filing', $6, $7, $8, $9, 0, $10, $11, $12, $13, $14)",
    )
    .bind(batch.id.as_str())
    .bind(batch.filing.as_str())
    .bind(&batch.name)
    .bind(&batch.source)
    .bind(&batch.catalogue)
    .bind(i64::from(batch.accept_good))
    .bind(i64::from(batch.read_text))
    .bind(batch.rows)
    .bind(batch.to_file)
    .bind(batch.set_aside)
    .bind(batch.files)
    .bind(batch.bytes)
    .bind(&batch.received_by)
    .bind(&batch.started_at)
    .bind(&batch.content)
    .execute(&mut *change.tx)
    .await?;
    Ok(())
}

pub(crate) async fn insert_findings(
    change: &mut Change<'_>,
    batch: &Id<Batch>,
    defects: &[Defect],
) -> Result<(), DbError> {
    let columns = &[
        ("batch_id", Cell::Text),
        ("number", Cell::Number),
        ("row_number", Cell::Number),
        ("code", Cell::Text),
        ("file", Cell::Text),
        ("kind", Cell::Text),
        ("severity", Cell::Text),
        ("reason", Cell::Text),
        ("remedy", Cell::Text),
    ];
    let rows: Vec<_> = (1_i64..)
        .zip(defects)
        .map(|(number, d)| {
            let severity = match d.severity {
                Severity::Blocking => "blocking",
                Severity::Note => "note",
            };
            json!([batch.as_str(), number, d.row, d.code, d.file, d.kind.word(), severity, d.reason, d.remedy])
        })
        .collect();
    for chunk in rows.chunks(2_000) {
        db::bulk(&mut change.tx, "INSERT INTO batch_finding", columns, chunk).await?;
    }
    Ok(())
}

/// Notes that `count` more rows of the batch are filed.
pub(crate) async fn advance(change: &mut Change<'_>, batch: &Id<Batch>, count: usize) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE batch SET filed = filed + $2 WHERE id = $1 AND state = 'filing'")
        .bind(batch.as_str())
        .bind(i64::try_from(count).unwrap_or(i64::MAX))
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

/// Turns the batch to filed: its last change.
pub(crate) async fn close(change: &mut Change<'_>, batch: &Id<Batch>) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE batch SET state = 'filed', filed_at = $2 WHERE id = $1 AND state = 'filing'")
        .bind(batch.as_str())
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

/// Turns a batch that is given up: nothing of it is kept but this.
pub(crate) async fn give_up(change: &mut Change<'_>, batch: &Id<Batch>) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE batch SET state = 'abandoned', filed = 0 WHERE id = $1 AND state = 'filing'")
        .bind(batch.as_str())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

const COLUMNS: &str = "SELECT id, filing_id, name, source, catalogue, content, state, accept_good, read_text, rows_in, to_file, \
                       filed, set_aside, files, bytes, received_by, started_at, filed_at FROM batch";

/// The batch of this id.
pub async fn by_id(db: &Db, seen: &Seen, id: &Id<Batch>) -> Result<Option<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE id = ").bind(id.as_str());
    seen.narrow(&mut asked);
    Ok(rows(db, asked).await?.pop())
}

/// The batch that this filing files; `None` for a filing of another kind.
pub(crate) async fn of_filing(db: &Db, filing: &str) -> Result<Option<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE filing_id = ").bind(filing);
    Ok(rows(db, asked).await?.pop())
}

/// Batches that were begun and are not filed, oldest first.
pub async fn begun(db: &Db) -> Result<Vec<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE state = 'filing' ORDER BY id");
    rows(db, asked).await
}

/// The batch that was begun from this folder and is not filed.
pub async fn begun_from(db: &Db, folder: &std::path::Path) -> Result<Option<BatchRow>, DbError> {
    // A folder that is not there any more names no batch.
    let Ok(folder) = folder.canonicalize() else { return Ok(None) };
    let folder = folder.display().to_string();
    Ok(begun(db).await?.into_iter().find(|batch| batch.source == folder))
}

/// How many batches there are.
pub async fn count(db: &Db, seen: &Seen) -> Result<i64, DbError> {
    let mut asked = Asked::new("SELECT COUNT(*) FROM batch WHERE 1 = 1");
    seen.narrow(&mut asked);
    Ok(asked.fetch::<(i64,)>(db).await?.first().map_or(0, |(count,)| *count))
}

/// Batches, newest first, by place: for numbered pages.
pub async fn page(db: &Db, seen: &Seen, skip: i64, limit: i64) -> Result<Vec<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE 1 = 1");
    seen.narrow(&mut asked);
    asked.push(" ORDER BY id DESC LIMIT ").bind(limit).push(" OFFSET ").bind(skip);
    rows(db, asked).await
}

/// How many findings a batch has; `blocking` leaves the notes out.
pub async fn count_findings(db: &Db, batch: &Id<Batch>, blocking: bool) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*) FROM batch_finding WHERE batch_id = $1 AND ($2 = 0 OR severity = 'blocking')",
    )
    .bind(batch.as_str())
    .bind(i64::from(blocking))
    .fetch_one(db.read())
    .await?)
}

/// Findings as an Excel sheet.
pub fn sheet(findings: &[FindingRow], lang: Lang) -> Result<Vec<u8>, SheetError> {
    let defects: Vec<Defect> = findings.iter().filter_map(FindingRow::defect).collect();
    let mut sheet = std::io::Cursor::new(Vec::new());
    write_xlsx(&defects, &mut sheet, lang)?;
    Ok(sheet.into_inner())
}

impl FindingRow {
    fn defect(&self) -> Option<Defect> {
        let kind = *DefectKind::ALL.iter().find(|kind| kind.word() == self.kind)?;
        let words = Words { reason: self.reason.clone(), remedy: self.remedy.clone() };
        let mut defect = Defect::new(kind, words);
        defect.row = self.row.and_then(|row| u64::try_from(row).ok());
        defect.code = self.code.clone();
        defect.file = self.file.clone();
        Some(defect)
    }
}

/// Batches, newest first, `limit` a page.
pub async fn list(db: &Db, seen: &Seen, after: Option<&Cursor>, limit: usize) -> Result<Page<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE 1 = 1");
    seen.narrow(&mut asked);
    if let Some(Cursor(after)) = after {
        asked.push(" AND id < ").bind(after.as_str());
    }
    asked.push(" ORDER BY id DESC LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1);
    Ok(Page::of(rows(db, asked).await?, limit, |batch| batch.id.to_string()))
}

/// What was found wrong with a batch; `blocking` leaves the notes out.
pub async fn findings(
    db: &Db,
    batch: &Id<Batch>,
    blocking: bool,
    skip: i64,
    limit: i64,
) -> Result<Vec<FindingRow>, DbError> {
    type Row = (i64, Option<i64>, Option<String>, Option<String>, String, String, String, String);
    let found: Vec<Row> = sqlx::query_as(
        "SELECT number, row_number, code, file, kind, severity, reason, remedy FROM batch_finding
         WHERE batch_id = $1 AND ($3 = 0 OR severity = 'blocking') ORDER BY number LIMIT $4 OFFSET $2",
    )
    .bind(batch.as_str())
    .bind(skip)
    .bind(i64::from(blocking))
    .bind(limit)
    .fetch_all(db.read())
    .await?;
    Ok(found
        .into_iter()
        .map(|(number, row, code, file, kind, severity, reason, remedy)| FindingRow {
            number,
            row,
            code,
            file,
            kind,
            severity,
            reason,
            remedy,
        })
        .collect())
}

fn state(row: String, word: String) -> Result<BatchState, DbError> {
    let known = BatchState::ALL.into_iter().find(|state| state.word() == word);
    known.ok_or(DbError::Inconsistent { table: "batch", column: "state", row, value: word })
}

async fn rows(db: &Db, asked: Asked) -> Result<Vec<BatchRow>, DbError> {
    use sqlx::Row as _;
    let found = asked.rows(db).await?;
    found
        .iter()
        .map(|row| {
            Ok(BatchRow {
                id: Id::known(row.try_get::<String, _>("id")?),
                filing: Id::known(row.try_get::<String, _>("filing_id")?),
                name: row.try_get("name")?,
                source: row.try_get("source")?,
                catalogue: row.try_get("catalogue")?,
                content: row.try_get("content")?,
                state: state(row.try_get("id")?, row.try_get("state")?)?,
                accept_good: row.try_get::<i64, _>("accept_good")? == 1,
                read_text: row.try_get::<i64, _>("read_text")? == 1,
                rows: row.try_get("rows_in")?,
                to_file: row.try_get("to_file")?,
                filed_rows: row.try_get("filed")?,
                set_aside: row.try_get("set_aside")?,
                files: row.try_get("files")?,
                bytes: row.try_get("bytes")?,
                received_by: row.try_get("received_by")?,
                started_at: row.try_get("started_at")?,
                filed_at: row.try_get("filed_at")?,
            })
        })
        .collect()
}
