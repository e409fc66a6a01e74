//! The rows of batches.

use super::Seen;
use crate::{
    audit::Change,
    db::{self, Asked, Cell, Db, DbError},
    ingest::catalogue::{Told, told_of, told_text},
    kernel::{Batch, Cursor, Filing, Id, Page, Sha256},
};
use serde_json::json;

/// A batch (批次) as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    pub id: Id<Batch>,
    pub filing: Id<Filing>,
    pub name: String,
    /// Where it was read from.
    pub source: String,
    pub way: Way,
    /// From 1; a batch that went back to its sender comes again as its next round.
    pub round: i64,
    /// SHA-256 of its catalogue.
    pub catalogue: String,
    /// What was told of its headers.
    pub told: Told,
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
    /// What the sender says there is.
    pub said: Said,
    /// Of the sender.
    pub department: Option<String>,
    pub received_by: String,
    pub started_at: String,
    pub filed_at: Option<String>,
}

/// How a batch came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A folder of this machine.
    Folder,
    /// A ZIP file of this machine.
    Zip,
    /// Sent by a browser or another program, file by file.
    Upload,
    /// Laid into the watched folder.
    Drop,
}

impl Way {
    const ALL: [Self; 4] = [Self::Folder, Self::Zip, Self::Upload, Self::Drop];

    pub fn word(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Zip => "zip",
            Self::Upload => "upload",
            Self::Drop => "drop",
        }
    }
}

/// What a sender says a batch holds; each that is said must agree with what came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub rows: Option<i64>,
    pub files: Option<i64>,
    pub bytes: Option<i64>,
}

/// Where a batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Its files are coming in; nothing was looked at.
    Receiving,
    /// Rows and files are being checked.
    Checking,
    /// Checked; whoever handed it in decides what becomes of it.
    Checked,
    /// Rows are being filed; none is visible.
    Filing,
    /// Every row is filed and visible.
    Filed,
    /// Gone back to its sender with a reason.
    Returned,
    /// Taken back after it was filed and before its handover was signed.
    Withdrawn,
    /// Given up before any of it was visible; nothing of it is kept.
    Abandoned,
}

impl BatchState {
    const ALL: [Self; 8] = [
        Self::Receiving,
        Self::Checking,
        Self::Checked,
        Self::Filing,
        Self::Filed,
        Self::Returned,
        Self::Withdrawn,
        Self::Abandoned,
    ];

    /// It went back: none of its records is kept.
    pub fn is_back(self) -> bool {
        matches!(self, Self::Returned | Self::Withdrawn)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Filing => "filing",
            Self::Filed => "filed",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
            Self::Abandoned => "abandoned",
        }
    }
}

pub(crate) async fn insert(change: &mut Change<'_>, batch: &BatchRow) -> Result<(), DbError> {
    let b = batch;
    let row = json!([
        b.id.as_str(),
        b.filing.as_str(),
        b.name,
        b.source,
        b.way.word(),
        b.round,
        b.catalogue,
        told_text(&b.told),
        b.content,
        b.state.word(),
        i64::from(b.accept_good),
        i64::from(b.read_text),
        b.rows,
        b.to_file,
        b.filed_rows,
        b.set_aside,
        b.files,
        b.bytes,
        b.said.rows,
        b.said.files,
        b.said.bytes,
        b.department,
        b.received_by,
        b.started_at,
        b.filed_at,
    ]);
    db::bulk(&mut change.tx, "INSERT INTO batch", BATCH, &[row]).await
}

const BATCH: &[(&str, Cell)] = &[
    ("id", Cell::Text),
    ("filing_id", Cell::Text),
    ("name", Cell::Text),
    ("source", Cell::Text),
    ("way", Cell::Text),
    ("round", Cell::Number),
    ("catalogue", Cell::Text),
    ("told", Cell::Text),
    ("content", Cell::Text),
    ("state", Cell::Text),
    ("accept_good", Cell::Number),
    ("read_text", Cell::Number),
    ("rows_in", Cell::Number),
    ("to_file", Cell::Number),
    ("filed", Cell::Number),
    ("set_aside", Cell::Number),
    ("files", Cell::Number),
    ("bytes", Cell::Number),
    ("said_rows", Cell::Number),
    ("said_files", Cell::Number),
    ("said_bytes", Cell::Number),
    ("department", Cell::Text),
    ("received_by", Cell::Text),
    ("started_at", Cell::Text),
    ("filed_at", Cell::Text),
];

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

/// Turns a filed batch that goes back: withdrawn, or returned to its sender.
pub(in crate::ingest) async fn mark_back(
    change: &mut Change<'_>,
    batch: &Id<Batch>,
    state: BatchState,
) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE batch SET state = $2 WHERE id = $1 AND state = 'filed'")
        .bind(batch.as_str())
        .bind(state.word())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

/// Whether a batch is filed, as it stands within a change.
pub(in crate::ingest) async fn stands_filed(change: &mut Change<'_>, batch: &Id<Batch>) -> Result<bool, DbError> {
    let state: Option<String> = sqlx::query_scalar("SELECT state FROM batch WHERE id = $1")
        .bind(batch.as_str())
        .fetch_optional(&mut *change.tx)
        .await?;
    Ok(state.as_deref() == Some(BatchState::Filed.word()))
}

/// Begins the next round of a returned batch: `batch` is what it says from now on, its
/// round one more.
pub(super) async fn again(change: &mut Change<'_>, batch: &BatchRow) -> Result<(), DbError> {
    let b = batch;
    let done = sqlx::query(
        "UPDATE batch SET filing_id = $2, name = $3, way = $4, round = $5, catalogue = $6, content = $7,
                state = 'filing', accept_good = $8, read_text = $9, rows_in = $10, to_file = $11, filed = 0,
                set_aside = $12, files = $13, bytes = $14, started_at = $15, filed_at = NULL, told = $16
         WHERE id = $1 AND state = 'returned' AND round = $5 - 1",
    )
    .bind(b.id.as_str())
    .bind(b.filing.as_str())
    .bind(&b.name)
    .bind(b.way.word())
    .bind(b.round)
    .bind(&b.catalogue)
    .bind(&b.content)
    .bind(i64::from(b.accept_good))
    .bind(i64::from(b.read_text))
    .bind(b.rows)
    .bind(b.to_file)
    .bind(b.set_aside)
    .bind(b.files)
    .bind(b.bytes)
    .bind(&b.started_at)
    .bind(told_text(&b.told))
    .execute(&mut *change.tx)
    .await?;
    db::exactly(1, &done)
}

const COLUMNS: &str = "SELECT id, filing_id, name, source, way, round, catalogue, told, content, state, accept_good, \
                       read_text, rows_in, to_file, filed, set_aside, files, bytes, said_rows, said_files, said_bytes, \
                       department, received_by, started_at, filed_at FROM batch";

/// The batch of this id.
pub async fn by_id(db: &Db, seen: &Seen, id: &Id<Batch>) -> Result<Option<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE id = ").bind(id.as_str());
    seen.narrow(&mut asked);
    Ok(rows(db, asked).await?.pop())
}

/// Whether a batch with this catalogue and these contents was filed and withdrawn.
pub async fn was_withdrawn(db: &Db, catalogue: &Sha256, content: &Sha256) -> Result<bool, DbError> {
    let found: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM batch WHERE state = 'withdrawn' AND catalogue = $1 AND content = $2")
            .bind(catalogue.to_string())
            .bind(content.to_string())
            .fetch_one(db.read())
            .await?;
    Ok(found > 0)
}

/// The batch that this filing files; `None` for a filing of another kind.
pub async fn of_filing(db: &Db, filing: &str) -> Result<Option<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE filing_id = ").bind(filing);
    Ok(rows(db, asked).await?.pop())
}

/// Batches of this name or folder, newest first; where any is filed, those alone.
pub async fn named(db: &Db, seen: &Seen, name: &str) -> Result<Vec<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE (name = ").bind(name).push(" OR source = ").bind(name).push(")");
    seen.narrow(&mut asked);
    asked.push(" ORDER BY id DESC");
    let found = rows(db, asked).await?;
    let filed: Vec<_> = found.iter().filter(|one| one.state == BatchState::Filed).cloned().collect();
    Ok(if filed.is_empty() { found } else { filed })
}

/// Whether this filing's batch went back: what is done for it ends.
pub(super) async fn went_back(db: &Db, filing: &str) -> Result<bool, DbError> {
    Ok(of_filing(db, filing).await?.is_some_and(|batch| batch.state.is_back()))
}

/// The batch that was read from there and went back to its sender: the newest that the
/// asker sees.
pub(super) async fn returned_from(db: &Db, seen: &Seen, source: &str) -> Result<Option<BatchRow>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE state = 'returned' AND source = ").bind(source);
    seen.narrow(&mut asked);
    asked.push(" ORDER BY id");
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

fn way(row: String, word: String) -> Result<Way, DbError> {
    let known = Way::ALL.into_iter().find(|way| way.word() == word);
    known.ok_or(DbError::Inconsistent { table: "batch", column: "way", row, value: word })
}

fn state(row: String, word: String) -> Result<BatchState, DbError> {
    let known = BatchState::ALL.into_iter().find(|state| state.word() == word);
    known.ok_or(DbError::Inconsistent { table: "batch", column: "state", row, value: word })
}

fn told(row: String, text: String) -> Result<Told, DbError> {
    told_of(&text).ok_or(DbError::Inconsistent { table: "batch", column: "told", row, value: text })
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
                way: way(row.try_get("id")?, row.try_get("way")?)?,
                round: row.try_get("round")?,
                catalogue: row.try_get("catalogue")?,
                told: told(row.try_get("id")?, row.try_get("told")?)?,
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
                said: Said {
                    rows: row.try_get("said_rows")?,
                    files: row.try_get("said_files")?,
                    bytes: row.try_get("said_bytes")?,
                },
                department: row.try_get("department")?,
                received_by: row.try_get("received_by")?,
                started_at: row.try_get("started_at")?,
                filed_at: row.try_get("filed_at")?,
            })
        })
        .collect()
}
