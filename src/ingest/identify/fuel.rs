//! Steps that may still be taken over one file: what bounds the time that hostile bytes
//! can cost, whatever the signatures are.

use std::cell::Cell;

/// The steps are spent: nothing can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent;

pub(super) struct Fuel(Cell<u64>);

impl Fuel {
    pub(super) fn of(steps: u64) -> Self {
        Self(Cell::new(steps))
    }

    pub(super) fn burn(&self, steps: u64) -> Result<(), Spent> {
        self.0.set(self.0.get().checked_sub(steps).ok_or(Spent)?);
        Ok(())
    }

    /// For a search that the processor does 64 bytes at a time.
    pub(super) fn burn_bytes(&self, bytes: usize) -> Result<(), Spent> {
        self.burn(1 + bytes as u64 / 64)
    }
}
