//! The job that takes a batch away that went back: bytes first, then the rows that name them.

use super::WaybackError;
use crate::{
    audit::{Change, Event},
    holdings,
    ingest::{
        batch::{self, BatchState, Desk},
        upload,
    },
    jobs::{self, Leased},
    kernel::Actor,
    vault::{self, Withdraw},
};
use std::time::Duration;

/// The job's kind; its subject is the filing.
pub const JOB: &str = "withdraw";
/// Records taken away and noted at a time.
const CHUNK: i64 = 500;
/// How often is looked whether those who work on the batch have ended.
const LOOK: Duration = Duration::from_millis(200);

/// Erases what the filing still has. May be run again at any time; a filing whose batch did
/// not go back is left alone.
pub async fn erase(desk: &Desk, job: &Leased) -> Result<(), WaybackError> {
    let filing = job.subject.as_str();
    let batch = batch::of_filing(&desk.db, filing).await?;
    let Some(batch) = batch.filter(|batch| batch.state.is_back()) else { return Ok(()) };
    let comes_again = batch.state == BatchState::Returned;
    // Whoever began before the act sees it at his next chunk; whoever begins after it, at once.
    while jobs::others_work(&desk.db, desk.clock.as_ref(), filing, &job.id).await? {
        tokio::time::sleep(LOOK).await;
    }
    let who = Actor::Machine("withdraw");
    let mut done = 0_i64;
    loop {
        let records = holdings::hidden(&desk.db, filing, "", CHUNK).await?;
        if records.is_empty() {
            break;
        }
        // Nobody takes a version of these to the store meanwhile.
        let _turn = desk.versions.lock().await;
        let staged = vault::staged_for(&desk.db, &records).await?;
        let (vault, warrant) = (desk.vault.clone(), Withdraw::of(records.iter().cloned(), staged));
        tokio::task::spawn_blocking(move || vault.withdraw(&warrant)).await.expect("erasing does not panic")?;
        let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &who).await?;
        vault::forget(&mut change, &records).await?;
        holdings::strike(&mut change, &records, comes_again).await?;
        let event = records.iter().fold(Event::new("records.withdrawn", filing), |event, record| event.and(record));
        change.commit(event.with("store", vault::LOCAL)).await?;
        done += i64::try_from(records.len()).unwrap_or(i64::MAX);
        jobs::progress(&desk.db, desk.clock.as_ref(), &job.id, done.min(job.total)).await?;
    }
    // A crash right after its filing may have left it; the next round begins without.
    upload::put_down(desk, &batch).await?;
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &who).await?;
    vault::all_described(&mut change, filing).await?;
    if holdings::forget_filing(&mut change, filing).await? {
        change.commit(Event::new("batch.erased", filing)).await?;
    }
    Ok(())
}
