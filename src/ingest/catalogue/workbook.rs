//! An Excel catalogue (`.xlsx`). Cells are read one by one into the rows they
//! stand in: the sheet's "used range" may claim a thousand million cells.

use super::{CatalogueError, Cell, Columns, HEADER_WITHIN, Mapping, Row, delimited::MOST_COLUMNS};
use crate::{
    kernel::Dated,
    vault::{Bytes, Source},
};
use calamine::{DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Xlsx, XlsxError};
use std::{
    io::{self, BufReader, Read, Seek},
    path::Path,
};

/// Most bytes a workbook may unpack to (ours): a full sheet of a million rows
/// is below it, an archive bomb is not.
const MOST_BYTES: u64 = 1 << 30;

/// Most cells filled from merged cells (ours); Excel forbids overlaps, so that
/// only a forged sheet has more.
const MOST_FILLED: usize = 4 << 20;

/// Cells of a workbook held at once, blanks before the last one of a row included: a
/// million rows of twenty-four (ours).
const MOST_CELLS: usize = 24_000_000;

/// The rows below the header of the one visible sheet that has one, blank
/// rows left out.
pub fn read(path: &Path, source: &Source, mapping: &Mapping) -> Result<(Vec<Row>, Columns), CatalogueError> {
    let broken = |reason: String| CatalogueError::Workbook { path: path.to_owned(), reason };
    let open = || source.open().map_err(CatalogueError::Source);
    refuse_bombs(BufReader::new(open()?), MOST_BYTES).map_err(broken)?;
    let mut book = Xlsx::new(BufReader::new(open()?)).map_err(|error| broken(error.to_string()))?;
    let sheets: Vec<String> =
        book.sheets_metadata().iter().filter(|s| s.visible == SheetVisible::Visible).map(|s| s.name.clone()).collect();
    let (mut first, mut read): (_, Option<(String, Vec<Row>, Columns)>) = (None, None);
    for sheet in sheets {
        let mut rows = rows_of(&mut book, &sheet).map_err(|error| match error {
            SheetError::Wide(row) => CatalogueError::Wide { row, limit: MOST_COLUMNS },
            SheetError::Broken(reason) => broken(reason),
        })?;
        match Columns::find(&rows[..rows.len().min(HEADER_WITHIN)], mapping) {
            Ok(columns) if read.is_none() => {
                rows.retain(|row| row.number > columns.header_row());
                read = Some((sheet, rows, columns));
            }
            // Two lists in one workbook: which is meant is for the sender to say.
            Ok(_) => {
                let (one, ..) = read.expect("the guard above failed");
                return Err(CatalogueError::TwoSheets { path: path.to_owned(), one, other: sheet });
            }
            Err(error) => first = first.or(Some(error)),
        }
    }
    if let Some((_, rows, columns)) = read {
        return Ok((rows, columns));
    }
    Err(first.unwrap_or_else(|| broken("no visible sheet".into())))
}

enum SheetError {
    Wide(u64),
    Broken(String),
}

impl From<XlsxError> for SheetError {
    fn from(error: XlsxError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// Unpacks every part to nowhere and counts: what the parts say of their size
/// may be a lie.
pub(in crate::ingest) fn refuse_bombs(file: impl Read + Seek, most: u64) -> Result<(), String> {
    let mut parts = zip::ZipArchive::new(file).map_err(|error| error.to_string())?;
    let mut left = most;
    for part in 0..parts.len() {
        let part = parts.by_index(part).map_err(|error| error.to_string())?;
        let bytes = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|error| error.to_string())?;
        left = left.checked_sub(bytes).ok_or_else(|| format!("it unpacks to more than {most} bytes"))?;
    }
    Ok(())
}

fn rows_of(book: &mut Xlsx<BufReader<Box<dyn Bytes>>>, sheet: &str) -> Result<Vec<Row>, SheetError> {
    let mut rows: Vec<Row> = Vec::new();
    let (mut in_order, mut held) = (true, 0_usize);
    let mut cells = book.worksheet_cells_reader(sheet)?;
    while let Some(found) = cells.next_cell()? {
        let cell = cell_of(found.get_value());
        if cell.is_empty() {
            continue;
        }
        let (row, column) = found.get_position();
        let number = u64::from(row) + 1;
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= MOST_COLUMNS {
            return Err(SheetError::Wide(number));
        }
        if rows.last().is_none_or(|last| last.number != number) {
            in_order &= rows.last().is_none_or(|last| last.number < number);
            rows.push(Row { number, cells: Vec::with_capacity(column + 1) });
        }
        let row = rows.last_mut().expect("a row was pushed above");
        if row.cells.len() <= column {
            held += column + 1 - row.cells.len();
            row.cells.resize(column + 1, Cell::Empty);
        }
        if held > MOST_CELLS {
            return Err(SheetError::Broken(format!("it holds more than {MOST_CELLS} cells; split it")));
        }
        row.cells[column] = cell;
    }
    drop(cells);
    if !in_order {
        return Err(SheetError::Broken("its rows are out of order".into()));
    }
    fill_merged(&mut rows, &book.merge_cells_by_sheet_name(sheet)?)?;
    Ok(rows)
}

/// Gives the value of a cell merged over several rows to each of them, as it
/// looks on the screen. Only rows that have something of their own are filled;
/// a merge along a row stays in its first column.
fn fill_merged(rows: &mut [Row], merged: &[Dimensions]) -> Result<(), SheetError> {
    let mut filled = 0;
    for area in merged.iter().filter(|area| area.end.0 > area.start.0) {
        let (first, last) = (u64::from(area.start.0) + 1, u64::from(area.end.0) + 1);
        let column = usize::try_from(area.start.1).unwrap_or(usize::MAX);
        let from = rows.partition_point(|row| row.number < first);
        let Some(top) = rows.get(from).filter(|row| row.number == first) else { continue };
        let value = top.cell(column).clone();
        if value.is_empty() {
            continue;
        }
        for row in rows[from + 1..].iter_mut().take_while(|row| row.number <= last) {
            filled += 1;
            if filled > MOST_FILLED {
                return Err(SheetError::Broken("its merged cells overlap".into()));
            }
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cell::Empty);
            }
            row.cells[column] = value.clone();
        }
    }
    Ok(())
}

fn cell_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        // Exact below 2^53; a longer number in a catalogue was text to begin with.
        DataRef::Int(number) => Cell::from_text(number.to_string()),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cell::from_text(text.clone())
        }
        DataRef::SharedString(text) => Cell::from_text((*text).to_owned()),
        DataRef::Bool(flag) => Cell::Flag(*flag),
        DataRef::DateTime(moment) => day_of(moment),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
    }
}

/// The day of an Excel serial. 1900-02-29, which Excel believes in, is broken.
fn day_of(moment: &ExcelDateTime) -> Cell {
    // Below 1 there is a time and no date; a duration is a number to us.
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return Cell::Number(moment.as_f64());
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    match Dated::new(year.into(), month, day) {
        Some(dated) => Cell::Day(dated),
        None => Cell::Broken(format!("{year:04}-{month:02}-{day:02}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write_string(0, 0, "x".repeat(30_000)).unwrap();
        let bytes = book.save_to_buffer().unwrap();
        assert!(refuse_bombs(Cursor::new(&bytes), 20_000).unwrap_err().starts_with("it unpacks to more"));
        assert_eq!(refuse_bombs(Cursor::new(&bytes), MOST_BYTES), Ok(()));
    }
}
