//! Giving up a batch that is being sent.

use super::{UploadError, hand, rows};
use crate::{
    access::Guest,
    audit::{Change, Event},
    ingest::batch::{self, BatchRow, BatchState, Desk},
};

/// Gives the batch up with all that came for it; nothing of it is kept but its row. One that
/// is being filed is taken back, while nobody works at it.
pub async fn abandon(desk: &Desk, guest: &Guest, batch: &BatchRow) -> Result<(), UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    if batch.state == BatchState::Filing {
        let _turn = desk.turn.try_lock().map_err(|_| UploadError::State(BatchState::Filing))?;
        batch::abandon(desk, guest, batch).await?;
        return hand::forget(desk, &row.tray).await;
    }
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    let from = [BatchState::Receiving, BatchState::Checking, BatchState::Checked];
    if !batch::moved(&mut change, &batch.id, &from, BatchState::Abandoned).await? {
        return Err(UploadError::State(super::check::now(desk, batch).await?.state));
    }
    change.commit(Event::new("batch.abandoned", &batch.id).and(&batch.filing)).await?;
    hand::forget(desk, &row.tray).await
}
