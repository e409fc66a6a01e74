//! Slips (签条): more small things than memory should hold.
//!
//! The rows of a catalogue, once understood, and what was found wrong with them are
//! written one after another into a file without a name ([`Vault::scratch`]), once they
//! are more than a few megabytes; memory keeps eight bytes of each. So a catalogue is
//! read once however it is written, can be filed in another order than its own, and
//! cannot change between its check and its filing. Only what may lie on a disk as it is
//! is written: of a row above 公开 there is nothing here but number, code and mark.

use super::desk::{Desk, IngestError};
use crate::vault::{Room, Vault};
use serde::{Serialize, de::DeserializeOwned};
use std::{fs::File, marker::PhantomData, ops::Range, os::unix::fs::FileExt as _, sync::Arc};

/// Bytes held before they are written (ours).
const HELD: usize = 4 << 20;

/// Things of one kind, numbered from 0.
pub(super) struct Slips<T> {
    vault: Arc<Vault>,
    room: Arc<Room>,
    file: Option<File>,
    /// Bytes that lie in the file.
    written: u64,
    /// What follows them.
    held: Vec<u8>,
    /// Where each ends.
    ends: Vec<u64>,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Slips<T> {
    pub fn new(desk: &Desk) -> Self {
        let (vault, room) = (desk.vault.clone(), desk.room.clone());
        Self { vault, room, file: None, written: 0, held: Vec::new(), ends: Vec::new(), of: PhantomData }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds one; gives its number.
    ///
    /// # Errors
    /// Where the disk has no room for what memory holds of them.
    pub fn push(&mut self, one: &T) -> Result<usize, IngestError> {
        serde_json::to_writer(&mut self.held, one).expect("a slip is JSON");
        self.ends.push(self.written + self.held.len() as u64);
        if self.held.len() > HELD {
            self.room.check(self.held.len() as u64)?;
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(self.vault.scratch()?),
            };
            file.write_all_at(&self.held, self.written).map_err(IngestError::Scratch)?;
            self.written += self.held.len() as u64;
            self.held.clear();
        }
        Ok(self.ends.len() - 1)
    }

    /// The one of this number. Blocks.
    pub fn get(&self, at: usize) -> Result<T, IngestError> {
        let mut one = self.range(at..at + 1)?;
        Ok(one.pop().expect("one was asked for"))
    }

    /// Those of these numbers, in their order. Blocks.
    pub fn range(&self, range: Range<usize>) -> Result<Vec<T>, IngestError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let starts = |at: usize| at.checked_sub(1).map_or(0, |before| self.ends[before]);
        let (from, to) = (starts(range.start), self.ends[range.end - 1]);
        let mut bytes = vec![0; usize::try_from(to - from).expect("what was in memory once fits there")];
        let on_disk = usize::try_from(self.written.clamp(from, to) - from).expect("as above");
        if let Some(file) = self.file.as_ref().filter(|_| on_disk > 0) {
            file.read_exact_at(&mut bytes[..on_disk], from).map_err(IngestError::Scratch)?;
        }
        let held = usize::try_from(from.saturating_sub(self.written)).expect("as above");
        let rest = bytes.len() - on_disk;
        bytes[on_disk..].copy_from_slice(&self.held[held..held + rest]);
        let place = |at: u64| usize::try_from(at - from).expect("as above");
        let read = |at| serde_json::from_slice(&bytes[place(starts(at))..place(self.ends[at])]);
        range.map(|at| Ok(read(at).expect("it was written here"))).collect()
    }
}
