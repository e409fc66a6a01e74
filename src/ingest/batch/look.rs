//! Looking at the files of a batch: their digests, and whether they are whole.

use super::{desk::Desk, pace::Pace};
use crate::{
    ingest::{extract::Examined, folder::FoundFile},
    kernel::Sha256,
    vault::Source,
};
use futures::{StreamExt as _, stream};
use sha2::Digest as _;

/// Digests of `files`, in their order, two at a time: the disk and two cores have
/// no use for more.
///
/// A file that cannot be read is a reason of its own; the others are digested.
pub(super) async fn digests(files: &[FoundFile]) -> Vec<Result<Sha256, String>> {
    let pace = Pace::new("digesting files", files.len());
    let asked: Vec<_> = files.iter().map(|file| digest_aside(file.source.clone())).collect();
    stream::iter(asked).buffered(2).inspect(|_| pace.step(1)).collect().await
}

/// What each of `files` is and whether it is whole, in their order; opened by the
/// limited children.
pub(super) async fn examined(desk: &Desk, files: &[&FoundFile]) -> Vec<Examined> {
    // Collected first: a closure that borrows, held over an await, is no `Send`.
    let pace = Pace::new("checking files", files.len());
    let asked: Vec<_> = files.iter().map(|file| desk.reader.examine(&file.source, &file.relative)).collect();
    stream::iter(asked).buffered(desk.reader.children() * 2).inspect(|_| pace.step(1)).collect().await
}

async fn digest_aside(source: Source) -> Result<Sha256, String> {
    tokio::task::spawn_blocking(move || digest(&source)).await.expect("reading a file does not panic")
}

/// SHA-256 of a file's bytes, or why they cannot be read. Blocks.
pub(in crate::ingest) fn digest(source: &Source) -> Result<Sha256, String> {
    let mut file = source.open().map_err(|error| error.to_string())?;
    let mut hasher = sha2::Sha256::new();
    let mut block = vec![0; 256 << 10];
    loop {
        let count = file.read(&mut block).map_err(|error| error.to_string())?;
        if count == 0 {
            return Ok(Sha256(hasher.finalize().into()));
        }
        hasher.update(&block[..count]);
    }
}
