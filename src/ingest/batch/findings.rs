//! What was found wrong with a batch, as it is kept.

use super::BatchRow;
use crate::{
    audit::Change,
    db::{self, Asked, Cell, Db, DbError},
    ingest::defects::{Defect, DefectKind, Lang, Severity, SheetError, Words, write_xlsx},
};
use serde_json::json;

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

/// Keeps what was found wrong with the batch's round, numbered from `after` + 1.
pub(crate) async fn insert_findings(
    change: &mut Change<'_>,
    batch: &BatchRow,
    after: i64,
    defects: &[Defect],
) -> Result<(), DbError> {
    let columns = &[
        ("batch_id", Cell::Text),
        ("round", Cell::Number),
        ("number", Cell::Number),
        ("row_number", Cell::Number),
        ("code", Cell::Text),
        ("file", Cell::Text),
        ("kind", Cell::Text),
        ("severity", Cell::Text),
        ("reason", Cell::Text),
        ("remedy", Cell::Text),
    ];
    let rows: Vec<_> = (after + 1..)
        .zip(defects)
        .map(|(number, d)| {
            let severity = match d.severity {
                Severity::Blocking => "blocking",
                Severity::Note => "note",
            };
            json!([
                batch.id.as_str(),
                batch.round,
                number,
                d.row,
                d.code,
                d.file,
                d.kind.word(),
                severity,
                d.reason,
                d.remedy
            ])
        })
        .collect();
    for chunk in rows.chunks(2_000) {
        db::bulk(&mut change.tx, "INSERT INTO batch_finding", columns, chunk).await?;
    }
    Ok(())
}

/// Removes up to `limit` findings of the batch's round; gives how many went.
pub(crate) async fn remove_findings(change: &mut Change<'_>, batch: &BatchRow, limit: usize) -> Result<u64, DbError> {
    let done = sqlx::query(
        "DELETE FROM batch_finding WHERE batch_id = $1 AND round = $2 AND number <=
           (SELECT MIN(number) FROM batch_finding WHERE batch_id = $1 AND round = $2) + $3",
    )
    .bind(batch.id.as_str())
    .bind(batch.round)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .execute(&mut *change.tx)
    .await?;
    Ok(done.rows_affected())
}

/// How many findings of these kinds the batch's round has.
pub async fn count_findings_of(db: &Db, batch: &BatchRow, kinds: &[DefectKind]) -> Result<i64, DbError> {
    let mut asked = Asked::new("SELECT COUNT(*) FROM batch_finding WHERE batch_id = ");
    asked.bind(batch.id.as_str()).push(" AND round = ").bind(batch.round).push(" AND kind IN ");
    asked.list(kinds.iter().map(|kind| kind.word()));
    Ok(asked.fetch::<(i64,)>(db).await?.first().map_or(0, |(count,)| *count))
}

/// How many findings the batch's round has; `blocking` leaves the notes out.
pub async fn count_findings(db: &Db, batch: &BatchRow, blocking: bool) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*) FROM batch_finding
         WHERE batch_id = $1 AND round = $3 AND ($2 = 0 OR severity = 'blocking')",
    )
    .bind(batch.id.as_str())
    .bind(i64::from(blocking))
    .bind(batch.round)
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

/// What was found wrong with the batch's round; `blocking` leaves the notes out.
pub async fn findings(
    db: &Db,
    batch: &BatchRow,
    blocking: bool,
    skip: i64,
    limit: i64,
) -> Result<Vec<FindingRow>, DbError> {
    type Row = (i64, Option<i64>, Option<String>, Option<String>, String, String, String, String);
    let found: Vec<Row> = sqlx::query_as(
        "SELECT number, row_number, code, file, kind, severity, reason, remedy FROM batch_finding
         WHERE batch_id = $1 AND round = $5 AND ($3 = 0 OR severity = 'blocking') ORDER BY number LIMIT $4 OFFSET $2",
    )
    .bind(batch.id.as_str())
    .bind(skip)
    .bind(i64::from(blocking))
    .bind(limit)
    .bind(batch.round)
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
