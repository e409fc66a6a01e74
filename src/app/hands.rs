//! What is in somebody's hands, asked of every room that may know of something.

use super::App;
use crate::{
    access::{self, InHand, People},
    ingest::batch,
};

/// The posts that `person` holds and the batches that he began and nobody filed.
pub async fn in_hand(app: &App, person: &People) -> anyhow::Result<Vec<InHand>> {
    let mut held = access::posts_in_hand(&app.db, &person.id, app.gate.today()).await?;
    // A batch names its sender, and a name stays taken for ever.
    let begun = batch::begun(&app.db).await?.into_iter().filter(|one| one.received_by == person.name);
    held.extend(begun.map(|one| InHand { kind: "batch", name: one.name }));
    Ok(held)
}
