//! Lists and counts.

use super::{
    HoldingsError, RecordView,
    record::{condition, views, within},
};
use crate::{
    access::Reach,
    db::Db,
    kernel::{Cursor, Page},
};
use sqlx::{Any, QueryBuilder};

/// How much there is within somebody's reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub records: i64,
    pub fonds: i64,
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
    asked.push(" AND filing_id = ").push_bind(filing.to_owned());
    if let Some(Cursor(after)) = after {
        asked.push(" AND id > ").push_bind(after.clone());
    }
    let more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    asked.push(" ORDER BY id LIMIT ").push_bind(more);
    Ok(Page::of(views(db, asked).await?, limit, |view| view.id.to_string()))
}

/// How many records and fonds are within reach.
pub async fn totals(db: &Db, reach: &Reach) -> Result<Totals, HoldingsError> {
    let mut asked =
        QueryBuilder::<Any>::new("SELECT COUNT(*), COUNT(DISTINCT fonds) FROM record_visible WHERE (");
    condition(&mut asked, reach);
    asked.push(")");
    let (records, fonds) = asked.build_query_as().fetch_one(db.read()).await?;
    Ok(Totals { records, fonds })
}
