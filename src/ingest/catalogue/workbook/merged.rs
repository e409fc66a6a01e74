//! Cells merged over several rows.

use super::{
    super::{Cell, Row},
    trouble::{Trouble, broken},
    xml::{Xml, attribute, local},
};
use memchr::memmem::Finder;
use quick_xml::events::Event;
use std::io::{self, Read};

/// Most areas of a sheet (ours).
const MOST: usize = 1 << 20;
/// Columns that are looked at.
const COLUMNS: usize = super::super::MOST_COLUMNS;

/// Areas that reach over more than one row, by their first row.
#[derive(Clone, Debug, Default)]
pub(super) struct Merged {
    /// First row, last row, column.
    areas: Vec<(u32, u32, u16)>,
    /// The first that was not begun.
    next: usize,
    /// In each column, what stands there until which row.
    now: Vec<Option<(u64, Cell)>>,
}

impl Merged {
    /// Reads a sheet's part to its end for what stands after its rows.
    pub fn read(part: &mut dyn Read) -> Result<Self, Trouble> {
        let mut merged = Self::default();
        let mut xml = Xml::of(AfterRows::of(part));
        loop {
            match xml.next()? {
                Event::Start(tag) | Event::Empty(tag) if local(tag.name().as_ref()) == "mergeCell" => {
                    merged.add(&attribute(&tag, "ref").unwrap_or_default())?;
                }
                Event::Eof => break,
                _ => {}
            }
        }
        merged.sort();
        Ok(merged)
    }

    /// Before the first row.
    pub fn sort(&mut self) {
        self.areas.sort_unstable();
    }

    /// A cell of the row that is read stands there until row `last`.
    pub fn begin(&mut self, column: usize, last: u64, value: Cell) {
        if column < COLUMNS {
            if self.now.len() <= column {
                self.now.resize(column + 1, None);
            }
            self.now[column] = Some((last, value));
        }
    }

    fn add(&mut self, area: &str) -> Result<(), Trouble> {
        let corners = area.split_once(':').and_then(|(from, to)| Some((place(from)?, place(to)?)));
        let Some(((first, column), (last, _))) = corners.filter(|((first, _), (last, _))| first < last) else {
            return Ok(());
        };
        self.push(first, last, column)
    }

    /// An area from row `first` to row `last`, from 1; its value stands in `column`, from 0.
    pub fn push(&mut self, first: u32, last: u32, column: u16) -> Result<(), Trouble> {
        if usize::from(column) >= COLUMNS {
            return Ok(());
        }
        if self.areas.len() == MOST {
            return Err(broken(format!("it has more than {MOST} merged cells")));
        }
        self.areas.push((first, last, column));
        Ok(())
    }

    /// Gives the value of a cell merged over several rows to each of them, as it looks on
    /// the screen: rows come in their order, and only those that have something of their
    /// own. A merge along a row stays in its first column.
    pub fn fill(&mut self, row: &mut Row) {
        for (column, now) in self.now.iter_mut().enumerate() {
            if now.as_ref().is_some_and(|(last, _)| *last < row.number) {
                *now = None;
            }
            if let Some((_, value)) = now {
                if row.cells.len() <= column {
                    row.cells.resize(column + 1, Cell::Empty);
                }
                row.cells[column] = value.clone();
            }
        }
        while let Some((first, last, column)) = self.areas.get(self.next).filter(|area| u64::from(area.0) <= row.number)
        {
            self.next += 1;
            let column = usize::from(*column);
            let value = row.cell(column);
            if u64::from(*first) == row.number && !value.is_empty() {
                let (last, value) = (u64::from(*last), value.clone());
                self.begin(column, last, value);
            }
        }
    }
}

/// The row, from 1, and the column, from 0, of a cell's name: `B7` is (7, 1).
pub(super) fn place(name: &str) -> Option<(u32, u16)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = name.split_at(digits);
    let mut column = 0_u32;
    for letter in letters.bytes().filter(|letter| *letter != b'$') {
        column =
            column.checked_mul(26)? + u32::from(letter.to_ascii_uppercase().checked_sub(b'A').filter(|n| *n < 26)?) + 1;
    }
    Some((row.trim_start_matches('$').parse().ok()?, u16::try_from(column.checked_sub(1)?).ok()?))
}

/// What comes after `</sheetData>`; nothing where that never comes.
struct AfterRows<'a> {
    part: &'a mut dyn Read,
    /// Read and not yet given.
    block: Vec<u8>,
    given: usize,
    found: bool,
}

/// Longest prefix of a name, and what stands around it.
const KEPT: usize = 64;

impl<'a> AfterRows<'a> {
    fn of(part: &'a mut dyn Read) -> Self {
        Self { part, block: Vec::new(), given: 0, found: false }
    }

    fn find(&mut self) -> io::Result<()> {
        let end = Finder::new(b"sheetData>");
        let mut block = vec![0; 128 << 10];
        while !self.found {
            let count = self.part.read(&mut block)?;
            if count == 0 {
                self.block.clear();
                return Ok(());
            }
            self.block.extend_from_slice(&block[..count]);
            let mut from = 0;
            while let Some(at) = end.find(&self.block[from..]).map(|at| at + from) {
                from = at + "sheetData>".len();
                if closes(&self.block[..at]) {
                    (self.found, self.given) = (true, from);
                    return Ok(());
                }
            }
            let keep = self.block.len().min(KEPT);
            self.block.drain(..self.block.len() - keep);
        }
        Ok(())
    }
}

/// Whether what stands before a name makes it the end of an element: `</` or `</x:`.
fn closes(before: &[u8]) -> bool {
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let prefix = match before.strip_suffix(b":") {
        Some(before) => before.iter().rposition(|b| !name(b)).map_or(&before[..0], |at| &before[..=at]),
        None => before,
    };
    prefix.ends_with(b"</")
}

impl Read for AfterRows<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.found {
            self.find()?;
            if !self.found {
                return Ok(0);
            }
        }
        if self.given < self.block.len() {
            let count = (&self.block[self.given..]).read(into)?;
            self.given += count;
            return Ok(count);
        }
        self.part.read(into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_cells_are_read() {
        for (name, wanted) in [
            ("A1", Some((1, 0))),
            ("$B$7", Some((7, 1))),
            ("XFD1048576", Some((1_048_576, 16_383))),
            ("a2", Some((2, 0))),
            ("7", None),
            ("A", None),
            ("", None),
            ("ZZZZZZZZZ1", None),
        ] {
            assert_eq!(place(name), wanted, "{name}");
        }
    }

    #[test]
    fn merges_are_found_after_the_rows_whatever_stands_in_them() {
        let long = "x".repeat(300_000);
        for (open, close) in [("<", "</"), ("<x:", "</x:")] {
            let part = format!(
                "{open}sheetData><c><is><t>{long} /sheetData> sheetData></t></is></c>{close}sheetData>\
                 <mergeCells><mergeCell ref=\"A2:A4\"/><mergeCell ref=\"B1:C1\"/><mergeCell ref=\"C1:D2\"/></mergeCells>"
            );
            let merged = Merged::read(&mut part.as_bytes()).unwrap();
            assert_eq!(merged.areas, [(1, 2, 2), (2, 4, 0)]);
        }
        assert_eq!(Merged::read(&mut "<sheetData/><mergeCell ref=\"A1:A2\"/>".as_bytes()).unwrap().areas, []);
    }
}
