//! The trail as a workbook, written a line at a time and never held as a whole.

use super::words;
use crate::{
    audit::Kept,
    ingest::defects::harmless,
    web::texts::{Lang, grouped},
};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::{
    collections::HashMap,
    io::{Seek, Write},
};

/// Lines of a sheet below its head; Excel can show no more.
pub const MOST_LINES: i64 = 1_048_575;

/// A workbook in the making. Every cell but the number is a text, guarded as in the list
/// of defects: nothing that somebody typed can act as a formula. A cell holds at most
/// 32,767 characters; a longer text is cut there, and whole in JSON lines.
pub struct Book {
    book: Workbook,
    row: u32,
    lang: Lang,
    zone: String,
}

/// Width of each column, in characters.
const WIDTHS: [f64; 8] = [10.0, 20.0, 26.0, 28.0, 24.0, 40.0, 60.0, 66.0];

impl Book {
    pub fn begin(lang: Lang, zone: &str) -> Result<Self, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(lang.t("trail"))?;
        sheet.set_freeze_panes(1, 0)?;
        let heads = [
            lang.t("trail-number"),
            format!("{} ({zone})", lang.t("col-at")),
            lang.t("col-who"),
            lang.t("col-deed"),
            lang.t("trail-verb"),
            lang.t("trail-thing"),
            lang.t("trail-details"),
            lang.t("trail-leaf"),
        ];
        let bold = Format::new().set_bold();
        for ((column, width), head) in (0_u16..).zip(WIDTHS).zip(heads) {
            sheet.set_column_width(column, width)?;
            sheet.write_string_with_format(0, column, head, &bold)?;
        }
        Ok(Self { book, row: 0, lang, zone: zone.to_owned() })
    }

    /// Adds lines; `names` are those of the people in them, by id.
    pub fn add(&mut self, lines: &[Kept], names: &HashMap<String, String>) -> Result<(), XlsxError> {
        let sheet = self.book.worksheet_from_index(0)?;
        for line in lines {
            self.row += 1;
            // Exact: a trail has fewer than 2^53 lines.
            sheet.write_number(self.row, 0, line.n as f64)?;
            let texts = [
                line.at.local(&self.zone).unwrap_or_else(|| line.at.to_string()),
                words::actor(self.lang, &line.actor, names),
                words::verb_words(self.lang, &line.verb),
                line.verb.clone(),
                line.subjects.join(" "),
                words::details(self.lang, &line.details),
                line.leaf.clone(),
            ];
            for (column, text) in (1_u16..).zip(texts) {
                if !text.is_empty() {
                    sheet.write_string(self.row, column, harmless(&text))?;
                }
            }
        }
        Ok(())
    }

    /// Writes the workbook; may take seconds for a full sheet.
    pub fn finish<W: Write + Seek + Send>(mut self, out: W) -> Result<(), XlsxError> {
        self.book.worksheet_from_index(0)?.autofilter(0, 0, self.row, 7)?;
        self.book.save_to_writer(out)
    }
}

/// Why a sheet is not made, and what to do instead.
pub fn too_many(lang: Lang, count: i64) -> (String, String) {
    let count = grouped(u64::try_from(count).unwrap_or(0));
    (lang.with("trail-too-many", "count", count), lang.t("trail-too-many-how"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Detail;
    use calamine::{Reader as _, Xlsx};
    use std::io::Cursor;

    #[test]
    fn nothing_that_somebody_typed_acts_as_a_formula() {
        let nasty = "=cmd|'/c calc'!A1";
        let line = Kept {
            n: 1,
            at: "2026-11-24T08:00:00.000Z".parse().unwrap(),
            actor: "person:x".into(),
            verb: "record.filed".into(),
            subjects: vec!["+1".into()],
            commitments: vec![],
            entry: String::new(),
            leaf: "@SUM(1)".into(),
            details: vec![Detail { field: nasty.into(), salt: String::new(), body: "a\u{1}b".into() }],
        };
        let mut book = Book::begin(Lang::En, "Asia/Shanghai").unwrap();
        book.add(&[line], &HashMap::from([("x".to_owned(), nasty.to_owned())])).unwrap();
        let mut bytes = Vec::new();
        book.finish(Cursor::new(&mut bytes)).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert!(book.worksheet_formula("Audit trail").unwrap().is_empty());
        let sheet = book.worksheet_range("Audit trail").unwrap();
        let row: Vec<String> = sheet.rows().nth(1).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(row[1], "2026-11-24 16:00:00");
        for column in [2, 5, 6, 7] {
            assert!(row[column].starts_with('\''), "{}", row[column]);
        }
        assert!(row[6].ends_with("a b"), "{}", row[6]);
    }
}
