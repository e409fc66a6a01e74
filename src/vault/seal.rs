//! Adopts staged objects into the storage root, reads them back, and says so.

use super::{
    Vault,
    error::VaultError,
    flight, layout,
    object::{INVENTORY, read_inventory},
    verify::{self, Finding, FindingKind},
};
use crate::kernel::{Id, Record};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// A promise kept in the rows: this staged object shall be sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    pub record: Id<Record>,
    pub token: String,
    /// Of the inventory of version 1.
    pub inventory_digest: String,
}

/// A record that lies in the root, durable, and was read back equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub record: Id<Record>,
    /// Files read back, and their bytes together.
    pub files: u64,
    pub bytes: u64,
    /// False if it lay there already.
    pub adopted: bool,
}

impl Vault {
    /// Seals every intent, eight at a time; one answer each, in their order.
    /// May be called again with the same intents at any time, also after a
    /// crash: what lies there equal is fine, other bytes are an alarm
    /// ([`VaultError::Altered`]) and stay as they are.
    pub fn seal(&self, intents: &[Intent]) -> Vec<Result<Sealed, VaultError>> {
        let placed = flight::each(intents, |intent| self.place(intent));
        let parents: BTreeSet<PathBuf> = intents
            .iter()
            .zip(&placed)
            .filter(|(_, placed)| placed.is_ok())
            .map(|(intent, _)| self.parent(&intent.record))
            .collect();
        let lost = self.store.settle(&Vec::from_iter(parents));
        let work: Vec<_> = intents.iter().zip(&placed).collect();
        let read = flight::each(&work, |(intent, placed)| {
            let adopted = *placed.as_ref().ok()?;
            Some(match lost.get(&self.parent(&intent.record)) {
                Some(reason) => Err(VaultError::NotSettled { record: intent.record.clone(), reason: reason.clone() }),
                None => self.read_back(intent, adopted),
            })
        });
        let answers = placed.into_iter().zip(read);
        answers.map(|(placed, read)| placed.and_then(|_| read.expect("what was placed is read back"))).collect()
    }

    fn parent(&self, record: &Id<Record>) -> PathBuf {
        self.store.folder(&layout::place(record).0)
    }

    /// The folder of a record's object, whether it is there or not.
    pub(super) fn object_folder(&self, record: &Id<Record>) -> PathBuf {
        self.store.folder(&layout::key(record))
    }

    /// Brings the object into its place; `true` if it was moved just now.
    fn place(&self, intent: &Intent) -> Result<bool, VaultError> {
        let staged = self.staged_folder(&intent.token)?;
        let target = self.object_folder(&intent.record);
        if target.exists() {
            return same(intent, &target.join("v1")).map(|()| false);
        }
        if !staged.exists() {
            return Err(VaultError::Lost { record: intent.record.clone(), token: intent.token.clone() });
        }
        // Before the move: wrong bytes in the root could not be taken out again.
        same(intent, &staged.join("v1"))?;
        if self.store.adopt(&staged, &layout::key(&intent.record))? {
            return Ok(true);
        }
        same(intent, &target.join("v1")).map(|()| false)
    }

    /// Reads every file of the object again and compares it with the inventory.
    fn read_back(&self, intent: &Intent, adopted: bool) -> Result<Sealed, VaultError> {
        let checked = verify::check(&self.object_folder(&intent.record), &intent.record, &[])?;
        match checked.findings.into_iter().next() {
            None => Ok(Sealed { record: intent.record.clone(), files: checked.files, bytes: checked.bytes, adopted }),
            Some(Finding { path, kind: FindingKind::Altered { wanted, found } }) => {
                Err(VaultError::Altered { record: intent.record.clone(), path, wanted, found })
            }
            Some(Finding { path, kind }) => {
                Err(VaultError::NotWhole { record: intent.record.clone(), path, reason: kind.to_string() })
            }
        }
    }
}

/// Whether the inventory in `version`, the folder of version 1, is the promised
/// one. Version 1 and not the head: a description may have been added since.
fn same(intent: &Intent, version: &Path) -> Result<(), VaultError> {
    let found = match read_inventory(version)? {
        Some((_, _, digest)) if digest == intent.inventory_digest => return Ok(()),
        Some((_, _, digest)) => digest,
        None => "none".to_owned(),
    };
    Err(VaultError::Altered {
        record: intent.record.clone(),
        path: format!("v1/{INVENTORY}"),
        wanted: intent.inventory_digest.clone(),
        found,
    })
}
