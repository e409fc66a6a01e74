//! New versions of a sealed object: a changed description, files put right, or put in
//! another order.
//!
//! The order is the promise. The whole version is built and synced in the staging and
//! promised in the rows, with the change that it is made for. Then it is moved in under its
//! number, then the root inventory, and the sidecar last; then what was written is read
//! back. Killed after the first move, the object still says the old head, and the same call
//! finishes the version it finds; killed between the last two moves, the head's own
//! inventory tells that the root's is whole.

use super::{
    Vault,
    digesting::{Wanted, pass},
    durable::{Writes, make_folder, sync_folder},
    error::{VaultError, failed},
    object::{INVENTORY, Inventory, Listed, Paths, RECORD_JSON, User, Version, read_inventory, sidecar},
    receiving::Held,
    staging::{SourceFile, StoredFile, fresh_token, listed, take_in, write_inventory},
    stores::rename_new,
};
use crate::kernel::{Id, Instant, Record, Sha256};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::PoisonError,
};

/// What a new version says.
pub struct VersionDraft<D> {
    pub record: Id<Record>,
    /// One more than the newest version, sealed or promised.
    pub number: u32,
    pub created: Instant,
    pub message: String,
    pub user: User,
    /// The files from now on, in the record's order; at most 9,999.
    pub files: Vec<FileNow>,
    /// Writes `record.json` once the digests of the new files are known. They come under
    /// the numbers that they have from now on, at the content paths where their bytes lie.
    pub describe: D,
}

/// A file of a new version.
pub enum FileNow {
    /// The one that has this number in the version before.
    Kept(u32),
    New(SourceFile),
}

/// A promise kept in the rows: this staged version shall be the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionIntent {
    pub record: Id<Record>,
    pub number: u32,
    pub token: String,
    /// Of the inventory of this version.
    pub inventory_digest: String,
}

/// A version that waits to be adopted, durable.
#[derive(Debug)]
pub struct StagedVersion {
    pub intent: VersionIntent,
    /// The new files.
    pub files: Vec<StoredFile>,
    /// Against a sweep, until it is promised.
    _held: Held,
}

impl Vault {
    /// Builds a version in which unchanged content points to where it already lies, on the
    /// newest `promised` one, else on the head. On return it is durable; after an error
    /// nothing is left there.
    ///
    /// # Errors
    /// [`VaultError::NotNext`] where the version before is another than the draft's number
    /// says: somebody was here first.
    pub fn stage_version<D>(
        &self,
        draft: VersionDraft<D>,
        promised: Option<&VersionIntent>,
    ) -> Result<StagedVersion, VaultError>
    where
        D: FnOnce(&[StoredFile]) -> Vec<u8>,
    {
        let before = self.before(&draft.record, draft.number, promised)?;
        let token = fresh_token();
        let folder = self.staged_folder(&token)?;
        let held = self.in_hand.hold(&token);
        make_folder(&folder)?;
        let built = build(&folder, before, token, draft).and_then(|built| self.staging.settle().map(|()| built));
        let built = built.map(|(intent, files)| StagedVersion { intent, files, _held: held });
        if built.is_err() {
            // The first error is the one worth telling; what stays is swept.
            fs::remove_dir_all(&folder).ok();
        }
        built
    }

    /// Removes a staged version that was not promised after all.
    pub fn discard_version(&self, staged: StagedVersion) -> Result<(), VaultError> {
        let folder = self.staged_folder(&staged.intent.token)?;
        fs::remove_dir_all(&folder).map_err(failed("remove", folder))
    }

    /// Makes a promised version the head and reads back what it wrote. May be called again
    /// at any time, also after a crash, in the order of the numbers; other bytes than the
    /// promised ones are an alarm and stay as they are.
    pub fn adopt_version(&self, intent: &VersionIntent) -> Result<(), VaultError> {
        let _alone = self.adopting.write().unwrap_or_else(PoisonError::into_inner);
        let object = self.known_object(&intent.record)?;
        let version = format!("v{}", intent.number);
        let (staged, target) = (self.staged_folder(&intent.token)?, object.join(&version));
        if !target.exists() {
            next(&current(&object)?.0, &intent.record, intent.number)?;
            if !staged.exists() {
                return Err(VaultError::Lost { record: intent.record.clone(), token: intent.token.clone() });
            }
            // Before the move: wrong bytes in the object could not be taken out again.
            same(intent, &staged.join(&version), &version)?;
            if !rename_new(&staged.join(&version), &target)? {
                let reason = format!("{version} is already there");
                return Err(VaultError::Damaged { path: object, reason });
            }
            sync_folder(&object)?;
        }
        same(intent, &target, &version)?;
        self.finish_version(&object)?;
        read_back(intent, &object)?;
        match fs::remove_dir_all(&staged) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("remove", staged)(e)),
            _ => Ok(()),
        }
    }

    fn known_object(&self, record: &Id<Record>) -> Result<PathBuf, VaultError> {
        let object = self.object_folder(record);
        if object.is_dir() { Ok(object) } else { Err(VaultError::Unknown(record.clone())) }
    }

    /// The inventory that version `number` is built on.
    fn before(
        &self,
        record: &Id<Record>,
        number: u32,
        promised: Option<&VersionIntent>,
    ) -> Result<Inventory, VaultError> {
        let object = self.known_object(record)?;
        let mut found = None;
        if let Some(promised) = promised {
            // It may be adopted while we look.
            let version = format!("v{}", promised.number);
            for folder in [self.staged_folder(&promised.token)?, object.clone()] {
                found = match found {
                    None => read_inventory(&folder.join(&version))?,
                    found => found,
                };
            }
        }
        let (inventory, _, _) = match found {
            Some(found) => found,
            None => current(&object)?,
        };
        next(&inventory, record, number)?;
        if object.join(format!("v{number}")).exists() {
            return Err(VaultError::NotNext { record: record.clone(), head: number, number });
        }
        Ok(inventory)
    }

    /// Makes a version that was moved in, but not made the head, the head.
    pub(super) fn finish_version(&self, object: &Path) -> Result<(), VaultError> {
        let (inventory, _, _) = current(object)?;
        let next = object.join(format!("v{}", inventory.head_number() + 1));
        let head = if next.is_dir() { next } else { object.join(&inventory.head) };
        if head == object.join(&inventory.head) && read_inventory(object).is_ok() {
            return Ok(());
        }
        let folder = self.staged_folder(&fresh_token())?;
        make_folder(&folder)?;
        let (inventory, bytes, _) = required(&head)?;
        let (name, text) = sidecar(inventory.digest_algorithm, &bytes);
        let mut writes = Writes::default();
        writes.bytes(folder.join(INVENTORY), &bytes)?;
        writes.bytes(folder.join(&name), text.as_bytes())?;
        writes.finish(&[&folder])?;
        // The sidecar goes last: whoever finds another with this inventory asks the head's.
        for name in [INVENTORY, name.as_str()] {
            let from = folder.join(name);
            fs::rename(&from, object.join(name)).map_err(failed("move", from))?;
        }
        sync_folder(object)?;
        fs::remove_dir(&folder).map_err(failed("remove", folder))
    }
}

fn next(inventory: &Inventory, record: &Id<Record>, number: u32) -> Result<(), VaultError> {
    let head = inventory.head_number();
    if head + 1 == number { Ok(()) } else { Err(VaultError::NotNext { record: record.clone(), head, number }) }
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

/// Whether the inventory in `folder` is the promised one.
fn same(intent: &VersionIntent, folder: &Path, said: &str) -> Result<(), VaultError> {
    let (_, _, found) = required(folder)?;
    if found == intent.inventory_digest {
        return Ok(());
    }
    let path = Path::new(said).join(INVENTORY).display().to_string();
    Err(VaultError::Altered { record: intent.record.clone(), path, wanted: intent.inventory_digest.clone(), found })
}

/// Reads the root's inventory and every file of the version again. What earlier versions
/// wrote was read back when they were sealed; the disk is for [`Vault::verify_object`].
fn read_back(intent: &VersionIntent, object: &Path) -> Result<(), VaultError> {
    same(intent, object, "")?;
    let (inventory, _, _) = required(object)?;
    let own = format!("v{}/", intent.number);
    for (path, wanted) in inventory.content().into_iter().filter(|(path, _)| path.starts_with(&own)) {
        let at = object.join(path);
        let by = inventory.digest_algorithm;
        let read = File::open(&at).and_then(|mut file| pass(&mut file, &mut io::sink(), Wanted::only(by)));
        let found = read.map_err(failed("read back", at))?.hex(by).unwrap_or_default();
        if found != wanted {
            let (record, path) = (intent.record.clone(), path.to_owned());
            return Err(VaultError::Altered { record, path, wanted: wanted.to_owned(), found });
        }
    }
    Ok(())
}

fn build<D>(
    folder: &Path,
    before: Inventory,
    token: String,
    draft: VersionDraft<D>,
) -> Result<(VersionIntent, Vec<StoredFile>), VaultError>
where
    D: FnOnce(&[StoredFile]) -> Vec<u8>,
{
    let mut built = Built::new(folder, before)?;
    let files = built.arrange(&draft.record, draft.files)?;
    built.describe(&(draft.describe)(&files))?;
    let version = Version {
        created: draft.created.to_string(),
        state: std::mem::take(&mut built.state),
        message: Some(draft.message),
        user: Some(draft.user),
    };
    let inventory_digest = built.finish(folder, version)?;
    let intent = VersionIntent { record: draft.record, number: draft.number, token, inventory_digest };
    Ok((intent, files))
}

/// A version being built in the staging.
struct Built {
    inventory: Inventory,
    /// Of the version before.
    before: Paths,
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
        let before = inventory.versions[&inventory.head].state.clone();
        Ok(Self { inventory, before, state: Paths::new(), version, content, writes: Writes::default() })
    }

    /// Puts the files in their order; gives the new ones.
    fn arrange(&mut self, record: &Id<Record>, files: Vec<FileNow>) -> Result<Vec<StoredFile>, VaultError> {
        let main = self.inventory.digest_algorithm;
        let mut taken = Vec::new();
        for (number, file) in (1..).zip(files) {
            let digest = match file {
                FileNow::Kept(kept) => {
                    let path = format!("{kept:04}");
                    let held = self.before.iter().find(|(_, names)| names.contains(&path));
                    let digest = held.map(|(digest, _)| digest.clone());
                    digest.ok_or_else(|| VaultError::NoSuchContent { record: record.clone(), path })?
                }
                FileNow::New(source) => {
                    let mut file = take_in(&mut self.writes, &self.content, &self.version, main, number, source)?;
                    let known = self.inventory.manifest.get(&file.digest).and_then(|paths| paths.first()).cloned();
                    if let Some(known) = known {
                        let copy = self.content.join(format!("{number:04}"));
                        fs::remove_file(&copy).map_err(failed("remove", copy))?;
                        file.content_path = known;
                    } else {
                        self.inventory.add(&listed(&file));
                    }
                    let digest = file.digest.clone();
                    taken.push(file);
                    digest
                }
            };
            self.state.entry(digest).or_default().push(format!("{number:04}"));
        }
        Ok(taken)
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
        self.state.entry(digest).or_default().push(RECORD_JSON.to_owned());
        Ok(())
    }

    /// Writes the inventory and syncs; gives its digest.
    fn finish(mut self, folder: &Path, version: Version) -> Result<String, VaultError> {
        self.inventory.head.clone_from(&self.version);
        self.inventory.versions.insert(self.version.clone(), version);
        let home = folder.join(&self.version);
        let digest = write_inventory(&mut self.writes, &self.inventory, &[&home])?;
        // OCFL 1.1 §3.3.1: a version without content of its own has no content folder.
        let empty = fs::read_dir(&self.content).map_err(failed("list", &self.content))?.next().is_none();
        if empty {
            fs::remove_dir(&self.content).map_err(failed("remove", &self.content))?;
            self.writes.finish(&[&home, folder])?;
        } else {
            self.writes.finish(&[&self.content, &home, folder])?;
        }
        Ok(digest)
    }
}
