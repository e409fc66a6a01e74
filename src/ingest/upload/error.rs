//! Why something was not received.

use crate::{
    access::AccessError,
    db::DbError,
    holdings::HoldingsError,
    ingest::batch::{BatchState, IngestError},
    vault::VaultError,
};

/// Why an upload was not opened, received, checked or taken in.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Not there, or not for the asker to see.
    #[error("there is no such batch or file")]
    Missing,
    /// The batch is past this, or not there yet.
    #[error("the batch is {}", .0.word())]
    State(BatchState),
    /// What its last round filed is being erased.
    #[error("the batch is going back, and not all of it is erased")]
    GoingBack,
    #[error("the name of a batch has 1 to {} characters, none of them a control character", super::open::LONGEST_NAME)]
    Name,
    #[error("{path:?} cannot be the path of a file")]
    Path { path: String, fault: PathFault },
    #[error("the batch has a file {0:?} already")]
    Twice(String),
    #[error("a batch has at most {} files", super::files::MOST_FILES)]
    TooMany,
    #[error("a file has at most {largest} bytes")]
    TooLarge { largest: u64 },
    /// The bytes do not follow those that came.
    #[error("the file stands at byte {at}")]
    Offset { at: u64 },
    /// More bytes than the file was said to have.
    #[error("the file was said to have {0} bytes, and more came")]
    Beyond(u64),
    #[error("the bytes that came have another checksum")]
    Checksum,
    #[error("the file did not come whole")]
    BrokenOff(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another request writes the file, or took it over.
    #[error("another request writes this file")]
    Busy,
    #[error("{count} file(s) have not come whole, the first is {first:?}")]
    Unfinished { count: usize, first: String },
    #[error("the batch has no files")]
    Empty,
    #[error("the check found {0} thing(s) that keep rows out")]
    Blocked(i64),
    #[error("the batch brings {0} fonds or scheme(s) that the archive has not")]
    Brings(i64),
    #[error("the check found no row that can be filed")]
    NothingToFile,
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error(transparent)]
    Holdings(#[from] HoldingsError),
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Vault(VaultError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<VaultError> for UploadError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Busy(_) => Self::Busy,
            error => Self::Vault(error),
        }
    }
}

/// What is wrong with the path of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// Nothing, or a part of it is nothing.
    Empty,
    /// Longer, or of longer names, than file systems take; or of too many folders.
    TooLong,
    /// Absolute, with a drive letter, or with `.` or `..`.
    Outside,
    /// A control character, or a backslash.
    Character,
}
