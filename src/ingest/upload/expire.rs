//! Uploads that nobody goes on with.

use super::{UploadError, abandon::abandon, check::now, hand, rows};
use crate::{
    access::Guest,
    audit::{Change, Event},
    ingest::{
        batch::{self, BatchRow, BatchState, Desk, Seen},
        wayback,
    },
    kernel::Instant,
};
use std::collections::HashMap;

/// Gives up every batch that is neither at work nor taken in, and to whose tray nothing came for
/// as long as the configuration says; of one that went back for so long its tray is emptied, and
/// it may come again. Gives how many.
pub async fn expire(desk: &Desk) -> Result<usize, UploadError> {
    let changed = changed(desk).await?;
    let mut gone = 0;
    for (id, tray) in rows::idle(&desk.db).await? {
        let Some(batch) = batch::by_id(&desk.db, &Seen::All, &id).await? else { continue };
        let came = changed.get(&tray).copied();
        let since = since(desk, &batch, came).await?;
        if since.is_none_or(|since| after(desk, since) > desk.clock.now()) {
            continue;
        }
        if batch.state != BatchState::Returned {
            abandon(desk, &Guest::machine("upload"), &batch).await?;
            gone += 1;
        } else if came.is_some() && empty(desk, &batch, &tray).await? {
            gone += 1;
        }
    }
    Ok(gone)
}

/// Since when the batch waits for its sender, to whose tray something last came then: also
/// since it went back, and since its round was begun.
async fn since(desk: &Desk, batch: &BatchRow, came: Option<Instant>) -> Result<Option<Instant>, UploadError> {
    let begun = batch.started_at.parse().ok();
    let decided = wayback::decisions(&desk.db, &batch.id).await?.pop().and_then(|last| last.at.parse().ok());
    // A tray that was never made holds nothing.
    Ok(came.max(decided).max(begun.filter(|_| batch.round > 1)).or(begun))
}

/// Removes what came for a round that went back; says whether it is still back.
async fn empty(desk: &Desk, batch: &BatchRow, tray: &str) -> Result<bool, UploadError> {
    let shelf = desk.uploads.shelf(tray);
    let mut shelf = shelf.lock().await;
    // Its sender may have begun its next round meanwhile; he waits for the shelf now.
    if now(desk, batch).await?.state != BatchState::Returned {
        return Ok(false);
    }
    *shelf = None;
    hand::forget(desk, tray).await?;
    let who = Guest::machine("upload");
    let change = Change::begin(&desk.db, desk.clock.as_ref(), who.actor()).await?;
    change.commit(Event::new("batch.emptied", &batch.id).with("name", &batch.name)).await?;
    Ok(true)
}

/// Until when the batch waits for more.
pub async fn expires_at(desk: &Desk, batch: &BatchRow) -> Result<Instant, UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    let came = changed(desk).await?.get(&row.tray).copied();
    let since = since(desk, batch, came).await?;
    Ok(after(desk, since.unwrap_or_else(|| desk.clock.now())))
}

fn after(desk: &Desk, since: Instant) -> Instant {
    since.plus_seconds(i64::try_from(desk.uploads.expiry.as_secs()).unwrap_or(i64::MAX / 2_000))
}

/// When something last came to each tray.
async fn changed(desk: &Desk) -> Result<HashMap<String, Instant>, UploadError> {
    let vault = desk.vault.clone();
    let staged = tokio::task::spawn_blocking(move || vault.staged()).await.expect("looking does not panic")?;
    Ok(staged.into_iter().map(|folder| (folder.token, folder.changed)).collect())
}
