//! A search from its text to what a page shows.

use super::{Catalogue, Facets, Filters, Query, QueryFault, SearchError, Snippet, Sort, pages_of, snippet};
use crate::{
    access::{Guest, Purpose, Right},
    db::Db,
    holdings::{self, RecordView},
    kernel::Instant as Now,
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
    /// `None` where the words stand in the description alone, nothing is read, or the
    /// asker may not read it.
    pub snippet: Option<Snippet>,
}

/// Searches within what the asker may know of, in the texts that he may read. The inner error is a query that is wrong, and where.
pub async fn find(
    db: &Db,
    vault: &Arc<Vault>,
    index: &Arc<Catalogue>,
    asker: &Guest,
    now: Now,
    asked: Asked<'_>,
) -> Result<Result<Found, QueryFault>, SearchError> {
    let begun = Instant::now();
    let query = match Query::parse(asked.query) {
        Ok(query) => query,
        Err(fault) => return Ok(Err(fault)),
    };
    let (reach, read) = (asker.reach(), asker.reach_for(Right::Read));
    let (engine, known, parsed) = (index.clone(), reach.clone(), query.clone());
    let Asked { filters, sort, limit, offset, .. } = asked;
    let answer = tokio::task::spawn_blocking(move || {
        engine.search((&known, &read), &parsed, &filters, sort, limit.min(500), offset)
    })
    .await
    .expect("searching does not panic")?;
    let records = holdings::by_id(db, &reach, &answer.hits).await?;
    let ids: Vec<_> = records.iter().map(|record| record.id.clone()).collect();
    let mut readings = vault::readings(db, &ids).await?;
    let permit = |record: &RecordView| asker.permit(&record.id, &record.facts(), Purpose::Read, now);
    let permits: Vec<_> = records.iter().map(permit).collect();
    let (vault, parsed) = (vault.clone(), query.clone());
    let hits = tokio::task::spawn_blocking(move || {
        records
            .into_iter()
            .zip(permits)
            .map(|(record, permit)| {
                let Some(permit) = permit else { return Ok(Hit { record, snippet: None }) };
                let readings = readings.remove(&record.id).unwrap_or_default();
                let pages = pages_of(&vault, &permit, &record, &readings, now)?;
                let snippet = Some(snippet(&pages, &parsed)).filter(|snippet| snippet.page.is_some());
                Ok(Hit { record, snippet })
            })
            .collect::<Result<Vec<_>, SearchError>>()
    })
    .await
    .expect("cutting snippets does not panic")?;
    Ok(Ok(Found { total: answer.total, hits, facets: answer.facets, query, took: begun.elapsed() }))
}
