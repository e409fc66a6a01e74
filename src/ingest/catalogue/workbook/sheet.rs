//! The rows of an XLSX sheet, one after another as they stand in its part.

use super::{
    super::{CatalogueError, Cell, MOST_COLUMNS, Row},
    merged::{Merged, place},
    serial::day_of,
    strings::{LONGEST, Strings},
    styles::Shown,
    trouble::{Trouble, broken},
    xml::{Xml, local, refer, unescaped},
};
use quick_xml::events::{BytesStart, Event};
use std::io::Read;

/// Cells of a sheet that hold something (ours): a million rows of sixty.
const MOST_CELLS: u64 = 64_000_000;

/// What the cells of a workbook share.
#[derive(Default)]
pub(super) struct Shared {
    pub strings: Strings,
    pub styles: Vec<Shown>,
    /// Days are counted from 1904 (old Macintosh).
    pub from_1904: bool,
}

pub(super) struct Sheet {
    xml: Xml<Box<dyn Read + Send>>,
    merged: Merged,
    /// The number of the row read last.
    row: u64,
    cells: u64,
    ended: bool,
}

/// How the text of a cell is to be read.
#[derive(Clone, Copy)]
enum Type {
    Number,
    Shared,
    Text,
    Flag,
    Error,
}

/// A cell under way.
struct Open {
    column: usize,
    kind: Type,
    style: Option<usize>,
}

impl Sheet {
    pub fn of(part: Box<dyn Read + Send>, merged: Merged) -> Self {
        Self { xml: Xml::of(part), merged, row: 0, cells: 0, ended: false }
    }

    /// The next row that holds something; after a `Broken` there is none.
    pub fn next_row(&mut self, shared: &mut Shared) -> Option<Result<Row, Trouble>> {
        while !self.ended {
            let read = self.read_row(shared);
            self.ended = matches!(read, Ok(None) | Err(Trouble::Broken(_) | Trouble::Source(_)));
            match read {
                Ok(None) => {}
                Ok(Some(row)) if row.is_blank() => {}
                Ok(Some(mut row)) => {
                    self.merged.fill(&mut row);
                    return Some(Ok(row));
                }
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }

    fn read_row(&mut self, shared: &mut Shared) -> Result<Option<Row>, Trouble> {
        loop {
            match self.xml.next()? {
                Event::Start(tag) if local(tag.name().as_ref()) == "row" => {
                    self.row = number_of(&tag, self.row)?;
                    return self.read_cells(shared).map(Some);
                }
                Event::Empty(tag) if local(tag.name().as_ref()) == "row" => self.row = number_of(&tag, self.row)?,
                Event::End(tag) if local(tag.name().as_ref()) == "sheetData" => return Ok(None),
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    /// The cells up to the end of their row.
    fn read_cells(&mut self, shared: &mut Shared) -> Result<Row, Trouble> {
        let mut row = Row { number: self.row, cells: Vec::new() };
        let (mut text, mut in_text, mut sound) = (String::new(), false, 0_usize);
        let (mut open, mut last): (Option<Open>, Option<usize>) = (None, None);
        let (mut bytes, mut fault) = (0_usize, None);
        loop {
            match self.xml.next()? {
                Event::Start(tag) => match local(tag.name().as_ref()) {
                    "c" => {
                        let cell = opened(&tag, last)?;
                        last = Some(cell.column);
                        open = Some(cell);
                        text.clear();
                    }
                    "v" => {
                        text.clear();
                        in_text = true;
                    }
                    "rPh" => sound += 1,
                    "t" => in_text = sound == 0,
                    _ => {}
                },
                Event::Empty(tag) if local(tag.name().as_ref()) == "c" => last = Some(opened(&tag, last)?.column),
                Event::Text(said) if in_text => text.push_str(&said),
                Event::CData(said) if in_text => text.push_str(&said),
                Event::GeneralRef(name) if in_text => refer(&name, &mut text)?,
                Event::End(tag) => match local(tag.name().as_ref()) {
                    "v" | "t" => in_text = false,
                    "rPh" => sound = sound.saturating_sub(1),
                    "c" => {
                        let Some(cell) = open.take() else { continue };
                        let value = value(&text, &cell, shared)?;
                        if value.is_empty() {
                            continue;
                        }
                        self.cells += 1;
                        if self.cells > MOST_CELLS {
                            return Err(broken(format!("it holds more than {MOST_CELLS} cells; split it")));
                        }
                        let number = row.number;
                        bytes += weight(&value);
                        if cell.column >= MOST_COLUMNS {
                            fault = Some(CatalogueError::Wide { row: number, limit: MOST_COLUMNS });
                        } else if bytes > LONGEST {
                            fault = Some(CatalogueError::Heavy { row: number, limit: LONGEST });
                        } else if fault.is_none() {
                            if row.cells.len() <= cell.column {
                                row.cells.resize(cell.column + 1, Cell::Empty);
                            }
                            row.cells[cell.column] = value;
                        }
                    }
                    "row" => return fault.map_or(Ok(row), |fault| Err(Trouble::Row(fault))),
                    _ => {}
                },
                Event::Eof => return Err(broken("a row of it does not end")),
                _ => {}
            }
            if text.len() > LONGEST {
                return Err(broken(format!("a text of row {} is longer than {LONGEST} bytes", self.row)));
            }
        }
    }
}

fn weight(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) | Cell::Broken(text) => text.len(),
        _ => 0,
    }
}

/// The number a row has, or the one after `last`; rows come in their order.
fn number_of(tag: &BytesStart<'_>, last: u64) -> Result<u64, Trouble> {
    let mut number = last + 1;
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(broken)?;
        if attribute.key.as_ref() == "r" {
            number = attribute.value.parse().map_err(|_| broken(format!("it has a row “{}”", attribute.value)))?;
        }
    }
    if number <= last {
        return Err(broken("its rows are out of order"));
    }
    Ok(number)
}

/// A cell begins; without a name it stands after the last.
fn opened(tag: &BytesStart<'_>, last: Option<usize>) -> Result<Open, Trouble> {
    let mut cell = Open { column: last.map_or(0, |last| last + 1), kind: Type::Number, style: None };
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(broken)?;
        let value = attribute.value.as_ref();
        match attribute.key.as_ref() {
            "r" => {
                let (_, column) = place(value).ok_or_else(|| broken(format!("it has a cell “{value}”")))?;
                cell.column = column.into();
            }
            "s" => cell.style = value.parse().ok(),
            "t" => {
                cell.kind = match value {
                    "n" => Type::Number,
                    "s" => Type::Shared,
                    "b" => Type::Flag,
                    "e" => Type::Error,
                    // d: a day as ISO 8601 writes it, which is read as typed text is.
                    "str" | "inlineStr" | "d" => Type::Text,
                    other => return Err(broken(format!("it has a cell of type “{other}”"))),
                }
            }
            _ => {}
        }
    }
    Ok(cell)
}

/// The value of a cell: of a formula the one it had when the workbook was saved.
fn value(text: &str, cell: &Open, shared: &mut Shared) -> Result<Cell, Trouble> {
    if text.is_empty() {
        return Ok(Cell::Empty);
    }
    Ok(match cell.kind {
        Type::Shared => {
            let at =
                text.trim().parse().map_err(|_| broken(format!("a cell names text “{text}”, which is no number")))?;
            Cell::from_text(shared.strings.get(at)?)
        }
        Type::Text => Cell::from_text(unescaped(text)),
        Type::Flag => Cell::Flag(matches!(text.trim(), "1" | "true")),
        Type::Error => Cell::Broken(text.to_owned()),
        Type::Number => match text.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => match cell.style.and_then(|style| shared.styles.get(style)) {
                Some(Shown::Day) => day_of(number, shared.from_1904),
                _ => Cell::Number(number),
            },
            _ => Cell::from_text(text.to_owned()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(part: &str) -> Vec<String> {
        let merged = Merged::read(&mut part.as_bytes()).unwrap();
        let mut sheet = Sheet::of(Box::new(std::io::Cursor::new(part.to_owned())), merged);
        let mut shared = Shared { styles: vec![Shown::Number, Shown::Day], ..Shared::default() };
        std::iter::from_fn(|| sheet.next_row(&mut shared))
            .map(|row| match row {
                Ok(row) => {
                    let cells: Vec<_> = row.cells.iter().map(|cell| cell.text().into_owned()).collect();
                    format!("{}:{}", row.number, cells.join("|"))
                }
                Err(Trouble::Row(error)) => error.to_string(),
                Err(error) => format!("{error:?}"),
            })
            .collect()
    }

    #[test]
    fn cells_are_read_with_and_without_their_names() {
        let part = "<worksheet><sheetData>\
            <row><c t=\"inlineStr\"><is><r><t>富</t></r><r><t>文本</t></r><rPh><t>フ</t></rPh></is></c><c/><c><v>12</v></c></row>\
            <row r=\"4\"><c r=\"C4\" s=\"1\"><v>40708</v></c><c r=\"B4\" t=\"b\"><v>1</v></c><c t=\"e\"><v>#REF!</v></c></row>\
            <row r=\"5\"><c r=\"A5\" t=\"str\"><f>A1&amp;\"乙\"</f><v>甲&amp;乙</v></c><c t=\"d\"><v>2011-06-14T00:00:00</v></c></row>\
            <row r=\"6\" spans=\"1:3\"/><row r=\"7\"><c r=\"A7\"><v></v></c></row>\
            </sheetData></worksheet>";
        assert_eq!(rows(part), ["1:富文本||12", "4:|TRUE|#REF!", "5:甲&乙|2011-06-14T00:00:00"]);
    }

    #[test]
    fn a_wide_row_and_a_heavy_one_are_errors_of_their_own_and_disorder_ends_the_sheet() {
        let text = "长".repeat(200_000);
        let heavy = format!("<c t=\"str\"><v>{text}</v></c><c t=\"str\"><v>{text}</v></c>");
        let part = format!(
            "<sheetData><row><c r=\"XFD1\"><v>1</v></c></row><row>{heavy}</row><row><c><v>3</v></c></row>\
             <row r=\"2\"><c><v>4</v></c></row><row><c><v>5</v></c></row></sheetData>"
        );
        let read = rows(&part);
        assert_eq!(read[..3], ["row 1 has more than 512 columns", "row 2 has more than 1048576 bytes of text", "3:3"]);
        assert!(read.len() == 4 && read[3].contains("out of order"), "{read:?}");
    }

    #[test]
    fn a_value_stands_in_every_row_that_its_cell_is_merged_over() {
        let part = "<sheetData><row r=\"2\"><c r=\"B2\" t=\"str\"><v>市府</v></c></row>\
            <row r=\"3\"><c r=\"A3\"><v>1</v></c></row><row r=\"6\"><c r=\"A6\"><v>2</v></c></row></sheetData>\
            <mergeCells><mergeCell ref=\"B2:B5\"/></mergeCells>";
        assert_eq!(rows(part), ["2:|市府", "3:1|市府", "6:2"]);
    }
}
