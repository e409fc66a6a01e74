//! Why a catalogue, or one row of it, cannot be read.

use crate::vault::VaultError;
use std::{io, path::PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("no catalogue in {}: put catalogue.xlsx, 目录.xlsx, catalogue.csv or 目录.csv beside the files", .0.display())]
    Absent(PathBuf),
    #[error("more than one catalogue: {}; keep one of them in the folder", .0.join(", "))]
    Several(Vec<String>),
    #[error("{} is none of .xlsx, .ods, .xls and .csv", .0.display())]
    Form(PathBuf),
    #[error("cannot read {}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Source(VaultError),
    #[error(
        "{} is larger than {limit} MiB, the most of a binary workbook, which must be read as a whole; save it as .xlsx, which may have a million rows", path.display()
    )]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("{} is not a readable Excel workbook: {reason}; open it in Excel and save it as .xlsx again", path.display())]
    Workbook { path: PathBuf, reason: String },
    #[error(
        "{} has two sheets with a list: {one} and {other}; hide or remove one of them, or hand them in as two batches", path.display()
    )]
    TwoSheets { path: PathBuf, one: String, other: String },
    #[error("no column for {missing} within the first {rows} rows; headers found: {}", found.join(" | "))]
    Columns { missing: String, rows: usize, found: Vec<String> },
    #[error("row {row} (line {line}): bytes that are not {encoding}; save the catalogue as UTF-8 or .xlsx")]
    Undecodable { row: u64, line: u64, encoding: &'static str },
    #[error(
        "row {row} (line {line}) is written in UTF-8 while the file is GB18030; save the catalogue as UTF-8 or .xlsx"
    )]
    Mixed { row: u64, line: u64 },
    #[error("row {row} (line {line}): a quote opens and never closes")]
    OpenQuote { row: u64, line: u64 },
    #[error("row {row} (line {line}) is longer than {limit} bytes; is a quote missing?")]
    LongRow { row: u64, line: u64, limit: usize },
    #[error("row {row} has more than {limit} columns")]
    Wide { row: u64, limit: usize },
    #[error("row {row} has more than {limit} bytes of text")]
    Heavy { row: u64, limit: usize },
}

impl CatalogueError {
    /// The row the error is about, if it is about one.
    pub fn row(&self) -> Option<u64> {
        match self {
            Self::Undecodable { row, .. }
            | Self::Mixed { row, .. }
            | Self::OpenQuote { row, .. }
            | Self::LongRow { row, .. }
            | Self::Wide { row, .. }
            | Self::Heavy { row, .. } => Some(*row),
            Self::Absent(_)
            | Self::Several(_)
            | Self::Form(_)
            | Self::Io { .. }
            | Self::Source(_)
            | Self::TooLarge { .. }
            | Self::Workbook { .. }
            | Self::TwoSheets { .. }
            | Self::Columns { .. } => None,
        }
    }

    /// Whether the rows after this one can still be read.
    pub fn leaves_the_rest(&self) -> bool {
        matches!(self, Self::Undecodable { .. } | Self::Mixed { .. } | Self::Wide { .. } | Self::Heavy { .. })
    }
}
