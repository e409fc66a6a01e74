//! Forgets what was staged and never promised.

use super::{
    Vault,
    error::{VaultError, failed},
    verify::names,
};
use crate::kernel::Instant;
use std::{collections::BTreeSet, fs, sync::PoisonError, time::UNIX_EPOCH};

/// Leave to remove these folders of the staging, and no others. `ingest` makes
/// it, for tokens that no row names.
#[derive(Debug)]
pub struct Sweep(BTreeSet<String>);

impl Sweep {
    pub fn of(tokens: impl IntoIterator<Item = String>) -> Self {
        Self(tokens.into_iter().collect())
    }
}

/// A folder of the staging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedFolder {
    pub token: String,
    /// When a name in it last changed: one still being built is young.
    pub changed: Instant,
}

impl Vault {
    /// Every folder of the staging, in the order of the tokens.
    pub fn staged(&self) -> Result<Vec<StagedFolder>, VaultError> {
        let mut folders = Vec::new();
        for token in names(self.staging.path())?.into_keys() {
            let folder = self.staged_folder(&token)?;
            let changed = match fs::metadata(&folder).and_then(|found| found.modified()) {
                Ok(changed) => changed,
                // Sealed or given up while we looked.
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => return Err(failed("look at", folder)(e)),
            };
            let millis = changed.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
            let changed = u64::try_from(millis).ok().and_then(Instant::from_millis);
            let late = || VaultError::Damaged { path: folder, reason: "its time is beyond the calendar".to_owned() };
            folders.push(StagedFolder { token, changed: changed.ok_or_else(late)? });
        }
        Ok(folders)
    }

    /// Staged folders, and trays by their keys, that nobody here holds. To be asked before the
    /// rows are: what is promised, or let go of, after it was seen here stands in them then.
    pub fn unheld(&self) -> Result<BTreeSet<String>, VaultError> {
        let staged = self.staged()?.into_iter().map(|folder| folder.token);
        let tokens: BTreeSet<String> = staged.chain(self.key_tokens()?).collect();
        Ok(tokens.into_iter().filter(|token| !self.in_hand.has(token)).collect())
    }

    /// Of these, the trays.
    pub fn trays_of(&self, unheld: BTreeSet<String>) -> Result<BTreeSet<String>, VaultError> {
        let asked = unheld.into_iter().map(|token| Ok((self.is_tray(&token)?, token)));
        let asked = asked.collect::<Result<Vec<_>, VaultError>>()?;
        Ok(asked.into_iter().filter_map(|(is_tray, token)| is_tray.then_some(token)).collect())
    }

    /// Removes those that were `unheld` and that `promised` does not name, the keys of trays
    /// first; gives how many folders went. Objects that are being described are waited for.
    pub fn sweep(&self, unheld: &BTreeSet<String>, promised: &BTreeSet<String>) -> Result<usize, VaultError> {
        let _held = self.describing.write().unwrap_or_else(PoisonError::into_inner);
        let warrant = Sweep::of(unheld.difference(promised).cloned());
        // The keys first: what a disk keeps of a folder opens no more.
        for token in &warrant.0 {
            self.forget_key(token)?;
        }
        let mut swept = 0;
        for token in &warrant.0 {
            swept += usize::from(self.staged_folder(token)?.exists());
            self.forget_staged(&warrant, token)?;
        }
        Ok(swept)
    }

    /// Removes a staged folder the warrant names, durably; absent is success.
    pub fn forget_staged(&self, warrant: &Sweep, token: &str) -> Result<(), VaultError> {
        if !warrant.0.contains(token) {
            return Err(VaultError::NotWarranted(token.to_owned()));
        }
        let folder = self.staged_folder(token)?;
        match fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed("remove", folder)(e)),
            _ => self.staging.settle(),
        }
    }
}
