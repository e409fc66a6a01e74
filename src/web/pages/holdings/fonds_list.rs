use askama::Template;

use crate::web::pages::Frame;

/// 馆藏: the fonds, and the form for a new one. GET and POST `/fonds` {code, name, csrf}.
#[derive(Template)]
#[template(path = "holdings/fonds_list.html", config = "config/askama.toml")]
pub struct FondsListPage {
    pub frame: Frame,
    pub fonds: Vec<FondsLine>,
    /// `None` when the reader may not add one.
    pub form: Option<NewFonds>,
}

pub struct FondsLine {
    pub code: String,
    pub name: String,
    pub records: u64,
    /// `2009–2025`, or `None` while it is empty.
    pub years: Option<String>,
}

/// The form as typed; a fault is a sentence at its field.
#[derive(Default)]
pub struct NewFonds {
    pub code: String,
    pub code_fault: Option<String>,
    pub name: String,
    pub name_fault: Option<String>,
}
