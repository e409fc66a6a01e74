//! A checked batch is taken in.

use super::{
    UploadError,
    check::{BRINGS, Found, differs, forget_findings, keep, now},
    hand, rows,
};
use crate::{
    access::{Guest, Right},
    audit::{Change, Event},
    ingest::{
        batch::{self, BatchRow, BatchState, Desk, IngestError},
        defects::DefectKind,
    },
    jobs::{self, Leased},
    kernel::Id,
};

/// The job's kind; its subject is the filing.
pub const JOB: &str = "take-in";

/// How a batch is to be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filing {
    /// Rows with defects are left out.
    pub accept_good: bool,
    /// Fonds and schemes that the archive has not are made.
    pub make_missing: bool,
    /// Text is read after sealing.
    pub read_text: bool,
}

/// Asks for a checked batch to be taken in.
///
/// # Errors
/// What the check found and `how` does not allow is said, and nothing is asked for.
pub async fn ask_to_take_in(desk: &Desk, guest: &Guest, batch: &BatchRow, how: Filing) -> Result<(), UploadError> {
    if batch.state != BatchState::Checked {
        return Err(UploadError::State(batch.state));
    }
    if batch.to_file == 0 {
        return Err(UploadError::NothingToFile);
    }
    let brings = [DefectKind::FondsProposed, DefectKind::SchemeProposed, DefectKind::SchemeWidened];
    let brings = batch::count_findings_of(&desk.db, batch, &brings).await?;
    let blocking = batch::count_findings(&desk.db, batch, true).await? - batch.set_aside - brings;
    if blocking > 0 && !how.accept_good {
        return Err(UploadError::Blocked(blocking));
    }
    if brings > 0 && !how.make_missing {
        return Err(UploadError::Brings(brings));
    }
    if brings > 0 && !guest.may(Right::Arrange) {
        return Err(IngestError::NotArranged.into());
    }
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    if !batch::filing(&mut change, &batch.id, how.accept_good, how.read_text).await? {
        return Err(UploadError::State(now(desk, batch).await?.state));
    }
    rows::asks(&mut change, &batch.id, guest.person().map_or("", Id::as_str), how.make_missing).await?;
    jobs::enqueue_again(&mut change, JOB, batch.filing.as_str(), 0).await?;
    change.commit(Event::new("batch.filing_asked", &batch.id).with("name", &batch.name)).await?;
    Ok(())
}

/// Takes the batch of this filing in for `guest`. May be run again at any time: it goes on
/// where it was broken off.
pub async fn take_in(desk: &Desk, guest: &Guest, job: &Leased) -> Result<(), UploadError> {
    let _turn = desk.turn.lock().await;
    let Some(batch) = batch::of_filing(&desk.db, &job.subject).await? else { return Ok(()) };
    let row = match batch.state {
        BatchState::Filing => rows::of(&desk.db, &batch).await?,
        // Filed before a crash, and its tray may lie there still.
        BatchState::Filed => return hand::forget(desk, &rows::of(&desk.db, &batch).await?.tray).await,
        _ => return Ok(()),
    };
    let handed = hand::handed(desk, &batch).await?;
    let differs = differs(&batch.said, &handed);
    let plan = batch::plan(desk, handed, &guest.reach(), Some(batch.filing.as_str())).await?;
    let goes_on = batch::goes_on(&batch, &plan);
    let brings = !plan.proposals(BRINGS).is_empty();
    if batch.filed_rows == 0 {
        if goes_on.is_err() || (brings && !row.make_missing) {
            // The archive is another than it was at the check: the sender looks again.
            let found = Found::of(&batch, plan, differs);
            return keep(desk, &batch, BatchState::Filing, found).await;
        }
        forget_findings(desk, &batch).await?;
        batch::begin_received(desk, guest, &batch, &plan).await?;
    }
    goes_on?;
    let (accept_good, read_text) = (batch.accept_good, batch.read_text);
    batch::commit(desk, guest, plan, Some(batch), accept_good, read_text).await?;
    hand::forget(desk, &row.tray).await
}
