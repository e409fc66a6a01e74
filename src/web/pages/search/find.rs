use askama::Template;

use crate::search::FaultKind;
use crate::web::pages::{Frame, Marked, Pager, Standing, href};

/// 查档: GET `/search?q=&sort=&fonds=&category=&year_from=&year_to=&retention=&department=&page=`.
#[derive(Template)]
#[template(path = "search/find.html", config = "config/askama.toml")]
pub struct SearchPage {
    pub frame: Frame,
    /// The query as typed.
    pub q: String,
    pub sort: Sort,
    pub filters: Filters,
    pub facets: Vec<Facet>,
    pub result: SearchResult,
}

/// The order of the hits; the word is the value of `sort`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Score,
    Date,
    Reference,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Score, Sort::Date, Sort::Reference];

    pub fn value(&self) -> &'static str {
        match self {
            Sort::Score => "score",
            Sort::Date => "date",
            Sort::Reference => "reference",
        }
    }

    /// The value of `sort`; an unknown or missing one sorts by score.
    pub fn of(value: &str) -> Sort {
        Sort::ALL.into_iter().find(|sort| sort.value() == value).unwrap_or_default()
    }

    fn key(&self) -> &'static str {
        match self {
            Sort::Score => "sort-score",
            Sort::Date => "sort-date",
            Sort::Reference => "sort-reference",
        }
    }
}

/// What is narrowed to, as the query says it; lists hold the repeated values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    pub fonds: Vec<String>,
    pub category: Vec<String>,
    pub retention: Vec<String>,
    pub department: Vec<String>,
    pub year_from: String,
    pub year_to: String,
}

impl Filters {
    fn pairs(&self) -> Vec<(&str, &str)> {
        let lists = [
            ("fonds", &self.fonds),
            ("category", &self.category),
            ("retention", &self.retention),
            ("department", &self.department),
        ];
        let mut pairs: Vec<(&str, &str)> = lists
            .into_iter()
            .flat_map(|(name, values)| values.iter().map(move |value| (name, value.as_str())))
            .collect();
        pairs.push(("year_from", &self.year_from));
        pairs.push(("year_to", &self.year_to));
        pairs
    }
}

/// One facet with its counts, trimmed to what the reader may know.
pub struct Facet {
    pub kind: FacetKind,
    pub values: Vec<FacetValue>,
}

/// Which facet; the word is the name of its field in the query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FacetKind {
    Fonds,
    Category,
    Year,
    Retention,
    Department,
}

impl FacetKind {
    fn field(self) -> &'static str {
        match self {
            FacetKind::Fonds => "fonds",
            FacetKind::Category => "category",
            FacetKind::Year => "year",
            FacetKind::Retention => "retention",
            FacetKind::Department => "department",
        }
    }

    fn key(self) -> &'static str {
        match self {
            FacetKind::Fonds => "fonds",
            FacetKind::Category => "category",
            FacetKind::Year => "year",
            FacetKind::Retention => "retention",
            FacetKind::Department => "department",
        }
    }
}

pub struct FacetValue {
    /// The value of the field: `X099`, `WS`, `2011`, `Y`.
    pub code: String,
    /// Its name in words, empty when the code says all.
    pub word: String,
    pub count: u64,
    pub chosen: bool,
}

/// What the search came to.
pub enum SearchResult {
    /// Nothing asked yet.
    Unasked,
    /// The query cannot be understood.
    Fault(QueryFault),
    /// `total` records, `hits` of them on this page; no hit is an answer, not a fault.
    Found { total: u64, took_ms: u64, hits: Vec<Hit>, pager: Pager },
}

/// The place of the fault: the query as `before`, `at`, `after`.
pub struct QueryFault {
    pub before: String,
    pub at: String,
    pub after: String,
    pub kind: FaultKind,
}

impl QueryFault {
    fn reason(&self) -> &'static str {
        match self.kind {
            FaultKind::Quote => "fault-quote",
            FaultKind::Bracket => "fault-bracket",
            FaultKind::NoWord => "fault-no-word",
            FaultKind::Operand => "fault-operand",
            FaultKind::OnlyNot => "fault-only-not",
            FaultKind::Years => "fault-years",
            FaultKind::TooMuch => "fault-too-much",
        }
    }

    fn remedy(&self) -> &'static str {
        match self.kind {
            FaultKind::Quote => "mend-quote",
            FaultKind::Bracket => "mend-bracket",
            FaultKind::NoWord => "mend-no-word",
            FaultKind::Operand => "mend-operand",
            FaultKind::OnlyNot => "mend-only-not",
            FaultKind::Years => "mend-years",
            FaultKind::TooMuch => "mend-too-much",
        }
    }
}

/// One record found.
pub struct Hit {
    pub id: String,
    /// 档号; `None` while the record has none.
    pub reference: Option<String>,
    pub title: Marked,
    /// `None`: found by its description, or without any text yet.
    pub snippet: Option<Marked>,
    pub responsible: Option<String>,
    pub docno: Option<String>,
    pub date: Option<String>,
    pub retention: Option<String>,
    /// Secrecy in words, when it is above open.
    pub secrecy: Option<String>,
    pub standing: Standing,
    /// The page of the hit, from 1.
    pub page: Option<u32>,
    /// The page whose picture stands beside it: that of the hit, else the first.
    pub thumb: Option<u32>,
}

impl SearchPage {
    /// This search ordered otherwise, from its first page.
    fn sorted(&self, sort: &Sort) -> String {
        self.address(&self.filters, *sort)
    }

    /// This search without any filter.
    fn unfiltered(&self) -> String {
        self.address(&Filters::default(), self.sort)
    }

    fn address(&self, filters: &Filters, sort: Sort) -> String {
        let mut pairs = vec![("q", self.q.as_str())];
        if sort != Sort::Score {
            pairs.push(("sort", sort.value()));
        }
        pairs.extend(filters.pairs());
        href("/search", &pairs)
    }

    /// Path and query of this search without `page`, for [`Pager::base`].
    pub fn base(q: &str, sort: Sort, filters: &Filters) -> String {
        let mut pairs = vec![("q", q), ("sort", sort.value())];
        pairs.extend(filters.pairs());
        href("/search", &pairs)
    }

    /// The record at the page of the hit, the words kept.
    fn open(&self, hit: &Hit) -> String {
        let page = hit.page.map(|page| page.to_string()).unwrap_or_default();
        href(&format!("/records/{}", hit.id), &[("q", &self.q), ("page", &page)])
    }
}
