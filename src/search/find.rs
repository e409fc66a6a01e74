//! A search from its text to what a page shows.

use super::{Catalogue, Facets, Filters, Query, QueryFault, SearchError, Snippet, Sort, pages_of, snippet};
use crate::{
    access::Reach,
    db::Db,
    holdings::{self, RecordView},
    vault::{self, Vault},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    pub query: &'a str,
    pub filters: Filters,
    pub sort: Sort,
    /// At most 500.
    pub limit: usize,
    pub offset: usize,
}

/// What a search found: one page of it, and how much there is.
#[derive(Clone, Debug)]
pub struct Found {
    /// Every record that holds the words and that the asker may know of.
    pub total: u64,
    pub hits: Vec<Hit>,
    pub facets: Facets,
    /// The query as it was understood: for marking words.
    pub query: Query,
    pub took: Duration,
}

/// One record found.
#[derive(Clone, Debug)]
pub struct Hit {
    pub record: RecordView,
    /// `None` where the words stand in the description alone, or nothing is read.
    pub snippet: Option<Snippet>,
}

/// Searches within `reach`. The inner error is a query that is wrong, and where.
pub async fn find(
    db: &Db,
    vault: &Arc<Vault>,
    index: &Arc<Catalogue>,
    reach: &Reach,
    asked: Asked<'_>,
) -> Result<Result<Found, QueryFault>, SearchError> {
    let begun = Instant::now();
    let query = match Query::parse(asked.query) {
        Ok(query) => query,
        Err(fault) => return Ok(Err(fault)),
    };
    let (engine, reach_of, parsed) = (index.clone(), reach.clone(), query.clone());
    let Asked { filters, sort, limit, offset, .. } = asked;
    let answer =
        tokio::task::spawn_blocking(move || engine.search(&reach_of, &parsed, &filters, sort, limit.min(500), offset))
            .await
            .expect("searching does not panic")?;
    let records = holdings::by_id(db, reach, &answer.hits).await?;
    let ids: Vec<_> = records.iter().map(|record| record.id.clone()).collect();
    let mut readings = vault::readings(db, &ids).await?;
    let (vault, parsed) = (vault.clone(), query.clone());
    let hits = tokio::task::spawn_blocking(move || {
        records
            .into_iter()
            .map(|record| {
                let readings = readings.remove(&record.id).unwrap_or_default();
                let pages = pages_of(&vault, &record, &readings)?;
                let snippet = Some(snippet(&pages, &parsed)).filter(|snippet| snippet.page.is_some());
                Ok(Hit { record, snippet })
            })
            .collect::<Result<Vec<_>, SearchError>>()
    })
    .await
    .expect("cutting snippets does not panic")?;
    Ok(Ok(Found { total: answer.total, hits, facets: answer.facets, query, took: begun.elapsed() }))
}
