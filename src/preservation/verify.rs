//! Fixity: every stored byte against inventory and database.

use super::PreservationError;
use crate::{
    access::Reach,
    audit::{Change, Event},
    db::Db,
    holdings::{self, RecordView},
    kernel::{Actor, Clock, Id, Record},
    vault::{self, Expected, Finding, FindingKind, Vault, VaultError},
};
use futures::{StreamExt as _, stream};
use std::{collections::HashSet, sync::Arc};

/// Records checked and noted at a time.
const CHUNK: i64 = 200;
/// Records read at once.
const AT_ONCE: usize = 4;

/// What a check found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub record: String,
    pub medium: &'static str,
    pub path: String,
    pub kind: String,
}

/// What a check covered.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    pub objects: u64,
    pub files: u64,
    pub bytes: u64,
    pub found: Vec<Found>,
}

/// Checks the local store: each record's object against its inventory, and its
/// files against the digests in the database (somebody may change both file and
/// inventory); then the root's structure. `sample` is a percentage of the records,
/// spread evenly. Notes the outcome at each copy.
pub async fn verify(
    db: &Db,
    clock: &dyn Clock,
    vault: &Arc<Vault>,
    who: &Actor,
    sample: u8,
) -> Result<Verified, PreservationError> {
    let mut verified = Verified::default();
    let (mut after, mut seen) = (String::new(), 0_u64);
    loop {
        let copies = vault::sealed_after(db, &after, CHUNK).await?;
        let Some((last, _)) = copies.last() else { break };
        after = last.to_string();
        let chosen: Vec<_> = copies
            .into_iter()
            .filter(|_| {
                seen += 1;
                seen * u64::from(sample) / 100 != (seen - 1) * u64::from(sample) / 100
            })
            .collect();
        check(db, clock, vault, who, chosen, &mut verified).await?;
    }
    if sample == 100 {
        strays(db, vault, &mut verified).await?;
    }
    let root = vault.clone();
    let findings = tokio::task::spawn_blocking(move || root.verify_root()).await.expect("checking does not panic")?;
    for finding in findings {
        verified.found.push(Found {
            record: String::new(),
            medium: vault::LOCAL,
            path: finding.path.clone(),
            kind: finding.kind.to_string(),
        });
    }
    let change = Change::begin(db, clock, who).await?;
    let event = Event::new("store.verified", vault::LOCAL).with("objects", verified.objects);
    change.commit(event.with("findings", verified.found.len())).await?;
    Ok(verified)
}

async fn check(
    db: &Db,
    clock: &dyn Clock,
    vault: &Arc<Vault>,
    who: &Actor,
    copies: Vec<(Id<Record>, String)>,
    verified: &mut Verified,
) -> Result<(), PreservationError> {
    let ids: Vec<Id<Record>> = copies.iter().map(|(id, _)| id.clone()).collect();
    let views = holdings::by_id(db, &Reach::up_to(i64::MAX), &ids).await?;
    // Asked after the rows of the records: a version that they name is promised, or sealed.
    let promised = vault::first_promised(db, &ids).await?;
    let sealed_before = |view: &RecordView| promised.get(view.id.as_str()).copied().unwrap_or(i64::MAX);
    let asked: Vec<_> = views.into_iter().map(|view| check_one(vault.clone(), sealed_before(&view), view)).collect();
    let checked: Vec<_> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    let mut change = Change::begin(db, clock, who).await?;
    let at = change.at;
    // Asked again within the turn to write: what was withdrawn meanwhile is gone, and rightly.
    let still = holdings::by_id(db, &Reach::up_to(i64::MAX), &ids).await?;
    let still: HashSet<&str> = still.iter().map(|view| view.id.as_str()).collect();
    for (view, findings) in checked.into_iter().filter(|(view, _)| still.contains(view.id.as_str())) {
        let findings = match findings {
            // The object is gone whole: a finding like any other.
            Err(VaultError::Unknown(_)) => vec![Finding { path: String::new(), kind: FindingKind::Missing }],
            findings => findings?,
        };
        verified.objects += 1;
        verified.files += view.files.len() as u64;
        verified.bytes += view.files.iter().map(|file| u64::try_from(file.bytes).unwrap_or(0)).sum::<u64>();
        let fault = findings.iter().map(|f| format!("{}: {}", f.path, f.kind)).collect::<Vec<_>>().join("; ");
        vault::verified(&mut change, &view.id, at, Some(fault.as_str()).filter(|fault| !fault.is_empty())).await?;
        for finding in findings {
            verified.found.push(Found {
                record: view.code.clone(),
                medium: vault::LOCAL,
                path: finding.path.clone(),
                kind: finding.kind.to_string(),
            });
        }
    }
    change.commit(Event::new("records.verified", vault::LOCAL)).await?;
    Ok(())
}

/// Objects of the store that no row knows: what a lost or older database left behind.
async fn strays(db: &Db, vault: &Arc<Vault>, verified: &mut Verified) -> Result<(), PreservationError> {
    let (mut known, mut after) = (HashSet::new(), String::new());
    loop {
        let copies = vault::sealed_after(db, &after, 10_000).await?;
        let Some((last, _)) = copies.last() else { break };
        after = last.to_string();
        known.extend(copies.into_iter().map(|(id, _)| id));
    }
    let root = vault.clone();
    let ids = tokio::task::spawn_blocking(move || root.ids()).await.expect("listing does not panic")?;
    let promised: HashSet<Id<Record>> = vault::promised_records(db).await?.into_iter().collect();
    let mut strays: Vec<_> = ids.into_iter().filter(|id| !known.contains(id) && !promised.contains(id)).collect();
    // An object that was described and not noted yet is no stray.
    let (of, described) = (holdings::filings_of(db, &strays).await?, vault::filings_described(db).await?);
    strays.retain(|id| of.get(id).is_none_or(|filing| !described.contains(filing)));
    for id in strays {
        verified.found.push(Found {
            record: id.to_string(),
            medium: vault::LOCAL,
            path: String::new(),
            kind: "no row of the database knows this object; rebuild --from-store, or put the database back".to_owned(),
        });
    }
    Ok(())
}

/// `promised` is the first version that need not lie in the store yet.
async fn check_one(
    vault: Arc<Vault>,
    promised: i64,
    view: RecordView,
) -> (RecordView, Result<Vec<Finding>, VaultError>) {
    let sealed = view.files.iter().filter(|file| file.version().is_none_or(|version| version < promised));
    let expected: Vec<Expected> = sealed.filter_map(expected).collect();
    tokio::task::spawn_blocking(move || {
        let findings = vault.verify_object(&view.id, &expected);
        (view, findings)
    })
    .await
    .expect("checking does not panic")
}

/// What the database says of a file; a digest that is none is found as a surplus file.
fn expected(file: &holdings::RecordFile) -> Option<Expected> {
    Some(Expected {
        content_path: file.path.clone(),
        bytes: u64::try_from(file.bytes).ok()?,
        sha256: file.sha256.parse().ok()?,
    })
}
