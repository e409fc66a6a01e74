//! The follower: the index goes after the trail.

use super::{Catalogue, Doc, SearchError};
use crate::{
    access::{Permit, Purpose, Reach},
    audit,
    db::Db,
    holdings::{self, RecordView},
    kernel::{Cursor, Id, Instant, Record, Sha256},
    vault::{self, Outcome, ReadingRow, Vault},
};
use std::{collections::HashSet, sync::Arc};

/// Verbs after which records are looked at again. Filing and rebuilding name a
/// filing, reading names records behind what asked for it, a new version names its record.
/// Withdrawing and returning name a filing when its records are hidden, and records behind it when they
/// are gone.
const VERBS: [&str; 9] = [
    "batch.filed",
    "records.read",
    "archive.rebuilt",
    "record.corrected",
    "record.file_replaced",
    "record.reordered",
    "batch.returned",
    "batch.withdrawn",
    "records.withdrawn",
];
/// Records put into the index at a time: what is in memory at once.
const CHUNK: usize = 200;
/// Lines of the trail looked at in one go.
const LINES: i64 = 500;

/// Records of one run that are remembered as put: some tens of megabytes.
const REMEMBERED: usize = 200_000;

/// What the machine indexes; who may find it is decided at the search.
fn all() -> Reach {
    Reach::up_to(i64::MAX)
}

/// The archive's own permits are used where they are made: no time passes between.
fn at_once() -> Instant {
    Instant::from_millis(0).expect("1970 is an instant")
}

/// Brings the index up to the newest line of the trail. May be called at any
/// time; killed anywhere, it goes on from the last commit.
///
/// An index that stands beyond the newest line is one of another trail (the database
/// was lost or put back): it is built again.
pub async fn follow(db: &Db, vault: &Arc<Vault>, index: &Arc<Catalogue>) -> Result<(), SearchError> {
    let _turn = index.turn.lock().await;
    let newest = audit::last(db).await?;
    let mut seen = i64::try_from(index.payload()?).unwrap_or(i64::MAX);
    if seen == newest {
        return Ok(());
    }
    if seen > newest {
        build(db, vault, index).await?;
        return Ok(());
    }
    let stood = seen;
    let (mut put_already, mut deleted) = (HashSet::new(), false);
    while seen < newest {
        let lines = audit::lines_of(db, &VERBS, seen, newest, LINES).await?;
        for line in &lines {
            if matches!(line.verb.as_str(), "batch.returned" | "batch.withdrawn" | "records.withdrawn") {
                deleted = true;
                delete(db, index, line).await?;
                continue;
            }
            let named = match line.verb.as_str() {
                "batch.filed" | "archive.rebuilt" => None,
                "records.read" => Some(&line.subjects[1..]),
                _ => Some(&line.subjects[..]),
            };
            if let Some(named) = named {
                let records = named.iter().map(Id::known).filter(|id| !put_already.contains(id));
                let records: Vec<Id<Record>> = records.collect();
                for chunk in records.chunks(CHUNK) {
                    let views = holdings::by_id(db, &all(), chunk).await?;
                    put(db, vault, index, views).await?;
                }
                remember(&mut put_already, records);
            } else {
                let records = put_filing(db, vault, index, &line.subjects[0]).await?;
                remember(&mut put_already, records);
            }
        }
        seen = match lines.last() {
            Some(last) if lines.len() as i64 == LINES => last.n,
            _ => newest,
        };
    }
    if deleted {
        // Killed before the last commit, it is deleted and written out again.
        commit(index, stood).await?;
        let purged = index.clone();
        tokio::task::spawn_blocking(move || purged.purge()).await.expect("purging does not panic")?;
    }
    commit(index, newest).await
}

/// Takes out what a line withdraws: every record that a filing still has, or those that are
/// named behind it.
async fn delete(db: &Db, index: &Arc<Catalogue>, line: &audit::Deed) -> Result<(), SearchError> {
    if line.verb == "records.withdrawn" {
        let gone: Vec<Id<Record>> = line.subjects[1..].iter().map(Id::known).collect();
        return index.delete(&gone);
    }
    let mut after = String::new();
    loop {
        let hidden = holdings::hidden(db, &line.subjects[0], &after, LINES).await?;
        let Some(last) = hidden.last() else { return Ok(()) };
        after = last.to_string();
        index.delete(&hidden)?;
    }
}

/// Builds the index again from nothing; gives how many records it holds.
pub async fn rebuild(db: &Db, vault: &Arc<Vault>, index: &Arc<Catalogue>) -> Result<u64, SearchError> {
    let _turn = index.turn.lock().await;
    build(db, vault, index).await
}

/// With the turn in hand.
async fn build(db: &Db, vault: &Arc<Vault>, index: &Arc<Catalogue>) -> Result<u64, SearchError> {
    let newest = audit::last(db).await?;
    let cleared = index.clone();
    tokio::task::spawn_blocking(move || cleared.clear()).await.expect("clearing does not panic")?;
    let (mut after, mut records): (Option<Cursor>, u64) = (None, 0);
    loop {
        let page = holdings::all_records(db, &all(), after.as_ref(), CHUNK).await?;
        records += page.items.len() as u64;
        put(db, vault, index, page.items).await?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    commit(index, newest).await?;
    Ok(records)
}

/// A record put in this run stands as the newest line left it, so that later lines
/// about it are done with. Bounded; what is forgotten is put once more.
fn remember(put_already: &mut HashSet<Id<Record>>, records: Vec<Id<Record>>) {
    if put_already.len() + records.len() > REMEMBERED {
        put_already.clear();
    }
    put_already.extend(records);
}

/// Puts what a filing filed; gives which records that were, the last of a very large one.
async fn put_filing(
    db: &Db,
    vault: &Arc<Vault>,
    index: &Arc<Catalogue>,
    filing: &str,
) -> Result<Vec<Id<Record>>, SearchError> {
    let mut records: Vec<Id<Record>> = Vec::new();
    let all = all();
    let mut page = holdings::records_of_filing(db, &all, filing, None, CHUNK).await?;
    loop {
        if records.len() + page.items.len() > REMEMBERED {
            records.clear();
        }
        records.extend(page.items.iter().map(|record| record.id.clone()));
        let Some(after) = page.next else {
            put(db, vault, index, page.items).await?;
            return Ok(records);
        };
        // The next records are fetched while these are put.
        let next = holdings::records_of_filing(db, &all, filing, Some(&after), CHUNK);
        let (next, done) = tokio::join!(next, put(db, vault, index, page.items));
        done?;
        page = next?;
    }
}

async fn put(db: &Db, vault: &Arc<Vault>, index: &Arc<Catalogue>, records: Vec<RecordView>) -> Result<(), SearchError> {
    let ids: Vec<_> = records.iter().map(|record| record.id.clone()).collect();
    let mut readings = vault::readings(db, &ids).await?;
    let (vault, index) = (vault.clone(), index.clone());
    tokio::task::spawn_blocking(move || {
        let docs = records
            .into_iter()
            .map(|record| {
                let readings = readings.remove(&record.id).unwrap_or_default();
                let permit = Permit::machine("index", record.id.clone(), Purpose::Index, at_once());
                let pages = pages_of(&vault, &permit, &record, &readings, at_once())?;
                Ok(doc(record, pages))
            })
            .collect::<Result<Vec<_>, SearchError>>()?;
        index.put(&docs)
    })
    .await
    .expect("indexing does not panic")
}

/// The text of a record, a page of a file after the other; a file without text
/// counts as its pages, empty. Reading is the vault's; missing text is none.
///
/// # Errors
/// Where the permit is for another record, or over at `now`.
pub fn pages_of(
    vault: &Vault,
    permit: &Permit,
    record: &RecordView,
    readings: &[ReadingRow],
    now: Instant,
) -> Result<Vec<String>, SearchError> {
    let mut pages = Vec::new();
    for file in &record.files {
        let reading = readings.iter().find(|reading| reading.number == file.number);
        let text = match reading {
            Some(reading) if reading.outcome == Outcome::Text => {
                let content: Option<Sha256> = file.sha256.parse().ok();
                content
                    .map(|content| vault.text(permit, &record.id, &content, &reading.maker, now))
                    .transpose()?
                    .flatten()
            }
            _ => None,
        };
        match text {
            Some(text) => pages.extend(text),
            None => {
                let count = file.pages.unwrap_or(1).clamp(1, 100_000);
                pages.extend(std::iter::repeat_n(String::new(), usize::try_from(count).unwrap_or(1)));
            }
        }
    }
    Ok(pages)
}

async fn commit(index: &Arc<Catalogue>, payload: i64) -> Result<(), SearchError> {
    let index = index.clone();
    let payload = u64::try_from(payload).unwrap_or(0);
    tokio::task::spawn_blocking(move || index.commit(payload)).await.expect("committing does not panic")
}

fn doc(record: RecordView, pages: Vec<String>) -> Doc {
    let extra = record.extra.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ");
    Doc {
        id: record.id,
        code: record.code,
        title: record.title,
        docno: record.docno,
        responsible: record.responsible,
        note: [record.note, extra].join(" ").trim().to_owned(),
        date: record.dated.map(|dated| dated.to_string()).unwrap_or_default(),
        year: record.year,
        fonds: record.fonds,
        category: record.category,
        department: record.department,
        retention: record.retention,
        secrecy_rank: record.secrecy,
        opening: record.opening,
        pages,
    }
}
