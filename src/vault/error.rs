//! What can go wrong with the bytes.

use crate::kernel::{Id, Record};
use std::{io, path::PathBuf};

/// Why the vault did not do what it was asked. Nothing sealed is ever changed
/// by a call that ends in one of these.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The disk said no: full, read-only, broken, or not ours to touch.
    #[error("cannot {act} {}", path.display())]
    Io { act: &'static str, path: PathBuf, source: io::Error },
    /// Less would stay free than must: nothing was written.
    #[error(
        "the disk of {} has {free} bytes free, and {keep} must stay free; make room, and it goes on by itself", path.display()
    )]
    Full { path: PathBuf, free: u64, keep: u64 },
    /// The folder is no vault, or one laid out by other rules.
    #[error("{} is not a vault this version can read: {reason}", path.display())]
    NotAVault { path: PathBuf, reason: String },
    /// A vault already lies there; it is opened, never made anew.
    #[error("{} already holds a vault", .0.display())]
    Exists(PathBuf),
    /// The source is no regular file, so its bytes are not its own.
    #[error("{} is {kind}, and only regular files are taken in", path.display())]
    SourceRefused { path: PathBuf, kind: &'static str },
    /// Somebody wrote to the source while it was being read: hand it in again.
    #[error("{} changed while it was being read", .0.display())]
    SourceChanged(PathBuf),
    /// Alarm: other bytes than the promised ones stand under this record.
    #[error("record {record}: {path} has digest {found}, but {wanted} was sealed")]
    Altered { record: Id<Record>, path: String, wanted: String, found: String },
    /// Alarm: the read-back found something other than a changed digest.
    #[error("record {record}: {path} {reason} when read back")]
    NotWhole { record: Id<Record>, path: String, reason: String },
    /// The object is in its place, but its name there is not durable yet: seal again.
    #[error("record {record} is not durable in the store: {reason}")]
    NotSettled { record: Id<Record>, reason: String },
    /// Alarm: promised bytes are neither sealed nor staged.
    #[error("record {record} is neither sealed nor staged under {token}")]
    Lost { record: Id<Record>, token: String },
    /// The version before is another than the caller thinks: somebody was here first, or
    /// the store has a version that the rows do not know.
    #[error("record {record} has version {head} already, so that {number} is not the next")]
    NotNext { record: Id<Record>, head: u32, number: u32 },
    /// No object of this record is in the store.
    #[error("record {0} has no object in the store")]
    Unknown(Id<Record>),
    /// An inventory or declaration that cannot be read as OCFL 1.1.
    #[error("{} is not valid: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    /// The permit is for another record, or its time is over.
    #[error("the permit does not hold for record {0} now")]
    NotPermitted(Id<Record>),
    /// The record has no such content file.
    #[error("record {record} has no content file {path:?}")]
    NoSuchContent { record: Id<Record>, path: String },
    /// A name that cannot stand in a path.
    #[error("{0:?} cannot be the name of a folder or file here")]
    BadName(String),
    /// Alarm: a staged file holds something other than what was received, or is cut.
    #[error(
        "{} is not as it was received, at byte {at}: it was changed, exchanged or cut on the disk; send it again", path.display()
    )]
    Spoilt { path: PathBuf, at: u64 },
    /// What was received under this key cannot be read without it.
    #[error("the key {} is gone or is none; put it back from your copy of the keys, or send the batch again", .0.display())]
    KeyGone(PathBuf),
    /// Somebody else is writing this file at the moment.
    #[error("{} is being written by another request", .0.display())]
    Busy(PathBuf),
    /// The warrant does not name this folder of the staging.
    #[error("the warrant does not name staged folder {0:?}")]
    NotWarranted(String),
    /// The store did not answer as it should.
    #[error("the store could not read {path}")]
    Store { path: String, source: object_store::Error },
}

/// Gives an I/O error the act and the path it happened to.
pub(super) fn failed(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> VaultError {
    let path = path.into();
    move |source| VaultError::Io { act, path, source }
}
