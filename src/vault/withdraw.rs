//! Takes out what was sealed: records of a filing that is withdrawn before its handover is
//! signed.
//!
//! An object is moved out of the root first, in one step, and taken apart where it is no
//! object any more: whoever looks at the root finds it whole or not at all, whenever the
//! process dies. It goes to a name that its record decides, so that the same call finds and
//! finishes what an earlier one left. A parent that is empty goes too (OCFL 1.1 E073).

use super::{
    Vault,
    error::{VaultError, failed},
    flight,
    stores::rename_new,
};
use crate::kernel::{Id, Record, Sha256};
use std::{collections::BTreeSet, fs, io, path::Path, sync::PoisonError};

/// Leave to erase these records, and the staged folders that were promised for them, and
/// nothing else. `ingest` makes it, of records that are withdrawn and hidden.
#[derive(Debug)]
pub struct Withdraw {
    records: BTreeSet<Id<Record>>,
    staged: BTreeSet<String>,
}

impl Withdraw {
    pub fn of(records: impl IntoIterator<Item = Id<Record>>, staged: impl IntoIterator<Item = String>) -> Self {
        Self { records: records.into_iter().collect(), staged: staged.into_iter().collect() }
    }
}

impl Vault {
    /// Erases what the warrant names: objects with all their versions, what was made from
    /// them, what stands staged for them. On return it is gone, durably. Absent is success:
    /// may be called again at any time. Only while nobody seals, describes or stages
    /// versions of these records. Blocks.
    pub fn withdraw(&self, warrant: &Withdraw) -> Result<(), VaultError> {
        let records: Vec<&Id<Record>> = warrant.records.iter().collect();
        for gone in flight::each(&records, |record| self.take_out(record)) {
            gone?;
        }
        for token in &warrant.staged {
            remove(&self.staged_folder(token)?)?;
        }
        self.staging.settle()
    }

    fn take_out(&self, record: &Id<Record>) -> Result<(), VaultError> {
        self.forget_derivatives(record)?;
        let (object, aside) = (self.object_folder(record), self.staged_folder(&aside(record))?);
        // What an earlier call moved out and did not take apart.
        remove(&aside)?;
        {
            // Nobody checks the object or makes a version its head meanwhile.
            let _alone = self.adopting.write().unwrap_or_else(PoisonError::into_inner);
            if object.is_dir() && !rename_new(&object, &aside)? {
                let reason = "something stands where an object is taken apart".to_owned();
                return Err(VaultError::Damaged { path: aside, reason });
            }
            self.store.give_up(object.parent().expect("an object lies in a tuple folder"))?;
        }
        remove(&aside)
    }
}

/// The staged folder that the object of this record is moved to.
fn aside(record: &Id<Record>) -> String {
    let mut token = Sha256::of(format!("withdraw {record}").as_bytes()).to_string();
    token.truncate(32);
    token
}

fn remove(folder: &Path) -> Result<(), VaultError> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("remove", folder)(e)),
        _ => Ok(()),
    }
}
