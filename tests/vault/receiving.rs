//! What comes over a connection: sealed as it lies, broken off anywhere, changed on the disk.

use super::{House, describe, intent, record, user};
use lantai::vault::{ObjectDraft, Source, SourceFile, StoredFile, Tray, VaultError};
use std::{
    collections::BTreeSet,
    fs,
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

const CHUNK: usize = 64 << 10;
const PHRASE: &str = "鸾岫魑魅魍魉";

/// Bytes that say the phrase again and again, and are nowhere alike for long.
fn bytes(length: usize) -> Vec<u8> {
    let words = (0_u64..).flat_map(|number| format!("{PHRASE}{number:016x}").into_bytes());
    words.take(length).collect()
}

fn read(source: &Source) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    let mut open = source.open().map_err(|error| error.to_string())?;
    open.read_to_end(&mut all).map(|_| all).map_err(|error| error.to_string())
}

fn received(tray: &Tray, whole: &[u8]) -> (String, Source) {
    let name = Tray::fresh_name();
    let mut arriving = tray.arriving(&name).unwrap();
    arriving.take(whole).unwrap();
    (name, Source::Received(arriving.finish().unwrap()))
}

/// What is done to a file on the disk.
type Change = Box<dyn Fn(&mut Vec<u8>)>;

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() { found.extend(files(&entry.path())) } else { found.push(entry.path()) }
    }
    found
}

fn holds(folder: &Path, phrase: &[u8]) -> bool {
    let found = |path: &PathBuf| fs::read(path).unwrap().windows(phrase.len()).any(|part| part == phrase);
    files(folder).iter().any(found)
}

#[test]
fn whatever_length_comes_in_whatever_pieces_is_read_back_from_any_place() {
    let house = House::new();
    let tray = house.vault.make_tray(&lantai::vault::Vault::tray_token()).unwrap();
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 77] {
        let whole = bytes(length);
        let name = Tray::fresh_name();
        let mut arriving = tray.arriving(&name).unwrap();
        for piece in whole.chunks(50_001) {
            arriving.take(piece).unwrap();
        }
        assert_eq!(arriving.offset(), length as u64);
        let source = Source::Received(arriving.finish().unwrap());
        assert_eq!(tray.offset(&name).unwrap(), (length as u64, true));
        assert_eq!(read(&source).unwrap(), whole, "{length}");
        assert_eq!(source.bytes().unwrap(), length as u64);
        let mut open = source.open().unwrap();
        for at in [0, length / 2, length.saturating_sub(1), length, length + 9] {
            let mut rest = Vec::new();
            open.seek(SeekFrom::Start(at as u64)).unwrap();
            open.read_to_end(&mut rest).unwrap();
            assert_eq!(rest, whole[at.min(length)..], "from {at} of {length}");
        }
        assert_eq!(open.seek(SeekFrom::End(0)).unwrap(), length as u64);
        assert!(open.seek(SeekFrom::End(-1 - length as i64)).is_err());
    }
}

#[test]
fn an_upload_goes_on_from_what_was_settled_wherever_it_was_broken_off() {
    let house = House::new();
    let token = lantai::vault::Vault::tray_token();
    let whole = bytes(4 * CHUNK + 1_234);
    for (settled, lost) in [(0, 10), (10, 0), (10, 2 * CHUNK), (CHUNK, CHUNK), (CHUNK + 5, 3), (3 * CHUNK, CHUNK)] {
        let name = Tray::fresh_name();
        let mut arriving = house.vault.make_tray(&token).unwrap().arriving(&name).unwrap();
        arriving.take(&whole[..settled]).unwrap();
        if settled > 0 {
            arriving.settle().unwrap();
        }
        // Sent, written, and never settled: a crash; and then other bytes come than before.
        arriving.take(&vec![0xee; lost]).unwrap();
        drop(arriving);
        let tray = house.vault.tray(&token).unwrap();
        assert_eq!(tray.offset(&name).unwrap(), (settled as u64, false));
        let mut arriving = tray.arriving(&name).unwrap();
        assert_eq!(arriving.offset(), settled as u64);
        assert!(matches!(tray.arriving(&name), Err(VaultError::Busy(_))), "one hand at a time");
        arriving.take(&whole[settled..]).unwrap();
        let source = Source::Received(arriving.finish().unwrap());
        assert_eq!(read(&source).unwrap(), whole, "{settled} and {lost}");
        assert_eq!(tray.offset(&name).unwrap(), (whole.len() as u64, true));
    }
    assert!(files(&house.data().join("staging")).iter().all(|path| path.extension().is_none()), "no tail is left");
}

#[test]
fn a_chunk_that_is_written_again_is_sealed_under_another_nonce() {
    let house = House::new();
    let tray = house.vault.make_tray(&lantai::vault::Vault::tray_token()).unwrap();
    let name = Tray::fresh_name();
    let part = || {
        let found = files(&house.data().join("staging"));
        fs::read(found.iter().find(|path| path.extension().is_some_and(|end| end == "part")).unwrap()).unwrap()
    };
    let first_nonce = |fill: u8| {
        let mut arriving = tray.arriving(&name).unwrap();
        assert_eq!(arriving.offset(), 0);
        arriving.take(&vec![fill; CHUNK + 1]).unwrap();
        part()[8..32].to_vec()
    };
    assert_ne!(first_nonce(1), first_nonce(2));
    assert_ne!(first_nonce(3), first_nonce(3));
}

#[test]
fn what_is_changed_cut_or_exchanged_on_the_disk_is_never_read() {
    let house = House::new();
    let token = lantai::vault::Vault::tray_token();
    let tray = house.vault.make_tray(&token).unwrap();
    let (name, source) = received(&tray, &bytes(2 * CHUNK + 10));
    let (other, _) = received(&tray, &bytes(2 * CHUNK + 10));
    let place = |name: &str| house.data().join("staging").join(&token).join(name);
    let kept = fs::read(place(&name)).unwrap();
    let spoilt = |change: Change, what: &str| {
        let mut changed = kept.clone();
        change(&mut changed);
        fs::write(place(&name), changed).unwrap();
        let said = read(&source).expect_err(what);
        assert!(said.contains("not as it was received") && said.contains(&name), "{what}: {said}");
    };
    let sealed = CHUNK + 40;
    for at in [0, 7, 8, 31, 32, 8 + CHUNK, 8 + sealed - 1, 8 + sealed, kept.len() - 1] {
        spoilt(Box::new(move |bytes| bytes[at] ^= 0x40), &format!("a bit of byte {at}"));
    }
    for to in [0, 5, 8, 47, 100, 8 + sealed, 8 + 2 * sealed, kept.len() - 1] {
        spoilt(Box::new(move |bytes| bytes.truncate(to)), &format!("cut to {to}"));
    }
    spoilt(Box::new(|bytes| bytes.extend([0; 100])), "longer");
    spoilt(
        Box::new(move |bytes| {
            let (first, second) = bytes[8..].split_at_mut(sealed);
            first.swap_with_slice(&mut second[..sealed]);
        }),
        "two chunks exchanged",
    );
    let of_other = fs::read(place(&other)).unwrap();
    spoilt(Box::new(move |bytes| bytes.clone_from(&of_other)), "another file in its place");
    fs::write(place(&name), &kept).unwrap();
    assert!(read(&source).is_ok());

    // A tail that was changed is no place to go on from.
    let name = Tray::fresh_name();
    let mut arriving = tray.arriving(&name).unwrap();
    arriving.take(b"some").unwrap();
    arriving.settle().unwrap();
    drop(arriving);
    let tail = place(&format!("{name}.tail"));
    let mut changed = fs::read(&tail).unwrap();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&tail, changed).unwrap();
    assert!(matches!(tray.arriving(&name), Err(VaultError::Spoilt { .. })));
    assert!(matches!(tray.offset(&name), Err(VaultError::Spoilt { .. })));
}

#[test]
fn nothing_of_it_lies_on_the_disk_as_it_is_before_it_is_taken_in() {
    let house = House::new();
    let token = lantai::vault::Vault::tray_token();
    let tray = house.vault.make_tray(&token).unwrap();
    let (name, source) = received(&tray, &bytes(CHUNK + 999));
    tray.keep_slip(&name, PHRASE.as_bytes()).unwrap();
    let half = Tray::fresh_name();
    let mut arriving = tray.arriving(&half).unwrap();
    arriving.take(&bytes(CHUNK + 99)).unwrap();
    arriving.settle().unwrap();
    assert!(!holds(house.folder.path(), PHRASE.as_bytes()));
    assert_eq!((tray.slips().unwrap(), tray.slip(&name).unwrap().unwrap()), (vec![name], PHRASE.as_bytes().to_vec()));
    assert_eq!(tray.slip(&half).unwrap(), None);

    // Taken in it is a file like any other.
    let files = vec![SourceFile { source, name: "原名".to_owned() }];
    let draft = |files| ObjectDraft {
        record: record(7),
        created: super::at(),
        message: "filed".to_owned(),
        user: user(),
        files,
        describe: |files: &[StoredFile]| describe(files),
    };
    let staged = house.vault.stage(draft(files)).unwrap();
    assert!(house.vault.seal(&[intent(&staged)])[0].is_ok());
    assert_eq!(fs::read(house.object(7).join("v1/content/0001")).unwrap(), bytes(CHUNK + 999));
}

#[test]
fn a_tray_goes_with_its_key_and_what_is_promised_or_in_hand_stays() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new();
    let tokens: Vec<String> = (0..3).map(|_| lantai::vault::Vault::tray_token()).collect();
    for token in &tokens {
        received(&house.vault.make_tray(token).unwrap(), b"some");
    }
    let keys = || {
        let mut names: Vec<String> = files(&house.folder.path().join("keys/staging"))
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let mode = |path: &str| fs::metadata(house.folder.path().join("keys").join(path)).unwrap().permissions().mode();
    assert_eq!((mode("staging") & 0o777, mode(&format!("staging/{}", tokens[0])) & 0o777), (0o700, 0o600));
    let in_hand = house.vault.receive().unwrap();
    let arriving = in_hand.begin().unwrap();

    house.vault.forget_tray(&tokens[0]).unwrap();
    house.vault.forget_tray(&tokens[0]).unwrap();
    assert!(matches!(house.vault.tray(&tokens[0]), Err(VaultError::KeyGone(_))));
    let unheld = house.vault.unheld().unwrap();
    assert_eq!(house.vault.sweep(&unheld, &BTreeSet::from([tokens[1].clone()])).unwrap(), 1);
    assert!(house.vault.tray(&tokens[1]).is_ok());
    assert_eq!(keys().len(), 2, "of the promised one and of the one in hand");
    assert!(read(&in_hand.finish(arriving).unwrap()).unwrap().is_empty());
    drop(in_hand);
    assert_eq!(keys(), [tokens[1].clone()]);
    assert_eq!(house.vault.staged().unwrap().len(), 1);

    // Without its key it is said, and no other key is made over what lies there.
    fs::remove_file(house.folder.path().join("keys/staging").join(&tokens[1])).unwrap();
    for lost in [house.vault.tray(&tokens[1]), house.vault.make_tray(&tokens[1])] {
        assert!(matches!(&lost, Err(VaultError::KeyGone(_))), "{lost:?}");
    }
    for name in ["../x", "", "0123", "A0000000000000000000000000000000"] {
        assert!(matches!(house.vault.tray(name), Err(VaultError::BadName(_))), "{name}");
    }
}
