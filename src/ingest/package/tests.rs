//! Packages as they come, and as they are forged.

use super::*;
use crate::vault::Source;
use std::io::{Cursor, Write as _};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const LARGEST: u64 = 1 << 30;

struct Made {
    _dir: tempfile::TempDir,
    source: Source,
}

fn made(bytes: &[u8]) -> Made {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zip");
    std::fs::write(&path, bytes).unwrap();
    Made { _dir: dir, source: Source::Plain(path) }
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Every member as `name=bytes` or `name!why`.
fn lines(package: &Package) -> Vec<String> {
    let mut lines = Vec::new();
    package
        .unpack::<Vec<u8>, PackageError>(
            |_, bytes| {
                let mut read = Vec::new();
                Ok(bytes.read_to_end(&mut read).map(|_| read))
            },
            |member, became| {
                lines.push(match became {
                    Unpacked::Taken(bytes) => format!("{}={}", member.relative, String::from_utf8_lossy(&bytes)),
                    Unpacked::Refused(why) => format!("{}!{why:?}", member.relative),
                });
                Ok(())
            },
        )
        .unwrap();
    lines
}

/// The same bytes with `old` for `new`, which are equally long, wherever it stands.
fn forged(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = (0..bytes.len() - old.len()).filter(|at| bytes[*at..].starts_with(old)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    bytes
}

#[test]
fn members_come_with_their_names_in_either_encoding() {
    let (gbk, _, _) = encoding_rs::GB18030.encode("档案");
    let old = forged(&zip_of(&[("ABCD.txt", b"a"), ("2011/b.pdf", b"b")]), b"ABCD", &gbk);
    let made_old = made(&old);
    let package = Package::open(made_old.source.clone(), LARGEST).unwrap();
    assert_eq!(lines(&package), ["档案.txt=a", "2011/b.pdf=b"]);

    let new = made(&zip_of(&[("档案.txt", b"a")]));
    assert_eq!(lines(&Package::open(new.source.clone(), LARGEST).unwrap()), ["档案.txt=a"]);
}

#[test]
fn of_two_members_of_one_name_neither_is_lost_in_silence() {
    let bytes = forged(&zip_of(&[("a.pdf", b"one"), ("b.pdf", b"two"), ("B.PDF", b"three")]), b"b.pdf", b"a.pdf");
    let file = made(&bytes);
    let package = Package::open(file.source.clone(), LARGEST).unwrap();
    assert_eq!(lines(&package), ["a.pdf=one", "a.pdf!Double", "B.PDF=three"]);
}

#[test]
fn what_leads_out_is_refused_and_the_rest_goes_on() {
    let bytes = forged(&zip_of(&[("xx/a.txt", b"x"), ("ok.txt", b"ok")]), b"xx/a.txt", b"../a.txt");
    let file = made(&bytes);
    assert_eq!(lines(&Package::open(file.source.clone(), LARGEST).unwrap()), ["../a.txt!Outside", "ok.txt=ok"]);
}

#[test]
fn a_link_and_a_member_with_a_password_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.start_file("a.txt", SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
    zip.write_all(b"a").unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    let file = made(&bytes);
    assert_eq!(lines(&Package::open(file.source.clone(), LARGEST).unwrap()), ["link!Link", "a.txt=a"]);

    // Bit 0 of the flags says: encrypted (APPNOTE 4.4.4).
    let mut secret = zip_of(&[("a.txt", b"a")]);
    for (mark, flags) in [(&b"PK\x03\x04"[..], 6), (b"PK\x01\x02", 8)] {
        let at = (0..secret.len()).find(|at| secret[*at..].starts_with(mark)).unwrap();
        secret[at + flags] |= 1;
    }
    let file = made(&secret);
    assert_eq!(lines(&Package::open(file.source.clone(), LARGEST).unwrap()), ["a.txt!Encrypted"]);
}

#[test]
fn a_bomb_is_refused_by_what_it_says_and_by_what_it_does() {
    let zeros = vec![0_u8; 65 << 20];
    let file = made(&zip_of(&[("zero.txt", &zeros), ("ok.txt", b"ok")]));
    let package = Package::open(file.source.clone(), LARGEST).unwrap();
    assert_eq!(lines(&package), ["zero.txt!Bomb", "ok.txt=ok"]);

    let file = made(&zip_of(&[("a.txt", &[b'a'; 40][..])]));
    let package = Package::open(file.source.clone(), 39).unwrap();
    assert_eq!(lines(&package), ["a.txt!TooLarge"]);

    // A directory that says 40 bytes where there are 65 million.
    let honest = zip_of(&[("zero.txt", &zeros[..1 << 20])]);
    let lying = forged(&honest, &(1_u32 << 20).to_le_bytes(), &40_u32.to_le_bytes());
    let file = made(&lying);
    assert_eq!(lines(&Package::open(file.source.clone(), LARGEST).unwrap()), ["zero.txt!Damaged"]);
}

#[test]
fn damage_is_the_members_own_affair() {
    let bytes = zip_of(&[("a.txt", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), ("b.txt", b"b")]);
    let at = (0..bytes.len()).find(|at| bytes[*at..].starts_with(b"a.txt")).unwrap() + 6;
    let mut spoilt = bytes.clone();
    spoilt[at] ^= 0x15;
    let file = made(&spoilt);
    assert_eq!(lines(&Package::open(file.source.clone(), LARGEST).unwrap()), ["a.txt!Damaged", "b.txt=b"]);

    for cut in [0, 1, bytes.len() / 2, bytes.len() - 15] {
        let file = made(&bytes[..cut]);
        assert!(matches!(Package::open(file.source.clone(), LARGEST), Err(PackageError::Broken(_))), "{cut}");
    }
}

#[test]
fn two_packages_in_one_file_and_members_over_one_another_are_refused() {
    let good = zip_of(&[("a.txt", b"hello")]);
    let twice = made(&[good.clone(), good.clone()].concat());
    assert!(matches!(Package::open(twice.source.clone(), LARGEST), Err(PackageError::Before(_))));

    // The second entry of the directory points to the first member.
    let mut over = zip_of(&[("a.txt", b"hello"), ("b.txt", b"hello")]);
    let second = (0..over.len()).filter(|at| over[*at..].starts_with(b"PK\x01\x02")).nth(1).unwrap();
    over[second + 42..second + 46].fill(0);
    let over = made(&over);
    assert!(matches!(Package::open(over.source.clone(), LARGEST), Err(PackageError::Overlap)));
}

#[test]
fn a_hundred_thousand_members_are_listed() {
    // More than 65,535: its directory is one of zip64 (APPNOTE 4.4.22).
    let names: Vec<String> = (0..100_000).map(|at| format!("d{}/f{at}.txt", at % 100)).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    let file = made(&zip_of(&members));
    let package = Package::open(file.source.clone(), LARGEST).unwrap();
    assert_eq!(package.members().len(), 100_000);
    assert!(package.members().iter().all(|member| member.refused.is_none()));
}
