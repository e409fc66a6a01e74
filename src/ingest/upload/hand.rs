//! What was received, as a batch is handed in.

use super::{UploadError, files::files, rows};
use crate::ingest::{
    batch::{BatchRow, Desk, Handed, Way},
    folder::FoundFile,
};
use crate::vault::Source;

/// The batch as it came: its files opened from the tray as they are asked for.
///
/// # Errors
/// [`IngestError::Catalogue`](crate::ingest::batch::IngestError) where no file of it is a
/// catalogue.
pub(super) async fn handed(desk: &Desk, batch: &BatchRow) -> Result<Handed, UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    let shelf = desk.uploads.shelf(&row.tray);
    let mut shelf = shelf.lock().await;
    let slips = super::shelf::slips(&desk.vault, &row.tray, &mut shelf).await?;
    let (tray, files) = (slips.tray.clone(), slips.files.clone());
    let gather = move || {
        let mut found = Vec::with_capacity(files.len());
        for (name, slip) in files {
            let file = tray.received(&name)?.ok_or_else(|| unfinished(1, &slip.path))?;
            found.push(FoundFile {
                source: Source::Received(file),
                relative: slip.path,
                bytes: slip.bytes,
                modified: None,
            });
        }
        Ok::<_, UploadError>(found)
    };
    let found = tokio::task::spawn_blocking(gather).await.expect("looking does not panic")?;
    // As its sender calls it: a tray says nothing to him.
    let named = (batch.name.clone(), batch.name.clone(), Way::Upload);
    Ok(Handed { told: batch.told.clone(), ..Handed::files(named, found, Vec::new())? })
}

/// Refuses where a file has not come whole, or there is none.
pub(super) async fn is_whole(desk: &Desk, batch: &BatchRow) -> Result<(), UploadError> {
    let files = files(desk, batch).await?;
    let missing: Vec<_> = files.iter().filter(|file| !file.whole).collect();
    match missing.first() {
        Some(first) => Err(unfinished(missing.len(), &first.path)),
        None if files.is_empty() => Err(UploadError::Empty),
        None => Ok(()),
    }
}

fn unfinished(count: usize, first: &str) -> UploadError {
    UploadError::Unfinished { count, first: first.to_owned() }
}

/// Removes what was received, and what is known of it.
pub(super) async fn forget(desk: &Desk, tray: &str) -> Result<(), UploadError> {
    let (vault, token) = (desk.vault.clone(), tray.to_owned());
    tokio::task::spawn_blocking(move || vault.forget_tray(&token)).await.expect("removing does not panic")?;
    desk.uploads.forget(tray);
    Ok(())
}

/// Removes what may still lie in the tray of a batch that was filed; nothing to do for one
/// that came in another way.
pub(in crate::ingest) async fn put_down(desk: &Desk, batch: &BatchRow) -> Result<(), UploadError> {
    match batch.way {
        Way::Upload => forget(desk, &rows::of(&desk.db, batch).await?.tray).await,
        Way::Folder | Way::Zip | Way::Drop => Ok(()),
    }
}
