//! Who may import whom. The table is the rule.

use super::{Source, sources};
use std::collections::BTreeSet;

const LOWER: &[&str] = &["kernel", "profile", "db", "audit", "jobs", "access", "vault", "holdings"];
const ALL: &[&str] = &[
    "kernel",
    "profile",
    "db",
    "audit",
    "jobs",
    "access",
    "vault",
    "holdings",
    "ingest",
    "search",
    "preservation",
    "app",
    "config",
];

/// Room → rooms it may name; nothing else.
const MAY_USE: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("config", &["kernel"]),
    ("profile", &["kernel"]),
    ("db", &["kernel"]),
    ("audit", &["kernel", "db"]),
    ("jobs", &["kernel", "db", "audit"]),
    ("access", &["kernel", "profile", "db", "audit"]),
    ("vault", &["kernel", "db", "audit", "jobs", "access"]),
    ("holdings", &["kernel", "profile", "db", "audit", "access"]),
    ("ingest", LOWER),
    ("search", LOWER),
    ("preservation", LOWER),
    ("app", ALL),
    ("web", ALL),
    ("cli", ALL),
];

/// Doors with a reason: room, and what else it may name.
const DOORS: &[(&str, &str)] = &[
    // A command answers with the JSON shapes of the API, and `serve` starts it.
    ("cli", "web"),
];

/// The rooms a source names: `crate::room`, and each room of `use crate::{a, b::c}`.
fn rooms_named(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            named.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
            continue;
        };
        let (mut depth, mut word) = (0, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    named.insert(std::mem::take(&mut word));
                }
                _ if depth == 0 => word.push(c),
                _ => {}
            }
        }
        named.insert(word);
    }
    let first = |word: String| word.trim().split("::").next().unwrap_or_default().trim().to_owned();
    named.into_iter().map(first).filter(|word| !word.is_empty()).collect()
}

fn breaches(source: &Source) -> Vec<String> {
    let room = source.room();
    if matches!(room, "lib" | "main") {
        return Vec::new();
    }
    let allowed = MAY_USE.iter().find(|(name, _)| *name == room);
    let Some((_, allowed)) = allowed else { return vec![format!("room {room} is missing from the table")] };
    rooms_named(&source.code())
        .into_iter()
        .filter(|named| named != room && !allowed.contains(&named.as_str()) && !DOORS.contains(&(room, named)))
        .map(|named| format!("{}: {room} may not use {named}", source.path))
        .collect()
}

#[test]
fn rooms_keep_to_the_layering_table() {
    let wrong: Vec<String> = sources("src").iter().flat_map(breaches).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_import_against_the_table_is_seen_however_it_is_written() {
    for text in ["use crate::holdings::x;", "use crate::{kernel, holdings::{a, b}};", "fn f() { crate::holdings::x() }"]
    {
        let source = Source { path: "src/audit/read.rs".into(), text: text.into() };
        assert_eq!(breaches(&source), ["src/audit/read.rs: audit may not use holdings"], "{text}");
    }
    let unknown = Source { path: "src/attic/mod.rs".into(), text: String::new() };
    assert_eq!(breaches(&unknown).len(), 1);
    let commented = Source { path: "src/audit/mod.rs".into(), text: "// crate::web".into() };
    assert!(breaches(&commented).is_empty());
}
