//! Workbooks: XLSX (ECMA-376) and XLS (MS-XLS), a sheet a page, a row a line.

use crate::ingest::catalogue::refuse_bombs;
use calamine::{Data, DataRef, Reader as _, SheetType, Xls, Xlsx};
use std::io::Cursor;

/// The most text taken from one workbook, in bytes.
const MOST: usize = 64 << 20;
/// The most a workbook may unpack to, in bytes.
const MOST_UNPACKED: u64 = 1 << 30;

/// Every sheet of an XLSX; cell by cell: what it calls its used range may be a lie.
pub(super) fn xlsx(bytes: &[u8]) -> Result<Vec<String>, String> {
    refuse_bombs(Cursor::new(bytes), MOST_UNPACKED).map_err(broken)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let mut pages = Pages::default();
    // A chart or a macro has no cells.
    let all = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets: Vec<String> = all.map(|sheet| sheet.name.clone()).collect();
    if sheets.is_empty() {
        return Err(broken("其中没有工作表"));
    }
    for sheet in sheets {
        let mut cells = book.worksheet_cells_reader(&sheet).map_err(broken)?;
        pages.begin(&sheet);
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let row = cell.get_position().0;
            match cell.get_value() {
                DataRef::SharedString(text) => pages.cell(row, text)?,
                value => pages.cell(row, &Data::from(value.clone()).to_string())?,
            }
        }
    }
    Ok(pages.done)
}

/// Every sheet of an XLS.
pub(super) fn xls(bytes: &[u8]) -> Result<Vec<String>, String> {
    let mut book = Xls::new(Cursor::new(bytes)).map_err(broken)?;
    let mut pages = Pages::default();
    for (name, range) in book.worksheets() {
        pages.begin(&name);
        for (row, _, value) in range.used_cells() {
            pages.cell(u32::try_from(row).unwrap_or(u32::MAX), &value.to_string())?;
        }
    }
    Ok(pages.done)
}

#[derive(Default)]
struct Pages {
    done: Vec<String>,
    row: Option<u32>,
    length: usize,
}

impl Pages {
    /// A sheet, with its name as its first line.
    fn begin(&mut self, sheet: &str) {
        self.done.push(sheet.to_owned());
        self.row = None;
    }

    fn cell(&mut self, row: u32, text: &str) -> Result<(), String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        self.length += text.len() + 1;
        if self.length > MOST {
            return Err(format!("表中文字超过 {} MiB", MOST >> 20));
        }
        let page = self.done.last_mut().expect("a sheet was begun");
        page.push(if self.row == Some(row) { ' ' } else { '\n' });
        self.row = Some(row);
        page.push_str(text);
        Ok(())
    }
}

fn broken(error: impl std::fmt::Display) -> String {
    format!("不是完好的工作簿：{error}")
}
