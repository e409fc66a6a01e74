use crate::{db::DbError, holdings::HoldingsError, ingest::upload::UploadError, vault::VaultError};

/// Why a batch did not go back.
#[derive(Debug, thiserror::Error)]
pub enum WaybackError {
    /// Not there, or not for the asker.
    #[error("there is no such batch")]
    Missing,
    /// The batch stands where this cannot be done to it.
    #[error("the batch is {0}")]
    State(&'static str),
    /// Both sides signed for it.
    #[error("the batch is handed over")]
    HandedOver,
    /// It came in a way on which no next round of it comes.
    #[error("the batch was laid in, and cannot come again as its next round")]
    NoNextRound,
    /// Some of its records lie outside what the asker may take in.
    #[error("{0} record(s) of the batch lie outside the part of the holdings that you may take into")]
    Beyond(i64),
    /// Another batch is being taken in.
    #[error("another batch is being taken in")]
    Busy,
    #[error("a reason has 1 to {LONGEST_REASON} characters, none of them a control character")]
    Reason,
    #[error(transparent)]
    Holdings(#[from] HoldingsError),
    #[error(transparent)]
    Upload(#[from] UploadError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Longest reason, in characters (ours).
const LONGEST_REASON: usize = 500;

/// The reason as it is kept.
pub(super) fn reason(given: &str) -> Result<String, WaybackError> {
    let reason = given.trim().replace("\r\n", "\n");
    let fits = !reason.is_empty() && reason.chars().count() <= LONGEST_REASON;
    let plain = !reason.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n'));
    if fits && plain { Ok(reason) } else { Err(WaybackError::Reason) }
}
