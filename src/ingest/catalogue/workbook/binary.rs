//! A binary Excel workbook (`.xls`), read as a whole: its texts stand before its cells, in
//! one table that says no length.
//!
//! The reader of the format believes what a workbook says of itself and asks for that much
//! memory, so the records are gone over before: how many cells there are, and how far
//! apart.

use super::{
    super::{CatalogueError, Cell, Columns, HEADER_WITHIN, Mapping, Opens, Row},
    merged::Merged,
    trouble::{Trouble, broken},
};
use crate::kernel::Dated;
use calamine::{Data, ExcelDateTime, Range, Reader as _, SheetVisible, Xls};
use std::{
    io::{Cursor, Read as _},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Largest workbook, in bytes (ours): 65,536 rows of twenty columns.
const MOST_BYTES: u64 = 32 << 20;
/// Most places between the first and the last cell of all its sheets (ours).
const MOST_PLACES: u64 = 8_000_000;
/// Most sheets (ours), and records gone over.
const MOST_SHEETS: usize = 64;
const MOST_RECORDS: u64 = 16_000_000;

/// The rows below the header of the one visible sheet that has one, and its columns.
pub(in super::super) fn read(
    path: &Path,
    source: &dyn Opens,
    mapping: &Mapping,
) -> Result<(std::vec::IntoIter<Row>, Columns), CatalogueError> {
    let at = |trouble: Trouble| trouble.of(path);
    let mut bytes = Vec::new();
    let file = source.open().map_err(CatalogueError::Source)?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| at(broken(error)))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(CatalogueError::TooLarge { path: path.to_owned(), limit: MOST_BYTES >> 20 });
    }
    weigh(&bytes).map_err(at)?;
    let sheets = catch_unwind(AssertUnwindSafe(|| sheets_of(bytes)));
    let sheets = sheets.unwrap_or_else(|_| Err(broken("it is damaged"))).map_err(at)?;
    let (mut first, mut found): (_, Option<(String, Vec<Row>, Columns)>) = (None, None);
    for (name, rows) in sheets {
        match Columns::find(&rows[..rows.len().min(HEADER_WITHIN)], mapping) {
            Ok(columns) if found.is_none() => found = Some((name, rows, columns)),
            Ok(_) if mapping.lenient => {}
            Ok(_) => {
                let (one, ..) = found.expect("the guard above failed");
                return Err(CatalogueError::TwoSheets { path: path.to_owned(), one, other: name });
            }
            Err(error) => first = first.or(Some(error)),
        }
    }
    let Some((_, mut rows, columns)) = found else {
        return Err(first.unwrap_or_else(|| at(broken("no visible sheet"))));
    };
    rows.retain(|row| row.number > columns.header_row());
    Ok((rows.into_iter(), columns))
}

/// Name and rows of each visible sheet.
fn sheets_of(bytes: Vec<u8>) -> Result<Vec<(String, Vec<Row>)>, Trouble> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(broken)?;
    let visible = book.sheets_metadata().iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = visible.map(|sheet| sheet.name.clone()).collect();
    let mut sheets = Vec::with_capacity(names.len());
    for name in names {
        let range = book.worksheet_range(&name).map_err(broken)?;
        let mut merged = Merged::default();
        for area in book.merge_cells_by_sheet_name(&name).map_err(broken)? {
            if let (true, Ok(column)) = (area.end.0 > area.start.0, u16::try_from(area.start.1)) {
                merged.push(area.start.0 + 1, area.end.0 + 1, column)?;
            }
        }
        merged.sort();
        sheets.push((name, rows_of(&range, merged)));
    }
    Ok(sheets)
}

fn rows_of(range: &Range<Data>, mut merged: Merged) -> Vec<Row> {
    let (top, left) = range.start().unwrap_or((0, 0));
    let left = usize::try_from(left).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    for (number, cells) in (u64::from(top) + 1..).zip(range.rows()) {
        let Some(last) = cells.iter().rposition(|cell| *cell != Data::Empty) else { continue };
        let mut row = Row { number, cells: vec![Cell::Empty; left] };
        row.cells.extend(cells[..=last].iter().map(cell_of));
        if !row.is_blank() {
            merged.fill(&mut row);
            rows.push(row);
        }
    }
    rows
}

fn cell_of(value: &Data) -> Cell {
    match value {
        Data::Empty => Cell::Empty,
        // Exact below 2^53, and the format holds 30 bits.
        Data::Int(number) => Cell::Number(*number as f64),
        Data::Float(number) => Cell::Number(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::from_text(text.clone()),
        Data::Bool(flag) => Cell::Flag(*flag),
        Data::DateTime(moment) => day_of(moment),
        Data::Error(error) => Cell::Broken(error.to_string()),
    }
}

/// As [`super::serial::day_of`], of a moment that knows its first day.
fn day_of(moment: &ExcelDateTime) -> Cell {
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return Cell::Number(moment.as_f64());
    }
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    match Dated::new(year.into(), month, day) {
        Some(dated) => Cell::Day(dated),
        None => Cell::Broken(format!("{year:04}-{month:02}-{day:02}")),
    }
}

/// Goes over the records of each sheet as the reader will.
fn weigh(bytes: &[u8]) -> Result<(), Trouble> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(broken)?;
    let name = ["/Workbook", "/Book"].into_iter().find(|name| file.exists(name));
    let mut stream = Vec::new();
    let mut found = file.open_stream(name.ok_or_else(|| broken("it is no workbook"))?).map_err(broken)?;
    found.read_to_end(&mut stream).map_err(broken)?;
    let mut sheets = Vec::new();
    for (kind, data) in records(&stream) {
        match kind {
            0x0085 => sheets.push(u32_at(data, 0) as usize),
            0x000A => break,
            _ => {}
        }
    }
    if sheets.len() > MOST_SHEETS {
        return Err(broken(format!("it has more than {MOST_SHEETS} sheets")));
    }
    let (mut seen, mut places) = (0, 0_u64);
    for sheet in sheets {
        let (mut rows, mut columns) = (0, 0);
        for (kind, data) in records(stream.get(sheet..).unwrap_or_default()) {
            seen += 1;
            if seen > MOST_RECORDS {
                return Err(broken("it holds too many records; save it as .xlsx"));
            }
            match kind {
                // What it says of its used range.
                0x0200 if data.len() >= 12 => {
                    rows = rows.max(u64::from(u32_at(data, 4)));
                    columns = columns.max(u64::from(u16_at(data, 10)));
                }
                0x0200 => {
                    rows = rows.max(u64::from(u16_at(data, 2)));
                    columns = columns.max(u64::from(u16_at(data, 6)));
                }
                0x0006 | 0x00BD | 0x00BE | 0x00D6 | 0x00FD | 0x0201 | 0x0203..=0x0205 | 0x027E => {
                    rows = rows.max(u64::from(u16_at(data, 0)) + 1);
                    // Of several cells in one record the last says its column at its end.
                    let last = if matches!(kind, 0x00BD | 0x00BE) { data.len().saturating_sub(2) } else { 2 };
                    columns = columns.max(u64::from(u16_at(data, last).max(u16_at(data, 2))) + 1);
                }
                _ => {}
            }
        }
        places += rows.saturating_mul(columns);
        if places > MOST_PLACES {
            return Err(broken(format!("its sheets reach over more than {MOST_PLACES} cells; save it as .xlsx")));
        }
    }
    Ok(())
}

/// Each record's kind and data, to the end of the stream.
fn records(stream: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (head, after) = rest.split_at_checked(4)?;
        let (data, next) = after.split_at_checked(usize::from(u16_at(head, 2)))?;
        rest = next;
        Some((u16_at(head, 0), data))
    })
}

fn u16_at(data: &[u8], at: usize) -> u16 {
    data.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(data: &[u8], at: usize) -> u32 {
    u32::from(u16_at(data, at)) | u32::from(u16_at(data, at + 2)) << 16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A compound file with this stream for its workbook.
    fn book(stream: &[u8]) -> Vec<u8> {
        use std::io::Write as _;
        let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        file.create_stream("/Workbook").unwrap().write_all(stream).unwrap();
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    }

    #[test]
    fn a_workbook_that_claims_more_than_memory_is_refused() {
        let bounds = record(0x0085, &20_u32.to_le_bytes());
        let globals = [bounds, record(0x000A, &[]), vec![0; 8]].concat();
        assert_eq!(globals.len(), 20);
        let wide = [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 1, 0, 0];
        let far = [0xFF, 0xFF, 0xFF, 0x00, 0, 0];
        for sheet in [record(0x0200, &wide), record(0x00FD, &far)] {
            let why = weigh(&book(&[&globals[..], &sheet].concat()));
            assert!(matches!(why, Err(Trouble::Broken(why)) if why.contains("8000000 cells")));
        }
        let near = [record(0x0200, &[0; 14]), record(0x00FD, &[9, 0, 3, 0, 0, 0])].concat();
        assert!(weigh(&book(&[&globals[..], &near].concat())).is_ok());
    }
}
