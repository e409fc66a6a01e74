//! How much there is: of a filing by category and period of retention, which a handover
//! lists; of all filings by department and year, which says who has handed over.

use super::{HoldingsError, record::condition};
use crate::{
    access::Reach,
    db::{Asked, Db},
    kernel::Year,
};
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

/// Records of one filing that agree in department, year and category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedIn {
    pub filing: String,
    /// As the records have it; the filing's sender may say it where they do not.
    pub department: Option<String>,
    pub year: Option<Year>,
    pub category: String,
    pub records: i64,
}

/// The visible records that lie within both reaches, counted by filing, department, year
/// and category. Reads every one of them.
pub async fn handed_in(db: &Db, known: &Reach, within: &Reach) -> Result<Vec<HandedIn>, HoldingsError> {
    type Row = (String, Option<String>, Option<Year>, String, i64);
    let mut asked = Asked::new("SELECT filing_id, department, year, category, COUNT(*) FROM record_visible WHERE (");
    condition(&mut asked, known);
    asked.push(") AND (");
    condition(&mut asked, within);
    asked.push(") GROUP BY filing_id, department, year, category");
    let rows: Vec<Row> = asked.fetch(db).await?;
    Ok(rows
        .into_iter()
        .map(|(filing, department, year, category, records)| HandedIn { filing, department, year, category, records })
        .collect())
}
