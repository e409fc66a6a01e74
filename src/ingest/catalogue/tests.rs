//! Whole catalogues, as workbooks and as CSV.

use super::*;
use crate::ingest::defects::Lang;
use encoding_rs::GB18030;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use std::{fs, path::PathBuf};

struct Handed {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

fn handed(name: &str, bytes: &[u8]) -> Handed {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    Handed { _dir: dir, path }
}

/// Puts what is too much for memory into the folder of temporary files.
pub(in crate::ingest) struct InTemp;

impl Aside for InTemp {
    fn file(&self) -> Result<File, VaultError> {
        Ok(tempfile::tempfile().unwrap())
    }

    fn room(&self, _: u64) -> Result<(), VaultError> {
        Ok(())
    }
}

fn open(path: &Path) -> Result<Catalogue, CatalogueError> {
    Catalogue::open(path, &Source::Plain(path.to_owned()), &Mapping::default(), &InTemp)
}

/// Each row as `number:cell|cell`, or its error.
fn lines(path: &Path) -> Vec<String> {
    open(path)
        .unwrap()
        .map(|row| match row {
            Ok(row) => {
                let cells: Vec<_> = row.cells.iter().map(|cell| cell.text().into_owned()).collect();
                format!("{}:{}", row.number, cells.join("|"))
            }
            Err(error) => error.to_string(),
        })
        .collect()
}

const SMALL: &str =
    "档号,题名,日期\r\nX001-1,关于农村饮水的通知,20110614\r\n\r\nX001-2,\"两行\n题名，带\"\"引号\"\"\",2011\r\n";

#[test]
fn a_csv_reads_the_same_in_every_encoding() {
    let (gb, _, faulty) = GB18030.encode(SMALL);
    assert!(!faulty);
    let marked = [b"\xEF\xBB\xBF", SMALL.as_bytes()].concat();
    let little: Vec<u8> = std::iter::once(0xFEFF).chain(SMALL.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = std::iter::once(0xFEFF).chain(SMALL.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for bytes in [SMALL.as_bytes(), &marked, &gb, &little, &big] {
        let file = handed("catalogue.csv", bytes);
        assert_eq!(lines(&file.path), ["2:X001-1|关于农村饮水的通知|20110614", "4:X001-2|两行\n题名，带\"引号\"|2011"]);
    }
}

#[test]
fn half_a_character_of_utf16_is_an_error_of_its_row_alone() {
    let text = "\u{FEFF}档号\t题名\r\nX001\t甲\r\nX002\t乙\r\nX003\t丙\r\n";
    let mut units: Vec<u16> = text.encode_utf16().collect();
    let at = units.iter().position(|unit| *unit == 0x4E59);
    units[at.unwrap()] = 0xD800;
    let bytes: Vec<u8> = units.into_iter().flat_map(u16::to_le_bytes).collect();
    let read = lines(&handed("catalogue.csv", &bytes).path);
    assert_eq!((read[0].as_str(), read[2].as_str()), ("2:X001|甲", "4:X003|丙"));
    assert!(read[1].starts_with("row 3 (line 3): bytes that are not UTF-16"), "{}", read[1]);
}

#[test]
fn tabs_and_semicolons_divide_cells_too() {
    for delimiter in ["\t", ";"] {
        let file = handed("catalogue.csv", SMALL.replace(',', delimiter).as_bytes());
        assert_eq!(lines(&file.path).len(), 2, "{delimiter:?}");
    }
}

#[test]
fn a_row_in_another_encoding_is_an_error_of_that_row_alone() {
    let mut bytes = GB18030.encode("档号,题名\r\nX001,甲乙\r\n").0.into_owned();
    bytes.extend_from_slice("X002,乱码行\r\nX003,乱码\r\n".as_bytes());
    bytes.extend_from_slice(&GB18030.encode("X004,丙\r\n").0);
    bytes.extend_from_slice(b"X005,\xff\xfe\r\n");
    let read = lines(&handed("catalogue.csv", &bytes).path);
    assert_eq!((read[0].as_str(), read[3].as_str()), ("2:X001|甲乙", "5:X004|丙"));
    assert!(read[1].starts_with("row 3 (line 3) is written in UTF-8"), "{}", read[1]);
    assert!(read[2].starts_with("row 4 (line 4) is written in UTF-8"), "{}", read[2]);
    assert!(read[4].starts_with("row 6 (line 6): bytes that are not GB18030"), "{}", read[4]);

    let bytes = [SMALL.as_bytes(), b"X9,\xB5\xB5\xFF,\r\nX10,t,\r\n"].concat();
    let read = lines(&handed("catalogue.csv", &bytes).path);
    assert!(read[2].starts_with("row 5 (line 6): bytes that are not UTF-8"), "{}", read[2]);
    assert_eq!(read[3], "6:X10|t|");
}

#[test]
fn a_quote_that_never_closes_keeps_the_rows_before_it() {
    let read = lines(&handed("catalogue.csv", "档号,题名\r\nX001,a\r\nX002,\"没有结束\r\nX003,b\r\n".as_bytes()).path);
    assert_eq!(read, ["2:X001|a", "row 3 (line 3): a quote opens and never closes"]);
}

#[test]
fn what_is_no_catalogue_says_so() {
    for (name, bytes, wanted) in [
        ("catalogue.csv", &b"\xFF\xFEa\0"[..], "no column for"),
        ("catalogue.csv", b"", "no column for 档号, 题名"),
        ("catalogue.csv", "档号,责任者\n1,2\n".as_bytes(), "headers found: 档号 | 责任者"),
        ("catalogue.xlsx", b"PK not a workbook", "is not a readable Excel workbook"),
        ("catalogue.pdf", b"", "none of .xlsx, .ods, .xls and .csv"),
    ] {
        let file = handed(name, bytes);
        let error = open(&file.path).err().unwrap().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_repeated_header_is_no_row() {
    let file = handed("catalogue.csv", "档号,题名\nX1,a\n档 号,题名\nX2,b\n".as_bytes());
    assert_eq!(lines(&file.path), ["2:X1|a", "4:X2|b"]);
}

fn workbook(write: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Handed {
    let mut book = Workbook::new();
    write(book.add_worksheet());
    handed("catalogue.xlsx", &book.save_to_buffer().unwrap())
}

#[test]
fn a_workbook_is_read_as_excel_shows_it() {
    let file = workbook(|sheet| {
        sheet.merge_range(0, 0, 0, 4, "归档文件目录", &Format::new()).unwrap();
        for (column, header) in (0u16..).zip(["档号", "题名（必填）", "日期", "页数", "责任者"]) {
            sheet.write_string(2, column, header).unwrap();
        }
        let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
        sheet.write_string(3, 0, "X001-1").unwrap();
        sheet.write_string(3, 1, "甲").unwrap();
        sheet.write_datetime_with_format(3, 2, ExcelDateTime::from_ymd(2011, 6, 14).unwrap(), &day).unwrap();
        sheet.write_number(3, 3, 12).unwrap();
        sheet.merge_range(3, 4, 6, 4, "市府", &Format::new()).unwrap();
        sheet.write_string(6, 0, "X001-2").unwrap();
        sheet.write_formula(6, 1, Formula::new("=A1&\"乙\"").set_result("公式乙")).unwrap();
        sheet.write_number(6, 2, 20_110_614).unwrap();
        sheet.write_boolean(6, 3, true).unwrap();
    });
    assert_eq!(lines(&file.path), ["4:X001-1|甲|2011-06-14|12|市府", "7:X001-2|公式乙|20110614|TRUE|市府"]);
    let catalogue = open(&file.path).unwrap();
    assert_eq!((catalogue.columns().header_row(), catalogue.columns().header(Field::Title)), (3, "题名（必填）"));
}

#[test]
fn the_sheet_with_a_header_is_found_and_a_far_cell_costs_nothing() {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "填表说明").unwrap();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "档号").unwrap();
    sheet.write_string(0, 1, "题名").unwrap();
    sheet.write_string(1_048_575, 0, "X001").unwrap();
    let file = handed("catalogue.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(lines(&file.path), ["1048576:X001"]);

    let file = workbook(|sheet| {
        sheet.write_string(0, 16_383, "边").unwrap();
    });
    let error = open(&file.path).err().unwrap().to_string();
    assert_eq!(error, "row 1 has more than 512 columns");
}

/// A generated batch, when the tests are told where one lies.
#[test]
fn a_generated_batch_reads_the_same_in_all_its_catalogues() {
    let Some(batch) = std::env::var_os("LANTAI_SAMPLE_BATCH").map(PathBuf::from) else { return };
    let profile = crate::profile::Profile::compiled().unwrap();
    let read = |name: &str| -> Vec<Entry> {
        let mut catalogue = open(&batch.join(name)).unwrap();
        let columns = catalogue.columns().clone();
        let rows: Vec<Row> = catalogue.by_ref().collect::<Result<_, _>>().unwrap();
        rows.iter()
            .filter_map(|row| match Entry::read(row, &columns, &profile, Lang::Zh) {
                Reading::Entry(entry, faults) => {
                    assert_eq!(faults, [], "row {}", row.number);
                    Some(*entry)
                }
                Reading::SetAside(_) | Reading::Unmarked { .. } => None,
            })
            .collect()
    };
    let entries = read("catalogue.xlsx");
    assert!(!entries.is_empty());
    assert_eq!(entries, read("catalogue.csv"));
    assert_eq!(entries, read("catalogue.gb18030.csv"));
}

/// `sample.fods`, and what LibreOffice made of it.
#[test]
fn one_list_reads_the_same_from_every_kind_of_workbook() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalogue");
    for name in ["sample.xlsx", "sample.ods", "sample.xls"] {
        let wanted = [
            "3:X001-WS·2011-Y-BGS-0001|关于农村饮水的请示|2011-06-14|12|市府|3",
            "4:X001-WS·2011-Y-BGS-0002|两行\n题名 & \"引号\"|20110600|7页|市府|3",
            "5:X001-WS·2011-Y-BGS-0003|归档文件目录乙|[1950]|1.5|市府|#DIV/0!",
        ];
        // LibreOffice writes no text that a formula comes to into an .xls.
        let wanted =
            wanted.map(|line| if name.ends_with(".xls") { line.replace("归档文件目录乙", "0") } else { line.into() });
        assert_eq!(lines(&folder.join(name)), wanted, "{name}");
        let catalogue = open(&folder.join(name)).unwrap();
        let third: Vec<Cell> = catalogue.map(|row| row.unwrap().cells.remove(2)).collect();
        assert!(matches!(third[0], Cell::Day(_)), "{name}: {third:?}");
    }
}

#[test]
fn a_binary_workbook_too_large_to_be_read_whole_names_the_way_out() {
    let file = handed("catalogue.xls", &vec![0; (32 << 20) + 1]);
    let error = open(&file.path).err().unwrap().to_string();
    assert!(error.contains("larger than 32 MiB") && error.contains("save it as .xlsx"), "{error}");
    let error = open(&handed("catalogue.xls", b"no workbook").path).err().unwrap().to_string();
    assert!(error.contains("not a readable"), "{error}");
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    use std::io::{Cursor, Read as _, Write as _};
    let file = workbook(|sheet| {
        for (column, header) in (0u16..).zip(["档号", "题名", "日期"]) {
            sheet.write_string(0, column, header).unwrap();
        }
        let day = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_string(1, 0, "X1").unwrap();
        sheet.write_number_with_format(1, 2, 39_246, &day).unwrap();
    });
    assert_eq!(lines(&file.path), ["2:X1||2007-06-13"]);
    let mut old = zip::ZipArchive::new(Cursor::new(fs::read(&file.path).unwrap())).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let mut part = old.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        new.start_file(&*name, zip::write::SimpleFileOptions::default()).unwrap();
        new.write_all(text.replace("<workbookPr ", "<workbookPr date1904=\"1\" ").as_bytes()).unwrap();
    }
    let file = handed("catalogue.xlsx", &new.finish().unwrap().into_inner());
    assert_eq!(lines(&file.path), ["2:X1||2011-06-14"]);
}
