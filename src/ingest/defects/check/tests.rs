use super::*;
use crate::ingest::catalogue::{Catalogue, Reading, Retention, find, tests::InTemp};
use crate::ingest::folder::{match_files, walk};
use crate::kernel::Secrecy;
use crate::profile::Profile;

fn an_entry() -> Entry {
    Entry {
        row: 7,
        code_raw: "Z109-WS·2011-Y-BGS-0001".into(),
        title: "题名".into(),
        responsible: String::new(),
        docno: String::new(),
        date: None,
        retention: Some(Retention::Years(30)),
        secrecy: Secrecy::Open,
        pages: Some(3),
        note: String::new(),
        file_name: None,
        fonds: Some("Ｚ109".into()),
        category: Some("文书".into()),
        year: Some("2011年".into()),
        department: Some("RSC".into()),
        carrier: None,
        in_box: None,
        place: None,
        extra: Vec::new(),
    }
}

#[test]
fn a_code_is_held_against_its_columns() {
    let part = |text: &str| Some(text.to_owned());
    let parts = CodeParts {
        fonds: part("Z109"),
        category: part("WS"),
        year: part("2011"),
        retention: part("Y"),
        department: part("BGS"),
    };
    let kinds: Vec<_> = code_parts(&an_entry(), &parts, Lang::Zh).into_iter().map(|defect| defect.kind).collect();
    assert_eq!(kinds, [DefectKind::CodeRetention, DefectKind::CodeDepartment]);
    let other = CodeParts { fonds: part("Z110"), year: part("2012"), ..CodeParts::default() };
    let defects = code_parts(&an_entry(), &other, Lang::Zh);
    assert_eq!(defects[0].reason, "档号中为“Z110”，目录栏中为“Ｚ109”");
    assert_eq!(defects[1].kind, DefectKind::CodeYear);
}

#[test]
fn every_row_of_a_double_code_names_the_others() {
    let rows = [(2, "A-1"), (3, "a-1"), (4, "A-2"), (5, ""), (6, "")];
    let defects = duplicate_codes(rows, str::to_lowercase, Lang::En);
    let said: Vec<_> = defects.iter().map(|defect| (defect.row.unwrap(), defect.reason.as_str())).collect();
    assert_eq!(said, [(2, "the same code stands in row 3"), (3, "the same code stands in row 2")]);
}

#[test]
fn a_page_count_that_differs_is_a_note() {
    assert_eq!(pages(&an_entry(), 3, Lang::Zh), None);
    let defect = pages(&an_entry(), 2, Lang::Zh).unwrap();
    assert_eq!((defect.severity, defect.reason.as_str()), (super::super::Severity::Note, "目录为 3 页，文件为 2 页"));
    assert_eq!(pages(&Entry { pages: None, ..an_entry() }, 2, Lang::Zh), None);
}

#[test]
fn equal_content_names_the_earlier_row() {
    let (one, two) = ([Sha256([1; 32])], [Sha256([2; 32])]);
    let rows = [(2, "A", &one[..]), (3, "B", &two[..]), (4, "C", &one[..]), (5, "D", &[]), (6, "E", &[])];
    let defects = duplicate_content(rows, Lang::Zh);
    assert_eq!(defects.len(), 1);
    assert_eq!((defects[0].row, defects[0].reason.as_str()), (Some(4), "与第 2 行的文件内容完全相同"));
}

#[test]
fn rows_without_files_and_files_without_rows_are_both_defects() {
    let wanted = [
        Wanted { row: 2, code: "A", file_name: Some("../x") },
        Wanted { row: 3, code: "B", file_name: Some("s.pdf") },
        Wanted { row: 4, code: "C", file_name: Some("s.pdf") },
    ];
    let file = |name: &str| FoundFile {
        source: crate::vault::Source::Plain(name.into()),
        relative: name.into(),
        bytes: 0,
        modified: None,
    };
    let files = [file("d/s.pdf"), file("d/t.pdf")];
    let matched = match_files(&wanted, &files, str::to_owned);
    let said: Vec<_> = matching(&matched, &wanted, &files, Lang::Zh)
        .into_iter()
        .map(|defect| (defect.row, defect.file, defect.kind))
        .collect();
    assert_eq!(
        said,
        [
            (Some(2), None, DefectKind::MissingFile),
            (Some(2), None, DefectKind::FileNameInvalid),
            (Some(3), Some("d/s.pdf".into()), DefectKind::FileClaimedTwice),
            (Some(4), Some("d/s.pdf".into()), DefectKind::FileClaimedTwice),
            (None, Some("d/t.pdf".into()), DefectKind::SurplusFile),
        ]
    );
}

#[test]
fn a_defect_is_json_as_the_contract_has_it() {
    let aside = SetAside { row: 9, code: "X".into(), secrecy: Secrecy::parse("机密★10年").unwrap() };
    let json = serde_json::to_value(set_aside(&aside, Secrecy::Internal, Lang::Zh)).unwrap();
    let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["row", "code", "file", "kind", "reason", "remedy", "severity"]);
    assert_eq!((json["kind"].as_str(), json["severity"].as_str()), (Some("set-aside"), Some("blocking")));
    assert!(json["reason"].as_str().unwrap().contains("机密★10年"));
}

#[test]
fn what_the_folder_refuses_is_a_defect_of_its_file() {
    let refused_file = Refused { relative: "files/l".into(), why: crate::ingest::folder::Refusal::Link };
    let walked = Walked { refused: vec![refused_file], ..Walked::default() };
    let defects = refused(&walked, Lang::Zh);
    assert_eq!((defects[0].file.as_deref(), defects[0].reason.as_str()), (Some("files/l"), "这是链接，不是文件"));
}

/// A generated batch, when the tests are told where one lies.
#[test]
fn every_row_of_a_generated_batch_finds_its_files() {
    let Some(batch) = std::env::var_os("LANTAI_SAMPLE_BATCH").map(std::path::PathBuf::from) else { return };
    let mut catalogue = {
        let found = find(&batch).unwrap();
        Catalogue::open(
            &found,
            &crate::vault::Source::Plain(found.clone()),
            &crate::ingest::catalogue::Mapping::default(),
            &InTemp,
        )
        .unwrap()
    };
    let columns = catalogue.columns().clone();
    let rows: Vec<_> = catalogue.by_ref().collect::<Result<_, _>>().unwrap();
    let cells: Vec<_> = rows
        .iter()
        .map(|row| match Entry::read(row, &columns, &Profile::compiled().unwrap(), Lang::Zh) {
            Reading::Entry(entry, _) => (row.number, entry.code_raw, Entry::file_named(row, &columns)),
            Reading::SetAside(SetAside { code, .. }) | Reading::Unmarked { code, .. } => {
                (row.number, code, Entry::file_named(row, &columns))
            }
        })
        .collect();
    let wanted: Vec<_> =
        cells.iter().map(|(row, code, name)| Wanted { row: *row, code, file_name: name.as_deref() }).collect();
    let walked = walk(&batch).unwrap();
    assert!(!walked.files.is_empty());
    let matched = match_files(&wanted, &walked.files, str::to_owned);
    assert_eq!(matching(&matched, &wanted, &walked.files, Lang::Zh), []);
    assert_eq!(duplicate_codes(wanted.iter().map(|want| (want.row, want.code)), str::to_owned, Lang::Zh), []);
    assert_eq!(matched.of.iter().map(Vec::len).sum::<usize>(), walked.files.len());
}
