//! What ingest works with.

use crate::{
    access::AccessError,
    db::{Db, DbError},
    holdings::HoldingsError,
    ingest::{
        catalogue::{Aside, CatalogueError},
        extract::Extractor,
        folder::FolderError,
        package::PackageError,
        upload::Uploads,
    },
    kernel::{Clock, Secrecy},
    profile::Profile,
    vault::{Room, Vault, VaultError},
};
use std::{fs::File, path::PathBuf, sync::Arc};

/// The desk (收集台): the rooms and bounds that taking in needs. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub vault: Arc<Vault>,
    /// What is left on the disks.
    pub room: Arc<Room>,
    pub reader: Arc<Extractor>,
    pub profile: Arc<Profile>,
    /// Objects staged at once.
    pub writers: usize,
    /// Records filed in one change, 1..=2,000.
    pub chunk: usize,
    /// The most a file may weigh, in bytes.
    pub largest_file: u64,
    /// The time zone in which days begin (IANA name), checked when it was configured.
    pub zone: String,
    /// The highest secrecy this installation may hold.
    pub ceiling: Secrecy,
    /// Whose turn it is to take a batch in: one at a time, so that no two file the same.
    pub turn: Arc<tokio::sync::Mutex<()>>,
    /// What is being sent.
    pub uploads: Uploads,
    /// Whose turn it is to take a new version of a record to the store.
    pub versions: Arc<tokio::sync::Mutex<()>>,
}

impl Aside for Desk {
    fn file(&self) -> Result<File, VaultError> {
        self.vault.scratch()
    }

    fn room(&self, bytes: u64) -> Result<(), VaultError> {
        self.room.check(bytes)
    }
}

/// Why a batch was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// There is no room, or no way, to write down what is too much for memory.
    #[error("what is too much for memory cannot be kept on the store's disk; is there room?")]
    Scratch(#[source] std::io::Error),
    #[error("{0} cannot be read")]
    Source(PathBuf, #[source] std::io::Error),
    #[error("{} cannot be taken in: {error}", path.display())]
    Package { path: PathBuf, error: Box<PackageError> },
    /// The catalogue is another one than the batch was begun with.
    #[error(
        "the catalogue of {folder} changed since its batch {batch} was begun, of which nothing is visible yet; put the old one back and run the same command again, or give the batch up with --abandon and hand it in anew"
    )]
    CatalogueChanged { folder: String, batch: String },
    /// The folder no longer gives every row that the batch was begun with.
    #[error(
        "batch {batch} was begun with {begun} row(s), and its folder {folder} does not give them as they were: {ready} can be filed now ({why}); put the folder back as it was and run the same command again, or give the batch up with --abandon and hand it in anew; nothing of it is visible yet"
    )]
    Incomplete { folder: String, batch: String, begun: i64, ready: i64, why: String },
    /// Rows lie outside what whoever hands them in may take in.
    #[error(
        "{count} row(s) lie outside the part of the holdings that you may take into, the first is {first}; nothing was taken in; ask the security officer for a grant, or hand these rows in through somebody who has one"
    )]
    Beyond { count: usize, first: String },
    #[error(
        "the batch brings fonds or schemes that the archive has not, and you may not arrange; nothing was taken in; have them made first"
    )]
    NotArranged,
    #[error(transparent)]
    Holdings(#[from] HoldingsError),
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Db(#[from] DbError),
}
