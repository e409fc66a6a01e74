//! Writes that survive the power going: every file synced once, every folder
//! once after its files.

use super::error::{VaultError, failed};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, PoisonError},
};

/// Open files waiting for their sync; beyond this many they are synced at once,
/// so that a record of a thousand pages does not need a thousand descriptors
/// (ours: eight records at a time stay below 200).
const WAITING: usize = 20;

/// The files of one tree being built. They are written first and synced
/// together: a journalling file system then commits the whole tree once or
/// twice instead of once a file.
#[derive(Default)]
pub(super) struct Writes {
    waiting: Vec<(PathBuf, File)>,
}

impl Writes {
    /// Makes a new file and lets `write` fill it. A file already there is an error.
    pub fn file<T>(
        &mut self,
        path: PathBuf,
        write: impl FnOnce(&mut File) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let mut file = File::create_new(&path).map_err(failed("make", &path))?;
        let made = write(&mut file)?;
        self.waiting.push((path, file));
        if self.waiting.len() >= WAITING {
            self.sync_files()?;
        }
        Ok(made)
    }

    /// A new file holding `bytes`.
    pub fn bytes(&mut self, path: PathBuf, bytes: &[u8]) -> Result<(), VaultError> {
        let named = path.clone();
        self.file(path, |file| file.write_all(bytes).map_err(failed("write", named)))
    }

    /// Syncs what still waits, then `folders` in the order given (leaf first).
    pub fn finish(mut self, folders: &[&Path]) -> Result<(), VaultError> {
        self.sync_files()?;
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }

    fn sync_files(&mut self) -> Result<(), VaultError> {
        self.waiting.drain(..).try_for_each(|(path, file)| file.sync_all().map_err(failed("sync", path)))
    }
}

/// Makes the names in `folder` durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(failed("sync", folder))
}

/// Makes a folder that may be there already; says whether it was made.
pub(super) fn make_folder(folder: &Path) -> Result<bool, VaultError> {
    match fs::create_dir(folder) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(failed("make", folder)(e)),
    }
}

/// One folder that many threads add names to, synced for all of them together:
/// whoever asks while a sync is running is served by the next one.
pub(super) struct SharedFolder {
    folder: PathBuf,
    turns: Mutex<Turns>,
    changed: Condvar,
}

#[derive(Default)]
struct Turns {
    begun: u64,
    ended: u64,
    /// The last turn that failed. A later turn does not make up for it: after a
    /// failed sync the kernel may call the lost pages clean.
    failed: u64,
    running: bool,
}

impl SharedFolder {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, turns: Mutex::default(), changed: Condvar::new() }
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Returns once a sync that began after this call has ended well.
    pub fn settle(&self) -> Result<(), VaultError> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = turns.begun + 1;
        loop {
            if turns.failed >= mine {
                let lost = io::Error::other("a sync shared with another writer failed");
                return Err(failed("sync", &self.folder)(lost));
            }
            if turns.ended >= mine {
                return Ok(());
            }
            if turns.running {
                turns = self.changed.wait(turns).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            turns.running = true;
            turns.begun += 1;
            let turn = turns.begun;
            drop(turns);
            let done = sync_folder(&self.folder);
            turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.running = false;
            match &done {
                Ok(()) => turns.ended = turn,
                Err(_) => turns.failed = turn,
            }
            self.changed.notify_all();
            done?;
        }
    }
}
