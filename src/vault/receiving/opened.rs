//! Reading a staged file.

use super::sealing::{CHUNK, FileKey, MAGIC, measure, read_chunk};
use crate::vault::{
    error::{VaultError, failed},
    source::open_regular,
};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

/// A file that was received whole, and how to open it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReceivedFile {
    path: PathBuf,
    key: FileKey,
}

impl ReceivedFile {
    pub(super) fn new(path: PathBuf, key: FileKey) -> Self {
        Self { path, key }
    }

    /// As it was told to a child process of ours: with the key of this file, and of no other.
    pub fn told(path: PathBuf, key: [u8; 32]) -> Self {
        Self { path, key: FileKey::known(key) }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What a child process of ours is told; it goes through a pipe, and nowhere else.
    pub fn key(&self) -> &[u8; 32] {
        self.key.bytes()
    }

    /// How many bytes it holds, by its length alone.
    pub(super) fn measured(&self) -> Result<u64, VaultError> {
        let length = std::fs::metadata(&self.path).map_err(failed("look at", &self.path))?.len();
        let spoilt = || VaultError::Spoilt { path: self.path.clone(), at: 0 };
        measure(length).map(|(_, bytes)| bytes).ok_or_else(spoilt)
    }

    /// Opens it, once its end is found to be its end.
    pub(in crate::vault) fn open(&self) -> Result<Opened, VaultError> {
        let file = open_regular(&self.path)?;
        let length = file.metadata().map_err(failed("look at", &self.path))?.len();
        let spoilt = |at| VaultError::Spoilt { path: self.path.clone(), at };
        let mut magic = [0; MAGIC.len()];
        file.read_exact_at(&mut magic, 0).map_err(|_| spoilt(0))?;
        let (chunks, bytes) = measure(length).filter(|_| magic == MAGIC).ok_or_else(|| spoilt(0))?;
        let (path, key) = (self.path.clone(), self.key.clone());
        let mut opened = Opened { file, path, key, chunks, bytes, at: 0, held: None, chunk: Vec::new() };
        opened.hold(chunks - 1)?;
        Ok(opened)
    }
}

/// A staged file as it was sent. No byte leaves before its chunk is found to be what was
/// received; one chunk is held in memory.
#[derive(Debug)]
pub(in crate::vault) struct Opened {
    file: File,
    path: PathBuf,
    key: FileKey,
    chunks: u64,
    bytes: u64,
    at: u64,
    held: Option<u64>,
    chunk: Vec<u8>,
}

impl Opened {
    fn hold(&mut self, index: u64) -> Result<(), VaultError> {
        if self.held != Some(index) {
            self.held = None;
            let last = index + 1 == self.chunks;
            read_chunk((&self.file, &self.path), &self.key, index, last, &mut self.chunk)?;
            self.held = Some(index);
        }
        Ok(())
    }

    /// How long it is, in bytes.
    pub fn length(&self) -> u64 {
        self.bytes
    }
}

impl Read for Opened {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.bytes || into.is_empty() {
            return Ok(0);
        }
        let (index, within) = (self.at / CHUNK as u64, self.at % CHUNK as u64);
        self.hold(index).map_err(io::Error::other)?;
        let ready = &self.chunk[usize::try_from(within).expect("a chunk fits in memory")..];
        let count = ready.len().min(into.len());
        into[..count].copy_from_slice(&ready[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(to) => Some(to),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))?;
        Ok(self.at)
    }
}
