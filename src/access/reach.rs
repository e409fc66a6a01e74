//! What an asker may know to exist.

use crate::kernel::Year;

/// The part of the holdings an asker may know of: the union of its scopes, so
/// that an empty reach reaches nothing. It is applied *inside* SQL and the
/// engine, never to a list that was already counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach(Vec<Scope>);

/// One rectangle of the holdings. `None` means "any" in that direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Codes of fonds (全宗号).
    pub fonds: Option<Vec<String>>,
    /// Codes of categories (门类).
    pub categories: Option<Vec<String>>,
    /// Codes of departments (机构).
    pub departments: Option<Vec<String>>,
    /// First and last year (年度), both included.
    pub years: Option<(Year, Year)>,
    /// The highest rank of secrecy ([`crate::kernel::Secrecy::rank`]).
    pub secrecy_at_most: i64,
}

impl Reach {
    /// Reaches nothing: what an unknown asker has.
    pub fn nothing() -> Self {
        Self(Vec::new())
    }

    /// Reaches what any of `scopes` reaches.
    pub fn of(scopes: Vec<Scope>) -> Self {
        Self(scopes)
    }

    /// Everything up to `rank` of secrecy.
    pub fn up_to(rank: i64) -> Self {
        Self(vec![Scope { fonds: None, categories: None, departments: None, years: None, secrecy_at_most: rank }])
    }

    pub fn scopes(&self) -> &[Scope] {
        &self.0
    }
}
