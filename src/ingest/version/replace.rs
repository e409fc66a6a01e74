//! Putting another file in the place of one (更换文件): a bad scan, made again.

use super::{
    VersionError,
    act::{Amended, Asked, Begun},
};
use crate::{
    access::Guest,
    holdings::DescribedFile,
    ingest::{
        batch::{Desk, digest},
        folder::is_unseen,
        identify::{Identified, Known},
    },
    vault::{FileNow, Source, SourceFile},
};

/// Longest name of a file, in bytes: what file systems take.
const LONGEST_NAME: usize = 255;

/// A file that shall stand in another's place.
#[derive(Clone, Debug)]
pub struct Replacement<'a> {
    /// Of the file that goes.
    pub number: i64,
    /// Where the new one lies, and stays unchanged meanwhile.
    pub source: Source,
    /// What it is called from now on.
    pub name: &'a str,
}

/// Replaces a file by another, of whatever format; that one is checked and identified as at
/// ingest. The old one stays in its version, with what was read from it.
///
/// # Errors
/// [`VersionError::FileRefused`] where it is not whole; [`VersionError::Unchanged`] where its
/// bytes are those that stand there.
pub async fn replace(
    desk: &Desk,
    guest: &Guest,
    asked: Asked<'_>,
    replacement: Replacement<'_>,
) -> Result<Amended, VersionError> {
    let Replacement { number, source, name } = replacement;
    let begun = Begun::of(desk, guest, asked).await?;
    let before = &begun.before.described;
    let files = before.files.len();
    let place = before.files.iter().position(|file| file.number == number);
    let place = place.ok_or(VersionError::NoFile { number, files })?;
    let fits = !name.trim().is_empty() && name.len() <= LONGEST_NAME;
    if !fits || name.contains('/') || name.chars().any(is_unseen) {
        return Err(VersionError::FileName);
    }
    let refused = |why: String| VersionError::FileRefused { name: name.to_owned(), why };
    let bytes = source.bytes().map_err(|error| refused(error.to_string()))?;
    if bytes > desk.largest_file {
        return Err(VersionError::TooLarge { largest: desk.largest_file });
    }
    desk.room.check(bytes)?;
    let read = source.clone();
    let sha256 = tokio::task::spawn_blocking(move || digest(&read)).await.expect("reading a file does not panic");
    let sha256 = sha256.map_err(refused)?.to_string();
    if before.files[place].sha256 == sha256 {
        return Err(VersionError::Unchanged);
    }
    let examined = desk.reader.examine(&source, name).await;
    if let Some(why) = examined.fault {
        return Err(refused(why));
    }
    let known = examined.identified.as_ref().and_then(Identified::best);
    let mut after = before.clone();
    after.files[place] = DescribedFile {
        number,
        name: name.to_owned(),
        path: String::new(),
        format: examined.format.to_string(),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
        sha256,
        pages: examined.pages.map(i64::from),
        puid: known.map(|known| known.puid.clone()),
        puid_basis: examined.identified.as_ref().map(|told| told.basis.word().to_owned()),
        puid_name: known.map(Known::in_full),
    };
    let mut now: Vec<FileNow> =
        before.files.iter().map(|file| FileNow::Kept(u32::try_from(file.number).unwrap_or(0))).collect();
    now[place] = FileNow::New(SourceFile { source, name: name.to_owned() });
    begun.finish(desk, guest, after, now).await
}
