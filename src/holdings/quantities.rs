//! How much a filing holds, by category and period of retention: what a handover lists.

use super::HoldingsError;
use crate::db::{Asked, Db};
use serde::Serialize;

/// A line of the list (交接清册).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quantity {
    pub category: String,
    /// `Y`, `D30` …; empty where the record has none.
    pub retention: String,
    pub records: i64,
    pub files: i64,
    /// Pages that are described; a record without a number counts none.
    pub pages: i64,
    pub bytes: i64,
}

/// The visible records of a filing, counted by category and retention.
pub async fn quantities(db: &Db, filing: &str) -> Result<Vec<Quantity>, HoldingsError> {
    type Row = (String, String, i64, i64, i64, i64);
    let mut asked = Asked::new(
        "SELECT category, COALESCE(retention, ''), COUNT(*), CAST(COALESCE(SUM(files), 0) AS BIGINT),
                CAST(COALESCE(SUM(pages), 0) AS BIGINT), CAST(COALESCE(SUM(bytes), 0) AS BIGINT)
         FROM (SELECT record_visible.category, record_visible.retention, record_visible.pages,
                      (SELECT COUNT(*) FROM record_file WHERE record_file.record_id = record_visible.id) AS files,
                      (SELECT COALESCE(SUM(record_file.bytes), 0) FROM record_file
                       WHERE record_file.record_id = record_visible.id) AS bytes
               FROM record_visible WHERE record_visible.filing_id = ",
    );
    asked.bind(filing).push(") AS counted GROUP BY category, COALESCE(retention, '') ORDER BY 1, 2");
    let rows: Vec<Row> = asked.fetch(db).await?;
    Ok(rows
        .into_iter()
        .map(|(category, retention, records, files, pages, bytes)| Quantity {
            category,
            retention,
            records,
            files,
            pages,
            bytes,
        })
        .collect())
}
