//! A template as a workbook.

use crate::profile::{Category, Column, Field, Profile, TemplateColumn};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
    XlsxError,
};

/// The last row of a sheet, from 0.
const LAST_ROW: u32 = 1_048_575;
/// The sheets, in their order.
const LIST: &str = "目录";
const NOTES: &str = "填表说明";
const CODES: &str = "代码表";

#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("there is no category {0:?}; the rules list those there are")]
    Category(String),
    #[error("the workbook cannot be written")]
    Xlsx(#[from] XlsxError),
}

/// What a template is called as a file: `目录模板-WS-文书.xlsx`.
pub fn file_name(category: &Category) -> String {
    format!("目录模板-{}-{}.xlsx", category.code, category.name)
}

/// The template of a category by its code.
pub fn write(profile: &Profile, category: &str) -> Result<Vec<u8>, TemplateError> {
    filled(profile, category, &[])
}

/// A column as it is drawn.
struct Drawn<'a> {
    field: Option<Field>,
    name: &'a str,
    needed: bool,
    about: &'a str,
    about_en: &'a str,
    source: &'a str,
}

impl<'a> Drawn<'a> {
    fn of(profile: &'a Profile, column: &'a TemplateColumn) -> Self {
        let said = |text: &'a Option<String>| text.as_deref();
        let known: Option<&Column> =
            column.field.and_then(|field| profile.columns.iter().find(|one| one.field == field));
        let or =
            |own: &'a Option<String>, of: fn(&'a Column) -> &'a str| said(own).or(known.map(of)).unwrap_or_default();
        Self {
            field: column.field,
            name: or(&column.name, |column| &column.name),
            needed: known.is_some_and(|column| column.needed),
            about: or(&column.about, |column| &column.about),
            about_en: or(&column.about_en, |column| &column.about_en),
            source: or(&column.source, |column| &column.source),
        }
    }

    /// In characters.
    fn width(&self) -> f64 {
        match self.field {
            Some(Field::Title) => 48.0,
            Some(Field::Code | Field::FileName) => 30.0,
            Some(Field::Responsible | Field::DocNo | Field::Place | Field::Carrier) => 20.0,
            _ => 12.0,
        }
    }

    /// Words that its drop-down offers; none where anything is typed.
    fn offered(&self, profile: &Profile) -> Vec<String> {
        match self.field {
            Some(Field::Retention) => profile.templates.retention.clone(),
            Some(Field::Secrecy) => profile.templates.secrecy.clone(),
            Some(Field::Category) => profile.categories.iter().map(|category| category.code.clone()).collect(),
            Some(Field::Carrier) => profile.carriers.iter().map(|carrier| carrier.name.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

/// The template with rows filled in, each in the order of its columns.
fn filled(profile: &Profile, code: &str, rows: &[Vec<String>]) -> Result<Vec<u8>, TemplateError> {
    let unknown = || TemplateError::Category(code.to_owned());
    let category = profile.category(code).ok_or_else(unknown)?;
    let template = profile.templates.of(code).ok_or_else(unknown)?;
    let columns: Vec<Drawn<'_>> = template.columns.iter().map(|column| Drawn::of(profile, column)).collect();
    let mut book = Workbook::new();
    let lists = offered(profile, &columns);
    list(book.add_worksheet(), &columns, &lists, rows)?;
    notes(book.add_worksheet(), category, &template.source, &columns)?;
    codes(book.add_worksheet(), &lists)?;
    Ok(book.save_to_buffer()?)
}

/// The columns with a drop-down, each with its words.
fn offered(profile: &Profile, columns: &[Drawn<'_>]) -> Vec<(Field, String, Vec<String>)> {
    let with = |column: &Drawn<'_>| Some((column.field?, column.name.to_owned(), column.offered(profile)));
    columns.iter().filter_map(with).filter(|(.., words)| !words.is_empty()).collect()
}

fn head() -> Format {
    Format::new().set_bold().set_align(FormatAlign::VerticalCenter).set_border_bottom(FormatBorder::Thin)
}

fn list(
    sheet: &mut Worksheet,
    columns: &[Drawn<'_>],
    lists: &[(Field, String, Vec<String>)],
    rows: &[Vec<String>],
) -> Result<(), XlsxError> {
    sheet.set_name(LIST)?;
    // Text: a 档号, a date of eight digits or 001-120 stays as it is typed.
    let text = Format::new().set_num_format("@");
    let (plain, needed) = (head(), head().set_font_color("C3272B"));
    for (at, column) in (0_u16..).zip(columns) {
        sheet.set_column_width(at, column.width())?;
        sheet.set_column_format(at, &text)?;
        sheet.write_string_with_format(0, at, column.name, if column.needed { &needed } else { &plain })?;
        let Some(place) = lists.iter().position(|(field, ..)| Some(*field) == column.field) else { continue };
        let (_, name, words) = &lists[place];
        let letter = char::from(b'A' + u8::try_from(place).expect("four columns have a drop-down"));
        let range = Formula::new(format!("={CODES}!${letter}$2:${letter}${}", words.len() + 1));
        // A warning: 机密★10年 or a period of another length is right too.
        let choice = DataValidation::new()
            .allow_list_formula(range)
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title(name)?
            .set_error_message("不在代码表中，仍可填写")?;
        sheet.add_data_validation(1, at, LAST_ROW, at, &choice)?;
    }
    for (row, cells) in (1_u32..).zip(rows) {
        for (at, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, at, cell, &text)?;
        }
    }
    sheet.set_freeze_panes(1, 2)?;
    Ok(())
}

fn notes(sheet: &mut Worksheet, category: &Category, source: &str, columns: &[Drawn<'_>]) -> Result<(), XlsxError> {
    sheet.set_name(NOTES)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let title = format!("{} {}（{}）目录模板", category.code, category.name, category.english);
    sheet.write_string_with_format(0, 0, title, &head())?;
    let rules = "在“目录”页从第 2 行起逐行填写，一件一行；栏名不要改，不用的栏可空着或删去，另加的栏按原名保留。";
    sheet.write_string(1, 0, rules)?;
    let english = "One record a row from row 2 of the first sheet; keep the headers, leave blank or remove what is not needed; further columns are kept under their own headers.";
    sheet.write_string(2, 0, english)?;
    sheet.write_string(3, 0, format!("依据 Source: {source}"))?;
    for (at, (name, width)) in (0_u16..).zip([
        ("栏名 Column", 20.0),
        ("必填 Needed", 12.0),
        ("说明", 50.0),
        ("Explanation", 60.0),
        ("依据 Source", 40.0),
    ]) {
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(5, at, name, &head())?;
    }
    for (row, column) in (6_u32..).zip(columns) {
        let needed = if column.needed { "是 yes" } else { "" };
        for (at, text) in (0_u16..).zip([column.name, needed, column.about, column.about_en, column.source]) {
            sheet.write_string_with_format(row, at, text, &wrapped)?;
        }
    }
    Ok(())
}

fn codes(sheet: &mut Worksheet, lists: &[(Field, String, Vec<String>)]) -> Result<(), XlsxError> {
    sheet.set_name(CODES)?;
    for (at, (_, name, words)) in (0_u16..).zip(lists) {
        sheet.set_column_width(at, 24.0)?;
        sheet.write_string_with_format(0, at, name, &head())?;
        for (row, word) in (1_u32..).zip(words) {
            sheet.write_string(row, at, word)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{
        catalogue::{Catalogue, Entry, Headers, InMemory, Mapping, Reading, tests::InTemp},
        defects::Lang,
    };
    use std::path::Path;

    /// Something right for each column.
    fn typed(profile: &Profile, column: &Drawn<'_>) -> String {
        let first = column.offered(profile).into_iter().next();
        first.unwrap_or_else(|| {
            match column.field {
                Some(Field::Code) => "X001-WS·2011-Y-BGS-0001",
                Some(Field::Date) => "20110614",
                Some(Field::Pages) => "12",
                Some(Field::Year) => "2011",
                _ => "=某",
            }
            .to_owned()
        })
    }

    #[test]
    fn a_template_of_every_category_reads_back_without_a_defect() {
        let profile = Profile::compiled().unwrap();
        assert_eq!(profile.categories.len(), 13);
        for category in &profile.categories {
            let template = profile.templates.of(&category.code).unwrap();
            let columns: Vec<Drawn<'_>> = template.columns.iter().map(|column| Drawn::of(&profile, column)).collect();
            let row: Vec<String> = columns.iter().map(|column| typed(&profile, column)).collect();
            let bytes = filled(&profile, &category.code, std::slice::from_ref(&row)).unwrap();
            let file = InMemory(bytes.into());
            let catalogue = Catalogue::open(Path::new("目录.xlsx"), &file, &Mapping::default(), &InTemp).unwrap();
            let read = catalogue.columns().clone();
            for (at, column) in columns.iter().enumerate() {
                let meant = Headers::of(&profile).field(column.name);
                assert_eq!(meant, column.field, "{} {}", category.code, column.name);
                assert!(column.field.is_none_or(|field| read.column(field) == Some(at)), "{}", column.name);
                assert!(!column.about.is_empty() && !column.about_en.is_empty(), "{}", column.name);
                assert!(!column.source.is_empty());
            }
            let rows: Vec<_> = catalogue.map(Result::unwrap).collect();
            assert_eq!(rows.len(), 1, "{}", category.code);
            let Reading::Entry(entry, faults) = Entry::read(&rows[0], &read, &profile, Lang::Zh) else {
                panic!("open")
            };
            assert_eq!(faults, [], "{}", category.code);
            assert_eq!((entry.title.as_str(), entry.carrier.as_deref()), ("=某", Some("paper")));
            let kept: Vec<&str> = entry.extra.iter().map(|(name, _)| name.as_str()).collect();
            let own: Vec<&str> = columns.iter().filter(|one| one.field.is_none()).map(|one| one.name).collect();
            assert_eq!(kept, own);
        }
    }

    #[test]
    fn an_empty_one_has_no_rows_and_an_unknown_category_none() {
        let profile = Profile::compiled().unwrap();
        let file = InMemory(write(&profile, "WS").unwrap().into());
        let catalogue = Catalogue::open(Path::new("a.xlsx"), &file, &Mapping::default(), &InTemp).unwrap();
        assert_eq!(catalogue.count(), 0);
        assert!(matches!(write(&profile, "XX"), Err(TemplateError::Category(code)) if code == "XX"));
    }

    #[test]
    fn a_word_that_a_drop_down_offers_is_understood() {
        let profile = Profile::compiled().unwrap();
        for carrier in &profile.carriers {
            let found = crate::ingest::catalogue::carrier(&profile, &carrier.name).unwrap();
            assert_eq!(found.code, carrier.code);
        }
        for word in &profile.templates.retention {
            assert!(crate::ingest::catalogue::retention(word).unwrap().is_some());
        }
        for word in &profile.templates.secrecy {
            assert!(crate::kernel::Secrecy::parse(word).is_some());
        }
    }
}
