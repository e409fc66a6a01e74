//! The catalogue of what is handed over as a workbook, written a record at a time and never
//! held as a whole.

use crate::{ingest::defects::harmless, web::texts::Lang};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::io::{Seek, Write};

/// Records of a sheet below its head, but for a last line that says what is not listed;
/// Excel can show no more.
pub const MOST_ROWS: i64 = 1_048_574;

/// A workbook in the making. Every cell but the numbers is a text, guarded as in the list of
/// defects: nothing that somebody typed can act as a formula.
pub struct Book {
    book: Workbook,
    row: u32,
}

/// Width of each column, in characters.
const WIDTHS: [f64; 10] = [8.0, 32.0, 22.0, 24.0, 60.0, 12.0, 12.0, 10.0, 8.0, 30.0];

/// Which of the cells of [`Book::add`] is the number of pages.
const PAGES: usize = 7;

impl Book {
    pub fn begin(lang: Lang) -> Result<Self, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(lang.t("catalogue-of-handover"))?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for ((column, width), head) in (0_u16..).zip(WIDTHS).zip(heads(lang)) {
            sheet.set_column_width(column, width)?;
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        Ok(Self { book, row: 0 })
    }

    /// Adds a record: code, number of the document, responsible, title, date, retention,
    /// secrecy, pages, note.
    pub fn add(&mut self, cells: &[String; 9], pages: Option<i64>) -> Result<(), XlsxError> {
        self.row += 1;
        let sheet = self.book.worksheet_from_index(0)?;
        sheet.write_number(self.row, 0, f64::from(self.row))?;
        for ((column, text), at) in (1_u16..).zip(cells).zip(0..) {
            match pages {
                // Exact: no record has 2^53 pages.
                Some(pages) if at == PAGES => {
                    sheet.write_number(self.row, column, pages as f64)?;
                }
                _ if !text.is_empty() => {
                    sheet.write_string(self.row, column, harmless(text))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Writes the workbook, `note` in a line below the records.
    pub fn finish<W: Write + Seek + Send>(mut self, note: Option<&str>, out: W) -> Result<(), XlsxError> {
        let sheet = self.book.worksheet_from_index(0)?;
        if let Some(note) = note {
            sheet.write_string(self.row + 1, 1, harmless(note))?;
        }
        sheet.autofilter(0, 0, self.row, 9)?;
        self.book.save_to_writer(out)
    }
}

/// The heads of the columns, as on paper.
pub fn heads(lang: Lang) -> [String; 10] {
    [
        lang.t("catalogue-number"),
        lang.t("reference"),
        lang.t("catalogue-docno"),
        lang.t("responsible"),
        lang.t("record-title"),
        lang.t("date"),
        lang.t("retention"),
        lang.t("secrecy"),
        lang.t("pages"),
        lang.t("record-note"),
    ]
}
