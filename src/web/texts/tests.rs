use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::*;

const CHINESE: &str = include_str!("zh-CN.ftl");
const ENGLISH: &str = include_str!("en.ftl");

fn keys(catalogue: &str) -> BTreeSet<&str> {
    let entries = catalogue.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    entries.filter_map(|line| line.split(" =").next()).collect()
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "html") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

fn page_sources() -> Vec<String> {
    let web = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut found: Vec<String> = ["problem_page.rs", "refused.rs", "shown.rs"]
        .map(|file| std::fs::read_to_string(web.join(file)).unwrap())
        .into();
    sources(&web.join("pages"), &mut found);
    sources(&web.join("rooms"), &mut found);
    found
}

#[test]
fn both_languages_have_the_same_keys() {
    assert_eq!(keys(CHINESE), keys(ENGLISH));
    assert!(keys(CHINESE).len() > 100);
}

#[test]
fn a_key_is_written_once_in_a_catalogue() {
    for catalogue in [CHINESE, ENGLISH] {
        let lines = catalogue.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        assert_eq!(lines.count(), keys(catalogue).len());
    }
}

#[test]
fn every_key_of_a_page_is_in_the_catalogue() {
    let known = keys(CHINESE);
    let mut used = 0;
    for source in page_sources() {
        for call in [
            "lang.t(\"",
            "lang.with(\"",
            "lang.with2(\"",
            "frame.t(\"",
            "frame.n(\"",
            "frame.with(\"",
            "frame.with2(\"",
        ] {
            for rest in source.split(call).skip(1) {
                let key = rest.split('"').next().unwrap();
                assert!(known.contains(key), "the key {key} is in no catalogue");
                used += 1;
            }
        }
    }
    assert!(used > 100);
}

#[test]
fn every_key_of_the_catalogue_is_on_some_page() {
    let sources = page_sources();
    for key in keys(CHINESE) {
        let quoted = format!("\"{key}\"");
        assert!(sources.iter().any(|source| source.contains(&quoted)), "nothing shows {key}");
    }
}

#[test]
fn the_language_is_the_asked_for_then_the_remembered_then_the_preferred_then_chinese() {
    let cases = [
        (Some("en"), Some("zh-CN"), Some("zh"), Lang::En),
        (None, Some("en"), Some("zh"), Lang::En),
        (Some("fr"), None, None, Lang::Zh),
        (None, None, Some("fr, en-GB;q=0.8, zh;q=0.5"), Lang::En),
        (None, None, Some("en;q=0.3, zh-CN"), Lang::Zh),
        (None, None, Some("en;q=0, fr"), Lang::Zh),
        (None, None, None, Lang::Zh),
    ];
    for (query, cookie, accepted, chosen) in cases {
        assert_eq!(Lang::choose(query, cookie, accepted), chosen, "{query:?} {cookie:?} {accepted:?}");
    }
}

#[test]
fn numbers_are_read_in_groups_of_three() {
    let cases = [(0_u64, "0"), (999, "999"), (1204, "1,204"), (214_806, "214,806"), (1_000_000, "1,000,000")];
    for (number, shown) in cases {
        assert_eq!(grouped(number), shown);
    }
}

#[test]
fn a_key_that_is_missing_is_seen_on_the_page() {
    assert_eq!(Lang::En.t("no-such-key"), "⟦no-such-key⟧");
}
