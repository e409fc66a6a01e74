//! A file comes, piece by piece.

use super::{FileShown, UploadError, files::file, rows, shelf::slips};
use crate::{
    ingest::{
        batch::{BatchRow, BatchState, Desk},
        pour::{Ended, Heed, pour},
    },
    vault::{Arriving, Standing},
};
use bytes::Bytes;
use futures::Stream;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// A digest that a piece may come with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Sha1,
    Sha256,
}

/// What the bytes of one piece must come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    pub algorithm: Algorithm,
    pub digest: Vec<u8>,
}

/// How far a file is after a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub offset: u64,
    pub whole: bool,
}

enum Hasher {
    None,
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Hasher {
    fn of(checksum: Option<&Checksum>) -> Self {
        match checksum.map(|checksum| checksum.algorithm) {
            None => Self::None,
            Some(Algorithm::Sha1) => Self::Sha1(Sha1::new()),
            Some(Algorithm::Sha256) => Self::Sha256(Sha256::new()),
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::None => {}
            Self::Sha1(hasher) => hasher.update(bytes),
            Self::Sha256(hasher) => hasher.update(bytes),
        }
    }

    fn agrees(self, checksum: Option<&Checksum>) -> bool {
        let Some(checksum) = checksum else { return true };
        let digest = match self {
            Self::None => return true,
            Self::Sha1(hasher) => hasher.finalize().to_vec(),
            Self::Sha256(hasher) => hasher.finalize().to_vec(),
        };
        digest == checksum.digest
    }
}

/// Where a file stands, for whoever is about to go on with it: what comes for it at the
/// moment is called off, and settled.
pub async fn offset(desk: &Desk, batch: &BatchRow, name: &str) -> Result<FileShown, UploadError> {
    // Looked for first: a name that is none makes no lane.
    file(desk, batch, name).await?;
    let turn = desk.uploads.lanes.turn(name).await.ok_or(UploadError::Busy)?;
    let found = file(desk, batch, name).await;
    drop(turn);
    found
}

/// Takes a piece that begins at byte `at`. What came when it breaks off is kept; but a piece
/// with a checksum is kept whole or not at all.
pub async fn append<S, E>(
    desk: &Desk,
    batch: &BatchRow,
    name: &str,
    at: u64,
    checksum: Option<&Checksum>,
    blocks: S,
) -> Result<Sent, UploadError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // Of one that went back its next round was begun by whoever announced the file.
    if !matches!(batch.state, BatchState::Receiving | BatchState::Checked | BatchState::Returned) {
        return Err(UploadError::State(batch.state));
    }
    let row = rows::of(&desk.db, batch).await?;
    let (tray, bytes) = {
        let shelf = desk.uploads.shelf(&row.tray);
        let mut shelf = shelf.lock().await;
        let slips = slips(&desk.vault, &row.tray, &mut shelf).await?;
        let slip = slips.files.get(name).ok_or(UploadError::Missing)?;
        (slips.tray.clone(), slip.bytes)
    };
    let (turn, called_off) = desk.uploads.lanes.turn(name).await.ok_or(UploadError::Busy)?;
    let of = name.to_owned();
    let begin = move || {
        if tray.received(&of)?.is_some() {
            return Ok(None);
        }
        tray.arriving(&of).map(Some)
    };
    let begun: Option<Arriving> = tokio::task::spawn_blocking(begin).await.expect("opening a file does not panic")?;
    let Some(arriving) = begun else {
        return if at == bytes {
            Ok(Sent { offset: bytes, whole: true })
        } else {
            Err(UploadError::Offset { at: bytes })
        };
    };
    if arriving.offset() != at {
        return Err(UploadError::Offset { at: arriving.offset() });
    }
    let before = checksum.map(|_| arriving.standing());
    let heed = Heed { room: &desk.room, most: bytes - at, keep: checksum.is_none() };
    let mut hasher = Hasher::of(checksum);
    let seen = |block: &[u8]| hasher.update(block);
    let (arriving, turn, ended) = pour(heed, (arriving, turn), blocks, called_off, seen).await;
    let refused = match ended {
        Ended::Whole if hasher.agrees(checksum) => None,
        Ended::Whole => Some(UploadError::Checksum),
        Ended::TooMuch => Some(UploadError::Beyond(bytes)),
        Ended::BrokenOff(why) => Some(UploadError::BrokenOff(why)),
        Ended::CalledOff => Some(UploadError::Busy),
        Ended::Stopped(error) => Some(error.into()),
    };
    let back = before.filter(|_| refused.is_some());
    let end = move || {
        let sent = end(arriving, back, bytes);
        drop(turn);
        sent
    };
    let ended = tokio::task::spawn_blocking(end).await.expect("writing does not panic");
    // Why it ended is the better answer.
    match refused {
        Some(refused) => Err(refused),
        None => Ok(ended?),
    }
}

/// Makes what came durable, the whole file where it is whole. Blocks.
fn end(mut arriving: Arriving, back: Option<Standing>, bytes: u64) -> Result<Sent, crate::vault::VaultError> {
    if let Some(standing) = back {
        // As it was settled before this piece.
        arriving.back_to(standing);
        return Ok(Sent { offset: arriving.offset(), whole: false });
    }
    let offset = arriving.offset();
    if offset == bytes {
        arriving.finish()?;
        return Ok(Sent { offset, whole: true });
    }
    arriving.settle()?;
    Ok(Sent { offset, whole: false })
}
