//! The only key to content.

use crate::kernel::{Actor, Id, Instant, Record};

/// What content is opened for; the trail says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A person reads it.
    Read,
    /// A person takes a copy out of the archive.
    Export,
    /// The archive reads its text for the index.
    Index,
    /// The archive checks its bytes.
    Verify,
    /// The archive builds its rows again from the store.
    Rebuild,
}

/// Leave to open the content of one record, for one purpose, until one moment.
/// Made by `access` alone; neither copied nor made up.
#[derive(Debug)]
pub struct Permit {
    actor: Actor,
    record: Id<Record>,
    purpose: Purpose,
    until: Instant,
}

impl Permit {
    /// Leave for the archive's own work; a person's permit comes from what that
    /// person may do.
    pub fn machine(work: &'static str, record: Id<Record>, purpose: Purpose, until: Instant) -> Self {
        Self { actor: Actor::Machine(work), record, purpose, until }
    }

    pub(super) fn new(actor: Actor, record: Id<Record>, purpose: Purpose, until: Instant) -> Self {
        Self { actor, record, purpose, until }
    }

    /// Whether it still holds for `record` at `now`.
    pub fn allows(&self, record: &Id<Record>, now: Instant) -> bool {
        self.record == *record && now <= self.until
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    pub fn record(&self) -> &Id<Record> {
        &self.record
    }
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }
}
