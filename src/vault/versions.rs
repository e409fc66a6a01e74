//! New versions of a sealed object: a changed description, or files put right.
//!
//! The order is the promise. The whole version is built and synced in the
//! staging, then moved in under its number, then the root inventory, and the
//! sidecar last. Killed after the first move, the object still says the old
//! head, and the next change finishes the version it finds; killed between the
//! last two moves, the head's own inventory tells that the root's is whole.

use super::{
    Vault,
    durable::{Writes, make_folder, sync_folder},
    error::{VaultError, failed},
    object::{Algorithm, INVENTORY, Inventory, Listed, Paths, RECORD_JSON, User, Version, read_inventory, sidecar},
    staging::{SourceFile, StoredFile, fresh_token, listed, take_in, write_inventory},
    stores::rename_new,
};
use crate::kernel::{Id, Instant, Record, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a new version says.
pub struct VersionDraft {
    pub record: Id<Record>,
    pub created: Instant,
    pub message: String,
    pub user: User,
    pub record_json: Vec<u8>,
    /// Files to stand under these numbers (1..=9,999) from now on; the others stay.
    pub changed: Vec<(u32, SourceFile)>,
}

/// The head after [`Vault::new_version`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    pub head: u32,
    pub inventory_digest: String,
    pub record_json_sha256: Sha256,
    /// The changed files, at the content paths where their bytes lie.
    pub files: Vec<StoredFile>,
}

impl Vault {
    /// Adds a version in which unchanged content points to where it already
    /// lies. A draft that changes nothing adds none and gives the head, so that
    /// it may be called again after a crash. One call a record at a time; of two
    /// at once one fails and the object stays whole.
    pub fn new_version(&self, draft: VersionDraft) -> Result<Versioned, VaultError> {
        let object = self.object_folder(&draft.record);
        if !object.is_dir() {
            return Err(VaultError::Unknown(draft.record));
        }
        self.finish_version(&object)?;
        let folder = self.staged_folder(&fresh_token())?;
        make_folder(&folder)?;
        let done = self.add_version(&object, &folder, draft);
        // Emptied by the moves, or not wanted any more; what stays is swept.
        fs::remove_dir_all(&folder).ok();
        done
    }

    fn add_version(&self, object: &Path, folder: &Path, draft: VersionDraft) -> Result<Versioned, VaultError> {
        let (before, _, digest) = current(object)?;
        let mut built = Built::new(folder, before)?;
        let record_json_sha256 = Sha256::of(&draft.record_json);
        let by = built.inventory.digest_algorithm;
        let files = built.take(draft.changed)?;
        built.describe(&draft.record_json)?;
        if built.changes_nothing() {
            let head = built.inventory.head_number();
            return Ok(Versioned { head, inventory_digest: digest, record_json_sha256, files });
        }
        let (message, user) = (Some(draft.message), Some(draft.user));
        let (head, inventory_digest) = built.finish(folder, draft.created, message, user)?;
        let version = format!("v{head}");
        if !rename_new(&folder.join(&version), &object.join(&version))? {
            let reason = format!("{version} is already there");
            return Err(VaultError::Damaged { path: object.to_owned(), reason });
        }
        sync_folder(object)?;
        put_head(folder, object, by)?;
        Ok(Versioned { head, inventory_digest, record_json_sha256, files })
    }

    /// Makes a version that was moved in, but not made the head, the head.
    fn finish_version(&self, object: &Path) -> Result<(), VaultError> {
        let (inventory, _, _) = current(object)?;
        let next = object.join(format!("v{}", inventory.head_number() + 1));
        let head = if next.is_dir() { next } else { object.join(&inventory.head) };
        if head != object.join(&inventory.head) || read_inventory(object).is_err() {
            let folder = self.staged_folder(&fresh_token())?;
            make_folder(&folder)?;
            let (inventory, _, _) = required(&head)?;
            let mut writes = Writes::default();
            write_inventory(&mut writes, &inventory, &[&folder])?;
            writes.finish(&[&folder])?;
            put_head(&folder, object, inventory.digest_algorithm)?;
            fs::remove_dir(&folder).map_err(failed("remove", folder))?;
        }
        Ok(())
    }
}

/// The inventory that counts, its bytes and its digest: the root's, or the
/// head's equal one where the root's sidecar did not make it in time.
pub(super) fn current(object: &Path) -> Result<(Inventory, Vec<u8>, String), VaultError> {
    let root = required(object);
    if root.is_ok() {
        return root;
    }
    let path = object.join(INVENTORY);
    let bytes = fs::read(&path).map_err(failed("read", path))?;
    let Ok(inventory) = Inventory::parse(&bytes) else { return root };
    match read_inventory(&object.join(&inventory.head)) {
        Ok(Some(head)) if head.1 == bytes => Ok(head),
        _ => root,
    }
}

fn required(folder: &Path) -> Result<(Inventory, Vec<u8>, String), VaultError> {
    let missing = || VaultError::Damaged { path: folder.join(INVENTORY), reason: "it is missing".to_owned() };
    read_inventory(folder)?.ok_or_else(missing)
}

/// Moves a new root inventory in, and its sidecar last.
fn put_head(folder: &Path, object: &Path, by: Algorithm) -> Result<(), VaultError> {
    for name in [INVENTORY.to_owned(), sidecar(by, b"").0] {
        let from = folder.join(&name);
        fs::rename(&from, object.join(&name)).map_err(failed("move", from))?;
    }
    sync_folder(object)
}

/// A version being built in the staging.
struct Built {
    inventory: Inventory,
    state: Paths,
    version: String,
    content: PathBuf,
    writes: Writes,
}

impl Built {
    fn new(folder: &Path, inventory: Inventory) -> Result<Self, VaultError> {
        let version = format!("v{}", inventory.head_number() + 1);
        let content = folder.join(&version).join("content");
        make_folder(&folder.join(&version))?;
        make_folder(&content)?;
        let state = inventory.versions[&inventory.head].state.clone();
        Ok(Self { inventory, state, version, content, writes: Writes::default() })
    }

    fn take(&mut self, changed: Vec<(u32, SourceFile)>) -> Result<Vec<StoredFile>, VaultError> {
        let main = self.inventory.digest_algorithm;
        let mut files = Vec::with_capacity(changed.len());
        for (number, source) in changed {
            let mut file = take_in(&mut self.writes, &self.content, &self.version, main, number, source)?;
            let known = self.inventory.manifest.get(&file.digest).and_then(|paths| paths.first()).cloned();
            if let Some(known) = known {
                let copy = self.content.join(format!("{number:04}"));
                fs::remove_file(&copy).map_err(failed("remove", copy))?;
                file.content_path = known;
            } else {
                self.inventory.add(&listed(&file));
            }
            self.say(format!("{number:04}"), &file.digest);
            files.push(file);
        }
        Ok(files)
    }

    fn describe(&mut self, record_json: &[u8]) -> Result<(), VaultError> {
        let digest = super::digesting::hex_of(self.inventory.digest_algorithm, record_json);
        if !self.inventory.manifest.contains_key(&digest) {
            self.writes.bytes(self.content.join(RECORD_JSON), record_json)?;
            self.inventory.add(&Listed {
                logical: RECORD_JSON.to_owned(),
                content_path: format!("{}/content/{RECORD_JSON}", self.version),
                digest: &digest,
                sha256: Sha256::of(record_json).to_string(),
            });
        }
        self.say(RECORD_JSON.to_owned(), &digest);
        Ok(())
    }

    /// From now on `logical` has the content `digest`.
    fn say(&mut self, logical: String, digest: &str) {
        for names in self.state.values_mut() {
            names.retain(|name| *name != logical);
        }
        self.state.retain(|_, names| !names.is_empty());
        self.state.entry(digest.to_owned()).or_default().push(logical);
    }

    fn changes_nothing(&self) -> bool {
        self.inventory.versions[&self.inventory.head].state == self.state
    }

    /// Writes the inventories and syncs; gives the head's number and digest.
    fn finish(
        mut self,
        folder: &Path,
        created: Instant,
        message: Option<String>,
        user: Option<User>,
    ) -> Result<(u32, String), VaultError> {
        self.inventory.head.clone_from(&self.version);
        let version = Version { created: created.to_string(), state: self.state, message, user };
        self.inventory.versions.insert(self.version.clone(), version);
        let home = folder.join(&self.version);
        let digest = write_inventory(&mut self.writes, &self.inventory, &[&home, folder])?;
        // OCFL 1.1 §3.3.1: a version without content of its own has no content folder.
        let empty = fs::read_dir(&self.content).map_err(failed("list", &self.content))?.next().is_none();
        if empty {
            fs::remove_dir(&self.content).map_err(failed("remove", &self.content))?;
            self.writes.finish(&[&home, folder])?;
        } else {
            self.writes.finish(&[&self.content, &home, folder])?;
        }
        Ok((self.inventory.head_number(), digest))
    }
}
