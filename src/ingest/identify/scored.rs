//! How good the identification is: on skeleton files, on files made from the signatures
//! themselves, on bytes that mean nothing and on bytes that mean harm.

use super::{
    Basis, FUEL, Identified, Signatures,
    data::Format,
    matching::{Place, Placed},
    pattern::Atom,
};
use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

fn identify(bytes: &[u8], name: &str) -> Identified {
    Signatures::builtin().identify(&mut Cursor::new(bytes.to_vec()), name).unwrap()
}

fn puid(identified: &Identified) -> &str {
    identified.best().map_or("-", |known| &known.puid)
}

/// Folders with skeleton files and their `skeletons-expected.json`: ours, and where the
/// repository lies beside `shared` (or `LANTAI_SHARED` names it) the larger one.
fn skeletons() -> Vec<(PathBuf, BTreeMap<String, String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("LANTAI_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let places = [root.join("tests/fixtures/pronom"), shared.join("fixtures/pronom")];
    let mut found = Vec::new();
    for place in places {
        let Ok(expected) = fs::read(place.join("skeletons-expected.json")) else {
            println!("skipped: {} is not there", place.display());
            continue;
        };
        found.push((place.join("skeletons"), serde_json::from_slice(&expected).unwrap()));
    }
    assert!(!found.is_empty(), "the repository keeps some of its own");
    found
}

/// The PUID that a skeleton's name says: `fmt__fmt-294-signature-id-312.ods`.
fn named(file: &str) -> String {
    let (_, rest) = file.split_once("__").unwrap();
    let (puid, _) = rest.split_once("-signature-id-").or_else(|| rest.split_once("-container-")).unwrap();
    let (space, number) = puid.rsplit_once('-').unwrap();
    format!("{space}/{number}")
}

#[test]
fn skeletons_are_what_they_are() {
    for (folder, expected) in skeletons() {
        let (mut right, mut misses) = (0, Vec::new());
        for (file, wanted) in &expected {
            // The skeleton is no ZIP, and the tool that wrote the list said so alone.
            let wanted = if wanted.starts_with("ERROR") { named(file) } else { wanted.clone() };
            let told = identify(&fs::read(folder.join(file)).unwrap(), file);
            let all: Vec<&str> = told.formats.iter().map(|known| known.puid.as_str()).collect();
            match all.as_slice() {
                [only] if **only == wanted => right += 1,
                _ => misses.push(format!("{file}: {all:?} by {:?}, {wanted} wanted: {:?}", told.basis, told.reason)),
            }
        }
        println!("{right} of {} exact in {}", expected.len(), folder.display());
        println!("{}", misses.join("\n"));
        assert!(right * 100 >= expected.len() * 95, "{right} of {} exact", expected.len());
    }
}

/// The shortest bytes in which a sequence stands.
fn bytes_of(atoms: &[Atom], bytes: &mut Vec<u8>) {
    for atom in atoms {
        match atom {
            Atom::Bytes(these) => bytes.extend(these),
            Atom::Any(count) => bytes.extend(vec![b'~'; *count]),
            Atom::One(those) => bytes.push(those.iter().position(|is| *is).unwrap() as u8),
            Atom::Range { low, not: false, backwards, .. } => {
                let mut low = low.clone();
                if *backwards {
                    low.reverse();
                }
                bytes.extend(low);
            }
            Atom::Range { low, .. } => bytes.extend(vec![b'~'; low.len()]),
            Atom::Either(ways) => bytes_of(&ways[0], bytes),
        }
    }
}

fn sample_of(placed: &Placed) -> Vec<u8> {
    let mut bytes = vec![b'~'; placed.least];
    for run in &placed.pattern.runs {
        bytes.extend(vec![b'~'; run.least]);
        bytes_of(&run.atoms, &mut bytes);
    }
    bytes.extend(vec![b'~'; placed.pattern.after]);
    bytes
}

/// A file in which all sequences stand, if they do not stand in each other's way.
fn file_of(signature: &[Placed]) -> Option<Vec<u8>> {
    let mut front: Vec<Option<u8>> = Vec::new();
    for placed in signature.iter().filter(|placed| placed.place == Place::Beginning) {
        let sample = sample_of(placed);
        let fits = |front: &[Option<u8>], by: usize| {
            let there = |nth: usize| front.get(nth + by).copied().flatten();
            sample.iter().enumerate().all(|(nth, byte)| *byte == b'~' || there(nth).is_none_or(|is| is == *byte))
        };
        let by = (0..=placed.most).find(|by| fits(&front, *by))?;
        front.resize(front.len().max(sample.len() + by), None);
        for (nth, byte) in sample.into_iter().enumerate().filter(|(_, byte)| *byte != b'~') {
            front[nth + by] = Some(byte);
        }
    }
    let mut bytes: Vec<u8> = front.into_iter().map(|byte| byte.unwrap_or(b'~')).collect();
    for placed in signature.iter().filter(|placed| placed.place == Place::Anywhere) {
        bytes.extend(sample_of(placed));
    }
    let mut ends = signature.iter().filter(|placed| placed.place == Place::End);
    let end = ends.next().map(sample_of).unwrap_or_default();
    if ends.next().is_some() {
        return None;
    }
    bytes.extend(end.into_iter().rev());
    Some(bytes)
}

fn goes_before(signatures: &Signatures, one: &str, other: &str) -> bool {
    let format = |puid: &str| signatures.formats.iter().position(|format| format.known.puid == puid).unwrap();
    signatures.formats[format(one)].over.contains(&format(other))
}

/// Whether `told` holds the format, or one that goes before it, directly or by another.
fn found(signatures: &Signatures, told: &Identified, format: &Format) -> bool {
    let puid = &format.known.puid;
    told.formats.iter().any(|known| known.puid == *puid || goes_before(signatures, &known.puid, puid))
}

#[test]
fn every_signature_of_bytes_is_found_in_a_file_made_from_it() {
    let signatures = Signatures::builtin();
    let (mut made, mut lost, mut one) = (0, Vec::new(), 0);
    for format in &signatures.formats {
        for (nth, signature) in format.bytes.iter().enumerate() {
            let Some(bytes) = file_of(signature) else { continue };
            made += 1;
            let told = identify(&bytes, "made");
            one += usize::from(told.formats.len() == 1);
            if !found(signatures, &told, format) {
                lost.push(format!("{} #{nth}: {:?} {:?}", format.known.puid, puid(&told), told.reason));
            }
        }
    }
    println!("{made} made, {one} of one format alone, {} lost\n{}", lost.len(), lost.join("\n"));
    assert!(made > 2_000, "{made}");
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn every_zip_signature_is_found_in_a_zip_made_from_it() {
    let signatures = Signatures::builtin();
    let mut made = 0;
    for format in &signatures.formats {
        for signature in &format.zip {
            let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for inside in signature {
                let options = zip::write::SimpleFileOptions::default();
                writer.start_file(&*inside.path, options).unwrap();
                writer.write_all(&file_of(&inside.sequences).unwrap()).unwrap();
            }
            let told = identify(&writer.finish().unwrap().into_inner(), "made.zip");
            made += 1;
            assert_eq!(told.basis, Basis::Container, "{}: {told:?}", format.known.puid);
            assert!(found(signatures, &told, format), "{}: {told:?}", format.known.puid);
        }
    }
    assert!(made > 130, "{made}");
}

#[test]
fn every_ole2_signature_is_found_in_a_compound_file_made_from_it() {
    let signatures = Signatures::builtin();
    let mut made = 0;
    for format in &signatures.formats {
        for signature in &format.ole2 {
            let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
            for inside in signature {
                // Property sets begin with a control character that signatures leave out.
                let marked = ["CompObj", "SummaryInformation", "DocumentSummaryInformation"];
                let mark = if marked.contains(&&*inside.path) { "\u{5}" } else { "" };
                let path = format!("/{mark}{}", inside.path);
                compound.create_storage_all(Path::new(&path).parent().unwrap()).unwrap();
                let mut stream = compound.create_stream(&path).unwrap();
                stream.write_all(&file_of(&inside.sequences).unwrap()).unwrap();
                stream.flush().unwrap();
            }
            compound.flush().unwrap();
            let told = identify(&compound.into_inner().into_inner(), "made");
            made += 1;
            assert_eq!(told.basis, Basis::Container, "{}: {told:?}", format.known.puid);
            assert!(found(signatures, &told, format), "{}: {told:?}", format.known.puid);
        }
    }
    assert!(made > 150, "{made}");
}

#[test]
fn an_ofd_is_one_by_our_own_signature() {
    let zip = |name: &str, text: &[u8]| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text).unwrap();
        writer.finish().unwrap().into_inner()
    };
    let root = b"<?xml version=\"1.0\"?><ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\"><ofd:DocBody/></ofd:OFD>";
    let told = identify(&zip("OFD.xml", root), "\u{53d1}\u{7968}.ofd");
    assert_eq!((puid(&told), told.basis), ("lantai/1", Basis::Container));
    assert_eq!(told.best().unwrap().mime.as_deref(), Some("application/ofd"));
    assert_eq!(puid(&identify(&zip("OFD.xml", root), "a.zip")), "lantai/1", "the name is of no matter");
    assert_eq!(puid(&identify(&zip("Doc_0/OFD.xml", root), "a.ofd")), "x-fmt/263", "below the root it is none");
    assert_eq!(puid(&identify(&zip("OFD.xml", b"<a/>"), "a.ofd")), "x-fmt/263");
}

#[test]
fn the_ending_counts_only_where_nothing_matches_and_no_signature_could() {
    for (bytes, name, wanted, basis) in [
        (&b"hello"[..], "a.TXT", "x-fmt/111", Basis::Extension),
        (b"a,b\n1,2\n", "\u{76ee}\u{5f55}.csv", "x-fmt/18", Basis::Extension),
        (b"hello", "a.pdf", "-", Basis::None),
        (b"hello", "a", "-", Basis::None),
        (b"hello", "", "-", Basis::None),
        (b"", "a.txt", "-", Basis::None),
        (b"GIF87a;", "a.txt", "fmt/3", Basis::Signature),
        (b"PK\x03\x04", "a.txt", "x-fmt/111", Basis::Extension),
    ] {
        let told = identify(bytes, name);
        assert_eq!((puid(&told), told.basis), (wanted, basis), "{name}: {told:?}");
        assert_eq!(told.reason.is_some(), basis == Basis::None || bytes.starts_with(b"PK"), "{told:?}");
    }
}

#[test]
fn all_that_remain_are_told_in_one_order() {
    // Two formats of one signature: neither has priority.
    let told = identify(b"\x02\x00\x00\x00", "a.dbf");
    let again = identify(b"\x02\x00\x00\x00", "a.dbf");
    assert_eq!(told, again);
    let ours = r#"{"signatures":"S","version":"1","origin":"o","licence":"l"}
{"puid":"x-fmt/7","name":"A","endings":["a"],"bytes":[[["bof",0,0,"4142"]]]}
{"puid":"fmt/12","name":"B","endings":["b"],"bytes":[[["bof",0,0,"4142"]]]}
{"puid":"fmt/9","name":"C","over":["fmt/8"],"bytes":[[["bof",0,0,"41"]]]}
{"puid":"fmt/8","name":"D","bytes":[[["bof",0,0,"41"]]]}"#;
    let signatures = Signatures::of(&[(Path::new("s"), ours)]).unwrap();
    let told = |name: &str| -> Vec<String> {
        let told = signatures.identify(&mut Cursor::new(b"AB".to_vec()), name).unwrap();
        told.formats.into_iter().map(|known| known.puid).collect()
    };
    assert_eq!(told("x"), ["fmt/9", "fmt/12", "x-fmt/7"]);
    assert_eq!(told("x.B"), ["fmt/12", "fmt/9", "x-fmt/7"], "what the name says comes first");
}

#[test]
fn a_file_of_signatures_that_cannot_be_used_is_named_with_its_line() {
    let head = r#"{"signatures":"S","version":"1","origin":"o","licence":"l"}"#;
    for (text, why) in [
        (String::new(), "line 1: is empty"),
        ("<xml/>".to_owned(), "line 1: expected value"),
        (format!("{head}\n\n{{\"puid\":\"fmt/1\"}}"), "line 3: missing field `name`"),
        (format!("{head}\n{{\"puid\":\"fmt\",\"name\":\"\"}}"), "line 2: \"fmt\" is no PUID"),
        (format!("{head}\n{0}\n{0}", r#"{"puid":"fmt/1","name":""}"#), "\"fmt/1\" is there twice"),
        (format!("{head}\n{}", r#"{"puid":"fmt/1","name":"","over":["fmt/2"]}"#), "fmt/2, which is not there"),
        (format!("{head}\n{}", r#"{"puid":"fmt/1","name":"","bytes":[[["bof",0,0,"4"]]]}"#), "4: half a byte at 0"),
        (format!("{head}\n{}", r#"{"puid":"fmt/1","name":"","zip":[[]]}"#), "names no stream"),
        (format!("{head}\n{}", r#"{"puid":"fmt/1","name":"","bytes":[[]]}"#), "has no sequence"),
    ] {
        let error = Signatures::of(&[(Path::new("s.jsonl"), &text)]).unwrap_err().to_string();
        assert!(error.starts_with("the signatures s.jsonl, line ") && error.contains(why), "{error}, {why}");
    }
    let error = Signatures::read(Path::new("/nowhere/s.jsonl")).unwrap_err().to_string();
    assert_eq!(error, "the signatures /nowhere/s.jsonl cannot be read (reading.signatures)");
}

/// Numbers that are the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }
}

#[test]
fn broken_bytes_are_told_or_not_and_never_end_the_process() {
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    for (folder, expected) in skeletons() {
        for file in expected.keys() {
            let whole = fs::read(folder.join(file)).unwrap();
            for round in 0..6 {
                let mut bytes = whole.clone();
                if round % 2 == 0 {
                    bytes.truncate(chance.below(bytes.len() + 1));
                }
                for _ in 0..round * 4 {
                    if !bytes.is_empty() {
                        let at = chance.below(bytes.len());
                        bytes[at] = [0, 0xff, chance.next() as u8][chance.below(3)];
                    }
                }
                let told = identify(&bytes, file);
                assert_eq!(told.formats.is_empty(), told.basis == Basis::None);
                assert!(told.basis != Basis::None || told.reason.is_some());
            }
        }
    }
    for length in [1, 2, 7, 511, 512, 4_096, 70_000] {
        let bytes: Vec<u8> = (0..length).map(|_| chance.next() as u8).collect();
        identify(&bytes, "random.bin");
        for magic in [&b"PK\x03\x04"[..], b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"] {
            identify(&[magic, &bytes].concat(), "random.bin");
        }
    }
}

#[test]
fn a_container_without_end_is_given_up_with_a_reason() {
    // As many entries as fit into 12 MiB of directory.
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for nth in 0..60_000 {
        writer.start_file(format!("{nth:0150}"), options).unwrap();
    }
    let told = identify(&writer.finish().unwrap().into_inner(), "many.zip");
    assert_eq!((told.basis, told.formats.len()), (Basis::None, 0), "{told:?}");
    assert!(told.reason.unwrap().starts_with("无法判断"));
}

#[test]
fn a_stream_that_swells_is_looked_at_no_further_than_allowed() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("mimetype", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..256 {
        writer.write_all(&zeros).unwrap();
    }
    let bomb = writer.finish().unwrap().into_inner();
    assert!(bomb.len() < 1 << 20);
    let begun = Instant::now();
    assert_eq!(puid(&identify(&bomb, "bomb.zip")), "x-fmt/263");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn what_costs_too_much_is_not_told() {
    let signatures = Signatures::builtin();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let told = signatures.identify_with(&mut Cursor::new(png.to_vec()), "a.png", 100).unwrap();
    assert_eq!((told.basis, told.best()), (Basis::None, None));
    assert!(told.reason.unwrap().contains("步数超过上限"));
}

/// Files of one value, of text, of chance, as large as is seen: the work stays far below
/// what is allowed, so that no honest file meets the limit.
#[test]
fn a_full_window_of_anything_is_affordable() {
    let mut chance = Chance(7);
    let mut views =
        vec![("zeros", vec![0_u8; 4 << 20]), ("ones", vec![0xff; 4 << 20]), ("spaces", vec![b' '; 4 << 20])];
    views.push(("chance", (0..4 << 20).map(|_| chance.next() as u8).collect()));
    views.push(("digits", (0..4 << 20).map(|_| b"0123456789\n,.<>"[chance.below(15)]).collect()));
    views.push(("xml", b"<a xmlns:pdfaid=\"x\">0\nSECTION\n  2</a>\r\n".repeat(100_000)));
    views.push(("pdf", [&b"%PDF-1.4\n"[..], &b"1 0 obj <</Type/Page>> endobj\n".repeat(100_000)].concat()));
    views.push(("exe", [&b"MZ"[..], &b"PE\0\x01PE\0\0xx\x0b\x01".repeat(300_000)].concat()));
    let signatures = Signatures::builtin();
    for (what, bytes) in views {
        let mut file = Cursor::new(bytes);
        let begun = Instant::now();
        let told = signatures.identify_with(&mut file, what, FUEL / 4).unwrap();
        let took = begun.elapsed();
        println!("{what}: {} by {:?} in {took:?}", puid(&told), told.basis);
        assert!(told.reason.as_deref().is_none_or(|why| !why.contains("步数")), "{what}: {told:?}");
    }
}

#[test]
fn how_long_it_takes_is_printed() {
    Signatures::builtin();
    let mut times: Vec<(Duration, String)> = Vec::new();
    for (folder, expected) in skeletons() {
        for file in expected.keys() {
            let bytes = fs::read(folder.join(file)).unwrap();
            let begun = Instant::now();
            identify(&bytes, file);
            times.push((begun.elapsed(), file.clone()));
        }
    }
    times.sort();
    let (longest, file) = times.last().unwrap();
    println!("median {:?}, longest {longest:?} ({file}), of {}", times[times.len() / 2].0, times.len());
    assert!(*longest < Duration::from_secs(2), "without optimisation, on a busy machine");
}
