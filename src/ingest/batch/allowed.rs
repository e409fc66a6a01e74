//! What somebody may take in, and which batches he may see.

use super::{
    Plan, Planned, ToFile,
    desk::IngestError,
    stage::{department_of, year_of},
};
use crate::{
    access::{Facts, Guest, Reach, Right},
    db::Asked,
    profile::Kind,
};

/// Rows looked at in one go.
const AT_ONCE: usize = 1_000;

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
    /// Whether a batch that this person handed in is shown.
    pub(in crate::ingest) fn sees(&self, received_by: &str) -> bool {
        match self {
            Self::All => true,
            Self::Of(name) => name == received_by,
        }
    }

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
pub(super) async fn allowed(guest: &Guest, plan: &Plan) -> Result<(), IngestError> {
    let brings = !(plan.new_fonds.is_empty() && plan.new_schemes.is_empty() && plan.wider_schemes.is_empty());
    if brings && !guest.may(Right::Arrange) {
        return Err(IngestError::NotArranged);
    }
    let reach = guest.reach_for(Right::Ingest);
    if reach.is_whole() {
        return Ok(());
    }
    let rows = plan.to_file.clone();
    let (count, first) = tokio::task::spawn_blocking(move || beyond(&rows, &reach)).await.expect("no row panics")?;
    first.map_or(Ok(()), |first| Err(IngestError::Beyond { count, first }))
}

/// How many of the rows lie beyond `reach`, and the code of the first. Blocks.
fn beyond(rows: &ToFile, reach: &Reach) -> Result<(usize, Option<String>), IngestError> {
    let (mut count, mut first) = (0, None);
    for from in (0..rows.len()).step_by(AT_ONCE) {
        for row in rows.get(from..from + AT_ONCE)?.iter().filter(|row| !reach.covers(&facts(row))) {
            count += 1;
            first.get_or_insert_with(|| row.code.as_str().to_owned());
        }
    }
    Ok((count, first))
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
