use super::*;
use std::path::PathBuf;

fn files(names: &[&str]) -> Vec<FoundFile> {
    let file = |name: &&str| FoundFile {
        source: crate::vault::Source::Plain(PathBuf::from(name)),
        relative: (*name).to_owned(),
        bytes: 1,
        modified: None,
    };
    names.iter().map(file).collect()
}

fn fold(code: &str) -> String {
    code.chars().map(|c| if c == '.' || c == '・' { '·' } else { c }).flat_map(char::to_lowercase).collect()
}

fn want<'a>(row: u64, code: &'a str, file_name: Option<&'a str>) -> Wanted<'a> {
    Wanted { row, code, file_name }
}

/// The files each row gets, by name.
fn given<'a>(wanted: &[Wanted<'_>], names: &[&'a str]) -> (Vec<Vec<&'a str>>, Matched) {
    let matched = match_files(wanted, &files(names), fold);
    let of = matched.of.iter().map(|pages| pages.iter().map(|file| names[*file]).collect()).collect();
    (of, matched)
}

const CODE: &str = "Z109-WS·2011-Y-BGS-0001";

#[test]
fn a_file_is_its_rows_by_every_way_of_naming_it() {
    for name in [
        "files/2011/Z109-WS·2011-Y-BGS-0001.pdf",
        "Z109-WS.2011-Y-BGS-0001.pdf",
        "a/z109-ws・2011-y-bgs-0001.PDF",
        "a/Z109-WS·2011-Y-BGS-0001",
        "a/Z109-WS·2011-Y-BGS-0001/001.jpg",
        "a/Z109-WS·2011-Y-BGS-0001/正文/第1页.jpg",
        "a/Z109-WS·2011-Y-BGS-0001-001.jpg",
        "a/Z109-WS·2011-Y-BGS-0001_2.jpg",
        "a/Z109-WS·2011-Y-BGS-0001 (3).jpg",
        "a/Z109-WS·2011-Y-BGS-0001第４页.jpg",
    ] {
        let (of, matched) = given(&[want(2, CODE, None)], &[name]);
        assert_eq!(of, [[name]], "{name}");
        assert!(matched.surplus.is_empty() && matched.missing.is_empty() && matched.doubly.is_empty());
    }
}

#[test]
fn pages_come_in_natural_order() {
    let names = ["a/Z109-WS·2011-Y-BGS-0001-10.jpg", "a/Z109-WS·2011-Y-BGS-0001-2.jpg"];
    assert_eq!(given(&[want(2, CODE, None)], &names).0, [[names[1], names[0]]]);
}

#[test]
fn the_file_name_cell_may_be_a_path_a_name_or_a_folder() {
    let names = ["a/x.pdf", "a/y/1.jpg", "a/y/2.jpg", "a/z.pdf", "b/z.pdf"];
    for (cell, wanted) in [
        ("a/x.pdf", &["a/x.pdf"][..]),
        (r"a\X.PDF", &["a/x.pdf"]),
        ("./a/x.pdf", &["a/x.pdf"]),
        ("x.pdf", &["a/x.pdf"]),
        ("y", &["a/y/1.jpg", "a/y/2.jpg"]),
        ("a/y/", &["a/y/1.jpg", "a/y/2.jpg"]),
        ("a/x.pdf；b/z.pdf", &["a/x.pdf", "b/z.pdf"]),
    ] {
        let (of, matched) = given(&[want(2, "K", Some(cell))], &names);
        assert_eq!(of[0], wanted, "{cell}");
        assert_eq!(matched.faults, [], "{cell}");
        assert_eq!(matched.surplus.len(), names.len() - wanted.len());
    }
}

#[test]
fn a_cell_that_leads_outside_is_refused() {
    for cell in ["/etc/passwd", r"C:\x.pdf", "c:x.pdf", "../x.pdf", r"a\..\..\x.pdf", r"\\server\x.pdf", "a/ .. /x.pdf"]
    {
        let (_, matched) = given(&[want(2, "K", Some(cell))], &["x.pdf"]);
        assert_eq!(matched.faults, [(0, NameFault::Outside)], "{cell}");
        assert_eq!(matched.missing, [0], "{cell}");
    }
}

#[test]
fn both_ways_are_reported() {
    let (_, matched) = given(&[want(2, CODE, None), want(3, "K-2", None)], &["a/K-2.pdf", "a/other.pdf"]);
    assert_eq!((matched.missing, matched.surplus), (vec![0], vec![1]));
}

#[test]
fn a_name_nobody_has_is_noted_where_the_code_finds_a_file() {
    let (of, matched) = given(&[want(2, "K-1", Some("gone.pdf")), want(3, "K-2", Some("gone.pdf"))], &["a/K-1.pdf"]);
    assert_eq!(of[0], ["a/K-1.pdf"]);
    assert_eq!(matched.faults, [(0, NameFault::Unmatched)]);
    assert_eq!(matched.missing, [1]);
}

#[test]
fn a_bare_name_of_several_files_is_not_guessed() {
    let names = ["a/1.pdf", "b/1.pdf"];
    let (_, matched) = given(&[want(2, "K-1", Some("1.pdf"))], &names);
    assert_eq!((matched.faults, matched.missing), (vec![(0, NameFault::Several)], vec![0]));
}

#[test]
fn an_items_file_in_its_volumes_folder_is_the_items() {
    let wanted = [want(2, "J019-KU-001", None), want(3, "J019-KU-001-002", None)];
    let (of, matched) = given(&wanted, &["J019-KU-001/cover.jpg", "J019-KU-001/J019-KU-001-002.pdf"]);
    assert_eq!(of, [["J019-KU-001/cover.jpg"], ["J019-KU-001/J019-KU-001-002.pdf"]]);
    assert_eq!(matched.doubly, []);
}

#[test]
fn a_file_claimed_twice_goes_to_the_first_and_is_reported() {
    // Named by one row, bearing the code of another.
    let wanted = [want(2, "K-1", Some("K-2.pdf")), want(3, "K-2", None)];
    let (of, matched) = given(&wanted, &["a/K-2.pdf"]);
    assert_eq!((of[0].len(), of[1].len()), (1, 0));
    assert_eq!((matched.doubly, matched.missing), (vec![(0, vec![0, 1])], vec![]));
    // Named by two rows.
    let wanted = [want(2, "K-1", Some("x.pdf")), want(3, "K-2", Some("x.pdf"))];
    assert_eq!(given(&wanted, &["a/x.pdf"]).1.doubly, [(0, vec![0, 1])]);
    // Two rows of one code: reported once, not once a page.
    let wanted = [want(2, "K-1", None), want(3, "k-1", None)];
    let (of, matched) = given(&wanted, &["K-1/1.jpg", "K-1/2.jpg"]);
    assert_eq!((of[0].len(), matched.doubly, matched.missing), (2, vec![(0, vec![0, 1])], vec![]));
}

#[test]
fn matching_takes_time_in_proportion_to_rows_and_files() {
    let codes: Vec<String> = (0..20_000).map(|n| format!("Z109-WS·2011-Y-BGS-{n:05}")).collect();
    let names: Vec<String> = codes.iter().map(|code| format!("files/{code}.pdf")).collect();
    let wanted: Vec<_> = (2u64..).zip(&codes).map(|(row, code)| want(row, code, Some("files"))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // Every row names the one folder: rows times files would be 400 million claims.
    let matched = match_files(&wanted, &files(&names), fold);
    assert!(matched.doubly.iter().all(|(_, claimants)| claimants.len() <= MOST_CLAIMANTS + 1));
    assert_eq!(matched.doubly.len(), names.len());
}
