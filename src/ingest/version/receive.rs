//! Receiving the bytes of a file that shall stand in another's place.

use super::VersionError;
use crate::{
    ingest::{
        batch::Desk,
        pour::{Ended, Heed, pour},
    },
    vault::{Received, Source},
};
use bytes::Bytes;
use futures::Stream;

/// Writes what comes to the staging, sealed; it lies there until the first of both is
/// dropped.
///
/// # Errors
/// [`VersionError::TooLarge`] beyond the largest file that is taken in: the rest is not
/// read. [`VersionError::NotReceived`] where it breaks off.
pub async fn receive<S, E>(desk: &Desk, blocks: S) -> Result<(Received, Source), VersionError>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let vault = desk.vault.clone();
    let make = move || vault.receive().and_then(|received| received.begin().map(|arriving| (received, arriving)));
    let (received, arriving) = tokio::task::spawn_blocking(make).await.expect("making a file does not panic")?;
    let heed = Heed { room: &desk.room, most: desk.largest_file, keep: false };
    let (arriving, received, ended) = pour(heed, (arriving, received), blocks, std::future::pending(), |_| {}).await;
    match ended {
        Ended::Whole => {}
        Ended::TooMuch => return Err(VersionError::TooLarge { largest: desk.largest_file }),
        Ended::BrokenOff(why) => return Err(VersionError::NotReceived(why)),
        Ended::CalledOff => unreachable!("nobody calls it off"),
        Ended::Stopped(error) => return Err(error.into()),
    }
    let finish = move || received.finish(arriving).map(|source| (received, source));
    Ok(tokio::task::spawn_blocking(finish).await.expect("writing does not panic")?)
}
