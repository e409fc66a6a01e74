//! A file that comes over a connection, before it is known what becomes of it.

use super::{
    Vault,
    durable::make_folder,
    error::{VaultError, failed},
    staging::fresh_token,
};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

/// A file received into the staging, in a folder of its own of a random name; gone when this
/// is dropped, or with the next sweep.
#[derive(Debug)]
pub struct Received {
    folder: PathBuf,
    path: PathBuf,
}

impl Received {
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!("{} stays until the next start: {error}", self.folder.display());
        }
    }
}

impl Vault {
    /// A new file on the store's disk for bytes that come, and its place.
    pub fn receive(&self) -> Result<(Received, File), VaultError> {
        let folder = self.staged_folder(&fresh_token())?;
        make_folder(&folder)?;
        let received = Received { path: folder.join("received"), folder };
        let file = File::create_new(&received.path).map_err(failed("make", &received.path))?;
        Ok((received, file))
    }
}
