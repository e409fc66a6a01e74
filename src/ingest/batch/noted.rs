//! What is found wrong with a batch, as it is found: every one is kept, however many.

use super::{
    desk::{Desk, IngestError},
    slips::Slips,
};
use crate::ingest::defects::{Defect, DefectKind, Severity};

/// Defects, in the order of their rows once they are [sorted](Defects::sort); those of no
/// row come last.
pub struct Defects {
    slips: Slips<Defect>,
    /// Row (the highest number for none), and which slip.
    order: Vec<(u64, u32)>,
    /// A bit for each row that stays outside.
    bad: Vec<u64>,
    blocking: usize,
    set_aside: usize,
}

impl std::fmt::Debug for Defects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} defect(s), {} blocking", self.len(), self.blocking)
    }
}

impl Defects {
    pub(super) fn new(desk: &Desk) -> Self {
        Self { slips: Slips::new(desk), order: Vec::new(), bad: Vec::new(), blocking: 0, set_aside: 0 }
    }

    pub(super) fn add(&mut self, defect: &Defect) -> Result<(), IngestError> {
        let at = u32::try_from(self.slips.push(defect)?).expect("nobody waits for four billion defects");
        self.order.push((defect.row.unwrap_or(u64::MAX), at));
        if defect.severity == Severity::Blocking {
            self.blocking += 1;
            self.set_aside += usize::from(defect.kind == DefectKind::SetAside);
            if let Some(row) = defect.row {
                let (word, bit) = place(row);
                if self.bad.len() <= word {
                    self.bad.resize(word + 1, 0);
                }
                self.bad[word] |= bit;
            }
        }
        Ok(())
    }

    pub(super) fn extend(&mut self, defects: impl IntoIterator<Item = Defect>) -> Result<(), IngestError> {
        defects.into_iter().try_for_each(|defect| self.add(&defect))
    }

    /// Whether something found keeps this row out.
    pub(super) fn keeps_out(&self, row: u64) -> bool {
        let (word, bit) = place(row);
        self.bad.get(word).is_some_and(|bits| bits & bit != 0)
    }

    pub(super) fn sort(&mut self) {
        self.order.sort_unstable();
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Whether one keeps a row or file out that is not set aside.
    pub fn blocked(&self) -> bool {
        self.blocking > self.set_aside
    }

    /// Each, read back one by one.
    pub fn iter(&self) -> impl Iterator<Item = Result<Defect, IngestError>> + '_ {
        self.order.iter().map(|(_, at)| self.slips.get(*at as usize))
    }
}

fn place(row: u64) -> (usize, u64) {
    (usize::try_from(row / 64).unwrap_or(usize::MAX), 1 << (row % 64))
}
