//! Receiving the bytes of a file that shall stand in another's place.

use super::VersionError;
use crate::{ingest::batch::Desk, vault::Received};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tokio::io::AsyncWriteExt as _;

/// Bytes after which it is asked again whether the disks have room.
const ROOM_EVERY: u64 = 8 << 20;

/// Writes what comes to the staging; what is received lies there until it is dropped.
///
/// # Errors
/// [`VersionError::TooLarge`] beyond the largest file that is taken in: the rest is not
/// read. [`VersionError::NotReceived`] where it breaks off.
pub async fn receive<S, E>(desk: &Desk, mut blocks: S) -> Result<Received, VersionError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    desk.room.check(0)?;
    let vault = desk.vault.clone();
    let made = tokio::task::spawn_blocking(move || vault.receive()).await.expect("making a file does not panic");
    let (received, file) = made?;
    let mut file = tokio::fs::File::from_std(file);
    let (mut bytes, mut asked) = (0_u64, 0_u64);
    let lost = |error: std::io::Error| VersionError::NotReceived(error.into());
    while let Some(block) = blocks.next().await {
        let block = block.map_err(|error| VersionError::NotReceived(error.into()))?;
        bytes += block.len() as u64;
        if bytes > desk.largest_file {
            return Err(VersionError::TooLarge { largest: desk.largest_file });
        }
        if bytes - asked > ROOM_EVERY {
            asked = bytes;
            desk.room.check(0)?;
        }
        file.write_all(&block).await.map_err(lost)?;
    }
    file.flush().await.map_err(lost)?;
    Ok(received)
}
