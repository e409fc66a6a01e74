//! Looking into a ZIP or an OLE2 file: which of the streams that signatures name are
//! there, and what stands in them.
//!
//! Only those streams are opened. Of names the first blank-less form counts: in a ZIP
//! `\` is `/`, and `/` or `./` at its beginning is nothing; in an OLE2 file the control
//! character that property sets begin with is left out, as PRONOM leaves it out.

use super::{
    DIRECTORY, STREAM, STREAMS,
    data::{Inside, Signatures},
    fuel::{Fuel, Spent},
    matching::Place,
    meter::{Left, Metered},
    window::View,
};
use crate::vault::Bytes;
use std::{
    collections::{HashMap, HashSet},
    io::{self, Read},
    path::PathBuf,
};

/// What kind of container the first bytes promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Zip,
    Ole2,
}

/// Why nothing can be told from inside.
pub(super) enum Trouble {
    /// It is damaged, or no container after all.
    Damaged(String),
    /// It is larger inside than is looked at.
    TooMuch,
    Spent,
}

impl From<Spent> for Trouble {
    fn from(_: Spent) -> Self {
        Self::Spent
    }
}

/// The beginning of a stream, both ways, and whether that is all of it.
struct Stream {
    view: View,
    /// `None` where the end was not seen.
    backwards: Option<View>,
}

/// Path → stream; `None` for one that is there and cannot be read.
type Streams = HashMap<String, Option<Stream>>;

impl Kind {
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ..] => Some(Self::Ole2),
            _ => None,
        }
    }

    /// The word for people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Zip => "ZIP",
            Self::Ole2 => "OLE2",
        }
    }
}

/// The formats whose container signatures match, in order.
pub(super) fn matches(
    kind: Kind,
    file: &mut dyn Bytes,
    signatures: &Signatures,
    fuel: &Fuel,
) -> Result<Vec<usize>, Trouble> {
    let left = Left::of(DIRECTORY);
    let metered = Metered::of(file, left.clone());
    let streams = match kind {
        Kind::Zip => zip_streams(metered, &signatures.zip_paths, &left),
        Kind::Ole2 => ole2_streams(metered, &signatures.ole2_paths, &left),
    };
    let streams = match streams {
        Err(Trouble::Damaged(_)) if left.none() => return Err(Trouble::TooMuch),
        other => other?,
    };
    let mut found = Vec::new();
    for (nth, format) in signatures.formats.iter().enumerate() {
        let all = match kind {
            Kind::Zip => &format.zip,
            Kind::Ole2 => &format.ole2,
        };
        for signature in all {
            if matched(signature, &streams, fuel)? {
                found.push(nth);
                break;
            }
        }
    }
    Ok(found)
}

fn matched(signature: &[Inside], streams: &Streams, fuel: &Fuel) -> Result<bool, Spent> {
    // Whether all are there is asked first: it costs nothing.
    if !signature.iter().all(|inside| streams.contains_key(&inside.path)) {
        return Ok(false);
    }
    for inside in signature {
        let stream = streams.get(&inside.path).and_then(Option::as_ref);
        for placed in &inside.sequences {
            let view = match placed.place {
                Place::End => stream.and_then(|stream| stream.backwards.as_ref()),
                _ => stream.map(|stream| &stream.view),
            };
            let Some(view) = view else { return Ok(false) };
            if !placed.stands(view, fuel)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn zip_streams<R: Read + io::Seek>(file: R, wanted: &HashSet<String>, left: &Left) -> Result<Streams, Trouble> {
    let mut archive = zip::ZipArchive::new(file).map_err(|error| Trouble::Damaged(error.to_string()))?;
    left.refill(STREAMS);
    let mut named: Vec<(String, usize)> = Vec::new();
    for (nth, name) in archive.file_names_raw().enumerate() {
        let name = String::from_utf8_lossy(name).replace('\\', "/");
        let name = name.trim_start_matches("./").trim_start_matches('/');
        if wanted.contains(name) {
            named.push((name.to_owned(), nth));
        }
    }
    let (mut streams, mut most) = (Streams::new(), STREAMS);
    for (name, nth) in named {
        let stream = match archive.by_index(nth) {
            Ok(entry) => read_stream(entry, &mut most)?,
            // Encrypted, or packed by a method that is not read here: there, and that is all.
            Err(_) => None,
        };
        streams.entry(name).or_insert(stream);
    }
    Ok(streams)
}

fn ole2_streams<R: Read + io::Seek>(file: R, wanted: &HashSet<String>, left: &Left) -> Result<Streams, Trouble> {
    let damaged = |error: io::Error| Trouble::Damaged(error.to_string());
    let mut compound = cfb::CompoundFile::open(file).map_err(damaged)?;
    left.refill(STREAMS);
    let mut named: Vec<(String, PathBuf)> = Vec::new();
    for entry in compound.walk().filter(cfb::Entry::is_stream) {
        let steers = |c: char| c.is_control();
        let path: String = entry.path().to_string_lossy().chars().filter(|c| !steers(*c)).collect();
        let path = path.trim_start_matches('/');
        if wanted.contains(path) {
            named.push((path.to_owned(), entry.path().to_owned()));
        }
    }
    let (mut streams, mut most) = (Streams::new(), STREAMS);
    for (name, path) in named {
        let stream = match compound.open_stream(&path) {
            Ok(stream) => read_stream(stream, &mut most)?,
            Err(_) => None,
        };
        streams.entry(name).or_insert(stream);
    }
    Ok(streams)
}

/// The beginning of a stream. What breaks off is seen as far as it goes, without an end.
fn read_stream(stream: impl Read, most: &mut u64) -> Result<Option<Stream>, Trouble> {
    let mut bytes = Vec::new();
    let whole = stream.take(STREAM + 1).read_to_end(&mut bytes).is_ok() && bytes.len() as u64 <= STREAM;
    *most = most.checked_sub(bytes.len() as u64).ok_or(Trouble::TooMuch)?;
    bytes.truncate(usize::try_from(STREAM).expect("a quarter of a mebibyte fits"));
    let view = View::whole(bytes);
    Ok(Some(Stream { backwards: whole.then(|| view.backwards()), view }))
}
