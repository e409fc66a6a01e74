//! The job that reads the text of what a filing filed.

use super::{
    desk::{Desk, IngestError},
    pace::Pace,
};
use crate::{
    access::{Permit, Purpose, Reach},
    audit::{Change, Event},
    holdings::{self, RecordFile, RecordView},
    ingest::extract::{EXTRACTOR_VERSION, Reading},
    jobs::{self, Leased},
    kernel::{Actor, Cursor, Id, Record, Sha256},
    vault::{self, Outcome, ReadingRow},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};

/// The job's kind; its subject is the filing.
pub const JOB: &str = "read";
/// Records read and noted at a time: what a crash has read again.
const CHUNK: usize = 400;

/// Reads every record of the filing that was not read yet. May be run again at
/// any time.
pub async fn read(desk: &Desk, job: &Leased) -> Result<(), IngestError> {
    // The machine reads what it indexes; who may see it is decided at the search.
    let reach = Reach::up_to(i64::MAX);
    let (mut after, mut done): (Option<Cursor>, i64) = (None, 0);
    let mut last = Chunk::default();
    let pace = Pace::new("reading text", usize::try_from(job.total).unwrap_or(0));
    loop {
        let page = holdings::records_of_filing(&desk.db, &reach, &job.subject, after.as_ref(), CHUNK).await?;
        // What was read is noted while the next is being read.
        let (chunk, noted) = tokio::join!(read_chunk(desk, page.items), note(desk, job, last, &mut done));
        noted?;
        last = chunk?;
        pace.step(last.records);
        after = page.next;
        if after.is_none() {
            return note(desk, job, last, &mut done).await;
        }
    }
}

/// Some records, and what reading those of them gave that were not read before.
#[derive(Default)]
struct Chunk {
    records: usize,
    fresh: Vec<Id<Record>>,
    readings: Vec<ReadingRow>,
}

async fn read_chunk(desk: &Desk, records: Vec<RecordView>) -> Result<Chunk, IngestError> {
    let ids: Vec<_> = records.iter().map(|record| record.id.clone()).collect();
    let known = vault::readings(&desk.db, &ids).await?;
    let fresh: Vec<&RecordView> = records.iter().filter(|record| !known.contains_key(&record.id)).collect();
    let files: Vec<_> = fresh.iter().flat_map(|record| record.files.iter().map(move |file| (*record, file))).collect();
    let asked: Vec<_> = files.into_iter().map(|(record, file)| read_file(desk, record, file)).collect();
    let readings = stream::iter(asked).buffer_unordered(desk.reader.children() * 2).try_collect().await?;
    let fresh = fresh.into_iter().map(|record| record.id.clone()).collect();
    Ok(Chunk { records: records.len(), fresh, readings })
}

async fn note(desk: &Desk, job: &Leased, chunk: Chunk, done: &mut i64) -> Result<(), IngestError> {
    if !chunk.fresh.is_empty() {
        let who = Actor::Machine("read");
        let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &who).await?;
        vault::keep_readings(&mut change, &chunk.readings).await?;
        let event = chunk.fresh.iter().fold(Event::new("records.read", &job.subject), |event, id| event.and(id));
        change.commit(event.with("maker", EXTRACTOR_VERSION)).await?;
    }
    if chunk.records > 0 {
        *done += i64::try_from(chunk.records).unwrap_or(i64::MAX);
        jobs::progress(&desk.db, desk.clock.as_ref(), &job.id, *done).await?;
    }
    Ok(())
}

/// Asks for the text of every record that is held and was not read: after a
/// rebuild, when the derivatives' rows are gone.
pub async fn read_again(desk: &Desk, filings: &[String]) -> Result<(), IngestError> {
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &Actor::Machine("read")).await?;
    for filing in filings {
        jobs::enqueue(&mut change, JOB, filing, 0).await?;
    }
    change.commit(Event::new("reading.asked", "read")).await?;
    Ok(())
}

/// Reads those files of a record that nobody read, and those of `again` (by SHA-256)
/// whoever read them. `job` is what asks, as the trail's line names it. May be run again.
pub(in crate::ingest) async fn read_anew(
    desk: &Desk,
    job: &str,
    record: &Id<Record>,
    again: &[String],
) -> Result<(), IngestError> {
    let asked = std::slice::from_ref(record);
    let Some(view) = holdings::by_id(&desk.db, &Reach::up_to(i64::MAX), asked).await?.pop() else { return Ok(()) };
    let known = vault::readings(&desk.db, asked).await?.remove(record).unwrap_or_default();
    let wanted = |file: &RecordFile| again.contains(&file.sha256) || known.iter().all(|row| row.number != file.number);
    let mut fresh = Vec::new();
    for file in view.files.iter().filter(|file| wanted(file)) {
        fresh.push(read_file(desk, &view, file).await?);
    }
    if fresh.is_empty() {
        return Ok(());
    }
    let numbers: Vec<i64> = fresh.iter().map(|row| row.number).collect();
    fresh.extend(known.into_iter().filter(|row| !numbers.contains(&row.number)));
    let who = Actor::Machine("read");
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &who).await?;
    vault::keep_readings(&mut change, &fresh).await?;
    change.commit(Event::new("records.read", job).and(record).with("maker", EXTRACTOR_VERSION)).await?;
    Ok(())
}

async fn read_file(desk: &Desk, record: &RecordView, file: &RecordFile) -> Result<ReadingRow, IngestError> {
    let now = desk.clock.now();
    let permit = Permit::machine("read", record.id.clone(), Purpose::Index, now.plus_seconds(3_600));
    let path = desk.vault.content_path(&permit, &record.id, &file.path, now)?;
    let row = |outcome, reason: String, pages: usize| ReadingRow {
        record: record.id.clone(),
        number: file.number,
        outcome,
        reason,
        pages: i64::try_from(pages).unwrap_or(i64::MAX),
        maker: EXTRACTOR_VERSION.to_owned(),
    };
    Ok(match desk.reader.extract(&vault::Source::Plain(path), &file.name).await {
        Reading::Read { pages } => {
            let (vault, id, count) = (desk.vault.clone(), record.id.clone(), pages.len());
            let content: Sha256 = file.sha256.parse().map_err(|()| inconsistent(file))?;
            tokio::task::spawn_blocking(move || vault.put_text(&id, &content, EXTRACTOR_VERSION, &pages))
                .await
                .expect("writing a derivative does not panic")?;
            row(Outcome::Text, String::new(), count)
        }
        Reading::NoText { pages } => row(Outcome::NoText, String::new(), pages as usize),
        Reading::CouldNotRead { reason } => row(Outcome::NotRead, reason, 0),
    })
}

fn inconsistent(file: &RecordFile) -> IngestError {
    IngestError::Db(crate::db::DbError::Inconsistent {
        table: "record_file",
        column: "sha256",
        row: file.path.clone(),
        value: file.sha256.clone(),
    })
}
