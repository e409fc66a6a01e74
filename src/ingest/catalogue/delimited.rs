//! CSV as offices write it: one row after another, as bytes.
//!
//! Ours and not a crate's, because a quote that never closes must be reported
//! at the row where it opened, rows must be counted as Excel counts them, and
//! no row may grow without bound. Splitting bytes is safe in UTF-8 and GB18030:
//! in neither is a quote, delimiter or line end ever part of another character.

use super::CatalogueError;
use std::io::{self, BufRead};

/// Longest row, in bytes (ours): more is a missing quote, not a description.
const LONGEST_ROW: usize = 1 << 20;

/// One row before decoding.
#[derive(Debug, Default)]
pub struct RawRow {
    /// As Excel counts: blank lines count, line ends inside quotes do not.
    pub number: u64,
    /// The line of the file the row begins on, from 1.
    pub line: u64,
    pub cells: Vec<Vec<u8>>,
}

impl RawRow {
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.iter().all(u8::is_ascii_whitespace))
    }
}

#[derive(Debug)]
pub enum Broken {
    Io(io::Error),
    Row(CatalogueError),
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// At the first byte of a cell.
    Start,
    Plain,
    Quoted,
    /// After a quote inside quotes: the end of the cell, or one half of `""`.
    Quote,
}

pub struct Delimited<R> {
    input: R,
    delimiter: u8,
    row: u64,
    line: u64,
    ended: bool,
}

impl<R: BufRead> Delimited<R> {
    pub fn new(input: R, delimiter: u8) -> Self {
        Self { input, delimiter, row: 0, line: 1, ended: false }
    }

    /// The next row, blank ones too. After `Broken` there are no more rows.
    pub fn next_row(&mut self) -> Result<Option<RawRow>, Broken> {
        if self.ended {
            return Ok(None);
        }
        let read = self.read_row();
        self.ended = !matches!(read, Ok(Some(_)));
        read
    }

    fn read_row(&mut self) -> Result<Option<RawRow>, Broken> {
        let mut row = RawRow { number: self.row + 1, line: self.line, cells: Vec::new() };
        let (mut cell, mut state, mut bytes) = (Vec::new(), State::Start, 0usize);
        while let Some(byte) = self.byte()? {
            bytes += 1;
            if bytes > LONGEST_ROW {
                let (row, line) = (row.number, row.line);
                return Err(Broken::Row(CatalogueError::LongRow { row, line, limit: LONGEST_ROW }));
            }
            state = match (state, byte) {
                (State::Start, b'"') => State::Quoted,
                (State::Quoted, b'"') => State::Quote,
                (State::Quote, b'"') => {
                    cell.push(b'"');
                    State::Quoted
                }
                (State::Quoted, byte) => {
                    self.line += u64::from(byte == b'\n');
                    cell.push(byte);
                    State::Quoted
                }
                (_, b'\n' | b'\r') => {
                    self.finish_line(byte)?;
                    row.cells.push(cell);
                    return self.finish(row);
                }
                (_, byte) if byte == self.delimiter => {
                    row.cells.push(std::mem::take(&mut cell));
                    State::Start
                }
                // Text after a closing quote is kept: nobody else will find it.
                (_, byte) => {
                    cell.push(byte);
                    State::Plain
                }
            };
        }
        if state == State::Quoted {
            return Err(Broken::Row(CatalogueError::OpenQuote { row: row.number, line: row.line }));
        }
        if bytes == 0 {
            return Ok(None);
        }
        row.cells.push(cell);
        self.finish(row)
    }

    fn finish(&mut self, row: RawRow) -> Result<Option<RawRow>, Broken> {
        self.row += 1;
        Ok(Some(row))
    }

    /// Takes the `\n` of a `\r\n` along.
    fn finish_line(&mut self, byte: u8) -> Result<(), Broken> {
        self.line += 1;
        if byte == b'\r' && self.input.fill_buf().map_err(Broken::Io)?.first() == Some(&b'\n') {
            self.input.consume(1);
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<Option<u8>, Broken> {
        let byte = self.input.fill_buf().map_err(Broken::Io)?.first().copied();
        if byte.is_some() {
            self.input.consume(1);
        }
        Ok(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u64, u64, Vec<String>)> {
        let mut reader = Delimited::new(text.as_bytes(), b',');
        std::iter::from_fn(|| reader.next_row().unwrap())
            .map(|row| {
                (row.number, row.line, row.cells.into_iter().map(|cell| String::from_utf8(cell).unwrap()).collect())
            })
            .collect()
    }

    #[test]
    fn rows_are_numbered_as_excel_numbers_them() {
        let read = rows("a,b\r\n\r\n\"x\ny\",\"he said \"\"no\"\"\"\r\nlast,\"q\"tail");
        let read: Vec<_> = read.iter().map(|(n, l, c)| (*n, *l, c.join("|"))).collect();
        assert_eq!(
            read,
            [
                (1, 1, "a|b".into()),
                (2, 2, String::new()),
                (3, 3, "x\ny|he said \"no\"".into()),
                (4, 5, "last|qtail".into())
            ]
        );
    }

    #[test]
    fn every_line_end_ends_a_row() {
        for text in ["a,b\nc,d", "a,b\r\nc,d\r\n", "a,b\rc,d\r"] {
            assert_eq!(rows(text).len(), 2, "{text:?}");
        }
        assert_eq!(rows("").len(), 0);
    }

    #[test]
    fn an_open_quote_is_reported_at_its_row_and_ends_the_reading() {
        let mut reader = Delimited::new("a,b\nc,\"never\nd,e\n".as_bytes(), b',');
        reader.next_row().unwrap();
        let broken = reader.next_row().unwrap_err();
        assert!(matches!(broken, Broken::Row(CatalogueError::OpenQuote { row: 2, line: 2 })), "{broken:?}");
        assert!(reader.next_row().unwrap().is_none());
    }

    #[test]
    fn a_row_cannot_grow_without_bound() {
        let text = format!("a\n\"{}\"\n", "x".repeat(LONGEST_ROW));
        let mut reader = Delimited::new(text.as_bytes(), b',');
        reader.next_row().unwrap();
        assert!(matches!(reader.next_row(), Err(Broken::Row(CatalogueError::LongRow { row: 2, .. }))));
    }
}
