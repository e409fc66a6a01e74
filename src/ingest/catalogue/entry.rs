//! A row understood: what it says of one record, and what is wrong with it.

use super::{Cell, Columns, Field, Retention, Row, carrier, date, words};
use crate::ingest::defects::{DefectKind, Lang, Words};
use crate::kernel::{Dated, Secrecy};
use crate::profile::Profile;
use serde::{Deserialize, Serialize};

/// What a catalogue says of one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub row: u64,
    /// The 档号 as it was typed, outer blanks gone.
    pub code_raw: String,
    /// Copied as it stands but for outer blanks (DA/T 18).
    pub title: String,
    pub responsible: String,
    pub docno: String,
    pub date: Option<Dated>,
    pub retention: Option<Retention>,
    pub secrecy: Secrecy,
    pub pages: Option<u32>,
    pub note: String,
    pub file_name: Option<String>,
    pub fonds: Option<String>,
    pub category: Option<String>,
    pub year: Option<String>,
    pub department: Option<String>,
    /// Code of the carrier; of one that is not known the word stands in `extra`.
    pub carrier: Option<String>,
    /// 盒号
    pub in_box: Option<String>,
    /// 存放位置
    pub place: Option<String>,
    /// Cells of columns that are no field of ours, under their headers; and the
    /// date as typed where it is supposed (考证) or a span.
    pub extra: Vec<(String, String)>,
}

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The header of the cell's column.
    pub column: String,
    pub kind: DefectKind,
    pub reason: String,
    pub remedy: String,
}

/// All that is kept of a row above 公开.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    pub row: u64,
    pub code: String,
    pub secrecy: Secrecy,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The entry, with the cells that could not be understood left out of it.
    Entry(Box<Entry>, Vec<Fault>),
    /// Above 公开.
    SetAside(SetAside),
    /// The mark of secrecy is not understood. It may mean a secret, so nothing
    /// but row and 档号 is kept either.
    Unmarked { row: u64, code: String, fault: Fault },
}

impl Entry {
    /// Understands a row. The secrecy comes first: until it is known to be
    /// open, no other cell but the 档号 is copied.
    pub fn read(row: &Row, columns: &Columns, profile: &Profile, lang: Lang) -> Reading {
        let code = text(row, columns, Field::Code);
        // Of several columns the strictest mark holds.
        let mut secrecy = Secrecy::Open;
        let mut unknown = None;
        for (header, column) in columns.secrecy() {
            let mark = row.cell(column).text();
            match Secrecy::parse(&mark) {
                Some(found) if found.rank() > secrecy.rank() => secrecy = found,
                Some(_) => {}
                None => {
                    let Words { reason, remedy } = Words::unknown_secrecy(&mark, lang);
                    let kind = DefectKind::UnknownSecrecy;
                    unknown = Some(Fault { column: header.to_owned(), kind, reason, remedy });
                }
            }
        }
        match (secrecy, unknown) {
            (Secrecy::Open, Some(fault)) => Reading::Unmarked { row: row.number, code, fault },
            (Secrecy::Open, None) => {
                let mut reader = Reader { row, columns, profile, lang, faults: Vec::new() };
                let entry = reader.entry(code, secrecy);
                Reading::Entry(Box::new(entry), reader.faults)
            }
            (secrecy, _) => Reading::SetAside(SetAside { row: row.number, code, secrecy }),
        }
    }
}

impl Entry {
    /// The file name cell of any row, also of one set aside: for matching its
    /// files in memory, and to be dropped with the row. Never log or store it
    /// for a row that is not open: a file's name may be its title.
    pub fn file_named(row: &Row, columns: &Columns) -> Option<String> {
        Some(text(row, columns, Field::FileName)).filter(|name| !name.is_empty())
    }
}

fn cell<'a>(row: &'a Row, columns: &Columns, field: Field) -> &'a Cell {
    columns.column(field).map_or(&Cell::Empty, |column| row.cell(column))
}

fn text(row: &Row, columns: &Columns, field: Field) -> String {
    cell(row, columns, field).text().into_owned()
}

fn fault(columns: &Columns, field: Field, kind: DefectKind, words: Words) -> Fault {
    Fault { column: columns.header(field).to_owned(), kind, reason: words.reason, remedy: words.remedy }
}

struct Reader<'a> {
    row: &'a Row,
    columns: &'a Columns,
    profile: &'a Profile,
    lang: Lang,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn entry(&mut self, code_raw: String, secrecy: Secrecy) -> Entry {
        for field in Field::ALL {
            self.check_value(field);
        }
        if code_raw.is_empty() {
            self.fault(Field::Code, DefectKind::CodeInvalid, Words::missing_code(self.lang));
        }
        let title = self.text(Field::Title);
        if title.is_empty() {
            self.fault(Field::Title, DefectKind::MissingTitle, Words::missing_title(self.lang));
        }
        let mut extra: Vec<(String, String)> = self
            .columns
            .others(self.row)
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(header, cell)| (header, cell.text().into_owned()))
            .collect();
        let date = self.date(&mut extra);
        let carrier = self.carrier(&mut extra);
        Entry {
            row: self.row.number,
            code_raw,
            title,
            responsible: self.text(Field::Responsible),
            docno: self.text(Field::DocNo),
            date,
            retention: self.retention(),
            secrecy,
            pages: self.pages(),
            note: self.text(Field::Note),
            file_name: self.optional(Field::FileName),
            fonds: self.optional(Field::Fonds),
            category: self.optional(Field::Category),
            year: self.optional(Field::Year),
            department: self.optional(Field::Department),
            carrier,
            in_box: self.optional(Field::Box),
            place: self.optional(Field::Place),
            extra,
        }
    }

    /// An Excel error value is shown to nobody as if it were text; a control character
    /// is none either, and PostgreSQL holds no NUL.
    fn check_value(&mut self, field: Field) {
        let text = self.text(field);
        if let Some(control) = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
            let shown = format!("U+{:04X}", u32::from(control));
            self.fault(field, DefectKind::CellBroken, Words::control_character(&shown, self.lang));
        }
        if field != Field::Date
            && let Cell::Broken(value) = cell(self.row, self.columns, field)
        {
            self.fault(field, DefectKind::CellBroken, Words::cell_broken(value, self.lang));
        }
    }

    fn date(&mut self, extra: &mut Vec<(String, String)>) -> Option<Dated> {
        let cell = cell(self.row, self.columns, Field::Date);
        match date::read(cell) {
            Ok(None) => None,
            Ok(Some(when)) => {
                if when.supposed || when.until.is_some() {
                    extra.push((self.columns.header(Field::Date).to_owned(), cell.text().into_owned()));
                }
                Some(when.dated)
            }
            Err(fault) => {
                let words = Words::of_date(fault, &cell.text(), self.lang);
                self.fault(Field::Date, DefectKind::DateInvalid, words);
                None
            }
        }
    }

    fn carrier(&mut self, extra: &mut Vec<(String, String)>) -> Option<String> {
        let word = self.optional(Field::Carrier)?;
        if let Some(carrier) = carrier::carrier(self.profile, &word) {
            return Some(carrier.code.clone());
        }
        let words = Words::unknown_carrier(&word, &carrier::carriers(self.profile), self.lang);
        self.fault(Field::Carrier, DefectKind::UnknownCarrier, words);
        extra.push((self.columns.header(Field::Carrier).to_owned(), word));
        None
    }

    fn retention(&mut self) -> Option<Retention> {
        let word = self.text(Field::Retention);
        words::retention(&word).unwrap_or_else(|fault| {
            let words = Words::of_retention(fault, &word, self.lang);
            self.fault(Field::Retention, DefectKind::UnknownRetention, words);
            None
        })
    }

    fn pages(&mut self) -> Option<u32> {
        let text = self.text(Field::Pages);
        if text.is_empty() {
            return None;
        }
        let pages = words::pages(&text);
        if pages.is_none() {
            self.fault(Field::Pages, DefectKind::PagesInvalid, Words::not_a_count(&text, self.lang));
        }
        pages
    }

    fn fault(&mut self, field: Field, kind: DefectKind, words: Words) {
        self.faults.push(fault(self.columns, field, kind, words));
    }

    fn optional(&self, field: Field) -> Option<String> {
        Some(self.text(field)).filter(|text| !text.is_empty())
    }

    /// The text of a field; an Excel error value is none.
    fn text(&self, field: Field) -> String {
        match cell(self.row, self.columns, field) {
            Cell::Broken(_) => String::new(),
            cell => cell.text().into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mapping;
    use super::*;

    fn columns() -> Columns {
        let headers = ["档号", "题名", "责任者", "日期", "保管期限", "密级", "页数", "文件名", "盒号", "载体", "备考"];
        Columns::find(&[row(1, &headers)], &Mapping::default()).unwrap()
    }

    fn row(number: u64, cells: &[&str]) -> Row {
        Row { number, cells: cells.iter().map(|text| Cell::from_text((*text).to_owned())).collect() }
    }

    fn read(cells: &[&str]) -> Reading {
        Entry::read(&row(7, cells), &columns(), &Profile::compiled().unwrap(), Lang::Zh)
    }

    #[test]
    fn a_good_row_is_understood_whole() {
        let Reading::Entry(entry, faults) = read(&[
            "Z109-WS·2011-Y-BGS-0001",
            " 关于  “甲”的通知 ",
            "市府",
            "2011.6.14",
            "永久",
            "",
            "12页",
            "a.pdf",
            "3",
            "纸质、电子",
            "缺封底",
        ]) else {
            panic!("open")
        };
        assert_eq!(faults, []);
        assert_eq!(entry.title, "关于  “甲”的通知");
        assert_eq!((entry.row, entry.pages, entry.file_name.as_deref()), (7, Some(12), Some("a.pdf")));
        assert_eq!(entry.retention, Some(Retention::Permanent));
        assert_eq!(entry.date.unwrap().to_string(), "2011-06-14");
        assert_eq!((entry.in_box.as_deref(), entry.carrier.as_deref()), (Some("3"), Some("dual")));
        assert_eq!(entry.extra, [("备考".to_owned(), "缺封底".to_owned())]);
    }

    #[test]
    fn of_a_row_above_open_only_number_code_and_mark_remain() {
        for mark in ["内部", "秘密", "机密★10年", "绝密"] {
            let reading = read(&["X001", "不可见的题名", "某处", "2011", "永久", mark, "1", "题名.pdf", "备"]);
            let Reading::SetAside(aside) = &reading else { panic!("{mark}") };
            assert_eq!((aside.row, aside.code.as_str(), aside.secrecy.to_string().as_str()), (7, "X001", mark));
            let kept = format!("{reading:?}");
            assert!(!kept.contains("题名") && !kept.contains("某处"), "{kept}");
        }
    }

    #[test]
    fn the_files_of_a_row_set_aside_can_still_be_matched() {
        let secret = row(7, &["X001", "t", "", "", "", "机密", "1", "题名.pdf"]);
        assert_eq!(Entry::file_named(&secret, &columns()).as_deref(), Some("题名.pdf"));
    }

    #[test]
    fn an_unknown_mark_is_treated_as_a_secret() {
        let reading = read(&["X001", "不可见的题名", "", "", "", "密", "", "", ""]);
        let kept = format!("{reading:?}");
        assert!(matches!(reading, Reading::Unmarked { row: 7, .. }), "{kept}");
        assert!(!kept.contains("不可见"), "{kept}");
        // A shifted row may have the title under 密级: a long word is not quoted.
        let kept = format!("{:?}", read(&["X001", "", "", "", "", "关于某项不可公开工作的请示", "", "", ""]));
        assert!(!kept.contains("不可公开"), "{kept}");
    }

    #[test]
    fn each_bad_cell_is_a_fault_that_names_its_column_and_the_rest_is_read() {
        let Reading::Entry(entry, faults) = read(&["", "", "市府", "20110631", "长期", "公开", "许多", "", ""])
        else {
            panic!("open")
        };
        let found: Vec<_> = faults.iter().map(|fault| (fault.column.as_str(), fault.kind)).collect();
        assert_eq!(
            found,
            [
                ("档号", DefectKind::CodeInvalid),
                ("题名", DefectKind::MissingTitle),
                ("日期", DefectKind::DateInvalid),
                ("保管期限", DefectKind::UnknownRetention),
                ("页数", DefectKind::PagesInvalid),
            ]
        );
        assert!(faults[2].reason.contains("20110631"), "{}", faults[2].reason);
        assert!(faults.iter().all(|fault| !fault.remedy.is_empty()));
        assert_eq!((entry.responsible.as_str(), entry.date), ("市府", None));
    }

    #[test]
    fn a_supposed_date_keeps_its_brackets_beside_the_date() {
        let Reading::Entry(entry, _) = read(&["X", "t", "", "[19500000]"]) else { panic!("open") };
        assert_eq!(entry.date.unwrap().to_string(), "1950");
        assert_eq!(entry.extra, [("日期".to_owned(), "[19500000]".to_owned())]);
    }

    #[test]
    fn a_carrier_that_is_not_known_is_told_and_its_word_kept() {
        let Reading::Entry(entry, faults) = read(&["X", "t", "", "", "", "", "", "", "", "竹简"]) else {
            panic!("open")
        };
        assert_eq!((entry.carrier, faults[0].kind), (None, DefectKind::UnknownCarrier));
        assert!(faults[0].remedy.contains("纸质、电子"), "{}", faults[0].remedy);
        assert_eq!(entry.extra, [("载体".to_owned(), "竹简".to_owned())]);
    }

    #[test]
    fn an_excel_error_value_is_a_fault_and_no_text() {
        let mut bad = row(7, &["X", "t"]);
        bad.cells[1] = Cell::Broken("#REF!".into());
        let Reading::Entry(entry, faults) = Entry::read(&bad, &columns(), &Profile::compiled().unwrap(), Lang::Zh)
        else {
            panic!("open")
        };
        assert_eq!((entry.title.as_str(), faults[0].kind), ("", DefectKind::CellBroken));
    }
}
