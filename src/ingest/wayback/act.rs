//! The act: from its one change on, nobody sees a record of the batch.

use super::{
    decisions::{DecisionKind, decide},
    erase::JOB,
    error::{WaybackError, reason},
};
use crate::{
    access::{Guest, Right},
    audit::{Change, Event},
    holdings,
    ingest::{
        batch::{self, BatchRow, BatchState, Desk, Way},
        handover,
    },
    jobs,
    kernel::{Batch, Id},
};
use std::time::Duration;

/// How long is waited for a batch that is being taken in (ours).
const PATIENCE: Duration = Duration::from_secs(5);

/// What would go with a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reckoned {
    pub batch: BatchRow,
    /// Records that are filed and visible.
    pub records: i64,
    /// Of these, those that were put right since.
    pub amended: i64,
}

/// What would go, if `guest` may do this to the batch as it stands. Writes nothing.
///
/// # Errors
/// As [`withdraw`] and [`send_back`], but for the reason.
pub async fn reckon(desk: &Desk, guest: &Guest, id: &Id<Batch>, kind: DecisionKind) -> Result<Reckoned, WaybackError> {
    let batch = batch::by_id(&desk.db, &batch::seen_by(guest), id).await?.ok_or(WaybackError::Missing)?;
    if !guest.may(Right::Ingest) {
        return Err(WaybackError::Missing);
    }
    if kind == DecisionKind::Returned && is_checked(&batch) {
        return Ok(Reckoned { batch, records: 0, amended: 0 });
    }
    if batch.state != BatchState::Filed {
        return Err(WaybackError::State(batch.state.word()));
    }
    if handover::signatures(&desk.db, batch.filing.as_str()).await?.len() == 2 {
        return Err(WaybackError::HandedOver);
    }
    if kind == DecisionKind::Returned && !comes_again(&batch) {
        return Err(WaybackError::NoNextRound);
    }
    let (records, beyond) = holdings::beyond(&desk.db, &guest.reach_for(Right::Ingest), batch.filing.as_str()).await?;
    if beyond > 0 {
        return Err(WaybackError::Beyond(beyond));
    }
    let amended = holdings::amended(&desk.db, batch.filing.as_str()).await?;
    Ok(Reckoned { batch, records, amended })
}

/// Withdraws a filed batch: nothing more will come of it. From the one change on it is
/// withdrawn, whatever happens: its records are hidden, what waits to be done for it is
/// called off, and the job [`JOB`] takes bytes and rows away. Gives how many records go.
///
/// # Errors
/// [`WaybackError::State`] for a batch that is not filed or is withdrawn already;
/// [`WaybackError::HandedOver`] for one that both sides signed for;
/// [`WaybackError::Beyond`] where the asker may not take in all of it;
/// [`WaybackError::Busy`] while another batch is being taken in, which may be comparing its
/// rows with these. Nothing is changed then.
pub async fn withdraw(desk: &Desk, guest: &Guest, id: &Id<Batch>, why: &str) -> Result<i64, WaybackError> {
    go_back(desk, guest, id, why, DecisionKind::Withdrawn).await
}

/// Returns a batch to its sender, who mends it and hands it in again from the same place: as
/// the next round of the same batch. Of a filed one the records go as with [`withdraw`]; of one
/// that was sent, checked and not filed, nothing goes: what came lies in its tray for the next
/// round.
///
/// # Errors
/// As [`withdraw`]; [`WaybackError::NoNextRound`] where it has no such place
/// ([`comes_again`]).
///
/// Source: 篇三 A03.3, returned for rework with reasons, comes back as a new round.
pub async fn send_back(desk: &Desk, guest: &Guest, id: &Id<Batch>, why: &str) -> Result<i64, WaybackError> {
    let reason = reason(why)?;
    let Reckoned { batch, .. } = reckon(desk, guest, id, DecisionKind::Returned).await?;
    if is_checked(&batch) {
        return hand_back(desk, guest, &batch, &reason).await;
    }
    go_back(desk, guest, id, why, DecisionKind::Returned).await
}

/// Whether the batch has a place from which its next round can come: a folder, a ZIP file, or
/// its sender's own. What was laid in is withdrawn, and comes as another batch.
pub fn comes_again(batch: &BatchRow) -> bool {
    matches!(batch.way, Way::Folder | Way::Zip | Way::Upload)
}

/// Whether the batch was sent and checked, and is not filed.
fn is_checked(batch: &BatchRow) -> bool {
    batch.way == Way::Upload && batch.state == BatchState::Checked
}

/// Returns a batch that nothing was filed of.
async fn hand_back(desk: &Desk, guest: &Guest, batch: &BatchRow, reason: &str) -> Result<i64, WaybackError> {
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    // Its sender may have gone on with it meanwhile.
    if !batch::moved(&mut change, &batch.id, &[BatchState::Checked], BatchState::Returned).await? {
        drop(change);
        let now = batch::by_id(&desk.db, &batch::Seen::All, &batch.id).await?.ok_or(WaybackError::Missing)?;
        return Err(WaybackError::State(now.state.word()));
    }
    decide(&mut change, batch, DecisionKind::Returned, reason).await?;
    change.commit(event(batch, DecisionKind::Returned, 0, reason)).await?;
    Ok(0)
}

fn event(batch: &BatchRow, kind: DecisionKind, records: i64, reason: &str) -> Event {
    let verb = if kind == DecisionKind::Returned { "batch.returned" } else { "batch.withdrawn" };
    let event = Event::new(verb, &batch.filing).and(&batch.id).with("name", &batch.name).with("round", batch.round);
    event.with("records", records).with("reason", reason)
}

async fn go_back(
    desk: &Desk,
    guest: &Guest,
    id: &Id<Batch>,
    why: &str,
    kind: DecisionKind,
) -> Result<i64, WaybackError> {
    let reason = reason(why)?;
    let _turn = tokio::time::timeout(PATIENCE, desk.turn.lock()).await.map_err(|_| WaybackError::Busy)?;
    let Reckoned { batch, records, .. } = reckon(desk, guest, id, kind).await?;
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    // Asked within the turn to write: a signature made meanwhile wins.
    if handover::is_complete(&mut change.tx, batch.filing.as_str()).await? {
        return Err(WaybackError::HandedOver);
    }
    handover::forget(&mut change, batch.filing.as_str()).await?;
    // Of two at once the second finds another number of rows, and nothing is changed.
    batch::mark_back(&mut change, &batch.id, kind.state()).await?;
    holdings::hide(&mut change, &batch.filing).await?;
    decide(&mut change, &batch, kind, &reason).await?;
    jobs::call_off(&mut change, batch.filing.as_str()).await?;
    jobs::enqueue(&mut change, JOB, batch.filing.as_str(), records).await?;
    change.commit(event(&batch, kind, records, &reason)).await?;
    Ok(records)
}
