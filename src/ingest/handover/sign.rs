//! The list, and the act of signing it.

use super::rows::{self, Side, Signature};
use crate::{
    access::{Guest, Right},
    audit::{Change, Event},
    db::DbError,
    holdings::{self, HoldingsError, Quantity},
    ingest::batch::{self, BatchRow, BatchState, Desk},
    jobs,
    kernel::{Actor, Batch, Id, Sha256},
    vault,
};

/// Why a handover was not signed.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// Not there, or not for the asker.
    #[error("there is no such batch")]
    Missing,
    /// The batch stands where there is nothing to hand over.
    #[error("the batch is {0}")]
    State(&'static str),
    #[error("not all of the batch lies in the store yet")]
    Unsealed,
    /// The asker does not stand on that side, signed for the other, or it is signed by both.
    #[error("this side is not the asker's to sign")]
    NotYours,
    /// The other side signed another list: its signature is taken off, and it signs again.
    #[error("the list is another than the one that the other side signed")]
    Changed,
    #[error(transparent)]
    Holdings(#[from] HoldingsError),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The handover of a batch as it stands.
#[derive(Clone, Debug)]
pub struct Handover {
    pub batch: BatchRow,
    /// By category and retention; as it was signed where both sides signed.
    pub list: Vec<Quantity>,
    pub signatures: Vec<Signature>,
    /// Sides that the asker may sign for.
    pub mine: Vec<Side>,
}

impl Handover {
    /// Both sides signed.
    pub fn is_complete(&self) -> bool {
        self.signatures.len() == 2
    }

    fn list_json(&self) -> String {
        serde_json::to_string(&self.list).expect("numbers and strings are JSON")
    }
}

/// How a batch's handover stands, for whoever sees the batch.
pub async fn handover(desk: &Desk, guest: &Guest, id: &Id<Batch>) -> Result<Handover, HandoverError> {
    let seen = batch::seen_by(guest);
    let batch = batch::by_id(&desk.db, &seen, id).await?.filter(|_| guest.may(Right::Ingest));
    let batch = batch.ok_or(HandoverError::Missing)?;
    if batch.state != BatchState::Filed {
        return Err(HandoverError::State(batch.state.word()));
    }
    let list = holdings::quantities(&desk.db, batch.filing.as_str()).await?;
    let signatures = rows::signatures(&desk.db, batch.filing.as_str()).await?;
    let mine = sides(guest, &batch, &signatures);
    Ok(Handover { batch, list, signatures, mine })
}

/// For whom the guest may sign: the sender for himself, who may take in everything for the
/// archive; each once, and nobody for both.
fn sides(guest: &Guest, batch: &BatchRow, signatures: &[Signature]) -> Vec<Side> {
    if !guest.in_person() || signatures.len() == 2 {
        return Vec::new();
    }
    let (name, actor) = (guest.actor().name(), guest.actor().id_text());
    let his = batch.received_by == name;
    let without_sender = batch.received_by == Actor::Operator.name();
    let stands_on = |side: &Side| match side {
        Side::Sender => his || without_sender,
        Side::Archive => !his && guest.reach_for(Right::Ingest).is_whole(),
    };
    let signed_for = signatures.iter().find(|one| one.actor == actor).map(|one| one.side);
    // Again for the same side, where the list changed; never for the other.
    let free = |side: &Side| match signed_for {
        Some(mine) => mine == *side,
        None => signatures.iter().all(|one| one.side != *side),
    };
    Side::ALL.into_iter().filter(stands_on).filter(free).collect()
}

/// Signs the list for a side. The caller asked for the password ([`crate::access::Gate::confirm_password`]).
/// Gives whether the batch is handed over with it. Signing again for the same side replaces
/// one's signature.
///
/// # Errors
/// [`HandoverError::Changed`] where the other side signed another list: nothing is signed,
/// and the other side signs anew first.
pub async fn sign(desk: &Desk, guest: &Guest, id: &Id<Batch>, side: Side) -> Result<bool, HandoverError> {
    let now = handover(desk, guest, id).await?;
    if !now.mine.contains(&side) {
        return Err(HandoverError::NotYours);
    }
    let filing = now.batch.filing.as_str();
    let jobs = jobs::of_subject(&desk.db, filing).await?;
    let unsealed = vault::describing(&desk.db, filing).await?.is_some()
        || !vault::intents(&desk.db, filing, "", 1).await?.is_empty()
        || jobs.iter().any(|job| job.kind == batch::SEAL_JOB && job.state != "done");
    if unsealed {
        return Err(HandoverError::Unsealed);
    }
    let list = now.list_json();
    let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
    // Both may sign, or somebody withdraw it, at once: asked again within the turn to write.
    if !batch::stands_filed(&mut change, &now.batch.id).await? {
        return Err(HandoverError::State("withdrawn"));
    }
    let other = rows::other(&mut change, filing, side).await?;
    match &other {
        Some((actor, _)) if *actor == guest.actor().id_text() => return Err(HandoverError::NotYours),
        Some((_, signed)) if *signed != list => return Err(HandoverError::Changed),
        _ => {}
    }
    rows::put(&mut change, (now.batch.id.as_str(), filing), side, &list).await?;
    let verb = if other.is_some() { "batch.handed_over" } else { "batch.signed" };
    let event = Event::new(verb, &now.batch.id).and(filing).with("side", side.word());
    change.commit(event.with("list", Sha256::of(list.as_bytes()))).await?;
    Ok(other.is_some())
}
