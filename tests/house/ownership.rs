//! SQL names only tables of its own room; records are read through their view.

use super::{Source, root, sources};
use std::fs;

/// Files of `holdings` that may name the bare table `record`: filing and new versions
/// write it, withdrawing takes from it, and `held` finds out whether a batch was taken in before.
const BARE_RECORD: &[&str] =
    &["src/holdings/filing.rs", "src/holdings/record.rs", "src/holdings/version.rs", "src/holdings/withdrawn.rs"];

/// Table or view → the room that owns it, from the `-- room:` line above it.
fn owners() -> Vec<(String, String)> {
    let mut owners = Vec::new();
    for entry in fs::read_dir(root().join("migrations")).unwrap().map(Result::unwrap) {
        if entry.path().extension().is_none_or(|ending| ending != "sql") {
            continue;
        }
        let mut room = None;
        for line in fs::read_to_string(entry.path()).unwrap().lines() {
            if let Some(named) = line.strip_prefix("-- room: ") {
                room = Some(named.trim().to_owned());
            }
            let made = line.strip_prefix("CREATE TABLE ").or_else(|| line.strip_prefix("CREATE VIEW "));
            if let Some(rest) = made {
                let table = rest.split([' ', '(']).next().unwrap().to_owned();
                let room = room.take().unwrap_or_else(|| panic!("{table} has no `-- room:` line"));
                owners.push((table, room));
            }
        }
    }
    owners
}

/// The tables of ours that stand after FROM, JOIN, INTO, UPDATE or TABLE.
fn tables_named<'a>(code: &str, owners: &'a [(String, String)]) -> Vec<&'a (String, String)> {
    let words: Vec<&str> =
        code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    words
        .windows(2)
        .filter(|pair| matches!(pair[0], "FROM" | "JOIN" | "INTO" | "UPDATE" | "TABLE"))
        .filter_map(|pair| owners.iter().find(|(table, _)| table == pair[1]))
        .collect()
}

fn breaches(source: &Source, owners: &[(String, String)]) -> Vec<String> {
    let room = source.room();
    tables_named(&source.code(), owners)
        .into_iter()
        .filter_map(|(table, owner)| {
            if owner != room {
                return Some(format!("{}: {room} names `{table}`, which {owner} owns", source.path));
            }
            (table == "record" && !BARE_RECORD.contains(&source.path.as_str()))
                .then(|| format!("{}: reads `record` past its view", source.path))
        })
        .collect()
}

#[test]
fn sql_names_only_tables_of_its_own_room() {
    let owners = owners();
    assert!(owners.len() > 10);
    let wrong: Vec<String> = sources("src").iter().flat_map(|source| breaches(source, &owners)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_table_of_another_room_and_a_record_past_its_view_are_seen() {
    let owners = owners();
    let source = |path: &str, text: &str| Source { path: path.into(), text: text.into() };
    assert_eq!(breaches(&source("src/jobs/x.rs", "\"SELECT a FROM record_visible\""), &owners).len(), 1);
    assert_eq!(breaches(&source("src/holdings/list.rs", "\"SELECT a FROM record WHERE\""), &owners).len(), 1);
    assert!(breaches(&source("src/holdings/list.rs", "\"SELECT a FROM record_visible\""), &owners).is_empty());
}
