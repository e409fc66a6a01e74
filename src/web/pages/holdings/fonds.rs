use askama::Template;

use crate::web::pages::Frame;

/// One fonds. GET `/fonds/{code}`, POST `/fonds/{code}/rename` {name, since, csrf}.
#[derive(Template)]
#[template(path = "holdings/fonds.html", config = "config/askama.toml")]
pub struct FondsPage {
    pub frame: Frame,
    pub code: String,
    /// The name of today.
    pub name: String,
    pub records: u64,
    /// Every name with its days, the newest first.
    pub names: Vec<NameSpan>,
    /// `None` when the reader may not rename it.
    pub form: Option<Rename>,
    pub schemes: Vec<SchemeSpan>,
    pub gaps: Vec<Gap>,
}

/// A name from a day (ISO) until another; `until` is `None` for the name of today.
pub struct NameSpan {
    pub name: String,
    pub since: String,
    pub until: Option<String>,
}

/// The form as typed; a fault is a sentence at its field.
#[derive(Default)]
pub struct Rename {
    pub name: String,
    pub name_fault: Option<String>,
    pub since: String,
    pub since_fault: Option<String>,
}

/// Which numbering scheme a category follows from a year on.
pub struct SchemeSpan {
    pub category: String,
    pub scheme: String,
    pub from_year: String,
}

/// Numbers missing in one series of 档号.
pub struct Gap {
    pub series: String,
    /// `0003–0005、0011`.
    pub missing: String,
    pub count: u64,
    /// Why they are empty; `None` while nobody has said.
    pub reason: Option<String>,
}
