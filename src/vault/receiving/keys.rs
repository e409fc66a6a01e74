//! The keys of trays: one file each in the key place, `staging/<token>`, readable by its
//! owner alone, removed with its tray.

use crate::vault::{
    durable::sync_folder,
    error::{VaultError, failed},
};
use data_encoding::HEXLOWER;
use std::{
    fs::{self, DirBuilder},
    io::{ErrorKind, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::Path,
};

/// The first line of such a file. The second is the key, 64 hex digits.
const VERSION: &str = "lantai-staging-key-1";

/// Makes a key, durable before anything is sealed under it.
pub(super) fn make(folder: &Path, token: &str) -> Result<[u8; 32], VaultError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => folder.parent().map_or(Ok(()), sync_folder)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed("make", folder)(error)),
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the operating system gives random bytes");
    let path = folder.join(token);
    // Made with mode 0600; whole under its name or not there.
    let write = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        writeln!(file, "{VERSION}\n{}", HEXLOWER.encode(&key))?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&path).map(drop).map_err(|error| error.error)
    };
    write().map_err(failed("make", &path))?;
    sync_folder(folder)?;
    Ok(key)
}

pub(super) fn read(folder: &Path, token: &str) -> Result<[u8; 32], VaultError> {
    let path = folder.join(token);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(VaultError::KeyGone(path)),
        Err(error) => return Err(failed("read", path)(error)),
    };
    let key = text.split_once('\n').filter(|(version, _)| *version == VERSION);
    let key = key.and_then(|(_, key)| HEXLOWER.decode(key.trim_end().as_bytes()).ok());
    key.and_then(|key| key.try_into().ok()).ok_or(VaultError::KeyGone(path))
}

pub(super) fn is_there(folder: &Path, token: &str) -> bool {
    folder.join(token).exists()
}

/// Removes a key; absent is success. What was sealed under it opens no more.
pub(super) fn remove(folder: &Path, token: &str) -> Result<(), VaultError> {
    let path = folder.join(token);
    match fs::remove_file(&path) {
        Ok(()) => sync_folder(folder),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed("remove", path)(error)),
    }
}

/// The tokens that have one.
pub(super) fn tokens(folder: &Path) -> Result<Vec<String>, VaultError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", folder)(error)),
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    names.collect::<Result<_, _>>().map_err(failed("read", folder))
}
