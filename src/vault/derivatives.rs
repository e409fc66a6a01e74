//! What was made from content: page texts and images. It lies outside the
//! object, below the record alone, and is not synced: it can be made again.
//!
//! `derivatives/<record id>/<content digest>.<maker>.<what>`: one folder a record. The
//! plan had a folder for the digest and one for the maker; making them took a third of
//! the time of keeping a text (2026-11-24).

use super::{
    Vault,
    error::{VaultError, failed},
    staging::fresh_token,
};
use crate::{
    access::Permit,
    kernel::{Id, Instant, Record, Sha256},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const TEXT: &str = "text.json";

impl Vault {
    /// Keeps the text of every page of a content file, as `maker` (`pdf-1`)
    /// read it; replaces what this maker said before.
    pub fn put_text(
        &self,
        record: &Id<Record>,
        content: &Sha256,
        maker: &str,
        pages: &[String],
    ) -> Result<(), VaultError> {
        let bytes = serde_json::to_vec(pages).expect("a list of strings is JSON");
        put(&self.made(record, content, maker, TEXT)?, &bytes)
    }

    /// The pages `maker` read; `None` if it has not. An empty page is a page
    /// without text, not one that could not be read. Refused as
    /// [`Vault::open_content`] refuses: text is content.
    pub fn text(
        &self,
        permit: &Permit,
        record: &Id<Record>,
        content: &Sha256,
        maker: &str,
        now: Instant,
    ) -> Result<Option<Vec<String>>, VaultError> {
        permitted(permit, record, now)?;
        let path = self.made(record, content, maker, TEXT)?;
        let Some(bytes) = take(&path)? else { return Ok(None) };
        let damaged = |e: serde_json::Error| VaultError::Damaged { path, reason: e.to_string() };
        serde_json::from_slice(&bytes).map(Some).map_err(damaged)
    }

    /// Keeps the image of a page (from 1), `width` pixels wide.
    pub fn put_image(
        &self,
        record: &Id<Record>,
        content: &Sha256,
        maker: &str,
        page: u32,
        width: u32,
        bytes: &[u8],
    ) -> Result<(), VaultError> {
        put(&self.made(record, content, maker, &image_name(page, width))?, bytes)
    }

    /// The image of a page; `None` if it was not made. Refused as
    /// [`Vault::open_content`] refuses.
    pub fn image(
        &self,
        permit: &Permit,
        record: &Id<Record>,
        content: &Sha256,
        maker: &str,
        (page, width): (u32, u32),
        now: Instant,
    ) -> Result<Option<Vec<u8>>, VaultError> {
        permitted(permit, record, now)?;
        take(&self.made(record, content, maker, &image_name(page, width))?)
    }

    /// Removes everything made from a record; absent is success.
    pub fn forget_derivatives(&self, record: &Id<Record>) -> Result<(), VaultError> {
        let folder = self.derivatives.join(segment(record.as_str())?);
        match fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed("remove", folder)(e)),
            _ => Ok(()),
        }
    }

    fn made(&self, record: &Id<Record>, content: &Sha256, maker: &str, what: &str) -> Result<PathBuf, VaultError> {
        let record = self.derivatives.join(segment(record.as_str())?);
        Ok(record.join(format!("{content}.{}.{what}", segment(maker)?)))
    }
}

fn permitted(permit: &Permit, record: &Id<Record>, now: Instant) -> Result<(), VaultError> {
    if permit.allows(record, now) { Ok(()) } else { Err(VaultError::NotPermitted(record.clone())) }
}

fn image_name(page: u32, width: u32) -> String {
    format!("page-{page:04}-{width}")
}

/// A text that may be one segment of a path.
fn segment(name: &str) -> Result<&str, VaultError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if name.is_empty() || name.len() > 64 || name.starts_with('.') || !name.bytes().all(plain) {
        return Err(VaultError::BadName(name.to_owned()));
    }
    Ok(name)
}

/// Writes beside the name and renames, so that no reader sees half a file.
fn put(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let folder = path.parent().expect("a derivative lies in its record's folder");
    match fs::create_dir(folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(failed("make", folder)(e)),
        _ => {}
    }
    let half = folder.join(format!(".{}", fresh_token()));
    fs::write(&half, bytes).and_then(|()| fs::rename(&half, path)).map_err(|e| {
        // The write's own error is the one worth telling.
        fs::remove_file(&half).ok();
        failed("write", path)(e)
    })
}

/// The bytes, or `None` where nothing lies.
fn take(path: &Path) -> Result<Option<Vec<u8>>, VaultError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed("read", path)(e)),
    }
}
