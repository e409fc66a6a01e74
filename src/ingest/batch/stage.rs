//! Rows made ready to be filed: described, and their files staged as whole objects.

use super::{Planned, PlannedFile, desk::IngestError};
use crate::{
    db::Engine,
    holdings::{
        self, Described, DescribedFile, NewRecord, RECORD_JSON, Ready, SchemeRow, Shelf, code::Code,
        retention::Retention, scheme_for,
    },
    ingest::{
        catalogue::Entry,
        identify::{Identified, Known},
    },
    kernel::{Clock, Filing, Id, Instant, Record},
    profile::Kind,
    vault::{self, Intent, ObjectDraft, SourceFile, User, Vault},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

/// What staging draws on besides the rows.
pub(super) struct Stager {
    pub vault: Arc<Vault>,
    pub engine: Engine,
    /// Objects staged at once.
    pub writers: usize,
    pub shelf: Shelf,
    pub schemes: Vec<SchemeRow>,
    pub filing: Id<Filing>,
    pub started: Instant,
    pub clock: Arc<dyn Clock>,
    pub user: User,
}

/// A chunk that waits for its change.
pub(super) struct Staged {
    pub rows: Ready,
    /// Of the objects that stand staged.
    pub intents: Vec<Intent>,
    /// Records without files.
    pub to_describe: usize,
}

type StagedRow = (NewRecord, Option<Intent>);

impl Stager {
    /// Makes a chunk ready. Ids rise in the order of the rows: they are of now, not of the
    /// batch's beginning, for of one instant only 4,096 have an order, and a million without
    /// one would touch every page of each index of ids. Blocks.
    pub fn stage(&self, rows: &[Planned]) -> Result<Staged, IngestError> {
        let now = self.clock.now();
        let ids: Vec<Id<Record>> = rows.iter().map(|_| Id::fresh(now)).collect();
        let made: Vec<StagedRow> = if rows.iter().all(|row| row.files.is_empty()) {
            rows.iter().zip(ids).map(|(row, id)| stage_one(self, row, id)).collect::<Result<_, _>>()?
        } else {
            self.stage_beside(rows, &ids)?
        };
        let (records, intents): (Vec<NewRecord>, Vec<Option<Intent>>) = made.into_iter().unzip();
        let intents: Vec<Intent> = intents.into_iter().flatten().collect();
        let to_describe = records.len() - intents.len();
        Ok(Staged { rows: holdings::ready(self.engine, &records), intents, to_describe })
    }

    /// [`Stager::writers`] objects at a time.
    fn stage_beside(&self, rows: &[Planned], ids: &[Id<Record>]) -> Result<Vec<StagedRow>, IngestError> {
        let next = AtomicUsize::new(0);
        let slots: Vec<Mutex<Option<Result<StagedRow, IngestError>>>> = rows.iter().map(|_| Mutex::new(None)).collect();
        std::thread::scope(|scope| {
            for _ in 0..self.writers.min(rows.len()) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(row) = rows.get(at) else { break };
                        *slots[at].lock().expect("no staging thread panics") =
                            Some(stage_one(self, row, ids[at].clone()));
                    }
                });
            }
        });
        slots
            .into_iter()
            .map(|slot| slot.into_inner().expect("no staging thread panics").expect("every row was staged"))
            .collect()
    }
}

fn known(file: &PlannedFile) -> Option<&Known> {
    file.identified.as_ref().and_then(Identified::best)
}

fn stage_one(stager: &Stager, row: &Planned, record: Id<Record>) -> Result<(NewRecord, Option<Intent>), IngestError> {
    let mut described = describe(stager, &record, row);
    if row.files.is_empty() {
        return Ok((new_record(row, described), None));
    }
    let draft = ObjectDraft {
        record,
        created: stager.started,
        message: "filed".to_owned(),
        user: stager.user.clone(),
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
    let staged = stager.vault.stage(draft)?;
    for (stored, planned) in staged.files.iter().zip(&row.files) {
        if stored.sha256 != planned.sha256 {
            let changed = std::io::Error::other("it changed since it was checked");
            return Err(IngestError::Source(planned.relative.clone().into(), changed));
        }
    }
    Ok((new_record(row, described), Some(staged.intent())))
}

fn new_record(row: &Planned, described: Described) -> NewRecord {
    NewRecord {
        secrecy: row.entry.secrecy,
        scope: row.code.scope_key().to_owned(),
        serial: i64::try_from(row.code.number()).unwrap_or(i64::MAX),
        ends_on: ends_on(&row.code, &described),
        described,
    }
}

/// The description but for its files.
fn describe(stager: &Stager, record: &Id<Record>, row: &Planned) -> Described {
    let (code, entry) = (&row.code, &row.entry);
    let in_fonds = code.part(Kind::Fonds).unwrap_or_default();
    let category = row.category.as_str();
    let scheme = scheme_for(&stager.schemes, in_fonds, category, code.year()).expect("the code was parsed by it");
    let (scheme_from_year, definition) =
        stager.shelf.scheme(&scheme.id).expect("the shelf has every scheme of the batch");
    Described {
        form: RECORD_JSON.to_owned(),
        id: record.to_string(),
        code: code.as_str().to_owned(),
        fonds: stager.shelf.fonds(in_fonds).expect("the shelf has every fonds of the batch").clone(),
        scheme_id: scheme.id.clone(),
        scheme_from_year,
        scheme: definition.clone(),
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
        carrier: entry.carrier.clone(),
        in_box: entry.in_box.clone(),
        place: entry.place.clone(),
        extra: entry.extra.clone(),
        filing: stager.filing.to_string(),
        filed_at: stager.started.to_string(),
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

fn ends_on(code: &Code, described: &Described) -> Option<String> {
    let retention = code.retention().or_else(|| Retention::from_code(described.retention.as_ref()?))?;
    retention.ends_on(described.year?).map(|day| day.to_string())
}

fn base_name(relative: &str) -> String {
    relative.rsplit('/').next().unwrap_or(relative).to_owned()
}
