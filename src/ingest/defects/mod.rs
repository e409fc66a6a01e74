//! Defects: what is wrong with a batch, at which row, and how to mend it.
//!
//! Owns the words. Promises: every defect names its row, 档号 or file, says its
//! reason and a remedy in the sender's language (Chinese first, English
//! complete), and has a stable kind that software may rely on. The list leaves
//! the house as JSON or as a workbook the sender opens beside the catalogue; no
//! cell of it can act as a formula.
//!
//! The checks here need no database: they compare the catalogue with itself and
//! with the files. What the archive already holds is asked elsewhere, with the
//! same words.

mod check;
mod code_words;
mod kind;
mod sheet;
mod words;

pub use check::{
    CodeParts, code_parts, duplicate_codes, duplicate_content, matching, missing_file, pages, refused, set_aside,
    unmarked,
};
pub use code_words::code_refused;
pub use kind::{DefectKind, Severity};
pub use sheet::{SheetError, harmless, write_xlsx};
pub use words::{Lang, Words};

use super::catalogue::{CatalogueError, Fault};
use serde::{Deserialize, Serialize};

/// One thing wrong. As JSON: `row, code, file, kind, reason, remedy, severity`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    /// The row of the catalogue, as Excel numbers it.
    pub row: Option<u64>,
    pub code: Option<String>,
    /// The file's path below the batch folder.
    pub file: Option<String>,
    pub kind: DefectKind,
    pub reason: String,
    pub remedy: String,
    pub severity: Severity,
}

impl Defect {
    /// A defect of the kind's own severity, of nothing in particular yet.
    pub fn new(kind: DefectKind, words: Words) -> Self {
        let Words { reason, remedy } = words;
        Self { row: None, code: None, file: None, kind, reason, remedy, severity: kind.severity() }
    }

    #[must_use]
    pub fn at(mut self, row: u64, code: &str) -> Self {
        self.row = Some(row);
        self.code = Some(code.to_owned()).filter(|code| !code.is_empty());
        self
    }

    #[must_use]
    pub fn of_file(mut self, file: &str) -> Self {
        self.file = Some(file.to_owned());
        self
    }

    /// The fault of a cell, with the header of its column before the reason.
    pub fn from_fault(fault: Fault, row: u64, code: &str) -> Self {
        let reason = format!("{}：{}", fault.column, fault.reason);
        Self::new(fault.kind, Words { reason, remedy: fault.remedy }).at(row, code)
    }

    /// A row of the catalogue that cannot be read; `None` if the error is about
    /// the whole catalogue.
    pub fn from_error(error: &CatalogueError, lang: Lang) -> Option<Self> {
        let row = error.row()?;
        Some(Self::new(DefectKind::RowUnreadable, Words::row_unreadable(error, lang)).at(row, ""))
    }
}
