//! The list of defects as a workbook.

use super::{Defect, DefectKind, Lang, Severity};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};
use std::io::Write;

/// Rows of a sheet below its head; Excel can show no more.
const MOST_ROWS: usize = 1_048_575;

/// Characters of a cell; Excel refuses more.
const MOST_CHARS: usize = 32_767;

#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    #[error("{0} defects do not fit a sheet of {MOST_ROWS} rows; ask for them as JSON")]
    TooMany(usize),
    #[error("cannot write the workbook")]
    Xlsx(#[from] XlsxError),
}

/// Header and width of each column, in characters.
const COLUMNS: [(&str, &str, f64); 7] = [
    ("行号", "Row", 8.0),
    ("档号", "Code", 30.0),
    ("文件", "File", 40.0),
    ("级别", "Severity", 8.0),
    ("问题", "Kind", 20.0),
    ("原因", "Reason", 50.0),
    ("处理办法", "Remedy", 50.0),
];

/// Writes the defects as one sheet: head frozen, filter on, every cell text, so
/// that a 档号 or file name beginning with `=` can never act as a formula.
pub fn write_xlsx<W: Write + Send>(defects: &[Defect], out: W, lang: Lang) -> Result<(), SheetError> {
    if defects.len() > MOST_ROWS {
        return Err(SheetError::TooMany(defects.len()));
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let head = Format::new().set_bold().set_align(FormatAlign::VerticalCenter);
    sheet.set_name(if lang == Lang::Zh { "问题清单" } else { "Defects" })?;
    for (column, (zh, en, width)) in (0u16..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, if lang == Lang::Zh { zh } else { en }, &head)?;
    }
    for (row, defect) in (1u32..).zip(defects) {
        if let Some(number) = defect.row {
            // Exact: a sheet's rows are far below 2^53.
            sheet.write_number(row, 0, number as f64)?;
        }
        let texts = [
            defect.code.as_deref().unwrap_or(""),
            defect.file.as_deref().unwrap_or(""),
            severity(defect.severity, lang),
            DefectKind::label(defect.kind, lang),
            &defect.reason,
            &defect.remedy,
        ];
        for (column, text) in (1u16..).zip(texts) {
            if !text.is_empty() {
                sheet.write_string(row, column, harmless(text))?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    let last = u32::try_from(defects.len()).expect("below MOST_ROWS");
    sheet.autofilter(0, 0, last, u16::try_from(COLUMNS.len() - 1).expect("seven columns"))?;
    book.save_to_writer(out)?;
    Ok(())
}

fn severity(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (Severity::Blocking, Lang::Zh) => "须改正",
        (Severity::Note, Lang::Zh) => "提示",
        (Severity::Blocking, Lang::En) => "blocking",
        (Severity::Note, Lang::En) => "note",
    }
}

/// A text cell is no formula, but the sheet may be saved as CSV and opened
/// again: an apostrophe keeps it text then too. Control characters, which XML
/// cannot hold, become spaces.
pub fn harmless(text: &str) -> String {
    let acts = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let guard = if text.starts_with(acts) { "'" } else { "" };
    let clean = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    guard.chars().chain(clean).take(MOST_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Words;
    use super::*;
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    fn written(defects: &[Defect]) -> calamine::Range<Data> {
        let mut bytes = Vec::new();
        write_xlsx(defects, Cursor::new(&mut bytes), Lang::Zh).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert!(book.worksheet_formula("问题清单").unwrap().is_empty());
        book.worksheet_range("问题清单").unwrap()
    }

    #[test]
    fn a_defect_stands_in_its_row_with_its_kind_in_chinese() {
        let defect = Defect::new(DefectKind::MissingFile, Words::missing_file(Lang::Zh)).at(7, "Z109-WS·2011-Y-0001");
        let sheet = written(&[defect]);
        let row: Vec<String> = sheet.rows().nth(1).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(row[..5], ["7", "Z109-WS·2011-Y-0001", "", "须改正", "有目录无文件"]);
        assert!(row[5].contains("没有找到") && row[6].contains("补交"));
    }

    #[test]
    fn no_cell_can_act_as_a_formula() {
        for nasty in ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(1)", "\t=1", "\n=1", "＝1"] {
            let defect =
                Defect::new(DefectKind::SurplusFile, Words::surplus_file(Lang::Zh)).at(2, nasty).of_file(nasty);
            let sheet = written(&[defect]);
            for column in [1, 2] {
                let cell = sheet.get_value((1, column)).unwrap().to_string();
                assert!(cell.starts_with('\''), "{cell}");
            }
        }
    }

    #[test]
    fn a_control_character_does_not_break_the_workbook() {
        let defect = Defect::new(DefectKind::SurplusFile, Words::surplus_file(Lang::Zh)).of_file("a\u{1}\u{0}b.pdf");
        assert_eq!(written(&[defect]).get_value((1, 2)).unwrap().to_string(), "a  b.pdf");
    }

    #[test]
    fn an_empty_list_is_a_head_alone() {
        assert_eq!(written(&[]).height(), 1);
    }
}
