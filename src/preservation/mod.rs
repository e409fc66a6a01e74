//! Keeping what is held: checking every byte, and building the rows again from the
//! store when they are lost.
//!
//! Owns nothing: it reads the store through `vault` and writes through `holdings`.
//! A rebuild gives back fonds, schemes, records, codes and descriptions; codes that
//! were given out and never filed, people, settings and the trail are not in the
//! objects, and [`Rebuilt`] says so.

mod rebuild;
mod verify;

pub use rebuild::{Rebuilt, held_beside, rebuild};
pub use verify::{Found, Verified, verify};

use crate::{db::DbError, holdings::HoldingsError, vault::VaultError};

/// Why keeping failed.
#[derive(Debug, thiserror::Error)]
pub enum PreservationError {
    /// The object lies in the store and cannot be understood; nothing was written.
    #[error("object {object}: {why}")]
    Object { object: String, why: String },
    #[error("the archive holds {0} record(s) already; a rebuild from the store begins with an empty database")]
    NotEmpty(i64),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Holdings(#[from] HoldingsError),
    #[error(transparent)]
    Db(#[from] DbError),
}
