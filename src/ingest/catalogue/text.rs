//! A CSV catalogue: its encoding and delimiter are found in its head, then its
//! rows are streamed.

use super::{
    CatalogueError, Cell, Columns, HEADER_WITHIN, Mapping, Row,
    delimited::{Broken, Delimited, MOST_COLUMNS, RawRow},
};
use crate::vault::{Bytes, Source};
use encoding_rs::GB18030;
use std::{
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

/// How much of the file is looked at to guess, in bytes.
const HEAD: usize = 64 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Gb18030,
}

impl Encoding {
    /// Of a file without a byte order mark: the first line that is not ASCII
    /// decides. A header has Chinese words, so that is nearly always line 1.
    fn guess(head: &[u8]) -> Self {
        let line = head.split(|byte| *byte == b'\n').find(|line| !line.is_ascii());
        match line.map(std::str::from_utf8) {
            None | Some(Ok(_)) => Self::Utf8,
            // Cut by the end of the head, not by a fault.
            Some(Err(error)) if error.error_len().is_none() => Self::Utf8,
            Some(Err(_)) => Self::Gb18030,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
        }
    }

    fn decode(self, bytes: Vec<u8>) -> Option<String> {
        match self {
            Self::Utf8 => String::from_utf8(bytes).ok(),
            Self::Gb18030 => {
                GB18030.decode_without_bom_handling_and_without_replacement(&bytes).map(std::borrow::Cow::into_owned)
            }
        }
    }
}

pub struct TextRows {
    path: PathBuf,
    encoding: Encoding,
    rows: Delimited<BufReader<Box<dyn Bytes>>>,
}

impl TextRows {
    /// Opens the file and finds encoding, delimiter and header; the first row
    /// given afterwards is the one below the header.
    pub fn open(path: &Path, source: &Source, mapping: &Mapping) -> Result<(Self, Columns), CatalogueError> {
        let io = |source| CatalogueError::Io { path: path.to_owned(), source };
        let mut file = source.open().map_err(CatalogueError::Source)?;
        let mut head = Vec::new();
        (&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(io)?;
        if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
            return Err(CatalogueError::Utf16);
        }
        let mark = if head.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
        let encoding = if mark > 0 { Encoding::Utf8 } else { Encoding::guess(&head) };
        let (delimiter, columns) = guess_delimiter(&head[mark..], encoding, mapping)?;
        file.seek(SeekFrom::Start(mark as u64)).map_err(io)?;
        let rows = Delimited::new(BufReader::with_capacity(HEAD, file), delimiter);
        let mut text = Self { path: path.to_owned(), encoding, rows };
        text.skip_to(columns.header_row())?;
        Ok((text, columns))
    }

    pub fn next_row(&mut self) -> Option<Result<Row, CatalogueError>> {
        loop {
            match self.rows.next_row() {
                Ok(None) => return None,
                Ok(Some(raw)) if raw.is_blank() => {}
                Ok(Some(raw)) => return Some(decode(raw, self.encoding)),
                Err(broken) => return Some(Err(self.error(broken))),
            }
        }
    }

    fn skip_to(&mut self, header: u64) -> Result<(), CatalogueError> {
        for _ in 0..header {
            self.rows.next_row().map_err(|broken| self.error(broken))?;
        }
        Ok(())
    }

    fn error(&self, broken: Broken) -> CatalogueError {
        match broken {
            Broken::Row(error) => error,
            Broken::Io(source) => CatalogueError::Io { path: self.path.clone(), source },
        }
    }
}

fn decode(raw: RawRow, encoding: Encoding) -> Result<Row, CatalogueError> {
    let (row, line) = (raw.number, raw.line);
    if raw.cells.len() > MOST_COLUMNS {
        return Err(CatalogueError::Wide { row, limit: MOST_COLUMNS });
    }
    if encoding == Encoding::Gb18030 && is_utf8_chinese(&raw.cells) {
        return Err(CatalogueError::Mixed { row, line });
    }
    let mut cells = Vec::with_capacity(raw.cells.len());
    for cell in raw.cells {
        let text = encoding.decode(cell).ok_or(CatalogueError::Undecodable { row, line, encoding: encoding.name() })?;
        cells.push(Cell::from_text(text));
    }
    Ok(Row { number: row, cells })
}

/// Whether the row reads as UTF-8 with Chinese in it: as GB18030 that would be
/// an odd accident, and its reading as GB18030 would be nonsense in the record.
fn is_utf8_chinese(cells: &[Vec<u8>]) -> bool {
    let mut chinese = false;
    for cell in cells.iter().filter(|cell| !cell.is_ascii()) {
        let Ok(text) = std::str::from_utf8(cell) else { return false };
        chinese |= text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
    }
    chinese
}

/// The delimiter under which a header is found; the comma's error if none is.
fn guess_delimiter(head: &[u8], encoding: Encoding, mapping: &Mapping) -> Result<(u8, Columns), CatalogueError> {
    let mut first = None;
    for delimiter in [b',', b'\t', b';'] {
        match Columns::find(&top_rows(head, delimiter, encoding), mapping) {
            Ok(columns) => return Ok((delimiter, columns)),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.expect("three delimiters were tried"))
}

fn top_rows(head: &[u8], delimiter: u8, encoding: Encoding) -> Vec<Row> {
    let mut reader = Delimited::new(io::Cursor::new(head), delimiter);
    // A row that cannot be read here is reported when the rows are streamed.
    std::iter::from_fn(|| reader.next_row().ok().flatten())
        .take(HEADER_WITHIN)
        .filter_map(|raw| decode(raw, encoding).ok())
        .collect()
}
