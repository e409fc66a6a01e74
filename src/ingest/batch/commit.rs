//! Filing what was planned, in chunks; visible by one last small change.

use super::{
    Plan, Planned, PlannedFile,
    allowed::allowed,
    desk::{Desk, IngestError},
    findings,
    pace::Pace,
    rows, seal,
};
use crate::{
    access::Guest,
    audit::{Change, Event},
    holdings::{
        self, Described, DescribedFile, FondsJson, NewRecord, RECORD_JSON, SchemeRow, code::Code, retention::Retention,
        scheme_for,
    },
    ingest::{
        catalogue::Entry,
        defects::{DefectKind, Severity},
        identify::{Identified, Known},
    },
    jobs,
    kernel::{Batch, Filing, Id, Instant, Record},
    profile::Kind,
    vault::{self, Intent, ObjectDraft, SourceFile, Staged, User},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant as Stopwatch},
};

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
    allowed(guest, &plan)?;
    let batch = match begun {
        Some(batch) => batch,
        None => begin(desk, guest, &plan, accept_good, read_text).await?,
    };
    let started: Instant = batch.started_at.parse().map_err(|_| inconsistent(&batch))?;
    let shelf = Arc::new(Shelf {
        fonds: holdings::all_fonds(&desk.db).await?.into_iter().map(|fonds| (fonds.code.clone(), fonds)).collect(),
        schemes: holdings::all_schemes(&desk.db).await?,
        filing: batch.filing.clone(),
        started,
        user: User {
            name: guest.actor().name().to_owned(),
            address: Some(format!("urn:lantai:{}", guest.actor().id_text())),
        },
    });
    let records = plan.to_file.len() as u64;
    let pace = Pace::new("filing records", plan.to_file.len());
    let mut rest = plan.to_file.into_iter();
    let mut staging = stage(desk, &shelf, room_for(desk, rest.by_ref().take(desk.chunk).collect())?);
    loop {
        let staged = staging.await.expect("staging does not panic")?;
        if staged.is_empty() {
            break;
        }
        // The next chunk is staged while this one is filed.
        staging = stage(desk, &shelf, room_for(desk, rest.by_ref().take(desk.chunk).collect())?);
        let count = staged.len();
        file_chunk(desk, guest, &batch, staged).await?;
        pace.step(count);
    }
    publish(desk, guest, &batch).await?;
    Ok(Committed { batch: batch.id, filing: batch.filing, records, took: stopwatch.elapsed() })
}

/// The rows, if the disks have room for their files.
fn room_for(desk: &Desk, rows: Vec<Planned>) -> Result<Vec<Planned>, IngestError> {
    desk.room.check(rows.iter().flat_map(|row| &row.files).map(|file| file.bytes).sum())?;
    Ok(rows)
}

/// Opens the batch: its filing, what was found wrong, the fonds and schemes it brings.
async fn begin(
    desk: &Desk,
    guest: &Guest,
    plan: &Plan,
    accept_good: bool,
    read_text: bool,
) -> Result<rows::BatchRow, IngestError> {
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    let today = change.at.day_in(&desk.zone).expect("the configuration's zone was checked");
    for (code, name) in &plan.new_fonds {
        holdings::add_fonds(&mut change, code, &[(today, name.clone())]).await?;
    }
    for scheme in &plan.new_schemes {
        let row = SchemeRow {
            id: Id::<Filing>::fresh(change.at).to_string(),
            fonds: scheme.fonds().to_owned(),
            category: scheme.category().to_owned(),
            from_year: scheme.first_year(),
            scheme: scheme.clone(),
        };
        holdings::add_scheme(&mut change, &row).await?;
    }
    for row in &plan.wider_schemes {
        holdings::widen_scheme(&mut change, row).await?;
    }
    // From here on no single filing takes a number of this batch.
    holdings::raise(&mut change, plan.to_file.iter().map(|row| (row.code.scope_key(), row.code.number()))).await?;
    let filing = holdings::open_filing(&mut change).await?;
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let batch = rows::BatchRow {
        id: Id::fresh(change.at),
        filing,
        name: plan.name.clone(),
        source: plan.source.clone(),
        way: rows::Way::Folder,
        round: 1,
        catalogue: plan.catalogue.to_string(),
        content: plan.content().to_string(),
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
        department: None,
        received_by: guest.actor().name().to_owned(),
        started_at: change.at.to_string(),
        filed_at: None,
    };
    rows::insert(&mut change, &batch).await?;
    findings::insert_findings(&mut change, &batch, &plan.defects).await?;
    let event = Event::new("batch.received", &batch.id).and(&batch.filing).with("name", &batch.name);
    change.commit(event.with("rows", batch.rows).with("catalogue", &batch.catalogue)).await?;
    Ok(batch)
}

/// Whether a plan made anew is of the batch that was begun: the same catalogue, and
/// every row that was to be filed is filed or can be.
pub fn goes_on(begun: &rows::BatchRow, plan: &Plan) -> Result<(), IngestError> {
    if begun.catalogue != plan.catalogue.to_string() {
        return Err(IngestError::CatalogueChanged { folder: begun.source.clone(), batch: begun.id.to_string() });
    }
    if begun.content == plan.content().to_string() {
        return Ok(());
    }
    let ready = i64::try_from(plan.to_file.len() + plan.of_filing.len()).unwrap_or(i64::MAX);
    let blocking = plan.defects.iter().filter(|defect| defect.severity == Severity::Blocking);
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

/// What the description of a record draws on besides its row.
struct Shelf {
    fonds: HashMap<String, holdings::Fonds>,
    schemes: Vec<SchemeRow>,
    filing: Id<Filing>,
    started: Instant,
    user: User,
}

type StagedRow = (NewRecord, Staged);

/// Stages a chunk off the async threads, `desk.writers` objects at a time.
fn stage(
    desk: &Desk,
    shelf: &Arc<Shelf>,
    rows: Vec<Planned>,
) -> tokio::task::JoinHandle<Result<Vec<StagedRow>, IngestError>> {
    let (vault, shelf, writers) = (desk.vault.clone(), shelf.clone(), desk.writers);
    tokio::task::spawn_blocking(move || {
        let next = AtomicUsize::new(0);
        let slots: Vec<Mutex<Option<Result<StagedRow, IngestError>>>> = rows.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 0..writers.min(rows.len()) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(row) = rows.get(at) else { break };
                        *slots[at].lock().expect("no staging thread panics") = Some(stage_one(&vault, &shelf, row));
                    }
                });
            }
        });
        slots
            .into_iter()
            .map(|slot| slot.into_inner().expect("no staging thread panics").expect("every row was staged"))
            .collect()
    })
}

fn known(file: &PlannedFile) -> Option<&Known> {
    file.identified.as_ref().and_then(Identified::best)
}

fn stage_one(vault: &vault::Vault, shelf: &Shelf, row: &Planned) -> Result<StagedRow, IngestError> {
    let record = Id::<Record>::fresh(shelf.started);
    let mut described = describe(shelf, &record, row);
    let draft = ObjectDraft {
        record,
        created: shelf.started,
        message: "filed".to_owned(),
        user: shelf.user.clone(),
        files: row
            .files
            .iter()
            .map(|file| SourceFile { source: file.source.clone(), name: base_name(&file.relative) })
            .collect(),
        describe: |stored: &[vault::StoredFile]| {
            described.files = stored
                .iter()
                .zip(&row.files)
                .map(|(stored, planned)| DescribedFile {
                    number: i64::from(stored.number),
                    name: stored.name.clone(),
                    path: stored.content_path.clone(),
                    format: planned.format.clone(),
                    bytes: i64::try_from(stored.bytes).unwrap_or(i64::MAX),
                    sha256: stored.sha256.to_string(),
                    pages: planned.pages.map(i64::from),
                    puid: known(planned).map(|known| known.puid.clone()),
                    puid_basis: planned.identified.as_ref().map(|told| told.basis.word().to_owned()),
                    puid_name: known(planned).map(Known::in_full),
                })
                .collect();
            serde_json::to_vec(&described).expect("a description is JSON")
        },
    };
    let staged = vault.stage(draft)?;
    for (stored, planned) in staged.files.iter().zip(&row.files) {
        if stored.sha256 != planned.sha256 {
            let changed = std::io::Error::other("it changed since it was checked");
            return Err(IngestError::Source(planned.relative.clone().into(), changed));
        }
    }
    let new = NewRecord {
        secrecy: row.entry.secrecy,
        scope: row.code.scope_key().to_owned(),
        serial: i64::try_from(row.code.number()).unwrap_or(i64::MAX),
        ends_on: ends_on(&row.code, &described),
        described,
    };
    Ok((new, staged))
}

/// The description but for its files.
fn describe(shelf: &Shelf, record: &Id<Record>, row: &Planned) -> Described {
    let (code, entry) = (&row.code, &row.entry);
    let in_fonds = code.part(Kind::Fonds).unwrap_or_default();
    let category = row.category.as_str();
    let fonds = &shelf.fonds[in_fonds];
    let scheme = scheme_for(&shelf.schemes, in_fonds, category, code.year()).expect("the code was parsed by it");
    Described {
        form: RECORD_JSON.to_owned(),
        id: record.to_string(),
        code: code.as_str().to_owned(),
        fonds: FondsJson {
            id: fonds.id.to_string(),
            code: fonds.code.clone(),
            names: fonds.names.iter().map(|(since, name)| (since.to_string(), name.clone())).collect(),
        },
        scheme_id: scheme.id.clone(),
        scheme_from_year: scheme.from_year,
        scheme: serde_json::from_str(&scheme.scheme.to_json()).expect("a scheme is JSON"),
        category: category.to_owned(),
        department: department_of(code, entry).map(str::to_owned),
        year: year_of(code, entry),
        retention: retention_of(code, entry),
        secrecy: entry.secrecy.to_string(),
        title: entry.title.clone(),
        responsible: entry.responsible.clone(),
        docno: entry.docno.clone(),
        dated: entry.date.map(|date| date.to_string()),
        pages: entry.pages.map(i64::from),
        note: entry.note.clone(),
        extra: entry.extra.clone(),
        filing: shelf.filing.to_string(),
        filed_at: shelf.started.to_string(),
        files: Vec::new(),
    }
}

/// What the code says, else the column.
pub(super) fn department_of<'a>(code: &'a Code, entry: &'a Entry) -> Option<&'a str> {
    code.part(Kind::Department).or(entry.department.as_deref())
}

/// What the code says, else the column, else the date.
pub(super) fn year_of(code: &Code, entry: &Entry) -> Option<i64> {
    code.year().or_else(|| entry.year.as_ref()?.parse().ok()).or(entry.date.map(|date| date.year()))
}

/// What the code says, else the column.
pub(super) fn retention_of(code: &Code, entry: &Entry) -> Option<String> {
    let of_code = code.retention().map(|retention| retention.to_string());
    of_code.or_else(|| entry.retention.map(|retention| retention.to_string()))
}

fn ends_on(code: &holdings::code::Code, described: &Described) -> Option<String> {
    let retention = code.retention().or_else(|| Retention::from_code(described.retention.as_ref()?))?;
    retention.ends_on(described.year?).map(|day| day.to_string())
}

async fn file_chunk(
    desk: &Desk,
    guest: &Guest,
    batch: &rows::BatchRow,
    staged: Vec<StagedRow>,
) -> Result<(), IngestError> {
    let count = staged.len();
    let intents: Vec<Intent> = staged.iter().map(|(_, staged)| staged.intent()).collect();
    let records: Vec<NewRecord> = staged.into_iter().map(|(record, _)| record).collect();
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    holdings::file(&mut change, &records).await?;
    vault::intend(&mut change, &batch.filing, &intents).await?;
    rows::advance(&mut change, &batch.id, count).await?;
    change.commit(Event::new("batch.advanced", &batch.id).with("rows", count)).await?;
    Ok(())
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

fn base_name(relative: &str) -> String {
    relative.rsplit('/').next().unwrap_or(relative).to_owned()
}

fn inconsistent(batch: &rows::BatchRow) -> IngestError {
    IngestError::Db(crate::db::DbError::Inconsistent {
        table: "batch",
        column: "started_at",
        row: batch.id.to_string(),
        value: batch.started_at.clone(),
    })
}
