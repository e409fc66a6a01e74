//! Lists come in pages that go on from a key, not from a count.

/// Where a page begins: after this key in the list's order. Opaque outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page of at most `limit` out of `limit + 1` rows asked for; `key` is
    /// asked of the last row shown.
    pub fn of(mut rows: Vec<T>, limit: usize, key: impl Fn(&T) -> String) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|row| Cursor(key(row))) } else { None };
        Self { items: rows, next }
    }
}
