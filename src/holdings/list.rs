//! Lists and counts.

use super::{
    HoldingsError, RecordView,
    record::{condition, views, within},
};
use crate::{
    access::Reach,
    db::{Asked, Db},
    kernel::{Cursor, Page},
};

/// How much there is within somebody's reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub records: i64,
    pub fonds: i64,
    /// Of the records' files together.
    pub bytes: i64,
}

/// How much of one fonds is within reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldByFonds {
    pub fonds: String,
    pub records: i64,
    /// First and last year, where any record has one.
    pub years: Option<(i64, i64)>,
}

/// What is within reach, by fonds.
pub async fn held_by_fonds(db: &Db, reach: &Reach) -> Result<Vec<HeldByFonds>, HoldingsError> {
    let mut asked = Asked::new("SELECT fonds, COUNT(*), MIN(year), MAX(year) FROM record_visible WHERE (");
    condition(&mut asked, reach);
    asked.push(") GROUP BY fonds ORDER BY fonds");
    let rows: Vec<(String, i64, Option<i64>, Option<i64>)> = asked.fetch(db).await?;
    Ok(rows.into_iter().map(|(fonds, records, from, to)| HeldByFonds { fonds, records, years: from.zip(to) }).collect())
}

/// The records of one filing by id, `limit` a page, after `after`; only those
/// within reach.
pub async fn records_of_filing(
    db: &Db,
    reach: &Reach,
    filing: &str,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<RecordView>, HoldingsError> {
    let mut asked = within(reach);
    asked.push(" AND filing_id = ").bind(filing);
    page_of(db, asked, after, limit).await
}

/// How many records of one filing are within reach.
pub async fn count_of_filing(db: &Db, reach: &Reach, filing: &str) -> Result<i64, HoldingsError> {
    let mut asked = Asked::new("SELECT COUNT(*) FROM record_visible WHERE (");
    condition(&mut asked, reach);
    asked.push(") AND filing_id = ").bind(filing);
    let counted: Vec<(i64,)> = asked.fetch(db).await?;
    Ok(counted.first().map_or(0, |(count,)| *count))
}

/// The records of one filing within reach, by id: `limit` of them after the first `skip`.
pub async fn window_of_filing(
    db: &Db,
    reach: &Reach,
    filing: &str,
    skip: i64,
    limit: i64,
) -> Result<Vec<RecordView>, HoldingsError> {
    let mut asked = within(reach);
    asked.push(" AND filing_id = ").bind(filing).push(" ORDER BY id LIMIT ").bind(limit);
    asked.push(" OFFSET ").bind(skip);
    views(db, asked).await
}

/// Every record within reach by id, `limit` a page, after `after`.
pub async fn all_records(
    db: &Db,
    reach: &Reach,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<RecordView>, HoldingsError> {
    page_of(db, within(reach), after, limit).await
}

async fn page_of(
    db: &Db,
    mut asked: Asked,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<RecordView>, HoldingsError> {
    if let Some(Cursor(after)) = after {
        asked.push(" AND id > ").bind(after.as_str());
    }
    let more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    asked.push(" ORDER BY id LIMIT ").bind(more);
    Ok(Page::of(views(db, asked).await?, limit, |view| view.id.to_string()))
}

/// How many records and fonds are within reach.
pub async fn totals(db: &Db, reach: &Reach) -> Result<Totals, HoldingsError> {
    let mut asked = Asked::new("SELECT COUNT(*), COUNT(DISTINCT fonds) FROM record_visible WHERE (");
    condition(&mut asked, reach);
    asked.push(")");
    let counted: Vec<(i64, i64)> = asked.fetch(db).await?;
    let (records, fonds) = counted.first().copied().unwrap_or_default();
    let mut asked = Asked::new(
        "SELECT CAST(COALESCE(SUM(record_file.bytes), 0) AS BIGINT) FROM record_file
         JOIN record_visible ON record_visible.id = record_file.record_id WHERE (",
    );
    condition(&mut asked, reach);
    asked.push(")");
    let summed: Vec<(i64,)> = asked.fetch(db).await?;
    Ok(Totals { records, fonds, bytes: summed.first().map_or(0, |(bytes,)| *bytes) })
}

/// The highest rank of secrecy that anything here has; 0 of nothing. For the archive's
/// own bounds: never shown to anybody.
pub async fn highest(db: &Db) -> Result<i64, HoldingsError> {
    Ok(sqlx::query_scalar("SELECT COALESCE(MAX(secrecy), 0) FROM record_visible").fetch_one(db.read()).await?)
}
