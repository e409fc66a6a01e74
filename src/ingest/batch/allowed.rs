//! What somebody may take in, and which batches he may see.

use super::{
    Plan, Planned,
    commit::{department_of, year_of},
    desk::IngestError,
};
use crate::{
    access::{Facts, Guest, Right},
    db::Asked,
    profile::Kind,
};

/// Whose batches are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    All,
    /// Those that this person handed in.
    Of(String),
}

/// Every batch for somebody who may take in everything, else his own: a batch names codes
/// and titles of all its rows.
pub fn seen_by(guest: &Guest) -> Seen {
    if guest.reach_for(Right::Ingest).is_whole() { Seen::All } else { Seen::Of(guest.actor().name().to_owned()) }
}

impl Seen {
    /// ` AND received_by = …`
    pub(super) fn narrow(&self, asked: &mut Asked) {
        if let Self::Of(name) = self {
            asked.push(" AND received_by = ").bind(name.as_str());
        }
    }
}

/// # Errors
/// [`IngestError::Beyond`] where a row lies outside the part of the holdings that `guest`
/// may take into; [`IngestError::NotArranged`] where the batch brings fonds or schemes and
/// he may not arrange.
pub(super) fn allowed(guest: &Guest, plan: &Plan) -> Result<(), IngestError> {
    let brings = !(plan.new_fonds.is_empty() && plan.new_schemes.is_empty() && plan.wider_schemes.is_empty());
    if brings && !guest.may(Right::Arrange) {
        return Err(IngestError::NotArranged);
    }
    let reach = guest.reach_for(Right::Ingest);
    let beyond: Vec<&Planned> = plan.to_file.iter().filter(|row| !reach.covers(&facts(row))).collect();
    match beyond.first() {
        None => Ok(()),
        Some(first) => Err(IngestError::Beyond { count: beyond.len(), first: first.code.as_str().to_owned() }),
    }
}

/// A row as it will be filed, not reviewed yet.
fn facts(row: &Planned) -> Facts<'_> {
    Facts {
        fonds: row.code.part(Kind::Fonds).unwrap_or_default(),
        category: &row.category,
        department: department_of(&row.code, &row.entry),
        year: year_of(&row.code, &row.entry),
        opening: "unreviewed",
        secrecy: row.entry.secrecy.rank(),
    }
}
