//! The files of a batch that is being sent: announced, listed, taken out again.

use super::{
    UploadError,
    again::{again, came_to_nothing},
    path, rows,
    shelf::{Slip, slips},
};
use crate::{
    access::Guest,
    audit::{Change, Event},
    ingest::batch::{self, BatchRow, BatchState, Desk, Seen, Way},
    vault::Tray,
};

/// Files of a batch at most (ours): their slips are held in memory while it is received.
pub const MOST_FILES: usize = 100_000;

/// A file as its sender sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileShown {
    /// How it is asked for.
    pub name: String,
    pub path: String,
    /// As announced.
    pub bytes: u64,
    /// In milliseconds since 1970, as its sender said.
    pub modified: Option<i64>,
    /// How many of them came, as last settled.
    pub received: u64,
    pub whole: bool,
}

/// Announces a file of `bytes` bytes; gives the name under which it is sent. The batch is
/// received again if it was checked, and as its next round if it was returned.
///
/// # Errors
/// [`UploadError::Twice`] where the batch has a file of this path.
pub async fn announce(
    desk: &Desk,
    guest: &Guest,
    batch: &BatchRow,
    path: &str,
    bytes: u64,
    modified: Option<i64>,
) -> Result<String, UploadError> {
    let path = path::checked(path)?;
    if bytes > desk.largest_file {
        return Err(UploadError::TooLarge { largest: desk.largest_file });
    }
    desk.room.check(bytes)?;
    let row = rows::of(&desk.db, batch).await?;
    let shelf = desk.uploads.shelf(&row.tray);
    let mut shelf = shelf.lock().await;
    receives(desk, guest, batch).await?;
    let slips = slips(&desk.vault, &row.tray, &mut shelf).await?;
    if slips.paths.contains_key(&path::same(&path)) {
        return Err(UploadError::Twice(path));
    }
    if slips.files.len() >= MOST_FILES {
        return Err(UploadError::TooMany);
    }
    let (name, slip) = (Tray::fresh_name(), Slip { path, bytes, modified });
    let (tray, kept, of) = (slips.tray.clone(), serde_json::to_vec(&slip).expect("a slip is JSON"), name.clone());
    let keep = move || {
        tray.keep_slip(&of, &kept)?;
        // Nothing will come for it.
        if bytes == 0 { tray.arriving(&of)?.finish().map(drop) } else { Ok(()) }
    };
    tokio::task::spawn_blocking(keep).await.expect("writing does not panic")?;
    slips.paths.insert(path::same(&slip.path), name.clone());
    slips.files.insert(name.clone(), slip);
    Ok(name)
}

/// Refuses where nothing may come to the batch any more; one that was checked or
/// returned is received again from here on. Only while its shelf is held.
async fn receives(desk: &Desk, guest: &Guest, batch: &BatchRow) -> Result<(), UploadError> {
    let now = batch::by_id(&desk.db, &Seen::All, &batch.id).await?.ok_or(UploadError::Missing)?;
    match now.state {
        BatchState::Receiving => Ok(()),
        BatchState::Checked => {
            let mut change = Change::begin(&desk.db, desk.clock.as_ref(), guest.actor()).await?;
            if !batch::moved(&mut change, &batch.id, &[BatchState::Checked], BatchState::Receiving).await? {
                return Err(UploadError::State(now.state));
            }
            change.commit(Event::new("batch.reopened", &batch.id)).await?;
            Ok(())
        }
        BatchState::Returned => again(desk, guest, &now).await.map(drop),
        state => Err(UploadError::State(state)),
    }
}

/// One file of the batch.
pub async fn file(desk: &Desk, batch: &BatchRow, name: &str) -> Result<FileShown, UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    if came_to_nothing(desk, batch, &row.tray).await? {
        return Err(UploadError::Missing);
    }
    let shelf = desk.uploads.shelf(&row.tray);
    let mut shelf = shelf.lock().await;
    let slips = slips(&desk.vault, &row.tray, &mut shelf).await?;
    let slip = slips.files.get(name).ok_or(UploadError::Missing)?.clone();
    let (tray, name) = (slips.tray.clone(), name.to_owned());
    let look = move || shown(&tray, &name, slip);
    tokio::task::spawn_blocking(look).await.expect("looking does not panic")
}

/// Every file of the batch, in the order of their paths.
pub async fn files(desk: &Desk, batch: &BatchRow) -> Result<Vec<FileShown>, UploadError> {
    use BatchState::{Checked, Checking, Receiving, Returned};
    // One that came in another way has no tray.
    if batch.way != Way::Upload || !matches!(batch.state, Receiving | Checking | Checked | Returned) {
        return Ok(Vec::new());
    }
    let row = rows::of(&desk.db, batch).await?;
    if came_to_nothing(desk, batch, &row.tray).await? {
        return Ok(Vec::new());
    }
    let shelf = desk.uploads.shelf(&row.tray);
    let mut shelf = shelf.lock().await;
    let slips = slips(&desk.vault, &row.tray, &mut shelf).await?;
    let (tray, files) = (slips.tray.clone(), slips.files.clone());
    let look = move || {
        let shown = files.into_iter().map(|(name, slip)| shown(&tray, &name, slip));
        let mut shown = shown.collect::<Result<Vec<_>, _>>()?;
        shown.sort_by(|a, b| crate::ingest::folder::natural(&a.path, &b.path));
        Ok(shown)
    };
    tokio::task::spawn_blocking(look).await.expect("looking does not panic")
}

fn shown(tray: &Tray, name: &str, slip: Slip) -> Result<FileShown, UploadError> {
    let (received, whole) = tray.offset(name)?;
    Ok(FileShown {
        name: name.to_owned(),
        path: slip.path,
        bytes: slip.bytes,
        modified: slip.modified,
        received,
        whole,
    })
}

/// Takes a file out of the batch; what comes for it at the moment is called off.
pub async fn remove(desk: &Desk, guest: &Guest, batch: &BatchRow, name: &str) -> Result<(), UploadError> {
    let row = rows::of(&desk.db, batch).await?;
    if came_to_nothing(desk, batch, &row.tray).await? {
        return Err(UploadError::Missing);
    }
    let (turn, _) = desk.uploads.lanes.turn(name).await.ok_or(UploadError::Busy)?;
    let shelf = desk.uploads.shelf(&row.tray);
    let mut shelf = shelf.lock().await;
    let slips = slips(&desk.vault, &row.tray, &mut shelf).await?;
    let slip = slips.files.get(name).ok_or(UploadError::Missing)?.clone();
    receives(desk, guest, batch).await?;
    let (tray, of) = (slips.tray.clone(), name.to_owned());
    // The slip first: a file without one is nobody's.
    let forget = move || {
        tray.remove_slip(&of)?;
        let done = tray.remove(&of);
        drop(turn);
        done
    };
    tokio::task::spawn_blocking(forget).await.expect("removing does not panic")?;
    slips.paths.remove(&path::same(&slip.path));
    slips.files.remove(name);
    Ok(())
}
