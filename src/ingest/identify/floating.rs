//! One pass over the bytes for all sequences that may stand anywhere: which of them can.
//! A sequence whose key is nowhere is not looked for; that leaves few.

use super::{
    fuel::{Fuel, Spent},
    window::View,
};
use aho_corasick::{AhoCorasick, BuildError};
use std::collections::BTreeMap;

/// The keys of the sequences that may stand anywhere.
#[derive(Debug)]
pub(super) struct Floating {
    search: AhoCorasick,
    keys: BTreeMap<Vec<u8>, usize>,
}

/// Which keys stand in a view.
pub(super) struct Standing(Vec<bool>);

impl Floating {
    pub(super) fn of<'a>(keys: impl Iterator<Item = &'a [u8]>) -> Result<Self, BuildError> {
        let mut numbered: BTreeMap<Vec<u8>, usize> = keys.map(|key| (key.to_vec(), 0)).collect();
        numbered.values_mut().enumerate().for_each(|(nth, number)| *number = nth);
        let search = AhoCorasick::new(numbered.keys())?;
        Ok(Self { search, keys: numbered })
    }

    pub(super) fn over(&self, view: &View, fuel: &Fuel) -> Result<Standing, Spent> {
        fuel.burn_bytes(view.bytes.len())?;
        let mut standing = vec![false; self.keys.len()];
        for hit in self.search.find_overlapping_iter(&view.bytes) {
            fuel.burn(1)?;
            standing[hit.pattern().as_usize()] = true;
        }
        Ok(Standing(standing))
    }

    /// Whether a sequence with this key can stand there.
    pub(super) fn can(&self, standing: &Standing, key: &[u8]) -> bool {
        self.keys.get(key).is_none_or(|number| standing.0[*number])
    }
}
