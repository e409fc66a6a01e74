//! The job that seals what a filing filed.

use super::{
    Seen,
    desk::{Desk, IngestError},
    read, rows,
};
use crate::{
    audit::{Change, Event},
    ingest::upload,
    jobs::{self, Leased},
    kernel::Actor,
    vault::{self, VaultError},
};

/// The job's kind; its subject is the filing.
pub const JOB: &str = "seal";
/// Objects sealed and noted at a time.
const CHUNK: i64 = 500;

/// Seals every intent of the filing: adopted into the store, read back equal,
/// said so; and describes its records without files. Then asks for the text, if the batch
/// wants it read. Ends where the batch went back. May be run again at any time.
///
/// # Errors
/// After the last chunk, the first object that could not be sealed; the others
/// are sealed all the same.
pub async fn seal(desk: &Desk, job: &Leased) -> Result<(), IngestError> {
    let who = Actor::Machine("seal");
    let (mut done, mut failed, mut after) = (0_i64, None, String::new());
    loop {
        if rows::went_back(&desk.db, &job.subject).await? {
            return Ok(());
        }
        let intents = vault::intents(&desk.db, &job.subject, &after, CHUNK).await?;
        let Some(last) = intents.last() else { break };
        after = last.record.to_string();
        let vault = desk.vault.clone();
        let asked = intents.clone();
        let answers = tokio::task::spawn_blocking(move || vault.seal(&asked)).await.expect("sealing does not panic");
        let mut sealed = Vec::with_capacity(intents.len());
        for (intent, answer) in intents.into_iter().zip(answers) {
            match answer {
                Ok(_) => sealed.push(intent),
                Err(error) => failed = Some(keep_first(failed, error)),
            }
        }
        if sealed.is_empty() {
            continue;
        }
        let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &who).await?;
        vault::sealed(&mut change, &sealed).await?;
        let mut event = Event::new("records.sealed", &job.subject);
        for intent in &sealed {
            event = event.and(&intent.record);
        }
        change.commit(event.with("store", vault::LOCAL)).await?;
        done += i64::try_from(sealed.len()).unwrap_or(i64::MAX);
        jobs::progress(&desk.db, desk.clock.as_ref(), &job.id, done).await?;
    }
    super::describe::describe(desk, job, done).await?;
    match failed {
        Some(error) => Err(error.into()),
        None => ask_for_text(desk, job).await,
    }
}

/// Text is read from the store, so it is asked for when all lies there.
async fn ask_for_text(desk: &Desk, job: &Leased) -> Result<(), IngestError> {
    let Some(batch) = rows::of_filing(&desk.db, &job.subject).await?.filter(|batch| batch.read_text) else {
        return Ok(());
    };
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &Actor::Machine("seal")).await?;
    jobs::enqueue(&mut change, read::JOB, &job.subject, batch.to_file).await?;
    change.commit(Event::new("reading.asked", &job.subject)).await?;
    Ok(())
}

fn keep_first(first: Option<VaultError>, error: VaultError) -> VaultError {
    first.unwrap_or(error)
}

/// Forgets staged folders that no row promises and nobody holds: what a broken-off batch
/// left. Only for the holder of the turn to take in, or before anybody is served. Gives how
/// many went.
///
/// A database that knows of no batch promises nothing because it is new, or because
/// the one that did is lost: then an object that stands staged may be the only copy, and
/// stays. What lies in a tray its sender has still.
pub async fn sweep(desk: &Desk) -> Result<usize, IngestError> {
    let known = rows::count(&desk.db, &Seen::All).await? > 0;
    let vault = desk.vault.clone();
    let list = move || vault.unheld().and_then(|unheld| if known { Ok(unheld) } else { vault.trays_of(unheld) });
    let unheld = tokio::task::spawn_blocking(list).await.expect("listing does not panic")?;
    let mut promised = vault::promised(&desk.db).await?;
    promised.extend(upload::promised(&desk.db).await?);
    let vault = desk.vault.clone();
    let sweep = move || vault.sweep(&unheld, &promised);
    Ok(tokio::task::spawn_blocking(sweep).await.expect("sweeping does not panic")?)
}
