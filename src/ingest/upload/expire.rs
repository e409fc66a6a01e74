//! Uploads that nobody goes on with.

use super::{UploadError, abandon::abandon, rows};
use crate::{
    access::Guest,
    ingest::batch::{self, BatchRow, Desk, Seen},
    kernel::Instant,
};
use std::collections::HashMap;

/// Gives up every batch that is neither at work nor taken in, and to whose tray nothing came for
/// as long as the configuration says. Gives how many.
pub async fn expire(desk: &Desk) -> Result<usize, UploadError> {
    let changed = changed(desk).await?;
    let mut gone = 0;
    for (id, tray) in rows::idle(&desk.db).await? {
        let Some(batch) = batch::by_id(&desk.db, &Seen::All, &id).await? else { continue };
        // A tray that was never made holds nothing.
        let since = changed.get(&tray).copied().or_else(|| batch.started_at.parse().ok());
        if since.is_some_and(|since| after(desk, since) <= desk.clock.now()) {
            abandon(desk, &Guest::machine("upload"), &batch).await?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// Until when the batch waits for more.
pub async fn expires_at(desk: &Desk, batch: &BatchRow) -> Result<Instant, UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    let changed = changed(desk).await?.get(&row.tray).copied();
    Ok(after(desk, changed.unwrap_or_else(|| desk.clock.now())))
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
