//! Workbooks. An Excel catalogue (`.xlsx`) is streamed: whatever its length, memory holds one
//! row, and of the texts that cells share 64 MiB; an OpenDocument one (`.ods`) likewise. An
//! old binary one (`.xls`) is read as a whole, within a bound.
//!
//! # Why
//!
//! Ours and not a crate's: those that stream cells hold all shared texts, and a million
//! rows may have millions of them. The sheet's "used
//! range" may claim a thousand million cells, so nothing is believed but the cells
//! themselves. Each part is read twice: once to its end, for its checksum, its size and
//! the merged cells, which stand after the rows they reach over; then row by row.

mod binary;
mod book;
mod merged;
mod ods;
mod parts;
mod sealed;
mod serial;
mod sheet;
mod strings;
mod styles;
mod trouble;
mod xml;

pub(super) use binary::read as read_binary;
pub(super) use ods::OdsRows;
pub(in crate::ingest) use parts::refuse_bombs;

use super::{Aside, CatalogueError, Columns, Mapping, Opens, Row};
use book::{Book, Top};
use parts::Parts;
use sheet::{Shared, Sheet};
use std::path::{Path, PathBuf};
use trouble::{Trouble, broken};

/// The rows below the header of the one visible sheet that has one.
pub(super) struct WorkbookRows {
    path: PathBuf,
    sheet: Sheet,
    shared: Shared,
    header_row: u64,
}

impl WorkbookRows {
    pub fn open(
        path: &Path,
        source: &dyn Opens,
        mapping: &Mapping,
        aside: &dyn Aside,
    ) -> Result<(Self, Columns), CatalogueError> {
        let at = |trouble: Trouble| trouble.of(path);
        let mut parts = Parts::open(source).map_err(at)?;
        let mut book = Book::read(&mut parts, aside).map_err(at)?;
        let (mut first, mut found): (_, Option<(String, Top, Columns)>) = (None, None);
        for (name, part) in std::mem::take(&mut book.sheets) {
            let mut top = book.top(&mut parts, &part).map_err(at)?;
            match Columns::find(&top.rows, mapping) {
                Ok(columns) if found.is_none() => found = Some((name, top, columns)),
                // Another sheet that might have been it, and is not looked at further.
                Ok(_) if mapping.lenient => {}
                // Two lists in one workbook: which is meant is for the sender to say.
                Ok(_) => {
                    let (one, ..) = found.expect("the guard above failed");
                    return Err(CatalogueError::TwoSheets { path: path.to_owned(), one, other: name });
                }
                Err(error) => first = first.or(Some(top.fault.take().unwrap_or(error))),
            }
        }
        let Some((_, top, columns)) = found else {
            return Err(first.unwrap_or_else(|| at(broken("no visible sheet"))));
        };
        let sheet = Sheet::of(parts.again(&top.part).map_err(at)?, top.merged);
        let (path, header_row) = (path.to_owned(), columns.header_row());
        Ok((Self { path, sheet, shared: book.shared, header_row }, columns))
    }

    pub fn next_row(&mut self) -> Option<Result<Row, CatalogueError>> {
        loop {
            match self.sheet.next_row(&mut self.shared)? {
                Ok(row) if row.number <= self.header_row => {}
                Err(Trouble::Row(error)) if error.row().is_some_and(|row| row <= self.header_row) => {}
                row => return Some(row.map_err(|trouble| trouble.of(&self.path))),
            }
        }
    }
}
