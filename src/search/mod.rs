//! Chinese full text: finds records by words in their description and text.
//! Owns the tantivy folder, which may be deleted at any time. Promises that no
//! Chinese word that stands in a title or a text is missed, and that no hit
//! lacks the words. It is never the ground of a legal decision.

mod analyse;
mod ask;
mod engine;
mod find;
mod fold;
mod follow;
mod query;
mod rank;
mod schema;
mod snippet;

pub use engine::{Answer, Catalogue, Doc, Facet, Facets, Filters, SearchError, Sort};
pub use find::{Asked, Found, Hit, find};
pub use fold::fold;
pub use follow::{follow, pages_of, rebuild};
pub use query::{FaultKind, Field, Part, Query, QueryFault};
pub use snippet::{Snippet, marks_in, snippet};

#[cfg(test)]
mod tests;
