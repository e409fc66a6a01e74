//! The order of hits, from the record and the query alone: no statistic over
//! records enters, so that a record the asker may not know of moves nothing.

use super::analyse::{Unit, units, whole};
use super::ask::{Asked, all, any, exactly, holds, phrase, places, sighted, terms};
use super::engine::{Answer, Facet, Facets, SearchError, Sort};
use super::query::Query;
use super::schema::{Fields, Words};
use crate::kernel::Id;
use std::{cmp::Reverse, collections::HashMap, ops::Range};
use tantivy::{
    DocId, DocSet, Searcher, SegmentReader, TERMINATED, postings::Postings, query::EnableScoring,
    schema::IndexRecordOption,
};

/// One hit before it is cut to a page. `within` has been applied to it.
struct Hit {
    /// 0 exact 文号 or 档号, 1 exact title, 2 phrase in title, 3 phrase in text, 4 all words.
    tier: u8,
    count: u32,
    year: i64,
    date: String,
    code: String,
    id: String,
}

pub(super) fn answer(
    searcher: &Searcher,
    fields: &Fields,
    query: &Query,
    (within, readable): (Asked, Option<Asked>),
    sort: Sort,
    page: Range<usize>,
) -> Result<Answer, SearchError> {
    let found = all(vec![within, holds(fields, query, readable.as_ref())]);
    let tiers = tiers(fields, query, readable.as_ref());
    let mut facets = Facets::default();
    let mut hits = Vec::new();
    for segment in searcher.segment_readers() {
        let docs = docs(searcher, segment, &found)?;
        let mut tier = HashMap::new();
        for (number, asked) in (0_u8..).zip(&tiers) {
            for doc in self::docs(searcher, segment, asked)? {
                tier.entry(doc).or_insert(number);
            }
        }
        let read = readable.as_ref().map(|readable| self::docs(searcher, segment, readable)).transpose()?;
        let counts = counts(segment, fields, query, &docs, read.as_deref())?;
        let fast = segment.fast_fields();
        let years = fast.i64("year")?;
        let ranks = fast.i64("secrecy")?;
        for (doc, count) in docs.iter().zip(counts) {
            let year = years.first(*doc);
            if let Some(year) = year {
                *facets.year.entry(year).or_default() += 1;
            }
            if let Some(rank) = ranks.first(*doc) {
                *facets.secrecy.entry(rank).or_default() += 1;
            }
            hits.push(Hit {
                tier: tier.get(doc).copied().unwrap_or(4),
                count,
                year: year.unwrap_or(i64::MIN),
                date: text(segment, "date", *doc)?,
                code: text(segment, "code_sort", *doc)?,
                id: text(segment, "id", *doc)?,
            });
        }
        for (name, facet) in [
            ("fonds", &mut facets.fonds),
            ("category", &mut facets.category),
            ("department", &mut facets.department),
            ("retention", &mut facets.retention),
        ] {
            tally(segment, name, &docs, facet)?;
        }
    }
    match sort {
        Sort::Relevance => hits.sort_by(|a, b| {
            (a.tier, Reverse(a.count), Reverse(a.year), &a.id).cmp(&(b.tier, Reverse(b.count), Reverse(b.year), &b.id))
        }),
        Sort::Date => hits.sort_by(|a, b| (Reverse(&a.date), &a.id).cmp(&(Reverse(&b.date), &b.id))),
        Sort::Code => hits.sort_by(|a, b| (&a.code, &a.id).cmp(&(&b.code, &b.id))),
    }
    let total = hits.len() as u64;
    let hits = hits.into_iter().skip(page.start).take(page.len()).map(|hit| Id::known(hit.id)).collect();
    Ok(Answer { total, hits, facets })
}

/// Tiers 0 to 3, best first. The words of the query, joined, are its phrase; where
/// not all of them must stand, each is one.
fn tiers(fields: &Fields, query: &Query, readable: Option<&Asked>) -> Vec<Asked> {
    let words = query.words();
    let rows: Vec<Vec<&str>> = if query.is_one_row() {
        vec![words.into_iter().map(|(_, word)| word).collect()]
    } else {
        words.into_iter().map(|(_, word)| vec![word]).collect()
    };
    let rows: Vec<Vec<Unit>> = rows.into_iter().map(units).filter(|row| !row.is_empty()).collect();
    let each = |ask: &dyn Fn(&[Unit]) -> Asked| any(rows.iter().map(|row| ask(row)).collect());
    vec![
        each(&|row| exactly(fields.number_whole, &whole(row))),
        each(&|row| exactly(fields.title_whole, &whole(row))),
        each(&|row| phrase(fields.title, row)),
        each(&|row| sighted(fields, fields.body, phrase(fields.body, row), readable)),
    ]
}

/// The living documents of one segment, rising.
fn docs(searcher: &Searcher, segment: &SegmentReader, asked: &Asked) -> Result<Vec<DocId>, SearchError> {
    let weight = asked.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut docs = Vec::new();
    weight.for_each_no_score(segment, &mut |block| docs.extend_from_slice(block))?;
    if let Some(alive) = segment.alive_bitset() {
        docs.retain(|doc| alive.is_alive(*doc));
    }
    Ok(docs)
}

/// How often the words stand in each of `docs`: of each word the count of its
/// rarest pair in that record, an upper bound of the count of the word itself.
///
/// Of a record whose text the asker may not read the text counts nothing; `read` are
/// those he may, rising, or `None` for all of them.
fn counts(
    segment: &SegmentReader,
    fields: &Fields,
    query: &Query,
    docs: &[DocId],
    read: Option<&[DocId]>,
) -> Result<Vec<u32>, SearchError> {
    let mut counts = vec![0_u32; docs.len()];
    for (place, word) in query.words() {
        let units = units([word]);
        for words in places(fields, place) {
            let is_text = words.pairs == fields.body.pairs;
            for ((sum, count), doc) in counts.iter_mut().zip(rarest(segment, words, &units, docs)?).zip(docs) {
                if !is_text || read.is_none_or(|read| read.binary_search(doc).is_ok()) {
                    *sum = sum.saturating_add(count);
                }
            }
        }
    }
    Ok(counts)
}

fn rarest(segment: &SegmentReader, words: Words, units: &[Unit], docs: &[DocId]) -> Result<Vec<u32>, SearchError> {
    let mut counts = vec![u32::MAX; docs.len()];
    for term in terms(words, units) {
        let inverted = segment.inverted_index(term.field())?;
        let Some(mut postings) = inverted.read_postings(&term, IndexRecordOption::WithFreqs)? else {
            return Ok(vec![0; docs.len()]);
        };
        for (doc, count) in docs.iter().zip(&mut counts) {
            if postings.doc() != TERMINATED && postings.doc() < *doc {
                postings.seek(*doc);
            }
            let here = if postings.doc() == *doc { postings.term_freq() } else { 0 };
            *count = (*count).min(here);
        }
    }
    Ok(counts)
}

fn text(segment: &SegmentReader, name: &str, doc: DocId) -> Result<String, SearchError> {
    let mut out = String::new();
    if let Some(column) = segment.fast_fields().str(name)?
        && let Some(ord) = column.term_ords(doc).next()
    {
        column.ord_to_str(ord, &mut out)?;
    }
    Ok(out)
}

fn tally(segment: &SegmentReader, name: &str, docs: &[DocId], facet: &mut Facet) -> Result<(), SearchError> {
    let Some(column) = segment.fast_fields().str(name)? else { return Ok(()) };
    let mut ords: HashMap<u64, u64> = HashMap::new();
    for ord in docs.iter().flat_map(|doc| column.term_ords(*doc)) {
        *ords.entry(ord).or_default() += 1;
    }
    for (ord, count) in ords {
        let mut value = String::new();
        column.ord_to_str(ord, &mut value)?;
        *facet.entry(value).or_default() += count;
    }
    Ok(())
}
