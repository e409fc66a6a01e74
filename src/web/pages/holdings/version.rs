use askama::Template;

use super::Fact;
use crate::web::pages::{Frame, people::Fault};

/// A version in the list of a record's versions.
pub struct VersionLine {
    pub number: i64,
    pub at: String,
    pub by: String,
    /// What kind of change, in words.
    pub kind: String,
    pub reason: String,
    pub changed: Vec<ChangeLine>,
    /// It lies in the store.
    pub sealed: bool,
}

/// One thing that a version changed.
pub struct ChangeLine {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// What a record said and held at one time. GET `/records/{id}/versions/{number}`.
#[derive(Template)]
#[template(path = "holdings/version.html", config = "config/askama.toml")]
pub struct VersionPage {
    pub frame: Frame,
    pub id: String,
    pub code: String,
    /// As it was then.
    pub title: String,
    pub line: VersionLine,
    pub facts: Vec<Fact>,
    pub files: Vec<OldFile>,
}

/// A file as it was in a version.
pub struct OldFile {
    pub number: i64,
    pub name: String,
    pub format: String,
    pub bytes: u64,
    /// 64 hex digits.
    pub sha256: String,
}

/// 更正著录. GET and POST `/records/{id}/correct` {seen, reason, a field each}.
#[derive(Template)]
#[template(path = "holdings/correct.html", config = "config/askama.toml")]
pub struct CorrectPage {
    pub frame: Frame,
    pub id: String,
    pub code: String,
    pub title: String,
    pub fields: Vec<FieldShown>,
    /// The version that the form was filled from.
    pub seen: String,
    pub reason: String,
    pub fault: Option<Fault>,
}

/// A field of the description, as it is or as it was typed.
pub struct FieldShown {
    pub name: String,
    pub word: String,
    pub value: String,
    /// It may have lines.
    pub long: bool,
}

impl FieldShown {
    /// Lines that it is shown with.
    fn rows(&self) -> usize {
        (self.value.lines().count().max(self.value.chars().count() / 40 + 1)).clamp(1, 8)
    }
}
