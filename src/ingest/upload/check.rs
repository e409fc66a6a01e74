//! The dry run of what was received, and what it found.

use super::{UploadError, again::again, hand, rows};
use crate::{
    access::Guest,
    audit::{Change, Event},
    ingest::{
        batch::{self, BatchRow, BatchState, Desk, Handed, IngestError, Plan, Said, Seen},
        catalogue::Field,
        defects::{Defect, DefectKind, Words},
    },
    jobs::{self, Leased},
    kernel::Id,
};

/// The job's kind; its subject is the filing.
pub const JOB: &str = "check";
/// What is done about fonds and schemes that the archive has not.
pub(super) const BRINGS: &str = "接收时勾选“建立缺少的”由系统建立，或先请有权限的人建立";
/// Findings kept or removed in one change (ours).
const CHUNK: usize = 2_000;

/// Asks for the check of a batch whose files have come whole; of a returned one its next round
/// begins. `told` is what is told of the
/// catalogue's headers from now on; with `None`, what was told before stays.
pub async fn ask_for_check(
    desk: &Desk,
    guest: &Guest,
    batch: &BatchRow,
    told: Option<&[(String, Option<Field>)]>,
) -> Result<(), UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    hand::is_whole(desk, batch).await?;
    // No file is announced between the look and the turn: that too holds the shelf.
    let shelf = desk.uploads.shelf(&row.tray);
    let _held = shelf.lock().await;
    let batch = &match batch.state {
        BatchState::Returned => again(desk, guest, batch).await?,
        _ => batch.clone(),
    };
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    let from = [BatchState::Receiving, BatchState::Checked];
    if !batch::moved(&mut change, &batch.id, &from, BatchState::Checking).await? {
        return Err(UploadError::State(batch.state));
    }
    if let Some(told) = told {
        batch::tell(&mut change, &batch.id, told).await?;
    }
    rows::asks(&mut change, &batch.id, guest.person().map_or("", Id::as_str), false).await?;
    jobs::enqueue_again(&mut change, JOB, batch.filing.as_str(), 0).await?;
    change.commit(Event::new("batch.check_asked", &batch.id)).await?;
    Ok(())
}

/// Checks the batch of this filing for `guest`, and keeps what was found. May be run again
/// at any time.
pub async fn check(desk: &Desk, guest: &Guest, job: &Leased) -> Result<(), UploadError> {
    let Some(batch) = batch::of_filing(&desk.db, &job.subject).await? else { return Ok(()) };
    if batch.state != BatchState::Checking {
        return Ok(());
    }
    let found = match hand::handed(desk, &batch).await {
        Ok(handed) => {
            let differs = differs(&batch.said, &handed);
            match batch::plan(desk, handed, &guest.reach(), Some(batch.filing.as_str())).await {
                Ok(plan) => Found::of(&batch, plan, differs),
                Err(error) => Found::unread(error)?,
            }
        }
        // A file was announced between the asking and the check.
        Err(UploadError::Unfinished { .. }) => return back(desk, &batch).await,
        Err(UploadError::Ingest(error)) => Found::unread(error)?,
        Err(error) => return Err(error),
    };
    keep(desk, &batch, BatchState::Checking, found).await
}

async fn back(desk: &Desk, batch: &BatchRow) -> Result<(), UploadError> {
    let who = Guest::machine("check");
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), who.actor()).await?;
    if batch::moved(&mut change, &batch.id, &[BatchState::Checking], BatchState::Receiving).await? {
        change.commit(Event::new("batch.reopened", &batch.id)).await?;
    }
    Ok(())
}

/// What a check came to.
pub(super) struct Found {
    plan: Option<Plan>,
    /// Of the batch as a whole.
    more: Vec<Defect>,
}

impl Found {
    pub fn of(batch: &BatchRow, plan: Plan, differs: Vec<Defect>) -> Self {
        let mut more = differs;
        if let Some(said) = batch.said.rows
            && u64::try_from(said) != Ok(plan.rows)
        {
            more.push(differ("目录", "行", said, plan.rows));
        }
        more.extend(plan.proposals(BRINGS));
        Self { plan: Some(plan), more }
    }

    /// Of a batch whose catalogue cannot be read: that is the finding.
    fn unread(error: IngestError) -> Result<Self, UploadError> {
        if !matches!(error, IngestError::Catalogue(_) | IngestError::Folder(_) | IngestError::Source(..)) {
            return Err(error.into());
        }
        let words = Words {
            reason: error.to_string(), remedy: "按上面所说改正目录，重新传送后再检测".to_owned()
        };
        Ok(Self { plan: None, more: vec![Defect::new(DefectKind::CatalogueUnread, words)] })
    }
}

/// Where the sender said another number of files or bytes than came.
pub(super) fn differs(said: &Said, handed: &Handed) -> Vec<Defect> {
    let files = handed.walked.files.len() as u64;
    let bytes = handed.walked.files.iter().map(|file| file.bytes).sum();
    let of = |said: Option<i64>, unit, came| {
        said.filter(|said| u64::try_from(*said) != Ok(came)).map(|said| differ("批次", unit, said, came))
    };
    of(said.files, "个文件", files).into_iter().chain(of(said.bytes, "字节", bytes)).collect()
}

fn differ(what: &str, unit: &str, said: i64, came: u64) -> Defect {
    let words = Words {
        reason: format!("{what}有 {came} {unit}，送交时说有 {said} {unit}"),
        remedy: "补齐或去掉多余的，或按实有的数目重新建立批次".to_owned(),
    };
    Defect::new(DefectKind::CountsDiffer, words)
}

/// Puts what was found in the place of what was found before, and the batch to checked.
pub(super) async fn keep(desk: &Desk, batch: &BatchRow, from: BatchState, found: Found) -> Result<(), UploadError> {
    let who = Guest::machine("check");
    let begin = || Change::begin(&desk.db, desk.clock.as_ref(), who.actor());
    forget_findings(desk, batch).await?;
    let Found { plan, more } = found;
    let own = plan.iter().flat_map(|plan| plan.defects.iter());
    let mut rest = own.chain(more.into_iter().map(Ok));
    let mut number = 0_i64;
    loop {
        let chunk = rest.by_ref().take(CHUNK).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            break;
        }
        let mut change = begin().await?;
        batch::insert_findings(&mut change, batch, number, &chunk).await?;
        number += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
        change.commit(Event::new("batch.prepared", &batch.id).with("findings", chunk.len())).await?;
    }
    drop(rest);
    let mut change = begin().await?;
    if batch::checked(&mut change, &batch.id, from, plan.as_ref()).await? {
        change.commit(Event::new("batch.checked", &batch.id).with("findings", number)).await?;
    }
    Ok(())
}

/// Removes what an earlier check found.
pub(super) async fn forget_findings(desk: &Desk, batch: &BatchRow) -> Result<(), UploadError> {
    let who = Guest::machine("check");
    loop {
        let mut change = Change::begin(&desk.db, desk.clock.as_ref(), who.actor()).await?;
        let gone = batch::remove_findings(&mut change, batch, CHUNK).await?;
        if gone == 0 {
            return Ok(());
        }
        change.commit(Event::new("batch.prepared", &batch.id).with("count", gone)).await?;
    }
}

/// The batch as it stands now.
pub(super) async fn now(desk: &Desk, batch: &BatchRow) -> Result<BatchRow, UploadError> {
    batch::by_id(&desk.db, &Seen::All, &batch.id).await?.ok_or(UploadError::Missing)
}
