//! The vectors, and what holds for every code.

use super::*;
use crate::{
    holdings::retention::Retention,
    profile::{Element, Kind, Profile},
};

/// Preset, code, origin. Source: standards-cn §1.8.
const VALID: &str = "\
DAT22 | Z109-WS·2011-Y-BGS-0001 | std DA/T 22-2015
DAT22 | 0194-WS·2016-D30-BGS-0001 | impl (provincial OA, digits-only 全宗号)
DAT22 | Z109-WS·2011-D30-BGS-0001 | made
DAT22 | Z109-WS·2011-D10-BGS-9999 | made (largest 4-digit 件号)
DAT22 | Z109-WS·2011-Y-0001 | made (no 机构 segment)
DAT22 | Z109-WS·2011-D10-003-0127 | made (问题代码 numeric)
DAT22 | J001-WS·2024-D30-RSC-0042 | made
DAT22 | Z109-YJ·2022-D10-BGS-0001 | made
DAT22 | Z109-SJ·2023-Y-0001 | made
DAT22 | Z109-MT·2022-D30-0001 | made
DAT22 | Z109-ZP·2020-Y-0001 | made
DAT22 | Z109-LX·2020-D30-0007 | made
DAT22 | Z109-SW·2021-Y-0003 | made
DAT13-item | Z109-WS·2011·Y·办公室-0001 | std DA/T 13-2022
DAT13-item | A439-WS·2015·D30·003-005 | std DA/T 13-2022
DAT13-item | Z008-WS·2019·Y-037 | std DA/T 13-2022
DAT13-item | J019-LY·2019·Y-001 | std DA/T 13-2022
DAT13-item | B168-SW·2015·Y-001 | std DA/T 13-2022
DAT13-item | C015-WY·TZGG·2019·D10-00001 | std DA/T 13-2022 (5-digit 件号)
DAT13-item | X033-ZP·2008-001 | std DA/T 18-2022 sample
DAT13-file | J019-ZY·JC·CC·2019·D30-001-001 | std DA/T 13-2022
DAT13-file | J019-KU·01·2017-001-001 | std DA/T 13-2022
DAT13-file | J019-KU·01·2017-001 | made (volume-level code of the line above)
DAT13-file | A002-RS-001-002 | std DA/T 13-2022
DAT13-file | A002-RS-001 | made (volume level)
DAT13-file | X032-KJ·KY·01-003 | std DA/T 13-2022 (volume level)
DAT13-file | X032-KJ·JJ·02-005-054 | std DA/T 13-2022 (054 = 页号)
DAT13-file | X032-KJ·SB·003-012-004 | made
DAT13-file | K021-ZP·2019·D30-025-005 | std DA/T 13-2022 (025 = 组号)
DAT94 | Z001-KU·PZ·2026-D30-0001 | impl (accounting volume)
DAT13-cat | C038-001-002-003 | std DA/T 13-2022 (全宗-目录号-案卷号-件号)";

/// Code, what is wrong, the proposal, a piece of what is said, by the preset that got furthest
/// (DA/T 13 takes the 11 of a two-digit year for a second level and misses the year after it).
const INVALID: &str = "\
Z109-WS.2011-Y-BGS-0001 | ASCII dot instead of U+00B7 | Z109-WS·2011-Y-BGS-0001 | '.' stands for '·'
Z109-WS・2011-Y-BGS-0001 | katakana dot U+30FB | Z109-WS·2011-Y-BGS-0001 | '・' stands for '·'
Z109—WS·2011—Y—BGS—0001 | em dash | Z109-WS·2011-Y-BGS-0001 | '—' stands for '-'
z109-ws·2011-y-bgs-0001 | lower case | Z109-WS·2011-Y-BGS-0001 | level 1: 'z' stands for 'Z'
Ｚ109-WS·2011-Y-BGS-0001 | full-width letter | Z109-WS·2011-Y-BGS-0001 | 'Ｚ' stands for 'Z'
Z109-WS·2011-D30 -BGS-0001 | space inside | Z109-WS·2011-D30-BGS-0001 | level 3: ' ' stands for nothing
Z109/WS·2011/Y/BGS/0001 | slashes | - | level 1, part 1: '/' does not belong
Z109_WS_2011_Y_0001 | underscores | - | level 1: '_' does not belong
Z109-WS·11-Y-BGS-0001 | two-digit year | - | level 3: the year must follow ·
Z109-WS·2011-30-BGS-0001 | 定期 without D | - | level 3: the retention must be Y, or D and the years (D30), found \"30\"; write D before
Z109-WS·2011-C-BGS-0001 | old 长期/短期 letter, not a code here | - | 30 or 10 years
Z109-WS·2011-永久-BGS-0001 | retention written out | - | write Y for 永久
Z109-XX·2011-Y-BGS-0001 | unknown 门类 | - | level 2, part 1: category \"XX\" is not defined
Z1090-WS·2011-Y-BGS-0001 | 全宗号 of 5 | - | level 1: the fonds must be 4 capitals or digits, found \"Z1090\"
Z10-WS·2011-Y-BGS-0001 | 全宗号 of 3 | - | level 1: the fonds must be 4 capitals or digits, found \"Z10\"
WS·2011-Y-BGS-0001 | 全宗号 missing | - | level 1, part 1: the fonds must be 4
Z109-WS·2011-Y-BGS | 件号 missing | - | level 5: the item is missing
Z109-WS·2011-Y-BGS-1 | 件号 not padded | - | level 5: the item must be 4 digits, found \"1\"
Z109-WS·2011-Y-BGS-0000 | serial starts at 1 | - | level 5: the item number starts at 1
Z109--WS·2011-Y-BGS-0001 | empty level | - | level 2: nothing stands here
Z109-WS··2011-Y-BGS-0001 | empty part | - | level 2, part 2: nothing stands here
Z109-2011·WS-Y-BGS-0001 | elements out of order | - | level 2, part 1: category \"2011\" is not defined
Z109-WS·2011-Y-BGS-0001- | trailing separator | - | level 6: nothing stands here
Z109-WS·2011-Y-BGSX-0001 | DAT22 机构代码 must be 3 | - | level 4: the department must be 3 capitals or digits, found \"BGSX\"
Z109-WS·2011-Y-办公室-0001 | Chinese 机构 only allowed in DAT13-2022 form | - | level 4: the department must be 3 capitals or digits
Z109-KJ·WS·01-003 | second level not defined under KJ | - | level 2, part 2: subcategory \"WS\" is not defined here; there are KY, JJ, SB
J019-KU·01·2017-001-001-001 | one level too many | - | level 5: \"001\" is one part too many
A002-RS-000-002 | 案卷号 zero | - | level 3: the volume number starts at 1";

fn rows(table: &'static str) -> Vec<Vec<&'static str>> {
    table.lines().map(|line| line.split(" | ").collect()).collect()
}

fn rules() -> Profile {
    Profile::compiled().unwrap()
}

/// The preset's scheme for a fonds and category.
fn scheme(preset: &str, fonds: &str, category: &str) -> Scheme {
    let profile = rules();
    Scheme::of(&profile, profile.preset(preset).unwrap(), fonds, category, 1).unwrap()
}

/// The scheme by which a valid vector is to be read.
fn scheme_of(preset: &str, code: &str) -> Scheme {
    let mut parts = code.split(['-', '·']);
    let (fonds, second) = (parts.next().unwrap(), parts.next().unwrap());
    let category = if preset == "DAT13-cat" { "WS" } else { second };
    scheme(preset, fonds, category)
}

fn text_of(code: &Code) -> Vec<&str> {
    code.parts().iter().map(|part| part.text.as_str()).collect()
}

#[test]
fn valid_codes_parse_under_their_scheme_and_keep_their_text() {
    let rows = rows(VALID);
    assert_eq!(rows.len(), 31);
    for row in rows {
        let (preset, text) = (row[0], row[1]);
        let code = scheme_of(preset, text).parse(text).unwrap_or_else(|e| panic!("{row:?}: {e}"));
        assert_eq!(code.as_str(), text);
        assert_eq!(text_of(&code), text.split(['-', '·']).collect::<Vec<_>>(), "{text}");
        assert_eq!(code.scope_key(), text.rsplit_once('-').unwrap().0);
        let again = Serial::next(&scheme_of(preset, text), &Parts::from(&code), code.number()).unwrap();
        // A preset's width is a range and new numbers take the least: 00001 comes back as 001.
        let padded_more =
            scheme_of(preset, text).elements().iter().any(|e| e.kind.is_number() && e.text[0].min < e.text[0].max);
        assert!(again == code || padded_more && again.scope_key() == code.scope_key(), "{text}: {again}");
        assert!(explain(&rules(), text).ok, "{text}");
    }
}

#[test]
fn invalid_codes_are_refused_with_the_reason_and_the_proposal() {
    let rows = rows(INVALID);
    assert_eq!(rows.len(), 28);
    for row in rows {
        let (text, proposal, said) = (row[0], row[2], row[3]);
        let explained = explain(&rules(), text);
        let reason = explained.reason.unwrap_or_default();
        assert!(!explained.ok && explained.parts.is_empty(), "{row:?}");
        assert!(reason.contains(said), "{row:?}: {reason}");
        assert_eq!(explained.proposal.as_deref().unwrap_or("-"), proposal, "{row:?}");
        let folded = fold(text);
        let error = scheme("DAT22", "Z109", "WS").parse(text).unwrap_err();
        assert_eq!(error.proposal.as_deref().unwrap_or("-"), proposal, "{row:?}: {error}");
        assert_eq!(error.proposal.is_some(), scheme("DAT22", "Z109", "WS").parse(&folded).is_ok());
    }
}

#[test]
fn only_the_stored_scheme_says_what_an_ambiguous_code_is() {
    for (text, category, as_item, as_file) in
        [("X033-ZP·2008-001", "ZP", Kind::Item, Kind::Volume), ("X033-KU·01·2017-001", "KU", Kind::Item, Kind::Volume)]
    {
        let last = |preset| scheme(preset, "X033", category).parse(text).unwrap().parts().last().unwrap().kind;
        assert_eq!((last("DAT13-item"), last("DAT13-file")), (as_item, as_file), "{text}");
    }
    // 003 is a department here; a shape by volume would take it for one.
    let text = "Z109-WS·2011-D10-003-0127";
    let code = scheme("DAT22", "Z109", "WS").parse(text).unwrap();
    assert_eq!((code.part(Kind::Department), code.part(Kind::Volume)), (Some("003"), None));
    let mut elements = scheme("DAT22", "Z109", "WS").elements().to_vec();
    let department = elements.iter_mut().find(|e| e.kind == Kind::Department).unwrap();
    *department = Element { kind: Kind::Volume, optional: false, ..department.clone() };
    department.text[0].chars = crate::profile::Charset::Digits;
    let by_volume = scheme("DAT22", "Z109", "WS").with_elements(elements).unwrap().parse(text).unwrap();
    assert_eq!((by_volume.part(Kind::Department), by_volume.part(Kind::Volume)), (None, Some("003")));
}

#[test]
fn the_parts_of_a_code_can_be_asked_for() {
    let code = scheme("DAT13-file", "J019", "ZY").parse("J019-ZY·JC·CC·2019·D30-001-002").unwrap();
    assert_eq!(code.sub_levels().collect::<Vec<_>>(), ["JC", "CC"]);
    assert_eq!((code.year(), code.retention()), (Some(2019), Some(Retention::Years(30))));
    assert_eq!((code.number(), code.scope_key()), (2, "J019-ZY·JC·CC·2019·D30-001"));
    let names: Vec<String> = code.named_parts().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["fonds", "category", "subcategory", "subcategory2", "year", "retention", "volume", "item"]);
}

#[test]
fn a_scheme_refuses_codes_of_another_fonds_or_category() {
    let ws = scheme("DAT22", "Z109", "WS");
    for (text, fault) in [
        ("Z110-WS·2011-Y-0001", "level 1: the fonds is \"Z109\" here, found \"Z110\""),
        ("Z109-YJ·2011-Y-0001", "level 2, part 1: the category is \"WS\" here, found \"YJ\""),
        ("Z109-WS·2011·Y·BGS-0001", "level 2, part 3: the retention must follow -, found \"Y\""),
        ("Z109-WS·11-Y-0001", "level 2, part 2: the year must be 1000 to 2999, four digits, found \"11\""),
        ("", "the code is empty"),
    ] {
        assert_eq!(ws.parse(text).unwrap_err().to_string(), fault);
    }
}

#[test]
fn a_closed_list_of_second_levels_is_not_escaped_through_the_third() {
    let item = scheme("DAT13-item", "Z109", "KJ");
    assert!(item.parse("Z109-KJ·KY·WS·2019-001").is_ok() && item.parse("Z109-KJ·2019-001").is_ok());
    let error = item.parse("Z109-KJ·WS·2019-001").unwrap_err().to_string();
    assert_eq!(error, "level 2, part 2: subcategory \"WS\" is not defined here; there are KY, JJ, SB");
    let accounts = scheme("DAT94", "Z001", "KU");
    assert!(accounts.parse("Z001-KU·01·2026-D30-0001").is_err());
}

#[test]
fn a_scheme_survives_its_json_and_a_broken_one_is_refused() {
    for row in rows(VALID) {
        let scheme = scheme_of(row[0], row[1]);
        assert_eq!(Scheme::from_json(&scheme.to_json()).unwrap(), scheme);
    }
    let json = scheme("DAT22", "Z109", "WS").to_json();
    for (from, to) in [
        ("\"fonds\":\"Z109\"", "\"fonds\":\"Z10\""),
        ("\"min\":4,\"max\":4,\"widest\"", "\"min\":5,\"max\":4,\"widest\""),
        ("\"first_year\"", "\"year_from\""),
        ("\"kind\":\"item\"", "\"kind\":\"department\""),
    ] {
        assert!(json.contains(from));
        assert!(Scheme::from_json(&json.replace(from, to)).is_err(), "{to}");
    }
}

#[test]
fn the_next_code_is_padded_and_refuses_what_does_not_fit() {
    let ws = scheme("DAT22", "Z109", "WS");
    let class = Parts::new().with(Kind::Department, "BGS").with(Kind::Year, "2011").with(Kind::Retention, "Y");
    assert_eq!(Serial::next(&ws, &class, 7).unwrap().as_str(), "Z109-WS·2011-Y-BGS-0007");
    assert_eq!(Serial::next(&ws, &class, 9999).unwrap().as_str(), "Z109-WS·2011-Y-BGS-9999");
    let no_year = Parts::new().with(Kind::Retention, "Y");
    let project = class.clone().with(Kind::Project, "01");
    let wrong = Parts::new().with(Kind::Year, "2011").with(Kind::Retention, "30");
    for (parts, number, said) in [
        (&class, 10_000, "item number 10000 needs more than 4 digits; widen the scheme"),
        (&class, 0, "number starts at 1"),
        (&no_year, 1, "the year is missing"),
        (&project, 1, "the scheme has no place for the project \"01\""),
        (&wrong, 1, "the retention must be Y"),
    ] {
        let error = Serial::next(&ws, parts, number).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let item = scheme("DAT13-item", "Z109", "WS");
    let as_retention = Parts::new().with(Kind::Year, "2011").with(Kind::Department, "D30");
    let error = Serial::next(&item, &as_retention, 1).unwrap_err().to_string();
    assert_eq!(error, "the department \"D30\" would be read as something else in Z109-WS·2011·D30-001");
}

#[test]
fn a_volume_scheme_numbers_volumes_then_items_in_a_volume() {
    let file = scheme("DAT13-file", "J019", "KU");
    let class = Parts::new().with(Kind::Subcategory, "01").with(Kind::Year, "2017");
    let volume = Serial::next(&file, &class, 1).unwrap();
    assert_eq!((volume.as_str(), volume.scope_key()), ("J019-KU·01·2017-001", "J019-KU·01·2017"));
    let item = Serial::next(&file, &class.with(Kind::Volume, "001"), 12).unwrap();
    assert_eq!((item.as_str(), item.scope_key()), ("J019-KU·01·2017-001-012", "J019-KU·01·2017-001"));
    let full = Parts::from(&volume).with(Kind::Volume, "001").with(Kind::Item, "001");
    assert_eq!(Serial::next(&file, &full, 1).unwrap_err().to_string(), "the item is missing");
}

#[test]
fn generated_codes_come_back_as_they_were_made() {
    let mut state = 20_111_109_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for (preset, category) in
        [("DAT22", "WS"), ("DAT13-item", "WY"), ("DAT13-file", "KJ"), ("DAT13-file", "ZY"), ("DAT94", "KU")]
    {
        let scheme = scheme(preset, "X001", category);
        for _ in 0..400 {
            let (mut parts, mut by_volume) = (Parts::new(), false);
            for element in scheme.elements() {
                let text = match element.kind {
                    Kind::Subcategory if !element.words.is_empty() => {
                        element.words[draw(element.words.len() as u64) as usize].clone()
                    }
                    Kind::Subcategory | Kind::Project => ["JC", "CC", "TZGG", "01", "99"][draw(5) as usize].to_owned(),
                    Kind::Year => (1000 + draw(2000)).to_string(),
                    Kind::Retention => ["Y", "D10", "D30", "D999"][draw(4) as usize].to_owned(),
                    Kind::Department => ["BGS", "003", "RSC", "ABC"][draw(4) as usize].to_owned(),
                    Kind::Volume => format!("{:04}", 1 + draw(9999)),
                    _ => continue,
                };
                let left_out = element.optional || element.kind == Kind::Volume;
                if !(left_out && draw(2) == 0) {
                    by_volume |= element.kind == Kind::Volume;
                    parts = parts.with(element.kind, text);
                }
            }
            let number = 1 + draw(9999);
            let code = Serial::next(&scheme, &parts, number).unwrap_or_else(|e| panic!("{parts:?}: {e}"));
            assert_eq!(scheme.parse(code.as_str()).unwrap(), code);
            assert_eq!(code.number(), number);
            let volumes = scheme.elements().iter().any(|e| e.kind == Kind::Volume);
            assert_eq!(
                (code.part(Kind::Volume).is_some(), code.part(Kind::Item).is_some()),
                (volumes, !volumes || by_volume)
            );
            assert_eq!(fold(code.as_str()), code.as_str());
            assert_eq!(scheme.parse(&code.as_str().to_lowercase()).unwrap_err().proposal.unwrap(), code.as_str());
        }
    }
}

#[test]
fn wider_serials_and_departments_are_proposed_from_what_is_there() {
    let codes = ["X001-WS·2011-Y-ZRZY-0001", "X001-WS.2012-Y-BGS-0000001", "X001-WS·2013-D30-0002"];
    assert!(codes.iter().all(|code| scheme("DAT22", "X001", "WS").parse(code).is_err() || code.len() < 23));
    let proposal = propose(&rules(), "X001", "WS", &codes).unwrap();
    assert_eq!((proposal.explained, proposal.refused.len()), (3, 0));
    assert_eq!((proposal.scheme.preset(), proposal.scheme.first_year()), ("DAT22-2015", 2011));
    let range = |kind| {
        let element = proposal.scheme.elements().iter().find(|e| e.kind == kind).unwrap();
        (element.text[0].min, element.text[0].max)
    };
    assert_eq!((range(Kind::Department), range(Kind::Item)), ((3, 4), (4, 7)));
}

#[test]
fn a_scheme_is_widened_and_still_reads_what_it_read() {
    let old = scheme("DAT22", "X001", "WS").from_year(2012);
    let new = widen(&old, &["X001-WS·2013-Y-ZRZY-0000001"]).unwrap();
    assert_eq!((new.explained, new.scheme.first_year()), (1, 2012));
    for text in ["X001-WS·2011-Y-BGS-0001", "X001-WS·2013-Y-ZRZY-0000001"] {
        assert!(new.scheme.parse(text).is_ok(), "{text}");
    }
    assert_eq!(widen(&old, &["X001-WS·2011-Y-ZRZY-0001"]).unwrap().scheme.first_year(), 2011);
    for asks_nothing in ["X001-WS·2011-Y-BGS-0001", "nonsense", "X001-WS·2011-Y-BGS-000000001"] {
        assert!(widen(&old, &[asks_nothing]).is_none(), "{asks_nothing}");
    }
}

#[test]
fn the_proposal_is_the_narrowest_preset_that_explains_most() {
    for (codes, category, preset, explained) in [
        (&["X001-WS·2011-Y-BGS-0001", "X001-WS·2011-Y-0002", "nonsense"][..], "WS", "DAT22-2015", 2),
        (&["X001-WS·2011·Y·办公室-0001"], "WS", "DAT13-2022", 1),
        (&["X001-KU·01·2017-001"], "KU", "DAT13-2022-file", 1),
        (&["X001-KU·PZ·2026-D30-0001"], "KU", "DAT94-2022", 1),
        (&["X001-ZP·2008-001"], "ZP", "DAT13-2022", 1),
        (&["X001-001-002-003"], "WS", "DAT13-2022-catalogue", 1),
    ] {
        let proposal = propose(&rules(), "X001", category, codes).unwrap();
        assert_eq!((proposal.scheme.preset(), proposal.explained), (preset, explained), "{codes:?}");
        assert_eq!(proposal.refused.len(), codes.len() - explained);
        let serial = codes[0].rsplit('-').next().unwrap();
        let rule = &proposal.scheme.elements().iter().rfind(|e| e.kind.is_number()).unwrap().text[0];
        assert!(proposal.scheme.parse(codes[0]).is_ok() && rule.min <= serial.len());
    }
    assert!(propose(&rules(), "X001", "WS", &["Z109-WS·2011-Y-0001"]).is_none());
    assert!(propose(&rules(), "X001", "WS", &[] as &[&str]).is_none());
}

#[test]
fn the_first_preset_that_reads_a_code_explains_it() {
    for (text, preset) in [
        ("Z109-WS·2011-Y-BGS-0001", "DAT22-2015"),
        ("Z109-WS·2011·Y·办公室-0001", "DAT13-2022"),
        ("A002-RS-001", "DAT13-2022-file"),
        ("Z001-KU·PZ·2026-D30-0001", "DAT94-2022"),
        ("C038-001-002-003", "DAT13-2022-catalogue"),
    ] {
        let explained = explain(&rules(), text);
        assert_eq!((explained.ok, explained.scheme.as_deref(), explained.reason), (true, Some(preset), None));
    }
    let cat = rules().preset("DAT13-cat").unwrap().clone();
    let refused = explain_by(&rules(), &cat, "C038—001-002-003");
    assert_eq!((refused.ok, refused.proposal.as_deref()), (false, Some("C038-001-002-003")));
    for text in ["", "Z109", "-", "·", "Z109-", "一", "Z109-WS·2011-Y-BGS-99999999999999999999"] {
        assert!(explain(&rules(), text).reason.is_some(), "{text}");
    }
}

#[test]
fn gaps_are_the_ranges_left_out() {
    for (numbers, up_to, left_out) in [
        (&[][..], 0, vec![]),
        (&[], 3, vec![1..=3]),
        (&[1, 2, 3], 3, vec![]),
        (&[2, 2, 5], 7, vec![1..=1, 3..=4, 6..=7]),
        (&[1, 9], 4, vec![2..=4]),
        (&[u64::MAX], u64::MAX, vec![1..=u64::MAX - 1]),
    ] {
        assert_eq!(gaps(numbers.iter().copied(), up_to), left_out, "{numbers:?}");
    }
}
