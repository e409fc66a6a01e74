//! Giving up a batch of which nothing was visible yet.

use super::{
    desk::{Desk, IngestError},
    rows::{self, BatchRow},
};
use crate::{
    access::Guest,
    audit::{Change, Event},
    holdings, vault,
};

/// Records taken back in one change.
const CHUNK: i64 = 1_000;

/// Gives a broken-off batch up: its records, their codes and what they promised to the
/// store go, and its staged objects with what else nothing promises: only for the holder
/// of the turn to take in. The sender's folder is not touched. Killed anywhere, the same
/// call goes on. Gives how many records went.
pub async fn abandon(desk: &Desk, guest: &Guest, batch: &BatchRow) -> Result<u64, IngestError> {
    let mut records = 0;
    loop {
        let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
        let gone = holdings::take_back(&mut change, &batch.filing, CHUNK).await?;
        records += gone;
        if gone == 0 {
            vault::forget_intents(&mut change, &batch.filing).await?;
            rows::give_up(&mut change, &batch.id).await?;
            change.commit(Event::new("batch.abandoned", &batch.id).and(&batch.filing).with("records", records)).await?;
            super::sweep(desk).await?;
            return Ok(records);
        }
        change.commit(Event::new("batch.taken_back", &batch.id).with("records", gone)).await?;
    }
}
