//! The only way to content. It asks for a permit, and reads through the store.

use super::{
    Vault,
    digesting::BLOCK,
    error::{VaultError, failed},
    layout,
    object::is_content_path,
    stores::LocalStore,
};
use crate::{
    access::Permit,
    kernel::{Id, Instant, Record},
};
use bytes::Bytes;
use futures::executor::block_on;
use object_store::{ObjectStore, ObjectStoreExt as _, path::Path as Key};
use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    path::PathBuf,
    sync::Arc,
};

/// One content file, opened. It may be read as long as it is held.
#[derive(Debug)]
pub struct Content {
    objects: Arc<dyn ObjectStore>,
    key: Key,
    bytes: u64,
}

impl Vault {
    /// Opens a content file (`v1/content/0001`, as the catalogue has it) of the
    /// permit's record. Refused when the permit is for another record or over
    /// at `now`; a file that is not there is [`VaultError::NoSuchContent`].
    pub fn open_content(
        &self,
        permit: &Permit,
        record: &Id<Record>,
        content_path: &str,
        now: Instant,
    ) -> Result<Content, VaultError> {
        if !permit.allows(record, now) {
            return Err(VaultError::NotPermitted(record.clone()));
        }
        self.open_path(record, content_path)
    }

    /// Whether the object of `record` lies here; nothing of it is opened.
    pub fn holds(&self, record: &Id<Record>) -> bool {
        self.store.folder(&layout::key(record)).is_dir()
    }

    /// Where a content file lies, for a child process of ours that opens it by its
    /// path. Refused as [`Vault::open_content`] refuses.
    pub fn content_path(
        &self,
        permit: &Permit,
        record: &Id<Record>,
        content_path: &str,
        now: Instant,
    ) -> Result<PathBuf, VaultError> {
        self.open_content(permit, record, content_path, now)?;
        Ok(self.store.folder(&layout::key(record)).join(content_path))
    }

    /// Opens content for one who was already let in.
    fn open_path(&self, record: &Id<Record>, content_path: &str) -> Result<Content, VaultError> {
        let absent = || VaultError::NoSuchContent { record: record.clone(), path: content_path.to_owned() };
        if !is_content_path(content_path) {
            return Err(absent());
        }
        let key = LocalStore::key(&format!("{}/{content_path}", layout::key(record)))?;
        // Asked of the file system and not through the store: its answer is a future, and
        // whoever blocks on one inside the runtime may wait for ever.
        let path = self.store.folder(&layout::key(record)).join(content_path);
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => {
                Ok(Content { objects: Arc::clone(self.store.objects()), key, bytes: found.len() })
            }
            Ok(_) => Err(absent()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Err(absent()),
            Err(e) => Err(failed("look at", path)(e)),
        }
    }
}

impl Content {
    /// How long it is, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Some of its bytes, cut off at its end. Does not block the caller's thread.
    pub async fn range(&self, range: Range<u64>) -> Result<Bytes, VaultError> {
        let range = range.start.min(self.bytes)..range.end.min(self.bytes);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let read = self.objects.get_range(&self.key, range).await;
        read.map_err(|source| VaultError::Store { path: self.key.to_string(), source })
    }

    /// The content as a blocking reader.
    pub fn reader(self) -> Reader {
        Reader { content: self, at: 0, block: Bytes::new(), block_at: 0 }
    }
}

/// Reads content block by block; holds one block in memory.
#[derive(Debug)]
pub struct Reader {
    content: Content,
    at: u64,
    block: Bytes,
    block_at: u64,
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let held = self.block_at..self.block_at + self.block.len() as u64;
        if !held.contains(&self.at) {
            let end = self.at.saturating_add(BLOCK as u64);
            self.block = block_on(self.content.range(self.at..end)).map_err(io::Error::other)?;
            self.block_at = self.at;
        }
        let skip = usize::try_from(self.at - self.block_at).expect("a block fits in memory");
        let ready = &self.block[skip..];
        let read = ready.len().min(into.len());
        into[..read].copy_from_slice(&ready[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(to) => Some(to),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.content.bytes.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))?;
        Ok(self.at)
    }
}
