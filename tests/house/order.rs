//! Order: short files, no left-overs, nothing of the workplace, migrations that stay.

use super::{below, root, sources};
use lantai::kernel::Sha256;
use std::fs;

const LONGEST: usize = 500;
/// Files that may be longer; may only shrink.
const LONGER: &[&str] = &[];

#[test]
fn no_file_is_longer_than_500_lines() {
    let long: Vec<String> = sources("src")
        .iter()
        .chain(&sources("tests"))
        .filter(|source| source.text.lines().count() > LONGEST && !LONGER.contains(&source.path.as_str()))
        .map(|source| format!("{} has {} lines", source.path, source.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// Words that mark unfinished or silenced work, written so that this file has none.
fn left_overs() -> Vec<String> {
    [
        ("TO", "DO"),
        ("FIX", "ME"),
        ("XX", "X:"),
        ("db", "g!("),
        ("to", "do!("),
        ("unimple", "mented!("),
        ("#[ign", "ore"),
        ("#[all", "ow("),
    ]
    .map(|(a, b)| format!("{a}{b}"))
    .to_vec()
}

#[test]
fn nothing_is_left_over_or_silenced() {
    let words = left_overs();
    let found: Vec<String> = sources("src")
        .iter()
        .chain(&sources("tests"))
        .flat_map(|source| {
            let here = words.iter().filter(|word| source.text.contains(word.as_str()));
            here.map(|word| format!("{}: {word}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_top_level_is_as_agreed() {
    const AGREED: [&str; 8] =
        ["Cargo.toml", "Cargo.lock", "src", "config", "migrations", "tests", "deploy", "README.md"];
    for entry in fs::read_dir(root()).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let ours = name.starts_with('.') || name == "LICENSE" || AGREED.contains(&name.as_str());
        // Not of the repository: what a build and the demo leave behind.
        let left = ["target", "lantai-data", "lantai-data-keys"].contains(&name.as_str());
        assert!(ours || left, "{name} does not belong at the top");
    }
}

#[test]
fn no_file_speaks_of_the_workplace_or_of_a_registry() {
    let words: Vec<String> =
        [("/wo", "rk/"), ("index.crates", ".io-"), ("registry.npmjs", ".org"), ("files.python", "hosted")]
            .map(|(a, b)| format!("{a}{b}"))
            .to_vec();
    let mut files = Vec::new();
    for folder in ["src", "tests", "config", "deploy", "migrations", ".ci"] {
        below(&root().join(folder), &mut files);
    }
    for file in files {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        for word in &words {
            assert!(!text.contains(word.as_str()), "{} holds {word}", file.display());
        }
    }
}

/// `migrations/FROZEN`: file name and SHA-256 of each. A published one never changes;
/// a new one is added to the list with its commit.
#[test]
fn migrations_stand_as_they_were_published() {
    let frozen = fs::read_to_string(root().join("migrations/FROZEN")).unwrap();
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join("migrations")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".sql") {
            found.push(format!("{name} {}", Sha256::of(&fs::read(entry.path()).unwrap())));
        }
    }
    found.sort();
    assert_eq!(frozen.lines().collect::<Vec<_>>(), found);
    assert_eq!(found.len(), lantai::db::MIGRATIONS.len());
}
