//! The directory of a package, read once before anything is unpacked.

use super::{
    PackageError,
    names::{self, Unflagged},
};
use crate::{
    ingest::folder::Refusal,
    vault::{Bytes, Source},
};
use std::{
    collections::HashSet,
    io::{BufReader, Seek as _, SeekFrom},
};
use zip::{
    CompressionMethod,
    read::Config,
    unstable::{format::flags::ZipFlags, read::ZipIterable},
};

/// The most bytes that the directory of a package may have: a million members (ours).
const DIRECTORY: u64 = 256 << 20;
/// A member that unpacks to more than this many times its weight, and to more than
/// `BOMB_FROM` bytes, is a bomb (ours): the blankest scan stays below it.
const BOMB_TIMES: u64 = 200;
const BOMB_FROM: u64 = 64 << 20;
/// A package that unpacks to more than this many times its weight, and 1 GiB (ours).
const WHOLE_TIMES: u64 = 100;
const WHOLE_FROM: u64 = 1 << 30;

/// A member of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its place in the directory, from 0.
    pub place: usize,
    /// Its path below the package; as well as it can be shown where it is refused.
    pub relative: String,
    /// What it unpacks to, as the directory says.
    pub bytes: u64,
    pub refused: Option<Refusal>,
}

/// A ZIP file whose directory was read.
pub struct Package {
    source: Source,
    /// Members that are files, in the order of the directory; folders are not listed.
    members: Vec<Member>,
}

pub(super) type Input = BufReader<Box<dyn Bytes>>;

impl Package {
    /// Reads the directory. `largest` is the most a member may unpack to, in bytes. Blocks.
    pub fn open(source: Source, largest: u64) -> Result<Self, PackageError> {
        let mut file = source.open()?;
        let packed = file.seek(SeekFrom::End(0)).map_err(|error| PackageError::Broken(error.to_string()))?;
        let mut directory = directory(file)?;
        let unflagged = unflagged(&mut directory)?;
        let mut members = Vec::new();
        let mut spans: Vec<(u64, u64)> = Vec::new();
        let mut seen = HashSet::new();
        for (place, entry) in directory.files().map_err(broken)?.enumerate() {
            let entry = entry.map_err(broken)?;
            if place == 0 && entry.central_header_start() > packed {
                return Err(PackageError::Broken("its directory lies outside it".to_owned()));
            }
            let raw = entry.name_raw();
            spans.push((entry.header_start(), entry.header_start().saturating_add(entry.compressed_size())));
            let name = names::decode(raw, entry.flags().matching(ZipFlags::LanguageEncoding), unflagged);
            let named = name.as_deref().map(names::relative);
            let folder = entry.is_dir() || raw.ends_with(b"\\");
            if folder && !entry.is_symlink() && matches!(named, Some(Ok(_))) {
                continue;
            }
            let link_or_special = entry.unix_mode().map(|mode| mode & 0o170_000).and_then(|kind| match kind {
                0o120_000 => Some(Refusal::Link),
                0 | 0o100_000 | 0o040_000 => None,
                _ => Some(Refusal::Special),
            });
            let bomb = entry.size() > BOMB_FROM && entry.size() / entry.compressed_size().max(1) > BOMB_TIMES;
            let (relative, refused) = match named {
                None => (names::escaped(raw), Some(Refusal::Name)),
                Some(Err(why)) => (name.as_deref().unwrap_or_default().escape_debug().to_string(), Some(why)),
                Some(Ok(relative)) => {
                    let refused = link_or_special
                        .or(entry.encrypted().then_some(Refusal::Encrypted))
                        .or((!readable(entry.compression())).then_some(Refusal::Method))
                        .or((entry.size() > largest).then_some(Refusal::TooLarge))
                        .or(bomb.then_some(Refusal::Bomb))
                        .or_else(|| (!seen.insert(relative.to_lowercase())).then_some(Refusal::Double));
                    (relative, refused)
                }
            };
            members.push(Member { place, relative, bytes: entry.size(), refused });
        }
        let first = spans.iter().map(|span| span.0).min().unwrap_or(0);
        if first > 0 {
            return Err(PackageError::Before(first));
        }
        spans.sort_unstable();
        if spans.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(PackageError::Overlap);
        }
        let good: u64 = members.iter().filter(|member| member.refused.is_none()).map(|member| member.bytes).sum();
        if good > WHOLE_FROM && good / packed.max(1) > WHOLE_TIMES {
            return Err(PackageError::Bomb { bytes: good, packed });
        }
        Ok(Self { source, members })
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }
}

/// A walk over the directory of `file`.
pub(super) fn directory(file: Box<dyn Bytes>) -> Result<ZipIterable<Input>, PackageError> {
    ZipIterable::try_new(BufReader::new(file), Config::default()).map_err(broken)
}

/// What the names that do not say it are written in.
fn unflagged(directory: &mut ZipIterable<Input>) -> Result<Unflagged, PackageError> {
    let (mut utf8, mut bytes) = (true, 0_u64);
    for entry in directory.files().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        bytes += 46 + entry.name_raw().len() as u64 + entry.comment_raw().len() as u64;
        if bytes > DIRECTORY {
            return Err(PackageError::Directory { bytes, limit: DIRECTORY });
        }
        utf8 &= entry.flags().matching(ZipFlags::LanguageEncoding) || std::str::from_utf8(entry.name_raw()).is_ok();
    }
    Ok(Unflagged { utf8 })
}

fn readable(method: CompressionMethod) -> bool {
    matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated)
}

pub(super) fn broken(error: zip::result::ZipError) -> PackageError {
    PackageError::Broken(error.to_string())
}
