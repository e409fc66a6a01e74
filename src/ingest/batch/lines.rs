//! What a batch is made of, and the order in which its rows are filed.

use crate::kernel::Sha256;
use sha2::Digest as _;
use std::collections::{BTreeMap, BTreeSet};

/// What a batch is made of: a line a row, its code and the digests of its files.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    /// Start and length in `text`; the place of the row, or none of a row filed before.
    of: Vec<(u64, u32, u32)>,
}

/// No place.
const FILED: u32 = u32::MAX;

/// What the lines came to.
pub(super) struct Sorted {
    /// Places.
    pub order: Vec<u32>,
    pub content: Sha256,
    /// The highest number of each class.
    pub numbers: BTreeMap<String, u64>,
    pub fonds: BTreeSet<String>,
}

impl Lines {
    /// Adds the line of the row at `place`; of one that was filed before without it.
    pub fn push(&mut self, line: &str, place: Option<u32>) {
        let length = u32::try_from(line.len()).expect("a row has fewer than fifty million files");
        self.of.push((self.text.len() as u64, length, place.unwrap_or(FILED)));
        self.text.push_str(line);
    }

    /// In their order, without those of rows that `keeps_out` names.
    pub fn settle(self, keeps_out: impl Fn(u32) -> bool) -> Sorted {
        let Self { text, mut of } = self;
        let line = |(start, length, _): &(u64, u32, u32)| {
            let start = usize::try_from(*start).expect("it lies in memory");
            &text[start..start + *length as usize]
        };
        of.retain(|(_, _, place)| *place == FILED || !keeps_out(*place));
        of.sort_unstable_by(|a, b| line(a).cmp(line(b)).then(a.2.cmp(&b.2)));
        let mut sorted = Sorted {
            order: Vec::with_capacity(of.len()),
            content: Sha256([0; 32]),
            numbers: BTreeMap::new(),
            fonds: BTreeSet::new(),
        };
        let mut hasher = sha2::Sha256::new();
        for (at, one) in of.iter().enumerate() {
            let line = line(one);
            if at > 0 {
                hasher.update(b"\n");
            }
            hasher.update(line.as_bytes());
            if one.2 == FILED {
                continue;
            }
            sorted.order.push(one.2);
            let code = line.split_once(' ').map_or(line, |(code, _)| code);
            let (scope, number) = code.rsplit_once('-').expect("a code ends with its number");
            let number = number.parse().unwrap_or(u64::MAX);
            match sorted.numbers.get_mut(scope) {
                Some(last) => *last = number.max(*last),
                None => drop(sorted.numbers.insert(scope.to_owned(), number)),
            }
            let fonds = code.split_once('-').map_or(code, |(fonds, _)| fonds);
            if !sorted.fonds.contains(fonds) {
                sorted.fonds.insert(fonds.to_owned());
            }
        }
        sorted.content = Sha256(hasher.finalize().into());
        sorted
    }
}
