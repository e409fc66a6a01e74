//! What verification finds, and what it calls it.

use super::*;
use lantai::{
    kernel::Sha256,
    vault::{Expected, FindingKind},
};

fn expected(staged: &Staged) -> Vec<Expected> {
    let files = staged.files.iter();
    files
        .map(|file| Expected { content_path: file.content_path.clone(), bytes: file.bytes, sha256: file.sha256 })
        .collect()
}

fn kind_name(kind: &FindingKind) -> &'static str {
    match kind {
        FindingKind::Missing => "missing",
        FindingKind::Surplus => "surplus",
        FindingKind::Altered { .. } => "altered",
        FindingKind::Truncated { .. } => "truncated",
        FindingKind::Unreadable(_) => "unreadable",
        FindingKind::Invalid(_) => "invalid",
        FindingKind::Unfinished => "unfinished",
    }
}

#[test]
fn every_kind_of_harm_is_found_and_named() {
    type Harm = fn(&Path);
    type Found = &'static [(&'static str, &'static str)];
    let harms: [(&str, Harm, Found); 11] = [
        ("none", |_| {}, &[]),
        (
            "other bytes",
            |o| fs::write(o.join("v1/content/0001"), b"page 0ne").unwrap(),
            &[("v1/content/0001", "altered")],
        ),
        ("cut off", |o| fs::write(o.join("v1/content/0001"), b"pag").unwrap(), &[("v1/content/0001", "truncated")]),
        ("gone", |o| fs::remove_file(o.join("v1/content/0002")).unwrap(), &[("v1/content/0002", "missing")]),
        ("one more", |o| fs::write(o.join("v1/content/0003"), b"").unwrap(), &[("v1/content/0003", "surplus")]),
        ("empty folder", |o| fs::create_dir(o.join("v1/content/x")).unwrap(), &[("v1/content/x/", "surplus")]),
        (
            "record.json",
            |o| fs::write(o.join("v1/content/record.json"), b"{}").unwrap(),
            &[("v1/content/record.json", "altered")],
        ),
        (
            "declaration",
            |o| fs::write(o.join("0=ocfl_object_1.1"), b"ocfl_object_1.0\n").unwrap(),
            &[("0=ocfl_object_1.1", "altered")],
        ),
        (
            "version inventory",
            |o| fs::write(o.join("v1/inventory.json"), b"{}").unwrap(),
            &[("v1/inventory.json", "altered")],
        ),
        (
            "sidecar gone",
            |o| fs::remove_file(o.join("inventory.json.sha256")).unwrap(),
            &[("inventory.json.sha256", "missing")],
        ),
        ("version without head", |o| fs::create_dir(o.join("v2")).unwrap(), &[("v2/", "unfinished")]),
    ];
    for (name, harm, found) in harms {
        let house = House::new();
        let staged = house.sealed(1);
        harm(&house.object(1));
        let findings = house.vault.verify_object(&record(1), &expected(&staged)).unwrap();
        let told: Vec<_> = findings.iter().map(|finding| (&*finding.path, kind_name(&finding.kind))).collect();
        assert_eq!(told, found, "{name}");
    }
}

#[test]
fn an_object_replaced_whole_is_found_by_the_catalogue() {
    let house = House::new();
    house.sealed(1);
    let catalogue = Expected { content_path: "v1/content/0001".to_owned(), bytes: 8, sha256: Sha256::of(b"true one") };
    let findings = house.vault.verify_object(&record(1), &[catalogue]).unwrap();
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((&*finding.path, kind_name(&finding.kind)), ("v1/content/0001", "altered"));
    assert!(matches!(house.vault.verify_object(&record(9), &[]), Err(VaultError::Unknown(_))));
}

#[test]
fn the_root_holds_objects_in_their_places_and_nothing_else() {
    let house = House::new();
    house.sealed(1);
    assert_eq!(house.vault.verify_root().unwrap(), []);
    let root = house.data().join("store/ocfl");
    fs::write(root.join("notes.txt"), b"").unwrap();
    let home = house.object(1);
    let tuple = home.parent().unwrap().file_name().unwrap().to_str().unwrap();
    let other = if tuple == "00" { "01" } else { "00" };
    fs::create_dir(root.join(other)).unwrap();
    let moved = format!("{other}/{}", home.file_name().unwrap().to_str().unwrap());
    fs::rename(&home, root.join(&moved)).unwrap();
    let mut told: Vec<_> =
        house.vault.verify_root().unwrap().into_iter().map(|f| (f.path, kind_name(&f.kind))).collect();
    told.sort();
    let mut wanted = vec![(moved, "invalid"), (tuple.to_owned(), "invalid"), ("notes.txt".to_owned(), "surplus")];
    wanted.sort();
    assert_eq!(told, wanted);
}
