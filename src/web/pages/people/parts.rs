/// One of the things to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub word: String,
    pub chosen: bool,
}

/// Why a form came back: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub detail: String,
    pub remedy: String,
}

/// A grant in words.
#[derive(Clone, Debug)]
pub struct GrantShown {
    pub id: String,
    /// Id and name of whose it is.
    pub person: String,
    pub name: String,
    pub functions: String,
    /// On which part of the holdings.
    pub scope: String,
    pub days: String,
    pub reason: String,
    /// When it was taken away; `None` while it stands.
    pub ended: Option<String>,
}

/// Somebody in a post.
#[derive(Clone, Debug)]
pub struct HoldingShown {
    pub id: String,
    pub person: String,
    pub name: String,
    pub post: String,
    pub department: Option<String>,
    pub days: String,
    /// Whom he stands in for.
    pub acts_for: Option<String>,
    pub reason: String,
    /// It holds today.
    pub today: bool,
    /// It can still be ended.
    pub open: bool,
}

/// A session.
#[derive(Clone, Debug)]
pub struct SessionShown {
    pub id: String,
    pub kind: String,
    pub address: String,
    pub agent: String,
    pub began: String,
    pub seen: String,
    /// The one that the page is looked at with.
    pub here: bool,
}

/// A token for programs.
#[derive(Clone, Debug)]
pub struct TokenShown {
    pub id: String,
    pub label: String,
    pub functions: String,
    pub until: String,
    /// When its owner drew the secret.
    pub drawn: Option<String>,
    /// Ended, or past its last day.
    pub over: bool,
}
