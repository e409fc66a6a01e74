//! 查档.

use super::fonds::category;
use crate::{
    app::App,
    holdings,
    search::{self, Asked, Filters as Narrow, Sort as Order},
    web::{
        pages::{
            Marked, Pager, Place, Standing, render,
            search::{Facet, FacetKind, FacetValue, Filters, Hit, QueryFault, SearchPage, SearchResult, Sort},
        },
        refusal::Refusal,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    extract::{RawQuery, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use std::sync::Arc;

/// Hits a page.
const HITS: usize = 20;

/// The fields of the address; a repeated field is a list.
struct Fields {
    q: String,
    sort: Sort,
    page: u32,
    filters: Filters,
}

impl Fields {
    fn of(query: &str) -> Self {
        let mut fields = Self { q: String::new(), sort: Sort::Score, page: 1, filters: Filters::default() };
        for (name, value) in url_pairs(query) {
            let filters = &mut fields.filters;
            match name.as_str() {
                "q" => fields.q = value,
                "sort" => fields.sort = Sort::of(&value),
                "page" => fields.page = value.parse().unwrap_or(1).max(1),
                "fonds" if !value.is_empty() => filters.fonds.push(value),
                "category" if !value.is_empty() => filters.category.push(value),
                "retention" if !value.is_empty() => filters.retention.push(value),
                "department" if !value.is_empty() => filters.department.push(value),
                "year_from" => filters.year_from = value,
                "year_to" => filters.year_to = value,
                _ => {}
            }
        }
        fields
    }

    fn narrow(&self) -> Narrow {
        Narrow {
            fonds: self.filters.fonds.clone(),
            category: self.filters.category.clone(),
            retention: self.filters.retention.clone(),
            department: self.filters.department.clone(),
            year_from: self.filters.year_from.parse().ok(),
            year_to: self.filters.year_to.parse().ok(),
        }
    }
}

/// What the fields of an address narrow to: of the page and of the API alike.
pub fn narrow_of(query: &str) -> Narrow {
    Fields::of(query).narrow()
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Search));
    let fields = Fields::of(query.as_deref().unwrap_or_default());
    let (mut facets, mut result) = (Vec::new(), SearchResult::Unasked);
    if !fields.q.trim().is_empty() {
        let asked = Asked {
            query: &fields.q,
            filters: fields.narrow(),
            sort: match fields.sort {
                Sort::Score => Order::Relevance,
                Sort::Date => Order::Date,
                Sort::Reference => Order::Code,
            },
            limit: HITS,
            offset: (fields.page as usize - 1) * HITS,
        };
        match search::find(&app.db, &app.vault, &app.index, &asker.guest, app.clock.now(), asked).await? {
            Ok(found) => {
                facets = facets_of(&app, frame.lang, &found, &fields.filters).await?;
                result = found_of(frame.lang, found, &fields);
            }
            Err(fault) => result = SearchResult::Fault(fault_of(&fields.q, fault)),
        }
    }
    let Fields { q, sort, filters, .. } = fields;
    Ok(render(&SearchPage { frame, q, sort, filters, facets, result }))
}

fn found_of(lang: Lang, found: search::Found, fields: &Fields) -> SearchResult {
    let pages = found.total.div_ceil(HITS as u64);
    let base = SearchPage::base(&fields.q, fields.sort, &fields.filters);
    let pager = Pager { page: fields.page, pages: u32::try_from(pages).unwrap_or(u32::MAX), base };
    let query = found.query.clone();
    let hits = found
        .hits
        .into_iter()
        .map(|hit| {
            let record = hit.record;
            let some = |text: String| Some(text).filter(|text| !text.is_empty());
            let marks = search::marks_in(&record.title, &query);
            let title = Marked::new(record.title.clone(), shown::bytes_of(&record.title, &marks));
            let page = hit.snippet.as_ref().and_then(|snippet| snippet.page);
            let drawn = record.files.first().is_some_and(|file| shown::is_drawn(&file.format));
            let snippet = hit.snippet.map(|snippet| {
                let marks = shown::bytes_of(&snippet.text, &snippet.marks);
                Marked::new(snippet.text, marks)
            });
            Hit {
                id: record.id.to_string(),
                reference: Some(record.code),
                title,
                snippet,
                responsible: some(record.responsible),
                docno: some(record.docno),
                date: record.dated.map(|dated| dated.to_string()),
                retention: record.retention.as_deref().map(|code| shown::retention(lang, code)),
                secrecy: (record.secrecy > 0).then_some(record.mark),
                standing: Standing::Sealed,
                page,
                thumb: drawn.then(|| page.unwrap_or(1)),
            }
        })
        .collect();
    let took_ms = u64::try_from(found.took.as_millis()).unwrap_or(u64::MAX);
    SearchResult::Found { total: found.total, took_ms, hits, pager }
}

fn fault_of(q: &str, fault: search::QueryFault) -> QueryFault {
    let before: String = q.chars().take(fault.at).collect();
    let at: String = q.chars().skip(fault.at).take(1).collect();
    let after: String = q.chars().skip(fault.at + 1).collect();
    QueryFault { before, at, after, kind: fault.kind }
}

async fn facets_of(app: &App, lang: Lang, found: &search::Found, filters: &Filters) -> Result<Vec<Facet>, Refusal> {
    let fonds = holdings::all_fonds(&app.db).await?;
    let today = shown::today(app);
    let name = |code: &str| fonds.iter().find(|one| one.code == code).map_or("", |one| one.name_on(today)).to_owned();
    let facets = &found.facets;
    let listed = |kind, values: Vec<(String, u64)>, chosen: &[String], word: &dyn Fn(&str) -> String| Facet {
        kind,
        values: values
            .iter()
            .map(|(code, count)| FacetValue {
                code: code.clone(),
                word: word(code),
                count: *count,
                chosen: chosen.contains(code),
            })
            .collect(),
    };
    let years = facets.year.iter().rev().map(|(year, count)| (year.to_string(), *count)).collect();
    let plain = |_: &str| String::new();
    let word = |code: &str| category(app, code).split_once(' ').map_or(String::new(), |(_, word)| word.to_owned());
    Ok(vec![
        listed(FacetKind::Fonds, counted(&facets.fonds), &filters.fonds, &name),
        listed(FacetKind::Category, counted(&facets.category), &filters.category, &word),
        listed(FacetKind::Year, years, &[], &plain),
        listed(FacetKind::Retention, counted(&facets.retention), &filters.retention, &|code| {
            shown::retention(lang, code)
        }),
        listed(FacetKind::Department, counted(&facets.department), &filters.department, &plain),
    ])
}

/// The most frequent first, twelve at most.
fn counted(facet: &search::Facet) -> Vec<(String, u64)> {
    let mut values: Vec<(String, u64)> = facet.iter().map(|(value, count)| (value.clone(), *count)).collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    values.truncate(12);
    values
}

/// Names and values of a query, decoded (application/x-www-form-urlencoded).
fn url_pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let digits = [rest.next(), rest.next()].map(|digit| digit.and_then(|d| char::from(d).to_digit(16)));
                    if let [Some(high), Some(low)] = digits {
                        bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                    }
                }
                byte => bytes.push(byte),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_fields_are_lists_and_text_is_decoded() {
        let fields = Fields::of("q=%E5%9C%9F%E5%9C%B0+%E7%A1%AE&fonds=X001&fonds=X002&year_from=2011&page=0&lang=en");
        assert_eq!((fields.q.as_str(), fields.page), ("土地 确", 1));
        assert_eq!(fields.filters.fonds, ["X001", "X002"]);
        assert_eq!(fields.narrow().year_from, Some(2011));
        assert_eq!(Fields::of("q=%zz%4").q, "");
    }
}
