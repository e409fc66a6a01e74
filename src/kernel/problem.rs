//! What went wrong, in words for the person who has to mend it.

/// A problem as it is shown: RFC 9457 over HTTP, three sentences on a page or a
/// terminal. `kind` is a stable word (`code-taken`), `status` the HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: &'static str,
    pub status: u16,
    pub title: String,
    pub detail: String,
    pub remedy: String,
}
