//! Builds an object whole, in its final form, before anything is promised.

use super::{
    Intent, Vault,
    digesting::{Digests, Wanted, hex_of, pass},
    durable::{Writes, make_folder},
    error::{VaultError, failed},
    layout,
    object::{Algorithm, DECLARATION, INVENTORY, Inventory, Listed, MAIN, Paths, RECORD_JSON, User, Version, sidecar},
    source::{Source, open_regular},
};
use crate::kernel::{Id, Instant, Record, Sha256};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// A file to take in.
pub struct SourceFile {
    pub source: Source,
    /// What the sender called it; it stands in `record.json`, not in a path.
    pub name: String,
}

/// What becomes one object.
pub struct ObjectDraft<D> {
    pub record: Id<Record>,
    pub created: Instant,
    pub message: String,
    pub user: User,
    /// At most 9,999, in the record's order.
    pub files: Vec<SourceFile>,
    /// Writes `record.json` once the files' digests are known.
    pub describe: D,
}

/// A content file as it lies in the object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// From 1, in the record's order.
    pub number: u32,
    /// `v1/content/0001`.
    pub content_path: String,
    pub name: String,
    pub bytes: u64,
    pub sha256: Sha256,
    /// Lower-case hex, by the inventory's algorithm.
    pub digest: String,
}

/// An object that waits to be sealed, durable. Its intent is
/// `(record, token, inventory_digest)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    pub token: String,
    pub record: Id<Record>,
    pub files: Vec<StoredFile>,
    pub inventory_digest: String,
    pub record_json_sha256: Sha256,
}

impl Staged {
    /// The promise to seal it.
    pub fn intent(&self) -> Intent {
        Intent {
            record: self.record.clone(),
            token: self.token.clone(),
            inventory_digest: self.inventory_digest.clone(),
        }
    }
}

impl Vault {
    /// Copies the sources into a new folder of the staging, as the whole object
    /// of the record. Memory stays flat whatever the sizes. On return all of it
    /// is durable; after an error nothing is left there.
    pub fn stage<D>(&self, draft: ObjectDraft<D>) -> Result<Staged, VaultError>
    where
        D: FnOnce(&[StoredFile]) -> Vec<u8>,
    {
        let token = fresh_token();
        let folder = self.staged_folder(&token)?;
        make_folder(&folder)?;
        let built = build(&folder, token, draft).and_then(|staged| self.staging.settle().map(|()| staged));
        if built.is_err() {
            // The first error is the one worth telling; what stays is swept.
            fs::remove_dir_all(&folder).ok();
        }
        built
    }

    /// The folder of a token; an error for a text that is none.
    pub(super) fn staged_folder(&self, token: &str) -> Result<PathBuf, VaultError> {
        if token.len() != 32 || !token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(VaultError::BadName(token.to_owned()));
        }
        Ok(self.staging.path().join(token))
    }
}

/// 128 random bits in hex: no name of a staged folder tells anything.
pub(super) fn fresh_token() -> String {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).expect("the operating system gives random bytes");
    data_encoding::HEXLOWER.encode(&random)
}

fn build<D>(folder: &Path, token: String, draft: ObjectDraft<D>) -> Result<Staged, VaultError>
where
    D: FnOnce(&[StoredFile]) -> Vec<u8>,
{
    let version = folder.join("v1");
    let content = version.join("content");
    make_folder(&version)?;
    make_folder(&content)?;
    let mut writes = Writes::default();
    let mut files = Vec::with_capacity(draft.files.len());
    for (number, source) in (1..).zip(draft.files) {
        files.push(take_in(&mut writes, &content, "v1", MAIN, number, source)?);
    }
    let record_json = (draft.describe)(&files);
    writes.bytes(content.join(RECORD_JSON), &record_json)?;

    let mut inventory = Inventory::new(layout::object_id(&draft.record));
    let mut state = Paths::new();
    let record_digest = hex_of(MAIN, &record_json);
    let record_json_sha256 = Sha256::of(&record_json);
    let described = Listed {
        logical: RECORD_JSON.to_owned(),
        content_path: format!("v1/content/{RECORD_JSON}"),
        digest: &record_digest,
        sha256: record_json_sha256.to_string(),
    };
    for file in files.iter().map(listed).chain([described]) {
        inventory.add(&file);
        state.entry(file.digest.to_owned()).or_default().push(file.logical);
    }
    inventory.head = "v1".to_owned();
    let made =
        Version { created: draft.created.to_string(), state, message: Some(draft.message), user: Some(draft.user) };
    inventory.versions.insert("v1".to_owned(), made);

    let inventory_digest = write_inventory(&mut writes, &inventory, &[&version, folder])?;
    writes.bytes(folder.join(DECLARATION.0), DECLARATION.1.as_bytes())?;
    writes.finish(&[&content, &version, folder])?;
    Ok(Staged { token, record: draft.record, files, inventory_digest, record_json_sha256 })
}

/// The entry of a content file in an inventory.
pub(super) fn listed(file: &StoredFile) -> Listed<'_> {
    Listed {
        logical: format!("{:04}", file.number),
        content_path: file.content_path.clone(),
        digest: &file.digest,
        sha256: file.sha256.to_string(),
    }
}

/// Writes the inventory and its sidecar into each folder; gives its digest.
pub(super) fn write_inventory(
    writes: &mut Writes,
    inventory: &Inventory,
    folders: &[&Path],
) -> Result<String, VaultError> {
    let bytes = inventory.to_bytes();
    let (name, text) = sidecar(inventory.digest_algorithm, &bytes);
    for folder in folders {
        writes.bytes(folder.join(INVENTORY), &bytes)?;
        writes.bytes(folder.join(&name), text.as_bytes())?;
    }
    Ok(text.split_once(' ').expect("a sidecar has a space").0.to_owned())
}

/// Copies one source into the content folder of `version`.
pub(super) fn take_in(
    writes: &mut Writes,
    content: &Path,
    version: &str,
    main: Algorithm,
    number: u32,
    source: SourceFile,
) -> Result<StoredFile, VaultError> {
    let logical = format!("{number:04}");
    let digests = copy_in(writes, &source.source, content.join(&logical), main)?;
    Ok(StoredFile {
        number,
        content_path: format!("{version}/content/{logical}"),
        name: source.name,
        bytes: digests.bytes,
        sha256: digests.sha256.expect("the pass was asked for it"),
        digest: digests.hex(main).expect("the pass was asked for it"),
    })
}

fn copy_in(writes: &mut Writes, source: &Source, target: PathBuf, main: Algorithm) -> Result<Digests, VaultError> {
    let source = match source {
        Source::Plain(path) => path,
        // Every byte of it is checked as it comes.
        Source::Received(file) => {
            let mut from = file.open()?;
            let copy = |to: &mut File| pass(&mut from, to, Wanted::both(main)).map_err(failed("copy", file.path()));
            return writes.file(target, copy);
        }
    };
    let mut from = open_regular(source)?;
    let before = seen(&from, source)?;
    let digests = writes.file(target, |to| pass(&mut from, to, Wanted::both(main)).map_err(failed("copy", source)))?;
    let after = seen(&from, source)?;
    if before != after || before.len != digests.bytes {
        return Err(VaultError::SourceChanged(source.to_owned()));
    }
    Ok(digests)
}

/// What must stay the same while a source is read.
#[derive(PartialEq)]
struct Seen {
    len: u64,
    modified: std::time::SystemTime,
}

fn seen(file: &File, path: &Path) -> Result<Seen, VaultError> {
    let look = || {
        let found = file.metadata()?;
        Ok(Seen { len: found.len(), modified: found.modified()? })
    };
    look().map_err(failed("look at", path))
}
