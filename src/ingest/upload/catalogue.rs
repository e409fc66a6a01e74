//! The catalogue of a batch that is being sent, as soon as it has come.

use super::{UploadError, again::came_to_nothing, rows, shelf::slips};
use crate::{
    ingest::{
        batch::{BatchRow, Desk, top_of},
        catalogue,
    },
    vault::Source,
};

/// The catalogue's name, where it lies and its length; `None` while there is none, while it
/// is not whole, and where two files may be it.
pub async fn catalogue_of(desk: &Desk, batch: &BatchRow) -> Result<Option<(String, Source, u64)>, UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    if came_to_nothing(desk, batch, &row.tray).await? {
        return Ok(None);
    }
    let shelf = desk.uploads.shelf(&row.tray);
    let mut shelf = shelf.lock().await;
    let slips = slips(&desk.vault, &row.tray, &mut shelf).await?;
    let paths: Vec<&str> = slips.files.values().map(|slip| slip.path.as_str()).collect();
    let top = top_of(&paths).unwrap_or_default();
    let names = paths.iter().filter_map(|path| path.strip_prefix(top.as_str())).filter(|name| !name.contains('/'));
    let Ok(Some(chosen)) = catalogue::choose(names) else { return Ok(None) };
    let (chosen, whole) = (chosen.to_owned(), format!("{top}{chosen}"));
    let found = slips.files.iter().find(|(_, slip)| slip.path == whole);
    let Some((name, bytes)) = found.map(|(name, slip)| (name.clone(), slip.bytes)) else { return Ok(None) };
    let tray = slips.tray.clone();
    let look = move || tray.received(&name);
    let received = tokio::task::spawn_blocking(look).await.expect("looking does not panic")?;
    Ok(received.map(|file| (chosen, Source::Received(file), bytes)))
}
