//! Filing what was planned, in chunks; visible by one last small change.
//!
//! A chunk is made ready on one thread while the one before is written: rows read back,
//! described, their files staged. A row without files is only described; its object is
//! made by the batch's job ([`super::describe`]).

use super::{
    Plan, Planned, ToFile,
    allowed::{allowed, seen_by},
    describe,
    desk::{Desk, IngestError},
    findings,
    noted::Defects,
    pace::Pace,
    rows, seal,
    stage::{Staged, Stager},
    stride::Stride,
};
use crate::{
    access::Guest,
    audit::{Change, Event},
    holdings::{self, SchemeRow, Shelf},
    ingest::defects::{Defect, DefectKind, Severity},
    jobs,
    kernel::{Batch, Filing, Id, Instant},
    vault::{self, User},
};
use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant as Stopwatch},
};

/// Numbers raised or findings kept in the change that begins a batch; more of them have
/// changes of their own, so that nobody waits long for his turn (ours).
const FEW: usize = 2_000;

/// What a commit did.
#[derive(Clone, Debug)]
pub struct Committed {
    pub batch: Id<Batch>,
    pub filing: Id<Filing>,
    pub records: u64,
    pub took: Duration,
}

/// Files every row of the plan. `begun` is the batch that goes on, if one does.
/// Every step is durable before the next; killed anywhere, the same call with a
/// plan made anew goes on.
pub async fn commit(
    desk: &Desk,
    guest: &Guest,
    plan: Plan,
    begun: Option<rows::BatchRow>,
    accept_good: bool,
    read_text: bool,
) -> Result<Committed, IngestError> {
    let stopwatch = Stopwatch::now();
    // Of a batch that goes on too: grants may have ended since it was begun.
    allowed(guest, &plan).await?;
    let batch = match begun {
        Some(batch) => batch,
        None => begin(desk, guest, &plan, accept_good, read_text).await?,
    };
    prepare(desk, guest, &batch, &plan).await?;
    let started: Instant = batch.started_at.parse().map_err(|_| inconsistent(&batch))?;
    let user = User {
        name: guest.actor().name().to_owned(),
        address: Some(format!("urn:lantai:{}", guest.actor().id_text())),
    };
    let shelf = shelf(desk, guest, &batch, &plan, &user).await?;
    let stager = Arc::new(Stager {
        vault: desk.vault.clone(),
        engine: desk.db.engine(),
        writers: desk.writers,
        shelf,
        schemes: holdings::all_schemes(&desk.db).await?,
        filing: batch.filing.clone(),
        started,
        clock: desk.clock.clone(),
        user,
    });
    let records = plan.to_file.len();
    let pace = Pace::new("filing records", records);
    let mut stride = Stride::new(desk.chunk, !plan.to_file.no_files());
    let (mut from, mut to) = (0, stride.rows());
    let mut staging = make_ready(desk, &stager, &plan.to_file, from..to);
    while from < records {
        let staged = staging.await.expect("staging does not panic")?;
        // The next chunk is staged while this one is filed.
        from = to;
        to += stride.rows();
        staging = make_ready(desk, &stager, &plan.to_file, from..to);
        let count = staged.rows.len();
        stride.took(count, file_chunk(desk, guest, &batch, staged).await?);
        pace.step(count);
    }
    publish(desk, guest, &batch).await?;
    let records = records as u64;
    Ok(Committed { batch: batch.id, filing: batch.filing, records, took: stopwatch.elapsed() })
}

/// Has these rows made ready, if the disks have room for their files.
fn make_ready(
    desk: &Desk,
    stager: &Arc<Stager>,
    rows: &Arc<ToFile>,
    range: Range<usize>,
) -> tokio::task::JoinHandle<Result<Staged, IngestError>> {
    let (room, stager, rows) = (desk.room.clone(), stager.clone(), rows.clone());
    tokio::task::spawn_blocking(move || {
        let planned: Vec<Planned> = rows.get(range)?;
        room.check(planned.iter().flat_map(|row| &row.files).map(|file| file.bytes).sum())?;
        stager.stage(&planned)
    })
}

/// Opens the batch: its filing, what was found wrong, the fonds and schemes it brings.
async fn begin(
    desk: &Desk,
    guest: &Guest,
    plan: &Plan,
    accept_good: bool,
    read_text: bool,
) -> Result<rows::BatchRow, IngestError> {
    let returned = returned(desk, guest, plan).await?;
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    bring(desk, &mut change, plan).await?;
    let filing = holdings::open_filing(&mut change).await?;
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let batch = rows::BatchRow {
        id: returned.as_ref().map_or_else(|| Id::fresh(change.at), |before| before.id.clone()),
        filing,
        name: plan.name.clone(),
        source: plan.source.clone(),
        way: plan.way,
        round: returned.as_ref().map_or(1, |before| before.round + 1),
        catalogue: plan.catalogue.to_string(),
        told: plan.told.clone(),
        content: plan.content.to_string(),
        state: rows::BatchState::Filing,
        accept_good,
        read_text,
        rows: number(plan.rows),
        to_file: number(plan.to_file.len() as u64),
        filed_rows: 0,
        set_aside: number(plan.set_aside),
        files: number(plan.files() as u64),
        bytes: number(plan.bytes()),
        said: rows::Said::default(),
        department: returned.as_ref().and_then(|before| before.department.clone()),
        received_by: returned.as_ref().map_or_else(|| guest.actor().name().to_owned(), |one| one.received_by.clone()),
        started_at: change.at.to_string(),
        filed_at: None,
    };
    match returned {
        Some(_) => rows::again(&mut change, &batch).await?,
        None => rows::insert(&mut change, &batch).await?,
    }
    if let Some(few) = few(&plan.defects)? {
        findings::insert_findings(&mut change, &batch, 0, &few).await?;
    }
    if plan.numbers.len() <= FEW {
        raise(&mut change, plan.numbers.iter()).await?;
    }
    let event = Event::new("batch.received", &batch.id).and(&batch.filing).with("name", &batch.name);
    let event = event.with("rows", batch.rows).with("round", batch.round);
    change.commit(event.with("catalogue", &batch.catalogue)).await?;
    Ok(batch)
}

/// Makes the fonds and schemes that the batch brings.
async fn bring(desk: &Desk, change: &mut Change<'_>, plan: &Plan) -> Result<(), IngestError> {
    let today = change.at.day_in(&desk.zone).expect("the configuration's zone was checked");
    for (code, name) in &plan.new_fonds {
        holdings::add_fonds(change, code, &[(today, name.clone())]).await?;
    }
    for scheme in &plan.new_schemes {
        let row = SchemeRow {
            id: Id::<Filing>::fresh(change.at).to_string(),
            fonds: scheme.fonds().to_owned(),
            category: scheme.category().to_owned(),
            from_year: scheme.first_year(),
            scheme: scheme.clone(),
        };
        holdings::add_scheme(change, &row).await?;
    }
    for row in &plan.wider_schemes {
        holdings::widen_scheme(change, row).await?;
    }
    Ok(())
}

/// Begins the filing of a batch that was received, checked and asked to be taken in: what
/// [`begin`] does for others. May be called again as long as none of its rows is filed; no
/// finding may be kept then.
pub(in crate::ingest) async fn begin_received(
    desk: &Desk,
    guest: &Guest,
    batch: &rows::BatchRow,
    plan: &Plan,
) -> Result<(), IngestError> {
    allowed(guest, plan).await?;
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    bring(desk, &mut change, plan).await?;
    if let Some(few) = few(&plan.defects)? {
        findings::insert_findings(&mut change, batch, 0, &few).await?;
    }
    if plan.numbers.len() <= FEW {
        raise(&mut change, plan.numbers.iter()).await?;
    }
    let event = Event::new("batch.received", &batch.id).and(&batch.filing).with("name", &batch.name);
    change.commit(event.with("rows", plan.rows).with("catalogue", plan.catalogue)).await?;
    Ok(())
}

/// The batch that went back to its sender and comes again with this plan, as its next round.
async fn returned(desk: &Desk, guest: &Guest, plan: &Plan) -> Result<Option<rows::BatchRow>, IngestError> {
    let Some(before) = rows::returned_from(&desk.db, &seen_by(guest), &plan.source).await? else { return Ok(None) };
    // What its last round filed is being erased: until then it is another batch's affair.
    let jobs = jobs::of_subject(&desk.db, before.filing.as_str()).await?;
    Ok(Some(before).filter(|_| jobs.iter().all(|job| job.state == "done")))
}

/// All of them, where they are few.
fn few(defects: &Defects) -> Result<Option<Vec<Defect>>, IngestError> {
    (defects.len() <= FEW).then(|| defects.iter().collect()).transpose()
}

/// Raises the counters of the batch: from then on no single filing takes a number of it.
async fn raise(change: &mut Change<'_>, numbers: impl Iterator<Item = (&String, &u64)>) -> Result<(), IngestError> {
    Ok(holdings::raise(change, numbers.map(|(scope, number)| (scope.as_str(), *number))).await?)
}

/// What is too much for the change that begins the batch. Goes on where it was broken off.
async fn prepare(desk: &Desk, guest: &Guest, batch: &rows::BatchRow, plan: &Plan) -> Result<(), IngestError> {
    let begin = || Change::begin(&desk.db, desk.clock.as_ref(), guest.actor());
    if plan.numbers.len() > FEW {
        let numbers: Vec<_> = plan.numbers.iter().collect();
        for chunk in numbers.chunks(FEW) {
            let mut change = begin().await?;
            raise(&mut change, chunk.iter().copied()).await?;
            change.commit(Event::new("batch.prepared", &batch.id).with("count", chunk.len())).await?;
        }
    }
    if plan.defects.len() <= FEW {
        return Ok(());
    }
    let kept = findings::count_findings(&desk.db, batch, false).await?;
    let mut rest = plan.defects.iter().skip(usize::try_from(kept).unwrap_or(0));
    let mut number = kept;
    loop {
        let chunk = rest.by_ref().take(FEW).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            return Ok(());
        }
        let mut change = begin().await?;
        findings::insert_findings(&mut change, batch, number, &chunk).await?;
        number += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
        change.commit(Event::new("batch.prepared", &batch.id).with("findings", chunk.len())).await?;
    }
}

/// What the descriptions draw on: as it was when the batch was begun, where that was kept.
async fn shelf(
    desk: &Desk,
    guest: &Guest,
    batch: &rows::BatchRow,
    plan: &Plan,
    user: &User,
) -> Result<Shelf, IngestError> {
    if let Some(kept) = vault::describing(&desk.db, batch.filing.as_str()).await? {
        return describe::shelf_of(batch.filing.as_str(), &kept);
    }
    let (fonds, schemes) = (holdings::all_fonds(&desk.db).await?, holdings::all_schemes(&desk.db).await?);
    let shelf = Shelf::of(&fonds, &schemes, |code| plan.fonds.contains(code));
    if !plan.to_file.some_without_files() {
        return Ok(shelf);
    }
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    let text = serde_json::to_string(&shelf).expect("a shelf is JSON");
    vault::promise_to_describe(&mut change, &batch.filing, &batch.started_at, user, &text).await?;
    change.commit(Event::new("batch.prepared", &batch.id).with("fonds", plan.fonds.len())).await?;
    Ok(shelf)
}

/// Whether a plan made anew is of the batch that was begun: the same catalogue, and
/// every row that was to be filed is filed or can be.
pub fn goes_on(begun: &rows::BatchRow, plan: &Plan) -> Result<(), IngestError> {
    if begun.catalogue != plan.catalogue.to_string() {
        return Err(IngestError::CatalogueChanged { folder: begun.source.clone(), batch: begun.id.to_string() });
    }
    if begun.content == plan.content.to_string() {
        return Ok(());
    }
    let ready = i64::try_from(plan.to_file.len() as u64 + plan.of_filing).unwrap_or(i64::MAX);
    let defects = plan.defects.iter().collect::<Result<Vec<_>, _>>()?;
    let blocking = defects.iter().filter(|defect| defect.severity == Severity::Blocking);
    let named = blocking.filter(|defect| defect.kind != DefectKind::SetAside).take(5).map(|defect| {
        let row = defect.row.map_or_else(String::new, |row| format!("第 {row} 行 "));
        format!("{row}{}{}", defect.file.as_deref().unwrap_or_default(), defect.reason)
    });
    Err(IngestError::Incomplete {
        folder: begun.source.clone(),
        batch: begun.id.to_string(),
        begun: begun.to_file,
        ready,
        why: named.collect::<Vec<_>>().join("；"),
    })
}

/// Files a chunk; gives how long the turn to write was held.
async fn file_chunk(
    desk: &Desk,
    guest: &Guest,
    batch: &rows::BatchRow,
    staged: Staged,
) -> Result<Duration, IngestError> {
    let count = staged.rows.len();
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    let held = Stopwatch::now();
    holdings::file_ready(&mut change, staged.rows).await?;
    vault::intend(&mut change, &batch.filing, &staged.intents).await?;
    if staged.to_describe > 0 {
        vault::to_describe(&mut change, &batch.filing, staged.to_describe).await?;
    }
    rows::advance(&mut change, &batch.id, count).await?;
    change.commit(Event::new("batch.advanced", &batch.id).with("rows", count)).await?;
    Ok(held.elapsed())
}

/// The commit point: all of it visible at once, and the jobs that follow asked for.
async fn publish(desk: &Desk, guest: &Guest, batch: &rows::BatchRow) -> Result<(), IngestError> {
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    holdings::publish(&mut change, &batch.filing).await?;
    rows::close(&mut change, &batch.id).await?;
    jobs::enqueue(&mut change, seal::JOB, batch.filing.as_str(), batch.to_file).await?;
    change.commit(Event::new("batch.filed", &batch.filing).and(&batch.id).with("name", &batch.name)).await?;
    Ok(())
}

fn inconsistent(batch: &rows::BatchRow) -> IngestError {
    IngestError::Db(crate::db::DbError::Inconsistent {
        table: "batch",
        column: "started_at",
        row: batch.id.to_string(),
        value: batch.started_at.clone(),
    })
}
