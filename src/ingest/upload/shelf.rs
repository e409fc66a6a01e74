//! What is known of the files of batches that are being received, read from their trays once.

use super::{UploadError, lanes::Lanes, path};
use crate::vault::{Tray, Vault, VaultError};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Batches whose slips are kept in memory although nobody asks at the moment (ours).
const KEPT: usize = 16;

/// Uploads in the hands of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Uploads {
    /// A batch that is not taken in and to which nothing comes is given up after so long.
    pub(super) expiry: Duration,
    pub(super) lanes: Arc<Lanes>,
    trays: Arc<Mutex<HashMap<String, Shelf>>>,
}

/// The tray of a batch and its slips; held while they change.
pub(super) type Shelf = Arc<tokio::sync::Mutex<Option<Slips>>>;

/// A file as it was announced; as it stands in the tray.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Slip {
    pub path: String,
    pub bytes: u64,
    /// As its sender says, in milliseconds since 1970: whether a file that he has is still this one.
    #[serde(default)]
    pub modified: Option<i64>,
}

#[derive(Debug)]
pub(super) struct Slips {
    pub tray: Tray,
    /// By the file's name in the tray.
    pub files: BTreeMap<String, Slip>,
    /// Of each path, as [`path::same`] has it.
    pub paths: HashMap<String, String>,
}

impl Uploads {
    pub fn new(expiry: Duration) -> Self {
        Self { expiry, lanes: Arc::default(), trays: Arc::default() }
    }

    /// The shelf of a tray; its slips may not have been read yet.
    pub(super) fn shelf(&self, token: &str) -> Shelf {
        let mut trays = self.trays.lock().unwrap_or_else(PoisonError::into_inner);
        if trays.len() > KEPT {
            trays.retain(|name, shelf| name == token || Arc::strong_count(shelf) > 1);
        }
        trays.entry(token.to_owned()).or_default().clone()
    }

    /// Forgets a tray that is gone.
    pub(super) fn forget(&self, token: &str) {
        self.trays.lock().unwrap_or_else(PoisonError::into_inner).remove(token);
    }
}

/// The slips on a shelf, read from the tray where they were not yet.
pub(super) async fn slips<'s>(
    vault: &Arc<Vault>,
    token: &str,
    shelf: &'s mut Option<Slips>,
) -> Result<&'s mut Slips, UploadError> {
    if shelf.is_none() {
        let (vault, token) = (vault.clone(), token.to_owned());
        let read = tokio::task::spawn_blocking(move || Slips::read(&vault, &token));
        *shelf = Some(read.await.expect("reading slips does not panic")?);
    }
    Ok(shelf.as_mut().expect("it was read above"))
}

impl Slips {
    fn read(vault: &Vault, token: &str) -> Result<Self, UploadError> {
        let tray = vault.tray(token)?;
        let mut slips = Self { tray, files: BTreeMap::new(), paths: HashMap::new() };
        for name in slips.tray.slips()? {
            let Some(bytes) = slips.tray.slip(&name)? else { continue };
            let damaged = |error: serde_json::Error| VaultError::Damaged {
                path: Path::new(token).join(&name),
                reason: error.to_string(),
            };
            let slip: Slip = serde_json::from_slice(&bytes).map_err(damaged)?;
            slips.paths.insert(path::same(&slip.path), name.clone());
            slips.files.insert(name, slip);
        }
        Ok(slips)
    }
}
