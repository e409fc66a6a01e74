//! Writing a staged file, however often it is broken off.

use super::{
    opened::ReceivedFile,
    sealing::{CHUNK, FileKey, MAGIC, place_of},
};
use crate::vault::{
    durable::sync_folder,
    error::{VaultError, failed},
};
use rustix::fs::{FlockOperation, flock};
use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
};

/// Where a file that is coming in lies: its whole chunks, and what is held behind them.
const PART: &str = "part";
const TAIL: &str = "tail";

/// A file that is coming in. One hand writes it at a time.
///
/// Whole chunks go to `<name>.part` as they fill. [`Arriving::settle`] makes them durable
/// and then puts a small file in the place of `<name>.tail`, which says how many they are
/// and holds the bytes behind them; so what it said before stands until the new one does.
/// [`Arriving::finish`] writes the last chunk and gives the file its name.
#[derive(Debug)]
pub struct Arriving {
    folder: PathBuf,
    name: String,
    key: FileKey,
    tail_key: FileKey,
    /// Locked as long as it is open.
    part: File,
    part_path: PathBuf,
    /// Chunks that stand in the part, whole.
    chunks: u64,
    /// What follows them: between nothing and a whole chunk, which waits here because it
    /// may be the last.
    held: Vec<u8>,
    sealed: Vec<u8>,
}

/// Where an arriving file stood once.
#[derive(Debug)]
pub struct Standing {
    chunks: u64,
    held: Vec<u8>,
}

impl Arriving {
    /// Goes on where the last [`Arriving::settle`] left it, or begins.
    pub(super) fn open(folder: &Path, name: &str, tray: &[u8; 32]) -> Result<Self, VaultError> {
        let part_path = folder.join(format!("{name}.{PART}"));
        let mut options = File::options();
        let part = options.read(true).write(true).create(true).truncate(false).open(&part_path);
        let part = part.map_err(failed("open", &part_path))?;
        match flock(&part, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(VaultError::Busy(part_path)),
            Err(error) => return Err(failed("lock", &part_path)(error.into())),
        }
        // Whoever had it before us may have ended it, and it has another name by now.
        let ours = part.metadata().map_err(failed("look at", &part_path))?.ino();
        if fs::symlink_metadata(&part_path).map(|found| found.ino()).ok() != Some(ours) {
            return Err(VaultError::Busy(part_path));
        }
        part.write_all_at(&MAGIC, 0).map_err(failed("write", &part_path))?;
        let (key, tail_key) = (FileKey::of(tray, name), tail_key(tray, name));
        let (chunks, held) = tail(folder, name, &tail_key)?.unwrap_or_default();
        let (folder, name) = (folder.to_owned(), name.to_owned());
        Ok(Self { folder, name, key, tail_key, part, part_path, chunks, held, sealed: Vec::new() })
    }

    /// How many bytes came so far.
    pub fn offset(&self) -> u64 {
        self.chunks * CHUNK as u64 + self.held.len() as u64
    }

    /// Takes more bytes. Not durable before [`Self::settle`] or [`Self::finish`]. Blocks.
    pub fn take(&mut self, mut bytes: &[u8]) -> Result<(), VaultError> {
        while !bytes.is_empty() {
            if self.held.len() == CHUNK {
                self.write(false)?;
                self.chunks += 1;
                self.held.clear();
            }
            let (now, rest) = bytes.split_at(bytes.len().min(CHUNK - self.held.len()));
            self.held.extend_from_slice(now);
            bytes = rest;
        }
        Ok(())
    }

    /// Makes what came durable: after a crash it goes on from here. Blocks.
    pub fn settle(&mut self) -> Result<(), VaultError> {
        self.part.sync_data().map_err(failed("sync", &self.part_path))?;
        let tail = [&self.chunks.to_le_bytes()[..], &self.held].concat();
        seal_whole(&self.folder, &format!("{}.{TAIL}", self.name), &self.tail_key, &tail)
    }

    /// Where it stands, to go [back](Self::back_to) to.
    pub fn standing(&self) -> Standing {
        Standing { chunks: self.chunks, held: self.held.clone() }
    }

    /// Forgets what came since; only where it was not settled meanwhile.
    pub fn back_to(&mut self, standing: Standing) {
        (self.chunks, self.held) = (standing.chunks, standing.held);
    }

    /// Ends it: what came is the whole file, durable. Blocks.
    pub fn finish(self) -> Result<ReceivedFile, VaultError> {
        self.end(true)
    }

    /// Ends it; `durable` says whether a crash has to leave it whole.
    pub(super) fn end(mut self, durable: bool) -> Result<ReceivedFile, VaultError> {
        self.write(true)?;
        // Behind it may stand what came before a crash and was not settled.
        let length = place_of(self.chunks) + self.sealed.len() as u64;
        self.part.set_len(length).map_err(failed("cut", &self.part_path))?;
        if durable {
            self.part.sync_all().map_err(failed("sync", &self.part_path))?;
        }
        let path = self.folder.join(&self.name);
        fs::rename(&self.part_path, &path).map_err(failed("name", &path))?;
        if durable {
            sync_folder(&self.folder)?;
        }
        remove(&self.folder.join(format!("{}.{TAIL}", self.name)))?;
        Ok(ReceivedFile::new(path, self.key))
    }

    fn write(&mut self, last: bool) -> Result<(), VaultError> {
        self.key.seal(self.chunks, last, &self.held, &mut self.sealed);
        self.part.write_all_at(&self.sealed, place_of(self.chunks)).map_err(failed("write", &self.part_path))
    }
}

/// Bytes of a file that is not whole yet, as last settled; 0 where nothing came.
pub(super) fn settled(folder: &Path, name: &str, tray: &[u8; 32]) -> Result<u64, VaultError> {
    let (chunks, held) = tail(folder, name, &tail_key(tray, name))?.unwrap_or_default();
    Ok(chunks * CHUNK as u64 + held.len() as u64)
}

/// Removes what there is of a file.
pub(super) fn forget(folder: &Path, name: &str) -> Result<(), VaultError> {
    for path in [name.to_owned(), format!("{name}.{PART}"), format!("{name}.{TAIL}")] {
        remove(&folder.join(path))?;
    }
    sync_folder(folder)
}

/// Writes a small file whole, in the place of the one that has its name; the old one stands
/// until the new one is durable.
pub(super) fn seal_whole(folder: &Path, name: &str, key: &FileKey, bytes: &[u8]) -> Result<(), VaultError> {
    let (path, new) = (folder.join(name), folder.join(format!("{name}.new")));
    let mut chunks = bytes.chunks(CHUNK).peekable();
    let mut sealed = Vec::new();
    let mut all = MAGIC.to_vec();
    let mut index = 0;
    loop {
        let chunk = chunks.next().unwrap_or_default();
        let last = chunks.peek().is_none();
        key.seal(index, last, chunk, &mut sealed);
        all.extend_from_slice(&sealed);
        index += 1;
        if last {
            break;
        }
    }
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(&all)?;
        file.sync_all()?;
        fs::rename(&new, &path)
    };
    write().map_err(failed("write", &path))?;
    sync_folder(folder)
}

/// Reads a small file; `None` where there is none.
pub(super) fn open_whole(path: &Path, key: &FileKey) -> Result<Option<Vec<u8>>, VaultError> {
    if !path.exists() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    ReceivedFile::new(path.to_owned(), key.clone())
        .open()?
        .read_to_end(&mut bytes)
        .map_err(|_| VaultError::Spoilt { path: path.to_owned(), at: 0 })?;
    Ok(Some(bytes))
}

fn tail_key(tray: &[u8; 32], name: &str) -> FileKey {
    FileKey::of(tray, &format!("{name}.{TAIL}"))
}

/// Chunks and the bytes behind them.
fn tail(folder: &Path, name: &str, key: &FileKey) -> Result<Option<(u64, Vec<u8>)>, VaultError> {
    let path = folder.join(format!("{name}.{TAIL}"));
    let Some(bytes) = open_whole(&path, key)? else { return Ok(None) };
    let (chunks, held) = bytes.split_first_chunk().ok_or(VaultError::Spoilt { path, at: 0 })?;
    Ok(Some((u64::from_le_bytes(*chunks), held.to_vec())))
}

fn remove(path: &Path) -> Result<(), VaultError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(error)),
        _ => Ok(()),
    }
}
