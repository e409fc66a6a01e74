//! A look at a catalogue (预览): its first rows, and what each column is taken for. Nothing
//! is checked against the archive, and nothing is kept.

use super::{
    Aside, Catalogue, CatalogueError, Columns, Entry, Fault, Field, Mapping, Opens, Reading, Row, columns::letters,
};
use crate::{ingest::defects::Lang, kernel::Secrecy, profile::Profile};
use std::path::Path;

/// Rows shown (ours).
const ROWS: usize = 10;

/// How a column came to its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Whoever hands it in said so.
    Told,
    /// By its header.
    Guessed,
    /// It has none, and is kept under its own header.
    Kept,
}

impl How {
    pub fn word(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Guessed => "guessed",
            Self::Kept => "kept",
        }
    }
}

/// A column, and what it is taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenColumn {
    /// As a workbook names it: `A`.
    pub letters: String,
    pub header: String,
    pub field: Option<Field>,
    pub how: How,
}

/// A row as it reads. Of one above 公开 only code and mark are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenRow {
    /// As Excel numbers it.
    pub number: u64,
    /// One for each column.
    pub cells: Vec<String>,
    pub secrecy: SeenSecrecy,
    /// What is wrong with its cells, each with the header of its column.
    pub faults: Vec<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenSecrecy {
    Open,
    /// It would be set aside.
    Above(Secrecy),
    /// Its mark is not understood.
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Preview {
    pub header_row: u64,
    pub columns: Vec<SeenColumn>,
    pub rows: Vec<SeenRow>,
    /// Fields that a catalogue cannot do without and that no column has.
    pub missing: Vec<Field>,
    /// The first row that cannot be read, and why.
    pub unread: Option<(u64, String)>,
}

/// Looks into the catalogue that its sender called `name`. One without a column for the code
/// or the title is shown all the same, its header being the row that comes nearest. Of a CSV
/// the beginning is enough. Blocks.
///
/// # Errors
/// As [`Catalogue::open`], where nothing in it looks like a header.
pub fn preview(
    name: &Path,
    file: &dyn Opens,
    mapping: &Mapping,
    profile: &Profile,
    aside: &dyn Aside,
    lang: Lang,
) -> Result<Preview, CatalogueError> {
    let mut catalogue = match Catalogue::open(name, file, mapping, aside) {
        Err(CatalogueError::Columns { .. }) => Catalogue::open(name, file, &mapping.leniently(), aside)?,
        opened => opened?,
    };
    let columns = catalogue.columns().clone();
    let (mut rows, mut unread) = (Vec::new(), None);
    while rows.len() < ROWS {
        match catalogue.next() {
            None => break,
            Some(Ok(row)) => rows.push(seen(&row, &columns, profile, lang)),
            Some(Err(error)) => {
                let goes_on = error.leaves_the_rest();
                let Some(row) = error.row() else { return Err(error) };
                unread = unread.or_else(|| Some((row, error.to_string())));
                if !goes_on {
                    break;
                }
            }
        }
    }
    let missing = [Field::Code, Field::Title].into_iter().filter(|field| !columns.has(*field)).collect();
    let widest = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0).max(columns.headers().len());
    let taken = (0..widest).map(|column| taken(column, &columns, mapping)).collect();
    rows.iter_mut().for_each(|row| row.cells.resize(widest, String::new()));
    Ok(Preview { header_row: columns.header_row(), columns: taken, rows, missing, unread })
}

fn taken(column: usize, columns: &Columns, mapping: &Mapping) -> SeenColumn {
    let header = columns.headers().get(column).cloned().unwrap_or_default();
    let field = Field::ALL.into_iter().find(|field| columns.column(*field) == Some(column));
    let how = match (mapping.told(&header), field) {
        (Some(_), _) => How::Told,
        (None, Some(_)) => How::Guessed,
        (None, None) => How::Kept,
    };
    SeenColumn { letters: letters(column), header, field, how }
}

fn seen(row: &Row, columns: &Columns, profile: &Profile, lang: Lang) -> SeenRow {
    let (secrecy, faults) = match Entry::read(row, columns, profile, lang) {
        Reading::Entry(_, faults) => (SeenSecrecy::Open, faults),
        Reading::SetAside(aside) => (SeenSecrecy::Above(aside.secrecy), Vec::new()),
        Reading::Unmarked { fault, .. } => (SeenSecrecy::Unknown, vec![fault]),
    };
    let shown = |column: usize| {
        secrecy == SeenSecrecy::Open
            || columns.column(Field::Code) == Some(column)
            || (columns.column(Field::Secrecy) == Some(column) && secrecy != SeenSecrecy::Unknown)
    };
    let cells = row.cells.iter().enumerate();
    let cells = cells.map(|(column, cell)| if shown(column) { cell.text().into_owned() } else { String::new() });
    SeenRow { number: row.number, cells: cells.collect(), secrecy, faults }
}

#[cfg(test)]
mod tests {
    use super::super::{InMemory, tests::InTemp};
    use super::*;

    fn look(text: &str, mapping: &Mapping) -> Result<Preview, CatalogueError> {
        let file = InMemory(text.to_owned().into());
        let profile = Profile::compiled().unwrap();
        preview(Path::new("目录.csv"), &file, mapping, &profile, &InTemp, Lang::Zh)
    }

    #[test]
    fn the_first_rows_are_shown_with_what_each_column_is_taken_for() {
        let rows: String = (1..=20).map(|n| format!("X{n},第{n}件,2011,甲\n")).collect();
        let mapping = Mapping::new([("备考".to_owned(), Some(Field::Note))]);
        let preview = look(&format!("归档文件目录\n档号,题名,日期,备考,尺寸\n{rows}"), &mapping).unwrap();
        let taken: Vec<_> = preview
            .columns
            .iter()
            .map(|one| {
                format!("{} {} {} {}", one.letters, one.header, one.field.map_or("", Field::word), one.how.word())
            })
            .collect();
        assert_eq!(
            taken,
            ["A 档号 code guessed", "B 题名 title guessed", "C 日期 date guessed", "D 备考 note told", "E 尺寸  kept"]
        );
        assert_eq!((preview.header_row, preview.rows.len(), preview.rows[9].number), (2, 10, 12));
        assert_eq!(preview.rows[0].cells, ["X1", "第1件", "2011", "甲", ""]);
    }

    #[test]
    fn a_catalogue_whose_headers_are_not_known_is_shown_so_that_they_can_be_told() {
        let preview = look("物品号;事由;日期\nX1;甲;20110631\n", &Mapping::default()).unwrap();
        assert_eq!(preview.missing, [Field::Code, Field::Title]);
        assert_eq!((preview.columns.len(), preview.rows[0].cells[1].as_str()), (3, "甲"));
        let told = Mapping::new([("物品号".into(), Some(Field::Code)), ("事由".into(), Some(Field::Title))]);
        let preview = look("物品号;事由;日期\nX1;甲;20110631\n", &told).unwrap();
        assert_eq!((preview.missing.len(), preview.rows[0].faults.len()), (0, 1));
        assert!(look("", &told).is_err());
    }

    #[test]
    fn nothing_of_a_row_above_open_is_shown_but_code_and_mark() {
        let preview = look("档号,题名,密级\nX1,不可见,机密\nX2,不可见,密\nX3,可见,\n", &Mapping::default()).unwrap();
        assert_eq!(preview.rows[0].cells, ["X1", "", "机密"]);
        assert_eq!(
            (preview.rows[0].secrecy, preview.rows[1].secrecy),
            (SeenSecrecy::Above(Secrecy::parse("机密").unwrap()), SeenSecrecy::Unknown)
        );
        assert!(!format!("{:?}", preview.rows[..2].iter().collect::<Vec<_>>()).contains("不可见"));
        assert_eq!(preview.rows[2].cells[1], "可见");
    }
}
