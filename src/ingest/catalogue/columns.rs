//! Which column is what: the header row found, and each header understood.

use super::{
    CatalogueError, Field, HEADER_WITHIN, Mapping, Row,
    header::{plain, speaks_of_secrecy},
};
use std::collections::HashMap;

/// The header row of a catalogue.
#[derive(Clone, Debug)]
pub struct Columns {
    header_row: u64,
    headers: Vec<String>,
    /// The column of each field.
    fields: HashMap<Field, usize>,
    /// Every column that may say how secret a row is.
    secrecy: Vec<usize>,
}

impl Columns {
    /// The first of the rows with a 档号 and a 题名 column.
    ///
    /// Errors: `Columns`, with the headers of the row that came nearest; leniently, that row is
    /// taken.
    pub(super) fn find(rows: &[Row], mapping: &Mapping) -> Result<Self, CatalogueError> {
        let mut nearest: Option<Self> = None;
        for row in rows.iter().filter(|row| row.number <= HEADER_WITHIN as u64 && !row.is_blank()) {
            let columns = Self::of(row, mapping);
            if columns.missing().is_empty() {
                return Ok(columns);
            }
            if nearest.as_ref().is_none_or(|best| columns.fields.len() > best.fields.len()) {
                nearest = Some(columns);
            }
        }
        if mapping.lenient
            && let Some(columns) = nearest
        {
            return Ok(columns);
        }
        let (missing, found) = match nearest {
            Some(columns) => (columns.missing(), columns.headers),
            None => (vec![Field::Code.label(), Field::Title.label()], Vec::new()),
        };
        let found = found.into_iter().filter(|header| !header.is_empty()).collect();
        Err(CatalogueError::Columns { missing: missing.join(", "), rows: HEADER_WITHIN, found })
    }

    fn of(row: &Row, mapping: &Mapping) -> Self {
        let headers: Vec<String> = row.cells.iter().map(|cell| cell.text().into_owned()).collect();
        let mut best: HashMap<Field, (usize, usize)> = HashMap::new();
        for (column, header) in headers.iter().enumerate() {
            let guess = match mapping.told(header) {
                Some(told) => told.map(|field| (field, 0)),
                None => mapping.headers.guess(header).map(|(field, doubt)| (field, doubt + 1)),
            };
            let Some((field, doubt)) = guess else { continue };
            let claim = best.entry(field).or_insert((doubt, column));
            *claim = (*claim).min((doubt, column));
        }
        let fields: HashMap<Field, usize> = best.into_iter().map(|(field, (_, column))| (field, column)).collect();
        let told = |header: &str| mapping.told(header) == Some(None);
        let secrecy = (0..headers.len())
            .filter(|column| {
                fields.get(&Field::Secrecy) == Some(column)
                    || (speaks_of_secrecy(&headers[*column]) && !told(&headers[*column]))
            })
            .collect();
        Self { header_row: row.number, headers, fields, secrecy }
    }

    fn missing(&self) -> Vec<&'static str> {
        [Field::Code, Field::Title].into_iter().filter(|field| !self.has(*field)).map(Field::label).collect()
    }

    /// How many columns have a meaning.
    pub(super) fn understood(&self) -> usize {
        self.fields.len()
    }

    pub fn has(&self, field: Field) -> bool {
        self.fields.contains_key(&field)
    }

    /// The column of a field, from 0.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.fields.get(&field).copied()
    }

    /// Every column that may say how secret a row is: its header and its number.
    pub(super) fn secrecy(&self) -> impl Iterator<Item = (&str, usize)> {
        self.secrecy.iter().map(|column| (self.headers[*column].as_str(), *column))
    }

    /// The header the sender gave this field, else our own label.
    pub fn header(&self, field: Field) -> &str {
        self.column(field).map_or(field.label(), |column| &self.headers[column])
    }

    /// The headers as they stand, blanks at both ends gone.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The row the headers stand in, as Excel numbers it.
    pub fn header_row(&self) -> u64 {
        self.header_row
    }

    /// The columns that are no field of ours, with their headers; a column
    /// without a header is called by its letter (`列 K`).
    pub(super) fn others<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (String, &'a super::Cell)> {
        row.cells.iter().enumerate().filter(|(column, _)| !self.fields.values().any(|known| known == column)).map(
            |(column, cell)| match self.headers.get(column) {
                Some(header) if !header.is_empty() => (header.clone(), cell),
                _ => (format!("列 {}", letters(column)), cell),
            },
        )
    }

    /// Whether a row repeats the header.
    pub(super) fn is_header(&self, row: &Row) -> bool {
        [Field::Code, Field::Title].into_iter().all(|field| {
            self.column(field).is_some_and(|column| plain(&row.cell(column).text()) == plain(&self.headers[column]))
        })
    }
}

/// The name Excel gives a column: 0 is `A`, 26 is `AA`.
pub(super) fn letters(column: usize) -> String {
    let mut left = column + 1;
    let mut name = Vec::new();
    while left > 0 {
        name.push(char::from(b'A' + u8::try_from((left - 1) % 26).expect("below 26")));
        left = (left - 1) / 26;
    }
    name.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::super::Cell;
    use super::*;

    fn row(number: u64, cells: &[&str]) -> Row {
        Row { number, cells: cells.iter().map(|text| Cell::from_text((*text).to_owned())).collect() }
    }

    #[test]
    fn every_preset_with_a_code_is_understood() {
        for preset in [
            "序号 档号 文号 责任者 题名 日期 密级 页数 备注",
            "序号 档号 题名 起止日期 页数 保管期限 密级 备注",
            "档号 年度 类别 案卷号 题名 起止日期 凭证起止号 张数 保管期限 备注",
            "档号 题名 摄影者 时间 地点 人物 背景 参见号 底片号 备注",
            "序号 全宗号 全宗名称 门类代码 门类名称 类别号 类别名称 项目号 案卷号 题名 总页数 保管期限 档号 项目档号 备注",
            "档号 题名 责任者 文号 日期 保管期限 密级 页数 备注 文件名",
        ] {
            let cells: Vec<_> = preset.split(' ').collect();
            let columns = Columns::find(&[row(1, &cells)], &Mapping::default()).unwrap();
            assert!(columns.has(Field::Note) && (columns.has(Field::Pages) || columns.has(Field::Date)), "{preset}");
        }
    }

    #[test]
    fn the_header_is_found_below_a_title() {
        let rows = [row(1, &["归档文件目录"]), row(2, &[]), row(3, &["序号", "档号", "题名"])];
        let columns = Columns::find(&rows, &Mapping::default()).unwrap();
        assert_eq!((columns.header_row(), columns.column(Field::Title)), (3, Some(2)));
    }

    #[test]
    fn the_surer_header_has_the_field() {
        let columns = Columns::find(&[row(1, &["编号", "名称", "题名", "档号"])], &Mapping::default()).unwrap();
        assert_eq!((columns.column(Field::Code), columns.column(Field::Title)), (Some(3), Some(2)));
        let row = row(2, &["7", "n", "t", "c", "x"]);
        let others: Vec<_> = columns.others(&row).map(|(header, cell)| format!("{header}={}", cell.text())).collect();
        assert_eq!(others, ["编号=7", "名称=n", "列 E=x"]);
    }

    #[test]
    fn a_missing_column_is_named_with_the_headers_found() {
        let error = Columns::find(&[row(1, &["件号", "责任者", "题名"])], &Mapping::default()).unwrap_err().to_string();
        assert_eq!(error, "no column for 档号 within the first 10 rows; headers found: 件号 | 责任者 | 题名");
    }

    #[test]
    fn a_caller_may_say_what_a_header_means() {
        let mapping = Mapping::new([("物品 号".into(), Some(Field::Code)), ("备注".into(), None)]);
        let columns = Columns::find(&[row(1, &["物品号", "题名", "备注"])], &mapping).unwrap();
        assert_eq!((columns.column(Field::Code), columns.has(Field::Note)), (Some(0), false));
    }

    #[test]
    fn columns_are_lettered_as_in_excel() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(column), name);
        }
    }
}
