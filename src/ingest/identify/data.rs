//! The signature data, read and made ready.

use super::{
    floating::Floating,
    known::{is_puid, rank},
    matching::{Place, Placed},
    pattern::Pattern,
    verdict::Known,
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// PRONOM's data that is compiled in.
const PRONOM: &str = include_str!("../../../config/pronom/pronom.jsonl");
/// What PRONOM does not know.
const OURS: &str = include_str!("../../../config/pronom/lantai.jsonl");
/// The most a file of signatures may weigh, in bytes: ten times what PRONOM has come to.
const LARGEST: u64 = 32 << 20;

/// Why a file of signatures cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    #[error("the signatures {file} cannot be read (reading.signatures)")]
    Unreadable { file: PathBuf, source: std::io::Error },
    #[error("the signatures {file}, line {line}: {why} (reading.signatures; config/pronom/README.md states the form)")]
    Wrong { file: PathBuf, line: usize, why: String },
}

/// Signatures ready to be matched. Made once, shared by all.
#[derive(Debug)]
pub struct Signatures {
    pub(super) formats: Vec<Format>,
    pub(super) floating: Floating,
    /// Ending in lower case → formats, in order.
    pub(super) endings: HashMap<String, Vec<usize>>,
    /// The streams that signatures name.
    pub(super) zip_paths: HashSet<String>,
    pub(super) ole2_paths: HashSet<String>,
    version: String,
}

#[derive(Debug)]
pub(super) struct Format {
    pub known: Known,
    pub endings: Vec<String>,
    /// Formats that it goes before.
    pub over: Vec<usize>,
    /// Each one: all of its sequences must stand.
    pub bytes: Vec<Vec<Placed>>,
    pub zip: Vec<Vec<Inside>>,
    pub ole2: Vec<Vec<Inside>>,
}

impl Format {
    pub(super) fn has_signature(&self) -> bool {
        !(self.bytes.is_empty() && self.zip.is_empty() && self.ole2.is_empty())
    }
}

/// A stream of a container that must be there, and what must stand in it.
#[derive(Debug)]
pub(super) struct Inside {
    pub path: String,
    pub sequences: Vec<Placed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    signatures: String,
    version: String,
    origin: String,
    licence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    puid: String,
    name: String,
    version: Option<String>,
    #[serde(default)]
    mime: Vec<String>,
    #[serde(default)]
    endings: Vec<String>,
    #[serde(default)]
    over: Vec<String>,
    #[serde(default)]
    bytes: Vec<Vec<Sequence>>,
    #[serde(default)]
    zip: Vec<Vec<(String, Vec<Sequence>)>>,
    #[serde(default)]
    ole2: Vec<Vec<(String, Vec<Sequence>)>>,
}

/// Place, least offset, how much more it may be, pattern.
#[derive(Deserialize)]
struct Sequence(Stands, usize, usize, String);

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stands {
    Bof,
    Eof,
    Any,
}

impl Signatures {
    /// The data that is compiled in.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Signatures> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            let pronom = [(Path::new("config/pronom/pronom.jsonl"), PRONOM)];
            Self::of(&pronom).expect("a test reads what is compiled in")
        })
    }

    /// The data in `file` in the place of PRONOM's; ours stays.
    ///
    /// # Errors
    /// Names the file, and the line where there is one.
    pub fn read(file: &Path) -> Result<Self, SignatureError> {
        let unreadable = |source| SignatureError::Unreadable { file: file.to_owned(), source };
        let size = std::fs::metadata(file).map_err(unreadable)?.len();
        if size > LARGEST {
            return Err(unreadable(std::io::Error::other(format!("{size} bytes; {LARGEST} are allowed"))));
        }
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        Self::of(&[(file, &text)])
    }

    /// Of what, and of when: `PRONOM 2026-04-24 5d407ef; Lantai 1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub(super) fn of(files: &[(&Path, &str)]) -> Result<Self, SignatureError> {
        let mut lines: Vec<(PathBuf, usize, Line)> = Vec::new();
        let mut versions = Vec::new();
        let ours = (Path::new("config/pronom/lantai.jsonl"), OURS);
        for (file, text) in files.iter().chain([&ours]) {
            let wrong = |line: usize, why: String| SignatureError::Wrong { file: (*file).to_owned(), line, why };
            let mut texts = text.lines().enumerate();
            let (_, head) = texts.next().ok_or_else(|| wrong(1, "is empty".to_owned()))?;
            let head: Head = serde_json::from_str(head).map_err(|error| wrong(1, error.to_string()))?;
            if head.origin.is_empty() || head.licence.is_empty() {
                return Err(wrong(1, "does not say from where, or under which licence".to_owned()));
            }
            versions.push(format!("{} {}", head.signatures, head.version));
            for (nth, text) in texts.filter(|(_, text)| !text.trim().is_empty()) {
                let line: Line = serde_json::from_str(text).map_err(|error| wrong(nth + 1, error.to_string()))?;
                lines.push(((*file).to_owned(), nth + 1, line));
            }
        }
        lines.sort_by(|(_, _, a), (_, _, b)| rank(&a.puid).cmp(&rank(&b.puid)));
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for (nth, (file, line, format)) in lines.iter().enumerate() {
            let twice = numbers.insert(format.puid.clone(), nth).is_some();
            if twice || !is_puid(&format.puid) {
                let what = if twice { "there twice" } else { "no PUID" };
                let why = format!("{:?} is {what}", format.puid);
                return Err(SignatureError::Wrong { file: file.clone(), line: *line, why });
            }
        }
        let mut formats = Vec::with_capacity(lines.len());
        for (file, line, format) in lines {
            let made = ready(format, &numbers);
            formats.push(made.map_err(|why| SignatureError::Wrong { file, line, why })?);
        }
        let floating = Floating::of(formats.iter().flat_map(floating_keys)).map_err(|error| SignatureError::Wrong {
            file: files.first().map_or_else(PathBuf::new, |(file, _)| (*file).to_owned()),
            line: 1,
            why: error.to_string(),
        })?;
        let mut endings: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (nth, format) in formats.iter().enumerate() {
            for ending in &format.endings {
                endings.entry(ending.clone()).or_default().push(nth);
            }
        }
        let paths = |of: fn(&Format) -> &Vec<Vec<Inside>>| -> HashSet<String> {
            formats.iter().flat_map(of).flatten().map(|inside| inside.path.clone()).collect()
        };
        Ok(Self {
            zip_paths: paths(|format| &format.zip),
            ole2_paths: paths(|format| &format.ole2),
            endings: endings.into_iter().collect(),
            floating,
            formats,
            version: versions.join("; "),
        })
    }
}

fn ready(line: Line, numbers: &HashMap<String, usize>) -> Result<Format, String> {
    let over = line.over.iter().map(|puid| {
        let number = numbers.get(puid).copied();
        number.ok_or_else(|| format!("has priority over {puid}, which is not there"))
    });
    let over = over.collect::<Result<_, _>>()?;
    let bytes = line.bytes.into_iter().map(|all| sequences(all, false)).collect::<Result<_, _>>()?;
    Ok(Format {
        over,
        bytes,
        zip: insides(line.zip)?,
        ole2: insides(line.ole2)?,
        endings: line.endings.iter().map(|ending| ending.to_lowercase()).collect(),
        known: Known { puid: line.puid, name: line.name, version: line.version, mime: line.mime.into_iter().next() },
    })
}

fn insides(signatures: Vec<Vec<(String, Vec<Sequence>)>>) -> Result<Vec<Vec<Inside>>, String> {
    let inside = |(path, all)| Ok(Inside { path, sequences: sequences(all, true)? });
    let signature = |streams: Vec<_>| match streams.is_empty() {
        true => Err("a container signature names no stream".to_owned()),
        false => streams.into_iter().map(inside).collect(),
    };
    signatures.into_iter().map(signature).collect()
}

/// What costs least first: mostly it says no.
fn sequences(all: Vec<Sequence>, may_be_none: bool) -> Result<Vec<Placed>, String> {
    let placed = |Sequence(stands, least, most, text): Sequence| {
        let pattern = Pattern::parse(&text).map_err(|why| format!("{text}: {why}"))?;
        let (place, pattern) = match stands {
            Stands::Bof => (Place::Beginning, pattern),
            Stands::Eof => (Place::End, pattern.backwards()),
            Stands::Any => (Place::Anywhere, pattern),
        };
        Ok(Placed { place, least, most, pattern })
    };
    if all.is_empty() && !may_be_none {
        return Err("a signature has no sequence".to_owned());
    }
    let mut placed = all.into_iter().map(placed).collect::<Result<Vec<_>, String>>()?;
    placed.sort_by_key(|one| (one.place == Place::Anywhere, one.most));
    Ok(placed)
}

/// The key of a sequence that may stand anywhere.
pub(super) fn floating_key(placed: &Placed) -> Option<&[u8]> {
    let run = placed.pattern.runs.first().filter(|_| placed.place == Place::Anywhere)?;
    run.key.as_ref().map(|key| key.finder.needle())
}

fn floating_keys(format: &Format) -> impl Iterator<Item = &[u8]> {
    format.bytes.iter().flatten().filter_map(floating_key)
}
