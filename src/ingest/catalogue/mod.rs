//! The catalogue (目录) a sender hands in: an Excel workbook or a CSV, as
//! offices really write them.
//!
//! Owns nothing but the reading. Promises: a row is numbered as Excel numbers
//! it; a row that cannot be read is an error of that row and the others are
//! still given; what is not understood is kept under its own header; the title
//! is copied as it stands; and of a row above 公开 nothing outlives the reading
//! but its number, its 档号 and its mark (see [`Reading::SetAside`]).
//!
//! Forms: `.xlsx` and `.ods` (the one visible sheet with a header, streamed), `.xls` (within
//! 32 MiB, for it cannot be streamed) and `.csv` (streamed; UTF-8 with or without a byte
//! order mark, GB18030, or UTF-16 with one; comma, tab or semicolon). The header is looked for within the first ten rows, because a
//! printed catalogue begins with its own title.

mod carrier;
mod columns;
mod date;
mod delimited;
mod entry;
mod error;
mod find;
mod header;
mod mapping;
mod numeral;
mod preview;
mod text;
mod words;
mod workbook;

pub use crate::profile::Field;
pub(in crate::ingest) use carrier::{carrier, carriers};
pub use columns::Columns;
pub(in crate::ingest) use date::read as read_date;
pub use date::{DateFault, When};
pub use entry::{Entry, Fault, Reading, SetAside};
pub use error::CatalogueError;
pub use find::{choose, find, is_catalogue};
pub use header::Headers;
pub use mapping::{Mapping, Told, read_told};
pub(in crate::ingest) use mapping::{told_of, told_text};
pub use preview::{How, Preview, SeenColumn, SeenRow, SeenSecrecy, preview};
pub use words::{Retention, RetentionFault};
pub(in crate::ingest) use words::{pages, retention};
pub(in crate::ingest) use workbook::refuse_bombs;

use crate::{
    kernel::Dated,
    vault::{Bytes, Source, VaultError},
};
use std::{borrow::Cow, fs::File, io::Cursor, path::Path};

/// Most columns of a row (ours).
const MOST_COLUMNS: usize = 512;

/// A header is looked for in this many rows (ours).
const HEADER_WITHIN: usize = 10;

/// One cell as it was stored. CSV knows only text.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    /// A cell Excel shows as a date.
    Day(Dated),
    Flag(bool),
    /// An Excel error value (`#REF!`), or a date Excel itself cannot show.
    Broken(String),
}

impl Cell {
    pub(crate) fn from_text(text: String) -> Self {
        if text.trim().is_empty() { Self::Empty } else { Self::Text(text) }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    /// The text a person sees, without outer blanks; a whole number has no
    /// decimal point (`20110614`, not `20110614.0`).
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) | Self::Broken(text) => Cow::Borrowed(text.trim()),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Day(day) => Cow::Owned(day.to_string()),
            Self::Flag(true) => Cow::Borrowed("TRUE"),
            Self::Flag(false) => Cow::Borrowed("FALSE"),
        }
    }
}

/// A row below the header that is not blank.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As Excel numbers it, from 1.
    pub number: u64,
    /// May be shorter than the header.
    pub cells: Vec<Cell>,
}

impl Row {
    fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }

    /// Of its texts together.
    pub fn bytes(&self) -> usize {
        let texts = self.cells.iter().map(|cell| match cell {
            Cell::Text(text) | Cell::Broken(text) => text.len(),
            _ => 0,
        });
        texts.sum()
    }

    fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

enum Rows {
    Text(text::TextRows),
    Workbook(Box<workbook::WorkbookRows>),
    Ods(Box<workbook::OdsRows>),
    Binary(std::vec::IntoIter<Row>),
}

/// What a catalogue is read from, again and again.
pub trait Opens {
    /// From the first byte.
    fn open(&self) -> Result<Box<dyn Bytes>, VaultError>;
}

impl Opens for Source {
    fn open(&self) -> Result<Box<dyn Bytes>, VaultError> {
        Source::open(self)
    }
}

/// A catalogue that lies in memory and nowhere else.
pub struct InMemory(pub bytes::Bytes);

impl Opens for InMemory {
    fn open(&self) -> Result<Box<dyn Bytes>, VaultError> {
        Ok(Box::new(Cursor::new(self.0.clone())))
    }
}

/// Where a reading puts what is too much for memory.
pub trait Aside {
    /// A new file without a name.
    fn file(&self) -> Result<File, VaultError>;
    /// Whether so many bytes may be written there.
    fn room(&self, bytes: u64) -> Result<(), VaultError>;
}

/// An opened catalogue; iterating gives its rows. An error of one row leaves
/// the others readable where [`CatalogueError::leaves_the_rest`] says so; after
/// any other error there are no more rows.
pub struct Catalogue {
    columns: Columns,
    rows: Rows,
}

impl Catalogue {
    /// Opens the catalogue that its sender called `name` (its ending says the form), with
    /// some headers explained by the caller; the rest is guessed.
    pub fn open(name: &Path, file: &dyn Opens, mapping: &Mapping, aside: &dyn Aside) -> Result<Self, CatalogueError> {
        let form = name.extension().and_then(|form| form.to_str()).map(str::to_lowercase);
        match form.as_deref() {
            Some("xlsx") => {
                let (rows, columns) = workbook::WorkbookRows::open(name, file, mapping, aside)?;
                Ok(Self { columns, rows: Rows::Workbook(Box::new(rows)) })
            }
            Some("ods") => {
                let (rows, columns) = workbook::OdsRows::open(name, file, mapping)?;
                Ok(Self { columns, rows: Rows::Ods(Box::new(rows)) })
            }
            Some("xls") => {
                let (rows, columns) = workbook::read_binary(name, file, mapping)?;
                Ok(Self { columns, rows: Rows::Binary(rows) })
            }
            Some("csv") => {
                let (rows, columns) = text::TextRows::open(name, file, mapping)?;
                Ok(Self { columns, rows: Rows::Text(rows) })
            }
            _ => Err(CatalogueError::Form(name.to_owned())),
        }
    }

    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}

impl Iterator for Catalogue {
    type Item = Result<Row, CatalogueError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match &mut self.rows {
                Rows::Text(rows) => rows.next_row()?,
                Rows::Workbook(rows) => rows.next_row()?,
                Rows::Ods(rows) => rows.next_row()?,
                Rows::Binary(rows) => Ok(rows.next()?),
            };
            // A printed catalogue repeats its header on every page.
            match row {
                Ok(row) if row.is_blank() || self.columns.is_header(&row) => {}
                row => return Some(row),
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
