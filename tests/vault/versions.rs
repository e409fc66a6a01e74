//! A sealed object with a changed description.

use super::*;
use lantai::{
    kernel::{Sha256, Sha512},
    vault::{FindingKind, VersionDraft},
};

fn draft(title: &str, changed: Vec<(u32, SourceFile)>) -> VersionDraft {
    let record_json = format!("{{\"title\":\"{title}\"}}").into_bytes();
    VersionDraft {
        record: record(1),
        created: at(),
        message: "described".to_owned(),
        user: user(),
        record_json,
        changed,
    }
}

fn said(house: &House) -> String {
    String::from_utf8(house.vault.record_json(&record(1)).unwrap().unwrap()).unwrap()
}

#[test]
fn a_new_description_keeps_the_content_where_it_lies() {
    let house = House::new();
    let staged = house.sealed(1);
    let second = house.vault.new_version(draft("new", vec![])).unwrap();
    assert_eq!(second.head, 2);
    let mut files = tree(&house.object(1));
    files.retain(|path| path.starts_with("v2"));
    assert_eq!(files, ["v2/content/record.json", "v2/inventory.json", "v2/inventory.json.sha256"]);
    assert_eq!(said(&house), r#"{"title":"new"}"#);
    assert_eq!(house.vault.verify_object(&record(1), &[]).unwrap(), []);
    assert_eq!(house.vault.staged().unwrap(), []);

    // The same again, and the description of version 1: no bytes are written twice.
    assert_eq!(house.vault.new_version(draft("new", vec![])).unwrap(), second);
    let back = VersionDraft { record_json: describe(&staged.files), ..draft("", vec![]) };
    assert_eq!(house.vault.new_version(back).unwrap().head, 3);
    assert!(!house.object(1).join("v3/content").exists());
    assert_eq!(house.vault.verify_object(&record(1), &[]).unwrap(), []);
    // The promise of version 1 is still kept.
    assert!(house.vault.seal(&[intent(&staged)])[0].is_ok());
}

#[test]
fn a_file_put_right_lies_in_its_version() {
    let house = House::new();
    house.sealed(1);
    let changed = vec![(2, house.source("c", b"page two, scanned again")), (3, house.source("d", b"page one"))];
    let second = house.vault.new_version(draft("new", changed)).unwrap();
    let paths: Vec<&str> = second.files.iter().map(|file| &*file.content_path).collect();
    assert_eq!(paths, ["v2/content/0002", "v1/content/0001"]);
    assert_eq!(house.vault.verify_object(&record(1), &[]).unwrap(), []);
}

#[test]
fn a_version_cut_off_by_a_crash_is_finished_by_the_next_change() {
    for died_after_the_inventory in [false, true] {
        let house = House::new();
        house.sealed(1);
        let object = house.object(1);
        let old = ["inventory.json", "inventory.json.sha256"].map(|name| (name, fs::read(object.join(name)).unwrap()));
        house.vault.new_version(draft("second", vec![])).unwrap();
        for (name, bytes) in &old[usize::from(died_after_the_inventory)..] {
            fs::write(object.join(name), bytes).unwrap();
        }
        let title = if died_after_the_inventory { "second" } else { "关于" };
        assert!(said(&house).contains(title), "{}", said(&house));
        let findings = house.vault.verify_object(&record(1), &[]).unwrap();
        assert!(!findings.is_empty());
        let unfinished = findings.iter().all(|finding| finding.kind == FindingKind::Unfinished);
        assert_eq!(unfinished, !died_after_the_inventory, "{findings:?}");

        assert_eq!(house.vault.new_version(draft("third", vec![])).unwrap().head, 3);
        assert_eq!(house.vault.verify_object(&record(1), &[]).unwrap(), []);
    }
}

/// Writes the inventories of an object again, as they are with SHA-512.
fn readdress(object: &Path) {
    let read = fs::read_to_string(object.join("inventory.json")).unwrap();
    let mut text = read.replace(r#""sha256""#, r#""sha512""#);
    for path in ["v1/content/0001", "v1/content/0002", "v1/content/record.json"] {
        let bytes = fs::read(object.join(path)).unwrap();
        text = text.replace(&Sha256::of(&bytes).to_string(), &Sha512::of(&bytes).to_string());
    }
    for folder in [object.to_owned(), object.join("v1")] {
        fs::write(folder.join("inventory.json"), &text).unwrap();
        let sidecar = format!("{} inventory.json\n", Sha512::of(text.as_bytes()));
        fs::write(folder.join("inventory.json.sha512"), sidecar).unwrap();
        fs::remove_file(folder.join("inventory.json.sha256")).unwrap();
    }
}

#[test]
fn an_object_addressed_by_sha512_is_checked_and_goes_on_by_sha512() {
    let house = House::new();
    house.sealed(1);
    readdress(&house.object(1));
    assert_eq!(house.vault.verify_object(&record(1), &[]).unwrap(), []);
    let second = house.vault.new_version(draft("new", vec![(2, house.source("c", b"again"))])).unwrap();
    assert_eq!((second.head, second.inventory_digest.len()), (2, 128));
    assert_eq!(house.vault.verify_object(&record(1), &[]).unwrap(), []);
    fs::write(house.object(1).join("v2/content/0002"), b"agaim").unwrap();
    assert_eq!(house.vault.verify_object(&record(1), &[]).unwrap().len(), 1);
}
