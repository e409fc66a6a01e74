//! An OpenDocument spreadsheet (`.ods`), streamed as an Excel one is; it holds its texts in
//! its cells.
//!
//! Source: OpenDocument 1.3 part 3, 9 (tables).

use super::{
    super::{CatalogueError, Cell, Columns, HEADER_WITHIN, MOST_COLUMNS, Mapping, Opens, Row},
    merged::Merged,
    parts::Parts,
    strings::LONGEST,
    trouble::{Trouble, broken},
    xml::{Xml, attribute, local, refer},
};
use quick_xml::events::{BytesStart, Event};
use std::{
    collections::HashSet,
    io::Read,
    path::{Path, PathBuf},
};

/// Cells that hold something, repeated ones with them (ours).
const MOST_CELLS: u64 = 64_000_000;
/// Most tables, and styles of tables (ours).
const MOST: usize = 10_000;

/// The rows below the header of the one visible table that has one.
pub(in super::super) struct OdsRows {
    path: PathBuf,
    tables: Tables<Box<dyn Read + Send>>,
    /// The table, by its number among the visible ones.
    table: usize,
    header_row: u64,
}

impl OdsRows {
    pub fn open(path: &Path, source: &dyn Opens, mapping: &Mapping) -> Result<(Self, Columns), CatalogueError> {
        let at = |trouble: Trouble| trouble.of(path);
        let mut parts = Parts::open(source).map_err(at)?;
        let part = parts.place("content.xml").map_err(at)?;
        let tops = parts.through("content.xml", |part| tops(part)).map_err(at)?;
        let (mut first, mut found): (_, Option<(usize, String, Columns)>) = (None, None);
        for (number, top) in tops.into_iter().enumerate() {
            match Columns::find(&top.rows, mapping) {
                Ok(columns) if found.is_none() => found = Some((number, top.name, columns)),
                Ok(_) if mapping.lenient => {}
                Ok(_) => {
                    let (_, one, _) = found.expect("the guard above failed");
                    return Err(CatalogueError::TwoSheets { path: path.to_owned(), one, other: top.name });
                }
                Err(error) => first = first.or(Some(top.fault.unwrap_or(error))),
            }
        }
        let Some((table, _, columns)) = found else {
            return Err(first.unwrap_or_else(|| at(broken("no visible sheet"))));
        };
        let tables = Tables::of(parts.again(&part).map_err(at)?);
        let header_row = columns.header_row();
        Ok((Self { path: path.to_owned(), tables, table, header_row }, columns))
    }

    pub fn next_row(&mut self) -> Option<Result<Row, CatalogueError>> {
        loop {
            match self.tables.next() {
                None => return None,
                Some(Ok((table, row)))
                    if table < self.table || (table == self.table && row.number <= self.header_row) => {}
                Some(Ok((table, row))) => return (table == self.table).then_some(Ok(row)),
                Some(Err(Trouble::Row(error)))
                    if self.tables.number() != self.table || error.row().is_some_and(|row| row <= self.header_row) => {}
                Some(Err(trouble)) => return Some(Err(trouble.of(&self.path))),
            }
        }
    }
}

struct Top {
    name: String,
    rows: Vec<Row>,
    fault: Option<CatalogueError>,
}

/// The first rows of each visible table.
fn tops(part: &mut dyn Read) -> Result<Vec<Top>, Trouble> {
    let mut tables = Tables::of(part);
    let mut tops: Vec<Top> = Vec::new();
    while let Some(read) = tables.next() {
        while tops.len() <= tables.number() {
            tops.push(Top { name: String::new(), rows: Vec::new(), fault: None });
        }
        let top = &mut tops[tables.number()];
        match read {
            Ok((_, row)) if row.number <= HEADER_WITHIN as u64 => top.rows.push(row),
            Ok(_) => {}
            Err(Trouble::Row(error)) if error.row().is_some_and(|row| row <= HEADER_WITHIN as u64) => {
                top.fault = top.fault.take().or(Some(error));
            }
            Err(Trouble::Row(_)) => {}
            Err(error) => return Err(error),
        }
    }
    for (top, name) in tops.iter_mut().zip(tables.names) {
        top.name = name;
    }
    Ok(tops)
}

/// The rows of every visible table, one after another.
struct Tables<R: Read> {
    xml: Xml<R>,
    /// Styles of tables that are not shown.
    hidden: HashSet<String>,
    /// The style that is being described.
    style: Option<String>,
    names: Vec<String>,
    /// Whether a visible table is open.
    open: bool,
    row: u64,
    merged: Merged,
    /// A row, and how often it comes again.
    again: Option<(Row, u64)>,
    cells: u64,
    ended: bool,
}

impl<R: Read> Tables<R> {
    fn of(part: R) -> Self {
        Self {
            xml: Xml::of(part),
            hidden: HashSet::new(),
            style: None,
            names: Vec::new(),
            open: false,
            row: 0,
            merged: Merged::default(),
            again: None,
            cells: 0,
            ended: false,
        }
    }

    /// The table that the row read last is of.
    fn number(&self) -> usize {
        self.names.len().saturating_sub(1)
    }

    fn next(&mut self) -> Option<Result<(usize, Row), Trouble>> {
        if let Some((row, times)) = &mut self.again {
            row.number += 1;
            *times -= 1;
            let mut row = row.clone();
            self.again.take_if(|(_, times)| *times == 0);
            self.cells += row.cells.len() as u64;
            if self.cells > MOST_CELLS {
                self.again = None;
                self.ended = true;
                return Some(Err(broken(format!("it holds more than {MOST_CELLS} cells; split it"))));
            }
            self.merged.fill(&mut row);
            return Some(Ok((self.number(), row)));
        }
        while !self.ended {
            let read = self.read();
            self.ended = matches!(read, Ok(None) | Err(Trouble::Broken(_) | Trouble::Source(_)));
            match read {
                Ok(None) => {}
                Ok(Some((row, _))) if row.is_blank() => {}
                Ok(Some((mut row, times))) => {
                    self.again = (times > 1).then(|| (row.clone(), times - 1));
                    self.merged.fill(&mut row);
                    return Some(Ok((self.number(), row)));
                }
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }

    /// The next row of a visible table, and how often it stands there.
    fn read(&mut self) -> Result<Option<(Row, u64)>, Trouble> {
        loop {
            let (tag, empty) = match self.xml.next()? {
                Event::Start(tag) => (tag.into_owned(), false),
                Event::Empty(tag) => (tag.into_owned(), true),
                Event::End(tag) => {
                    match local(tag.name().as_ref()) {
                        "table" => self.open = false,
                        "style" => self.style = None,
                        _ => {}
                    }
                    continue;
                }
                Event::Eof => return Ok(None),
                _ => continue,
            };
            match local(tag.name().as_ref()) {
                "style" => self.style = attribute(&tag, "name"),
                "table-properties" if attribute(&tag, "display").as_deref() == Some("false") => {
                    self.hidden.extend(self.style.clone());
                }
                "table" => {
                    self.open = !attribute(&tag, "style-name").is_some_and(|style| self.hidden.contains(&style));
                    (self.row, self.merged) = (0, Merged::default());
                    if self.open && !empty {
                        self.names.push(attribute(&tag, "name").unwrap_or_default());
                    }
                }
                "table-row" if self.open => {
                    let times = repeated(&tag, "number-rows-repeated")?;
                    let first = self.row + 1;
                    self.row = self.row.saturating_add(times);
                    if !empty {
                        return Ok(Some((self.read_cells(first)?, times)));
                    }
                }
                _ => {}
            }
            if self.names.len() > MOST || self.hidden.len() > MOST {
                return Err(broken(format!("it has more than {MOST} tables")));
            }
        }
    }

    /// The cells up to the end of their row.
    fn read_cells(&mut self, number: u64) -> Result<Row, Trouble> {
        let mut row = Row { number, cells: Vec::new() };
        let (mut column, mut bytes, mut fault) = (0_usize, 0_usize, None);
        loop {
            let (tag, empty) = match self.xml.next()? {
                Event::Start(tag) => (tag.into_owned(), false),
                Event::Empty(tag) => (tag.into_owned(), true),
                Event::End(tag) if local(tag.name().as_ref()) == "table-row" => {
                    return fault.map_or(Ok(row), |fault| Err(Trouble::Row(fault)));
                }
                Event::Eof => return Err(broken("a row of it does not end")),
                _ => continue,
            };
            let name = tag.name();
            let name = local(name.as_ref());
            if !matches!(name, "table-cell" | "covered-table-cell") {
                continue;
            }
            let times = usize::try_from(repeated(&tag, "number-columns-repeated")?).unwrap_or(usize::MAX);
            let typed = if empty { String::new() } else { self.read_text(name, number)? };
            let from = column;
            column = column.saturating_add(times);
            // What another cell covers is not seen.
            let cell = if name == "table-cell" { value(&tag, typed) } else { Cell::Empty };
            if cell.is_empty() {
                continue;
            }
            let many = times.min(MOST_COLUMNS);
            self.cells += many as u64;
            bytes = bytes.saturating_add(cell.text().len().saturating_mul(many));
            if self.cells > MOST_CELLS {
                return Err(broken(format!("it holds more than {MOST_CELLS} cells; split it")));
            } else if column > MOST_COLUMNS {
                fault = Some(CatalogueError::Wide { row: number, limit: MOST_COLUMNS });
            } else if bytes > LONGEST {
                fault = Some(CatalogueError::Heavy { row: number, limit: LONGEST });
            } else if fault.is_none() {
                row.cells.resize(from, Cell::Empty);
                row.cells.resize(column, cell.clone());
                let rows = repeated(&tag, "number-rows-spanned")?;
                if rows > 1 {
                    self.merged.begin(from, number + rows - 1, cell);
                }
            }
        }
    }

    /// The paragraphs of a cell up to its end, a line each; not what is noted at it.
    fn read_text(&mut self, cell: &str, row: u64) -> Result<String, Trouble> {
        let mut text = String::new();
        let (mut noted, mut paragraphs, mut inside) = (0_usize, 0_usize, 0_usize);
        loop {
            match self.xml.next()? {
                Event::Start(tag) => match local(tag.name().as_ref()) {
                    "annotation" => noted += 1,
                    "p" | "h" if noted == 0 => {
                        paragraphs += 1;
                        inside += 1;
                        if paragraphs > 1 {
                            text.push('\n');
                        }
                    }
                    _ => {}
                },
                Event::Empty(tag) if inside > 0 && noted == 0 => match local(tag.name().as_ref()) {
                    "s" => {
                        let count = usize::try_from(repeated(&tag, "c")?).unwrap_or(usize::MAX);
                        text.extend(std::iter::repeat_n(' ', count.min(LONGEST)));
                    }
                    "tab" => text.push('\t'),
                    "line-break" => text.push('\n'),
                    _ => {}
                },
                Event::Text(said) if inside > 0 && noted == 0 => text.push_str(&said),
                Event::CData(said) if inside > 0 && noted == 0 => text.push_str(&said),
                Event::GeneralRef(name) if inside > 0 && noted == 0 => refer(&name, &mut text)?,
                Event::End(tag) => match local(tag.name().as_ref()) {
                    "annotation" => noted = noted.saturating_sub(1),
                    "p" | "h" if noted == 0 => inside = inside.saturating_sub(1),
                    name if name == cell => return Ok(text),
                    _ => {}
                },
                Event::Eof => return Err(broken("a cell of it does not end")),
                _ => {}
            }
            if text.len() > LONGEST {
                return Err(broken(format!("a text of row {row} is longer than {LONGEST} bytes")));
            }
        }
    }
}

/// How often something stands there; once where nothing is said.
fn repeated(tag: &BytesStart<'_>, name: &str) -> Result<u64, Trouble> {
    let Some(said) = attribute(tag, name) else { return Ok(1) };
    let count = said.parse::<u32>().ok().filter(|count| *count > 0);
    count.map(u64::from).ok_or_else(|| broken(format!("something stands there “{said}” times")))
}

fn value(tag: &BytesStart<'_>, typed: String) -> Cell {
    let mut kind = String::new();
    let (mut number, mut day, mut flag, mut error) = (None, None, None, false);
    for attribute in tag.attributes().with_checks(false).filter_map(Result::ok) {
        let said = attribute.value.as_ref();
        match attribute.key.as_ref() {
            "office:value-type" => said.clone_into(&mut kind),
            "calcext:value-type" => error = said == "error",
            "office:value" => number = said.parse::<f64>().ok(),
            "office:date-value" => day = Some(said.to_owned()),
            "office:boolean-value" => flag = Some(said == "true"),
            _ => {}
        }
    }
    match (kind.as_str(), number, day, flag) {
        _ if error => Cell::Broken(typed),
        ("float", Some(number), ..) => Cell::Number(number),
        ("date", _, Some(day), _) => {
            let date = day.split('T').next().unwrap_or_default();
            match date.parse() {
                Ok(dated) => Cell::Day(dated),
                Err(()) => Cell::Broken(day),
            }
        }
        ("boolean", _, _, Some(flag)) => Cell::Flag(flag),
        // Percent, money and times are what is seen of them.
        _ => Cell::from_text(typed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_as_they_are_seen() {
        let part = "<office:document-content><office:automatic-styles>\
            <style:style style:name=\"ta1\"><style:table-properties table:display=\"false\"/></style:style>\
            <style:style style:name=\"ta2\"><style:table-properties table:display=\"true\"/></style:style>\
            </office:automatic-styles><office:spreadsheet>\
            <table:table table:name=\"隐\" table:style-name=\"ta1\"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>\
            <table:table table:name=\"目录\" table:style-name=\"ta2\"><table:table-column/>\
            <table:table-row><table:table-cell office:value-type=\"string\"><office:annotation><text:p>注</text:p></office:annotation>\
            <text:p>题<text:span>名</text:span><text:s text:c=\"2\"/>&amp;</text:p><text:p>下</text:p></table:table-cell></table:table-row>\
            <table:table-row table:number-rows-repeated=\"3\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>\
            <table:table-row table:number-rows-repeated=\"2\">\
            <table:table-cell office:value-type=\"date\" office:date-value=\"2011-06-14T00:00:00\"><text:p>6/14</text:p></table:table-cell>\
            <table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"float\" office:value=\"12\"><text:p>12</text:p></table:table-cell>\
            <table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"><text:p>真</text:p></table:table-cell>\
            <table:table-cell office:value-type=\"string\" calcext:value-type=\"error\"><text:p>#REF!</text:p></table:table-cell>\
            </table:table-row>\
            <table:table-row><table:table-cell table:number-rows-spanned=\"2\" table:number-columns-spanned=\"1\" office:value-type=\"string\"><text:p>市府</text:p></table:table-cell></table:table-row>\
            <table:table-row><table:covered-table-cell/><table:table-cell><text:p>乙</text:p></table:table-cell></table:table-row>\
            </table:table></office:spreadsheet></office:document-content>";
        let mut tables = Tables::of(part.as_bytes());
        let read: Vec<String> = std::iter::from_fn(|| tables.next())
            .map(|row| {
                let (table, row) = row.unwrap();
                let cells: Vec<_> = row.cells.iter().map(|cell| cell.text().into_owned()).collect();
                format!("{table}/{}:{}", row.number, cells.join("|"))
            })
            .collect();
        let wanted = [
            "0/1:题名  &\n下",
            "0/5:2011-06-14|12|12|TRUE|#REF!",
            "0/6:2011-06-14|12|12|TRUE|#REF!",
            "0/7:市府",
            "0/8:市府|乙",
        ];
        assert_eq!(read, wanted);
        assert_eq!(tables.names, ["目录"]);
    }
}
