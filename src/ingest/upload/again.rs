//! The next round of a batch that went back to its sender.

use super::{UploadError, check::now, rows};
use crate::{
    access::Guest,
    audit::{Change, Event},
    holdings,
    ingest::{
        batch::{self, BatchRow, BatchState, Desk},
        wayback,
    },
    jobs,
};

/// Begins the next round of a returned batch; in its tray lies what came for the last one, or
/// nothing where that was filed. Only while its shelf is held.
pub(super) async fn again(desk: &Desk, guest: &Guest, batch: &BatchRow) -> Result<BatchRow, UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    // Until all of the last round is erased it is found by its filing.
    let jobs = jobs::of_subject(&desk.db, batch.filing.as_str()).await?;
    if jobs.iter().any(|job| job.kind == wayback::JOB && job.state != "done") {
        return Err(UploadError::GoingBack);
    }
    let (vault, token) = (desk.vault.clone(), row.tray);
    tokio::task::spawn_blocking(move || vault.make_tray(&token)).await.expect("making a tray does not panic")?;
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    let filing = holdings::open_filing(&mut change).await?;
    if !batch::next_round(&mut change, &batch.id, batch.round, &filing).await? {
        return Err(UploadError::State(now(desk, batch).await?.state));
    }
    // Nothing was filed under it, or nothing is left of it.
    jobs::call_off(&mut change, batch.filing.as_str()).await?;
    holdings::forget_filing(&mut change, batch.filing.as_str()).await?;
    let event = Event::new("batch.reopened", &batch.id).and(&filing).with("name", &batch.name);
    change.commit(event.with("round", batch.round + 1)).await?;
    now(desk, batch).await
}

/// Whether nothing of a returned batch lies in its tray.
pub(super) async fn came_to_nothing(desk: &Desk, batch: &BatchRow, tray: &str) -> Result<bool, UploadError> {
    if batch.state != BatchState::Returned {
        return Ok(false);
    }
    let (vault, token) = (desk.vault.clone(), tray.to_owned());
    let there = tokio::task::spawn_blocking(move || vault.has_tray(&token)).await.expect("looking does not panic")?;
    Ok(!there)
}
