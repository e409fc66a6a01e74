use askama::Template;

use super::{Choice, Fault};
use crate::web::pages::Frame;

/// 人员: who has an account, and the form for somebody new. GET `/people`
/// {name, role, department, left, next}, POST `/people` {name, role, department,
/// clearance, csrf}.
#[derive(Template)]
#[template(path = "people/list.html", config = "config/askama.toml")]
pub struct PeoplePage {
    pub frame: Frame,
    /// The filter as asked for.
    pub name: String,
    pub roles: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub left: bool,
    pub people: Vec<PersonLine>,
    /// Path and query of the next page.
    pub next: Option<String>,
    pub form: PersonForm,
}

pub struct PersonLine {
    pub id: String,
    pub name: String,
    pub role: String,
    pub department: Option<String>,
    pub clearance: String,
    /// The day he left.
    pub left: Option<String>,
    /// The first password stands.
    pub due: bool,
}

/// Somebody to add, as typed.
pub struct PersonForm {
    pub name: String,
    pub roles: Vec<Choice>,
    /// Code; may be new.
    pub department: String,
    /// Those there are, to choose from.
    pub departments: Vec<Choice>,
    pub clearances: Vec<Choice>,
    pub fault: Option<Fault>,
}
