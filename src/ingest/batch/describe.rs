//! Objects for the records that were filed without files: the description alone.
//!
//! They are made from the rows, after the filing, in the order of ids; the vault keeps how
//! far this has come ([`vault::Describing`]). The record's page, the search and the lists
//! need none of it. A description cannot be corrected before its object lies in the store,
//! for a correction is a new version of that object; so the rows are still those that were
//! filed.

use super::{
    desk::{Desk, IngestError},
    rows,
};
use crate::{
    audit::{Change, Event},
    db::DbError,
    holdings::{self, Shelf},
    jobs::{self, Leased},
    kernel::{Actor, Id},
    vault::{self, Describing, Description},
};

/// Objects made and noted at a time.
const CHUNK: i64 = 500;

/// Makes the objects of the filing that lack, after `done` others. May be run again at any
/// time.
///
/// # Errors
/// The first object that could not be made; those before it are noted.
pub(super) async fn describe(desk: &Desk, job: &Leased, mut done: i64) -> Result<(), IngestError> {
    let filing = job.subject.as_str();
    let Some(mut kept) = vault::describing(&desk.db, filing).await? else { return Ok(()) };
    let shelf = shelf_of(filing, &kept)?;
    let who = Actor::Machine("seal");
    done += kept.sealed;
    loop {
        if rows::went_back(&desk.db, filing).await? {
            return Ok(());
        }
        let records = holdings::described_of_filing(&desk.db, &shelf, filing, &kept.reached, CHUNK).await?;
        if records.is_empty() {
            break;
        }
        let asked: Vec<Description> = records
            .iter()
            .map(|described| Description {
                record: Id::known(&described.id),
                record_json: serde_json::to_vec(described).expect("a description is JSON"),
            })
            .collect();
        let (vault, created, user) = (desk.vault.clone(), kept.created, kept.user.clone());
        let answers = tokio::task::spawn_blocking(move || vault.describe(created, &user, &asked));
        let answers = answers.await.expect("describing does not panic");
        let (mut made, mut failed) = (Vec::with_capacity(answers.len()), None);
        for answer in answers {
            match answer {
                Ok((sealed, inventory)) => made.push((sealed.record, inventory)),
                // Nothing beyond it may be noted: the order is all that is kept.
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        if let Some((last, _)) = made.last() {
            kept.reached = last.to_string();
            let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &who).await?;
            vault::described(&mut change, filing, &made).await?;
            let event = made.iter().fold(Event::new("records.sealed", filing), |event, (record, _)| event.and(record));
            change.commit(event.with("store", vault::LOCAL)).await?;
            done += i64::try_from(made.len()).unwrap_or(i64::MAX);
            jobs::progress(&desk.db, desk.clock.as_ref(), &job.id, done).await?;
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
    }
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), &who).await?;
    vault::all_described(&mut change, filing).await?;
    change.commit(Event::new("records.described", filing)).await?;
    Ok(())
}

/// What the descriptions of a filing draw on, as it was kept.
pub(super) fn shelf_of(filing: &str, kept: &Describing) -> Result<Shelf, IngestError> {
    serde_json::from_str(&kept.shelf).map_err(|_| {
        IngestError::Db(DbError::Inconsistent {
            table: "describing",
            column: "shelf",
            row: filing.to_owned(),
            value: kept.shelf.clone(),
        })
    })
}
