use super::*;
use crate::access::{Reach, Scope};
use crate::kernel::Id;

const OPEN: i64 = 0;

fn doc(n: u32, title: &str, pages: &[&str]) -> Doc {
    Doc {
        id: Id::known(format!("0197c3a0-0000-7000-8000-{n:012}")),
        code: format!("X001-WS·2011-Y-BGS-{n:04}"),
        title: title.into(),
        docno: format!("临政办发〔2011〕{n}号"),
        responsible: String::new(),
        note: String::new(),
        date: "2011-01-01".into(),
        year: Some(2011),
        fonds: "X001".into(),
        category: "WS".into(),
        department: None,
        retention: Some("Y".into()),
        secrecy_rank: OPEN,
        opening: "unreviewed".into(),
        pages: pages.iter().map(|p| p.to_string()).collect(),
    }
}

fn catalogue(docs: &[Doc]) -> (tempfile::TempDir, Catalogue) {
    let dir = tempfile::tempdir().unwrap();
    let catalogue = Catalogue::open(dir.path(), 15_000_000).unwrap();
    catalogue.put(docs).unwrap();
    catalogue.commit(7).unwrap();
    (dir, catalogue)
}

fn ask(catalogue: &Catalogue, reach: &Reach, text: &str) -> Answer {
    let query = Query::parse(text).unwrap();
    catalogue.search((reach, reach), &query, &Filters::default(), Sort::Relevance, 100, 0).unwrap()
}

fn found(catalogue: &Catalogue, text: &str) -> Vec<u32> {
    let hits = ask(catalogue, &Reach::up_to(OPEN), text).hits;
    hits.iter().map(|id| id.as_str()[24..].parse().unwrap()).collect()
}

#[test]
fn every_word_of_one_to_eight_characters_is_found_and_nothing_else() {
    // Page ends, line ends, traditional, full width, Extension B, mixed runs.
    let pages =
        ["關於檔案館\n防汛工作Ａ座的通", "知及𠀀水库２０１１年移民經費；", "国有土地使用权出让合同书竣工图纸声像材料"];
    let (_dir, catalogue) = catalogue(&[doc(1, "題名一則", &pages), doc(2, "别的", &["完全不相干的文字"])]);
    let all = analyse::units(pages);
    let texts: Vec<&str> = all.iter().map(|u| u.text.as_str()).collect();
    for length in 1..=8 {
        for window in texts.windows(length) {
            let word: String = window.concat();
            assert!(found(&catalogue, &format!("\"{word}\"")).contains(&1), "{word}");
        }
    }
    let mut seed = 7_usize;
    for _ in 0..300 {
        let word: Vec<&str> = (0..3)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                texts[(seed >> 33) % texts.len()]
            })
            .collect();
        let cut = analyse::units([word.concat().as_str()]);
        let stands = all.windows(cut.len()).any(|w| w.iter().zip(&cut).all(|(a, b)| a.text == b.text));
        assert_eq!(found(&catalogue, &word.concat()).contains(&1), stands, "{word:?}");
    }
}

#[test]
fn a_number_typed_as_it_is_finds_the_records_that_hold_it() {
    let docs: Vec<Doc> = (1..40).map(|n| doc(n, "通知", &["正文"])).collect();
    let (_dir, catalogue) = catalogue(&docs);
    for query in [
        "X001-WS·2011-Y-BGS-0003",
        "x001-ws.2011-y-bgs-0003",
        "临政办发〔2011〕3号",
        "临政办发(2011)3号",
        "臨政辦發［２０１１］３號",
        "档号：X001-WS·2011-Y-BGS-0003",
    ] {
        assert_eq!(found(&catalogue, query), [3], "{query}");
    }
}

#[test]
fn tiers_come_before_counts() {
    let docs = [
        doc(1, "无", &["水库，移民。水库，移民。移民"]),
        doc(2, "无", &["水库移民"]),
        doc(3, "关于水库移民的报告", &[]),
        doc(4, "水库移民", &[]),
        Doc { docno: "水库移民".into(), ..doc(5, "无", &[]) },
        doc(6, "无", &["水库移民，水库移民"]),
    ];
    let (_dir, catalogue) = catalogue(&docs);
    assert_eq!(found(&catalogue, "水库 移民"), [5, 4, 3, 6, 2, 1]);
}

#[test]
fn hidden_records_change_neither_order_nor_total_nor_facets() {
    let mut docs: Vec<Doc> = (1..20).map(|n| doc(n, "水库", &["移民"])).collect();
    let (_a, plain) = catalogue(&docs);
    docs.extend((20..60).map(|n| Doc { secrecy_rank: 3, fonds: "X9".into(), ..doc(n, "水库移民", &["水库移民"]) }));
    let (_b, twin) = catalogue(&docs);
    let reach = Reach::up_to(OPEN);
    assert_eq!(ask(&plain, &reach, "水库 移民"), ask(&twin, &reach, "水库 移民"));
    assert_eq!(ask(&twin, &Reach::nothing(), "水库").total, 0);
    assert_eq!(ask(&twin, &Reach::up_to(4), "水库").total, 59);
    let scope = Scope { fonds: Some(vec!["X9".into()]), years: Some((2011, 2011)), ..Scope::up_to(4) };
    assert_eq!(ask(&twin, &Reach::of(vec![scope]), "水库").total, 40);
}

#[test]
fn a_text_that_may_not_be_read_is_not_guessed_word_by_word() {
    let docs = [
        doc(1, "水库", &["移民"]),
        Doc { opening: "open".into(), ..doc(2, "水库", &["移民"]) },
        Doc { opening: "open".into(), ..doc(3, "水库", &[]) },
    ];
    let (_dir, catalogue) = catalogue(&docs);
    let known = Reach::up_to(OPEN);
    let read = Reach::of(vec![Scope { opening: Some("open".into()), ..Scope::up_to(OPEN) }]);
    let found = |text: &str| {
        let query = Query::parse(text).unwrap();
        let sort = Sort::Relevance;
        let answer = catalogue.search((&known, &read), &query, &Filters::default(), sort, 100, 0).unwrap();
        let mut numbers: Vec<char> = answer.hits.iter().filter_map(|id| id.as_str().chars().last()).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(found("水库"), ['1', '2', '3'], "the titles are known");
    assert_eq!(found("移民"), ['2']);
    assert_eq!(found("水库 NOT 移民"), ['1', '3'], "nor by what it has not");
    assert_eq!(found("水库 AND 移民"), ['2']);
    // In the order of hits neither: with its text the first would come before the third.
    let query = Query::parse("水库 OR 移民").unwrap();
    let order = catalogue.search((&known, &read), &query, &Filters::default(), Sort::Relevance, 100, 0).unwrap();
    let order: Vec<char> = order.hits.iter().filter_map(|id| id.as_str().chars().last()).collect();
    assert_eq!(order, ['2', '1', '3']);
}

#[test]
fn an_index_of_another_format_is_made_anew() {
    let (dir, catalogue) = catalogue(&[doc(1, "水库", &[])]);
    drop(catalogue);
    let same = Catalogue::open(dir.path(), 15_000_000).unwrap();
    assert_eq!((same.payload().unwrap(), found(&same, "水库")), (7, vec![1]));
    same.delete(&[Id::known("0197c3a0-0000-7000-8000-000000000001")]).unwrap();
    same.commit(8).unwrap();
    assert_eq!((same.payload().unwrap(), found(&same, "水库")), (8, vec![]));
    drop(same);
    std::fs::write(dir.path().join("format"), "older").unwrap();
    assert_eq!(Catalogue::open(dir.path(), 15_000_000).unwrap().payload().unwrap(), 0);
}
