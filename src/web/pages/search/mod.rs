//! Searching: 查档.

mod find;

pub use find::{Facet, FacetKind, FacetValue, Filters, Hit, QueryFault, SearchPage, SearchResult, Sort};

#[cfg(test)]
mod samples;
