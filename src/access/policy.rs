//! What a role may do. Two roles for now; what is not granted is denied.

use super::{Permit, Purpose, Reach};
use crate::kernel::{Actor, Id, Instant, Record};
use std::{fmt, str::FromStr};

/// What somebody is in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 档案员: takes in, arranges, describes.
    Archivist,
    /// 利用者: searches and reads.
    Staff,
}

/// A function of the archive that a route or a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Search, and see records' descriptions.
    Search,
    /// Open the content of open records.
    Read,
    /// Take in batches and see them.
    Ingest,
    /// Fonds, schemes, codes.
    Arrange,
    /// Check the archive's bytes and health, rebuild its index.
    Maintain,
    /// Add people.
    People,
}

impl Role {
    pub fn may(self, right: Right) -> bool {
        match self {
            Self::Archivist => true,
            Self::Staff => matches!(right, Right::Search | Right::Read),
        }
    }
}

/// How long a permit to read lasts: one page or one download is asked for and
/// answered within it.
const PERMIT_SECONDS: i64 = 600;

/// Leave for `actor`, who may read up to `clearance`, to open `record` of
/// `secrecy`; `None` is a refusal.
pub(super) fn permit(
    actor: &Actor,
    clearance: i64,
    record: &Id<Record>,
    secrecy: i64,
    purpose: Purpose,
    now: Instant,
) -> Option<Permit> {
    (secrecy <= clearance)
        .then(|| Permit::new(actor.clone(), record.clone(), purpose, now.plus_seconds(PERMIT_SECONDS)))
}

/// The reach of somebody cleared up to `clearance`.
pub(super) fn reach(clearance: i64) -> Reach {
    Reach::up_to(clearance)
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Archivist => "archivist",
            Self::Staff => "staff",
        })
    }
}
impl FromStr for Role {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "archivist" => Ok(Self::Archivist),
            "staff" => Ok(Self::Staff),
            _ => Err(()),
        }
    }
}
