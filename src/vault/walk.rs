//! Every object of the root, for rebuilding the rows.

use super::{
    Vault,
    error::{VaultError, failed},
    layout,
    object::{Inventory, RECORD_JSON, User},
    verify::names,
};
use crate::kernel::{Id, Record};
use std::{fs, path::Path};

/// An object as it lies in the store.
#[derive(Clone, Debug)]
pub struct StoredObject {
    pub record: Id<Record>,
    pub inventory: Inventory,
    /// Of the head's inventory.
    pub inventory_digest: String,
    /// From the first to the head; never none.
    pub versions: Vec<StoredVersion>,
}

/// A version of an object, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredVersion {
    pub number: u32,
    /// RFC 3339.
    pub created: String,
    pub message: String,
    pub user: Option<User>,
    pub record_json: Vec<u8>,
}

impl Vault {
    /// Every object, in the order of its place; an object that cannot be read
    /// is an error of its own and the walk goes on. A version that was moved in and not
    /// made the head is made it: the rows that promised it may be lost. For the machine
    /// only: the descriptions go into rows, never to a reader.
    pub fn walk(&self) -> Result<impl Iterator<Item = Result<StoredObject, VaultError>> + use<'_>, VaultError> {
        let root = self.store.root();
        let tuples = names(root)?.into_keys().filter(|name| !layout::ROOT_NAMES.contains(&name.as_str()));
        Ok(tuples.flat_map(move |tuple| {
            let folder = root.join(tuple);
            match names(&folder) {
                Ok(objects) => objects.into_keys().map(|name| self.finished(&folder.join(name))).collect(),
                Err(e) => vec![Err(e)],
            }
        }))
    }

    /// The records that have an object, by their places alone: nothing is opened.
    pub fn ids(&self) -> Result<Vec<Id<Record>>, VaultError> {
        let root = self.store.root();
        let mut ids = Vec::new();
        for tuple in names(root)?.into_keys().filter(|name| !layout::ROOT_NAMES.contains(&name.as_str())) {
            let folder = root.join(tuple);
            if folder.is_dir() {
                let found = names(&folder)?.into_keys();
                ids.extend(found.filter_map(|name| Id::parse(name.strip_prefix("urn%3auuid%3a")?)));
            }
        }
        Ok(ids)
    }

    /// The versions of a record's object, from the first to the head; `None` if it has no
    /// object. For the machine only, as [`Self::walk`].
    pub fn versions(&self, record: &Id<Record>) -> Result<Option<Vec<StoredVersion>>, VaultError> {
        let folder = self.object_folder(record);
        if !folder.is_dir() {
            return Ok(None);
        }
        stored(&folder).map(|object| Some(object.versions))
    }

    fn finished(&self, folder: &Path) -> Result<StoredObject, VaultError> {
        self.finish_version(folder)?;
        stored(folder)
    }
}

fn stored(folder: &Path) -> Result<StoredObject, VaultError> {
    let damaged = |reason: &str| VaultError::Damaged { path: folder.to_owned(), reason: reason.to_owned() };
    let (inventory, _, inventory_digest) = super::versions::current(folder)?;
    let record = layout::record_of(&inventory.id).ok_or_else(|| damaged("its id is no record's"))?;
    if !folder.ends_with(layout::key(&record)) {
        return Err(damaged("it lies in another record's place"));
    }
    let mut versions = Vec::with_capacity(inventory.versions.len());
    for number in 1..=inventory.head_number() {
        let name = format!("v{number}");
        let version = inventory.versions.get(&name).ok_or_else(|| damaged("a version is left out"))?;
        let path = inventory.content_path(&name, RECORD_JSON).ok_or_else(|| damaged("it has no record.json"))?;
        let path = folder.join(path);
        versions.push(StoredVersion {
            number,
            created: version.created.clone(),
            message: version.message.clone().unwrap_or_default(),
            user: version.user.clone(),
            record_json: fs::read(&path).map_err(failed("read", path))?,
        });
    }
    Ok(StoredObject { record, inventory, inventory_digest, versions })
}
