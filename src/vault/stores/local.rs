//! The store on local disk.
//!
//! `LocalFileSystem` serves the reads. Its own durable put syncs a file and
//! every parent each time (5 ms a file, measured); an object is adopted whole
//! instead, and a parent synced once for all objects adopted in it.

use crate::vault::{
    durable::{make_folder, sync_folder},
    error::{VaultError, failed},
    flight,
};
use object_store::{ObjectStore, local::LocalFileSystem, path::Path as Key};
use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error as _,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

/// An OCFL storage root in a local folder.
pub(in crate::vault) struct LocalStore {
    root: PathBuf,
    objects: Arc<dyn ObjectStore>,
    /// Folders whose own name this process made durable in their parent. One
    /// that another process left behind is synced again at its first use.
    settled: Mutex<BTreeSet<PathBuf>>,
    /// Held by whoever moves an object in, against whoever takes an empty parent away.
    parents: RwLock<()>,
}

impl LocalStore {
    pub fn open(root: PathBuf) -> Result<Self, VaultError> {
        let objects = LocalFileSystem::new_with_prefix(&root)
            .map_err(|source| VaultError::Store { path: root.display().to_string(), source })?;
        Ok(Self { root, objects: Arc::new(objects), settled: Mutex::default(), parents: RwLock::default() })
    }

    /// The reading side.
    pub fn objects(&self) -> &Arc<dyn ObjectStore> {
        &self.objects
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a key on this disk.
    pub fn folder(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// Moves a folder to `key` if nothing lies there; `false` if something
    /// does. The parent is made when missing. Not durable before [`Self::settle`]
    /// of the parent.
    pub fn adopt(&self, staged: &Path, key: &str) -> Result<bool, VaultError> {
        let target = self.folder(key);
        let parent = target.parent().expect("a key lies below the root");
        let _stays = self.parents.read().unwrap_or_else(PoisonError::into_inner);
        make_folder(parent)?;
        rename_new(staged, &target)
    }

    /// Makes durable that an object left `parent`, and takes the parent away where it is
    /// empty. Absent is success.
    pub fn give_up(&self, parent: &Path) -> Result<(), VaultError> {
        let _alone = self.parents.write().unwrap_or_else(PoisonError::into_inner);
        let gone = match fs::remove_dir(parent) {
            Ok(()) => true,
            Err(e) if e.kind() == io::ErrorKind::NotFound => true,
            Err(e) if e.kind() == io::ErrorKind::DirectoryNotEmpty => false,
            Err(e) => return Err(failed("remove", parent)(e)),
        };
        if !gone {
            return sync_folder(parent);
        }
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).remove(parent);
        sync_folder(&self.root)
    }

    /// Makes durable what was adopted in `parents`, each synced once, and their
    /// own names in the root where this process has not done so yet. Gives the
    /// parents that could not be synced, with the reason.
    pub fn settle(&self, parents: &[PathBuf]) -> BTreeMap<PathBuf, String> {
        let synced = flight::each(parents, |parent| sync_folder(parent));
        let mut lost: BTreeMap<PathBuf, String> = BTreeMap::new();
        for (parent, synced) in parents.iter().zip(synced) {
            if let Err(e) = synced {
                lost.insert(parent.clone(), reason(&e));
            }
        }
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<&PathBuf> = parents.iter().filter(|parent| !settled.contains(*parent)).collect();
        if !new.is_empty() {
            match sync_folder(&self.root) {
                Ok(()) => settled.extend(new.into_iter().cloned()),
                Err(e) => lost.extend(new.into_iter().map(|parent| (parent.clone(), reason(&e)))),
            }
        }
        lost
    }

    /// The store's path of a file.
    pub fn key(path: &str) -> Result<Key, VaultError> {
        Key::parse(path).map_err(|_| VaultError::BadName(path.to_owned()))
    }
}

/// Renames to a name that must be free; `false` if it is taken. Nothing is ever
/// replaced, not even an empty folder.
pub(in crate::vault) fn rename_new(from: &Path, to: &Path) -> Result<bool, VaultError> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST | Errno::NOTEMPTY) => Ok(false),
        Err(e) => Err(failed("move", from)(e.into())),
    }
}

/// An error and its cause in one line, for the several records it concerns.
fn reason(error: &VaultError) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
