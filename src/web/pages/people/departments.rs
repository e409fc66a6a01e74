use askama::Template;

use super::{Choice, Fault};
use crate::web::pages::Frame;

/// 机构: the tree. GET `/departments` {change}, POST `/departments` {code, name, parent},
/// `/departments/{code}` {name, parent}, `/departments/{code}/close`.
#[derive(Template)]
#[template(path = "people/departments.html", config = "config/askama.toml")]
pub struct DepartmentsPage {
    pub frame: Frame,
    /// In the order of the tree.
    pub lines: Vec<DepartmentLine>,
    /// Why one was not closed.
    pub fault: Option<Fault>,
    /// The one that is being changed.
    pub change: Option<DepartmentForm>,
    pub open: DepartmentForm,
}

pub struct DepartmentLine {
    pub code: String,
    pub name: String,
    /// How many stand above it.
    pub depth: usize,
    /// The day it was closed.
    pub closed: Option<String>,
}

impl DepartmentLine {
    /// As wide as its depth.
    pub fn indent(&self) -> String {
        "　".repeat(self.depth)
    }
}

/// A department as typed.
#[derive(Default)]
pub struct DepartmentForm {
    pub code: String,
    pub name: String,
    pub parents: Vec<Choice>,
    pub fault: Option<Fault>,
}
