//! Staging, sealing and reading.

use super::*;
use lantai::{
    access::{Permit, Purpose},
    kernel::Sha256,
    vault::{Folders, Sweep},
};
use std::{
    io::{Read as _, Seek as _, SeekFrom},
    os::unix::fs::symlink,
    process::Command,
};

const OBJECT: [&str; 8] = [
    "0=ocfl_object_1.1",
    "inventory.json",
    "inventory.json.sha256",
    "v1/content/0001",
    "v1/content/0002",
    "v1/content/record.json",
    "v1/inventory.json",
    "v1/inventory.json.sha256",
];

#[test]
fn a_new_vault_is_an_empty_root() {
    let house = House::new();
    assert_eq!(
        tree(&house.data()),
        [
            "staging/ (empty)",
            "store/derivatives/ (empty)",
            "store/ocfl/0=ocfl_1.1",
            "store/ocfl/extensions/0003-hash-and-id-n-tuple-storage-layout/config.json",
            "store/ocfl/ocfl_layout.json",
        ]
    );
    assert!(matches!(Vault::create(&house.folders()), Err(VaultError::Exists(_))));
    assert!(house.vault.verify_root().unwrap().is_empty());
}

#[test]
fn a_root_of_another_layout_is_not_opened() {
    let house = House::new();
    let layout = house.data().join("store/ocfl/ocfl_layout.json");
    fs::write(layout, r#"{"extension":"0004-hashed-n-tuple-storage-layout"}"#).unwrap();
    let refused = Vault::open(&house.folders()).err().unwrap().to_string();
    assert!(refused.contains("0004-hashed") && refused.contains("ocfl_layout.json"), "{refused}");
    assert!(matches!(
        Vault::open(&Folders::in_archive(house.folder.path(), house.folder.path())),
        Err(VaultError::NotAVault { .. })
    ));
}

#[test]
fn staging_builds_the_whole_object_and_sealing_moves_it() {
    let house = House::new();
    let files = vec![house.source("a", b"page one"), house.source("b", b"page one")];
    let staged = house.stage(1, files).unwrap();
    assert_eq!(tree(&house.data().join("staging").join(&staged.token)), OBJECT);
    let second = &staged.files[1];
    assert_eq!((second.number, &*second.content_path, &*second.name), (2, "v1/content/0002", "原名 b"));
    assert_eq!((second.bytes, second.sha256), (8, Sha256::of(b"page one")));

    let sealed = house.vault.seal(&[intent(&staged)]).remove(0).unwrap();
    assert_eq!((sealed.files, sealed.adopted), (8, true));
    assert_eq!(tree(&house.object(1)), OBJECT);
    assert_eq!(tree(&house.data().join("staging")), [" (empty)"]);
    let versions = house.vault.versions(&record(1)).unwrap().unwrap();
    assert_eq!(Sha256::of(&versions[0].record_json), staged.record_json_sha256);
}

#[test]
fn sealing_twice_is_sealing_once() {
    let house = House::new();
    let staged = house.sealed(1);
    let before = tree(&house.data());
    let again = house.vault.seal(&[intent(&staged)]).remove(0).unwrap();
    assert!(!again.adopted);
    assert_eq!(tree(&house.data()), before);
}

#[test]
fn an_object_moved_by_a_run_that_died_is_sealed_by_the_next() {
    let house = House::new();
    let staged = house.sealed(1);
    let again = Vault::open(&house.folders()).unwrap();
    assert!(!again.seal(&[intent(&staged)])[0].as_ref().unwrap().adopted);
}

#[test]
fn other_bytes_under_the_same_record_are_an_alarm_and_stay() {
    let house = House::new();
    let first = house.sealed(1);
    let second = house.stage(1, vec![house.source("c", b"other")]).unwrap();
    let alarm = house.vault.seal(&[intent(&second)]).remove(0).unwrap_err().to_string();
    assert!(alarm.contains(&first.inventory_digest) && alarm.contains(&second.inventory_digest), "{alarm}");
    assert_eq!(tree(&house.object(1)), OBJECT);
    assert!(house.vault.verify_object(&record(1), &[]).unwrap().is_empty());
    assert_eq!(house.vault.staged().unwrap()[0].token, second.token);
}

#[test]
fn a_promise_without_bytes_is_lost_and_harms_no_other() {
    let house = House::new();
    let gone = house.stage(1, vec![house.source("a", b"one")]).unwrap();
    let kept = house.stage(2, vec![house.source("b", b"two")]).unwrap();
    fs::remove_dir_all(house.data().join("staging").join(&gone.token)).unwrap();
    let answers = house.vault.seal(&[intent(&gone), intent(&kept)]);
    assert!(matches!(answers[0], Err(VaultError::Lost { .. })));
    assert!(answers[1].is_ok());
}

#[test]
fn bytes_changed_in_the_staging_do_not_pass_the_read_back() {
    let house = House::new();
    let staged = house.stage(1, vec![house.source("a", b"page one")]).unwrap();
    fs::write(house.data().join("staging").join(&staged.token).join("v1/content/0001"), b"page 0ne").unwrap();
    let alarm = house.vault.seal(&[intent(&staged)]).remove(0).unwrap_err();
    assert!(matches!(&alarm, VaultError::Altered { path, .. } if path == "v1/content/0001"), "{alarm}");
}

#[test]
fn only_regular_files_are_taken_in_and_nothing_stays_of_a_refusal() {
    let house = House::new();
    let outside = house.folder.path();
    fs::write(outside.join("secret"), b"not of the batch").unwrap();
    symlink(outside.join("secret"), outside.join("link")).unwrap();
    assert!(Command::new("mkfifo").arg(outside.join("pipe")).status().unwrap().success());
    for (name, kind) in [("link", "a symbolic link"), ("pipe", "a pipe"), ("data", "a folder")] {
        let source = SourceFile { source: Source::Plain(outside.join(name)), name: name.to_owned() };
        let refused = house.stage(1, vec![house.source("a", b"fine"), source]).unwrap_err().to_string();
        assert!(refused.contains(kind) && refused.contains(name), "{refused}");
    }
    let missing = SourceFile { source: Source::Plain(outside.join("nothing")), name: String::new() };
    assert!(matches!(house.stage(1, vec![missing]), Err(VaultError::Io { .. })));
    assert_eq!(house.vault.staged().unwrap(), []);
}

#[test]
fn content_is_opened_with_a_permit_that_holds_and_no_other() {
    let house = House::new();
    house.sealed(1);
    let open = |permit: &Permit, number, path, seconds| {
        house.vault.open_content(permit, &record(number), path, at().plus_seconds(seconds))
    };
    let permit = Permit::machine("test", record(1), Purpose::Index, at());
    let content = open(&permit, 1, "v1/content/0002", 0).unwrap();
    assert_eq!(content.bytes(), 8);
    let mut reader = content.reader();
    reader.seek(SeekFrom::End(-3)).unwrap();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "two");

    assert!(matches!(open(&permit, 1, "v1/content/0002", 1), Err(VaultError::NotPermitted(_))));
    assert!(matches!(open(&permit, 2, "v1/content/0002", 0), Err(VaultError::NotPermitted(_))));
    for path in ["v1/content/0003", "v1/inventory.json", "v1/content/../inventory.json"] {
        assert!(matches!(open(&permit, 1, path, 0), Err(VaultError::NoSuchContent { .. })), "{path}");
    }
}

#[tokio::test]
async fn a_range_is_cut_off_at_the_end() {
    let house = House::new();
    house.sealed(1);
    let permit = Permit::machine("test", record(1), Purpose::Index, at());
    let content = house.vault.open_content(&permit, &record(1), "v1/content/0001", at()).unwrap();
    assert_eq!(&content.range(5..100).await.unwrap()[..], b"one");
    assert!(content.range(8..9).await.unwrap().is_empty());
}

#[test]
fn the_walk_gives_every_object_and_goes_on_past_a_broken_one() {
    let house = House::new();
    for number in 1..=5 {
        house.sealed(number);
    }
    fs::write(house.object(3).join("inventory.json"), b"{}").unwrap();
    let (whole, broken): (Vec<_>, Vec<_>) = house.vault.walk().unwrap().partition(Result::is_ok);
    let mut records: Vec<_> = whole.into_iter().map(|object| object.unwrap().record).collect();
    records.sort();
    assert_eq!(records, [1, 2, 4, 5].map(record));
    assert!(matches!(broken[..], [Err(VaultError::Damaged { .. })]));
}

#[test]
fn a_sweep_takes_what_its_warrant_names() {
    let house = House::new();
    let one = house.stage(1, vec![house.source("a", b"one")]).unwrap();
    let two = house.stage(2, vec![house.source("b", b"two")]).unwrap();
    let warrant = Sweep::of([one.token.clone(), "../store".to_owned()]);
    house.vault.forget_staged(&warrant, &one.token).unwrap();
    house.vault.forget_staged(&warrant, &one.token).unwrap();
    assert!(matches!(house.vault.forget_staged(&warrant, &two.token), Err(VaultError::NotWarranted(_))));
    assert!(matches!(house.vault.forget_staged(&warrant, "../store"), Err(VaultError::BadName(_))));
    let left: Vec<_> = house.vault.staged().unwrap().into_iter().map(|folder| folder.token).collect();
    assert_eq!(left, [two.token]);
}

#[test]
fn derivatives_hang_on_one_record_and_go_with_it() {
    let house = House::new();
    let (content, pages) = (Sha256::of(b"x"), ["第一页".to_owned(), String::new()]);
    for number in [1, 2] {
        house.vault.put_text(&record(number), &content, "pdf-1", &pages).unwrap();
        house.vault.put_image(&record(number), &content, "png-1", 1, 800, b"picture").unwrap();
    }
    house.vault.forget_derivatives(&record(1)).unwrap();
    house.vault.forget_derivatives(&record(1)).unwrap();
    let (now, permit) = (at(), |number| Permit::machine("test", record(number), Purpose::Index, at()));
    let other = house.vault.text(&permit(1), &record(2), &content, "pdf-1", now);
    assert!(matches!(other, Err(VaultError::NotPermitted(_))), "text is content");
    let other = house.vault.image(&permit(1), &record(2), &content, "png-1", (1, 800), now);
    assert!(matches!(other, Err(VaultError::NotPermitted(_))));
    let text = |number, maker| house.vault.text(&permit(number), &record(number), &content, maker, now).unwrap();
    assert_eq!((text(1, "pdf-1"), text(2, "pdf-2"), text(2, "pdf-1")), (None, None, Some(pages.to_vec())));
    let image = |number| house.vault.image(&permit(number), &record(number), &content, "png-1", (1, 800), now).unwrap();
    assert_eq!((image(1), image(2).as_deref()), (None, Some(&b"picture"[..])));
    assert!(matches!(house.vault.text(&permit(2), &record(2), &content, "../x", now), Err(VaultError::BadName(_))));
}

#[test]
fn a_source_that_is_not_what_it_said_it_was_is_refused_by_name() {
    let house = House::new();
    // Says it is empty and then has bytes, like a file still being written.
    let moving = SourceFile { source: Source::Plain(PathBuf::from("/proc/self/status")), name: "status".to_owned() };
    let refused = house.stage(1, vec![moving]).unwrap_err();
    assert!(matches!(&refused, VaultError::SourceChanged(path) if path.ends_with("status")), "{refused}");
    assert_eq!(house.vault.staged().unwrap(), []);
}
