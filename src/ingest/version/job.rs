//! The job that takes a promised version to the store.

use super::VersionError;
use crate::{
    audit::{Change, Event},
    ingest::batch::{Desk, read_anew},
    jobs::Leased,
    kernel::{Actor, Id, Record},
    vault,
};

/// The job's kind; its subject is a record and a number of version: `<id>.v2`.
pub const JOB: &str = "version";

pub(super) fn subject(record: &Id<Record>, version: i64) -> String {
    format!("{record}.v{version}")
}

/// Makes the promised versions of the record heads of its object up to the job's, in their
/// order; then reads the text of files that nobody read. May be run again at any time.
pub async fn seal_version(desk: &Desk, job: &Leased) -> Result<(), VersionError> {
    let (record, number) = named(&job.subject)
        .ok_or_else(|| VersionError::Object(format!("{} names no version of a record", job.subject)))?;
    // One at a time: two jobs of one record would note the same version.
    let _turn = desk.versions.lock().await;
    let who = Actor::Machine("version");
    let mut again = Vec::new();
    for (intent, read_anew) in vault::version_intents(&desk.db, &record).await? {
        if intent.number > number {
            break;
        }
        let (vault, asked) = (desk.vault.clone(), intent.clone());
        tokio::task::spawn_blocking(move || vault.adopt_version(&asked)).await.expect("sealing does not panic")?;
        let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &who).await?;
        vault::version_sealed(&mut change, &intent).await?;
        let event = Event::new("version.sealed", &record).with("version", intent.number);
        change.commit(event.with("store", vault::LOCAL)).await?;
        again.extend(read_anew);
    }
    Ok(read_anew(desk, &job.subject, &record, &again).await?)
}

fn named(subject: &str) -> Option<(Id<Record>, u32)> {
    let (record, number) = subject.rsplit_once(".v")?;
    Some((Id::parse(record)?, number.parse().ok()?))
}
