//! What comes over a connection, before it is known what becomes of it.
//!
//! Bytes come before their secrecy is known, so nothing of them lies on a disk as it is: a
//! *tray* (收件盒) is a folder of the staging in which every file is [sealed](sealing) under
//! a key of the tray's own, which lies in the key place. Names say nothing. A tray goes with
//! its key first, and then nothing in it can be read, whatever a disk still holds.

mod arriving;
mod keys;
mod opened;
mod sealing;

pub use arriving::{Arriving, Standing};
pub use opened::ReceivedFile;

use super::{
    Vault,
    durable::make_folder,
    error::{VaultError, failed},
    source::Source,
    staging::fresh_token,
};
use sealing::FileKey;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A tray, opened: the files of one sender's upload.
#[derive(Clone, Debug)]
pub struct Tray {
    token: String,
    folder: PathBuf,
    key: FileKey,
}

impl Tray {
    /// What the rows call it.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A name for one more file: 128 random bits.
    pub fn fresh_name() -> String {
        fresh_token()
    }

    /// Takes up a file that is coming in, or begins one. `name` is of [`Self::fresh_name`].
    ///
    /// # Errors
    /// [`VaultError::Busy`] while somebody else writes it.
    pub fn arriving(&self, name: &str) -> Result<Arriving, VaultError> {
        Arriving::open(&self.folder, checked(name)?, self.key.bytes())
    }

    /// How many bytes of a file came that are durable, and whether it is whole; of a whole
    /// one its length alone is looked at.
    pub fn offset(&self, name: &str) -> Result<(u64, bool), VaultError> {
        match self.received(name)? {
            Some(file) => Ok((file.measured()?, true)),
            None => Ok((arriving::settled(&self.folder, name, self.key.bytes())?, false)),
        }
    }

    /// A file that came whole; `None` for one that did not.
    pub fn received(&self, name: &str) -> Result<Option<ReceivedFile>, VaultError> {
        let path = self.folder.join(checked(name)?);
        let whole = path.try_exists().map_err(failed("look at", &path))?;
        Ok(whole.then(|| ReceivedFile::new(path, FileKey::of(self.key.bytes(), name))))
    }

    /// Removes a file, whole or not; absent is success.
    pub fn remove(&self, name: &str) -> Result<(), VaultError> {
        arriving::forget(&self.folder, checked(name)?)
    }

    /// Keeps a slip (a few KiB) with the files under a name of letters; a second one takes
    /// the place of the first. Durable on return.
    pub fn keep_slip(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let name = slip_name(name);
        arriving::seal_whole(&self.folder, &name, &FileKey::of(self.key.bytes(), &name), bytes)
    }

    /// Reads a slip; `None` where there is none.
    pub fn slip(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let name = slip_name(name);
        arriving::open_whole(&self.folder.join(&name), &FileKey::of(self.key.bytes(), &name))
    }

    /// Removes a slip; absent is success.
    pub fn remove_slip(&self, name: &str) -> Result<(), VaultError> {
        arriving::forget(&self.folder, &slip_name(name))
    }

    /// The names of all slips, in no order.
    pub fn slips(&self) -> Result<Vec<String>, VaultError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed("read", &self.folder))? {
            let name = entry.map_err(failed("read", &self.folder))?.file_name();
            names.extend(name.to_str().and_then(|name| name.strip_suffix(SLIP)).map(str::to_owned));
        }
        Ok(names)
    }
}

const SLIP: &str = ".slip";

fn slip_name(name: &str) -> String {
    format!("{name}{SLIP}")
}

/// A name that cannot lead out of the tray.
fn checked(name: &str) -> Result<&str, VaultError> {
    let plain = name.len() == 32 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if plain { Ok(name) } else { Err(VaultError::BadName(name.to_owned())) }
}

impl Vault {
    /// A token for a tray that is to be promised in the rows first, and made then.
    pub fn tray_token() -> String {
        fresh_token()
    }

    /// Makes the tray of this token, or opens the one that was made.
    pub fn make_tray(&self, token: &str) -> Result<Tray, VaultError> {
        let folder = self.staged_folder(token)?;
        let key = match keys::read(&self.keys, token) {
            Err(VaultError::KeyGone(path)) if !path.exists() && !folder.exists() => keys::make(&self.keys, token)?,
            read => read?,
        };
        make_folder(&folder)?;
        self.staging.settle()?;
        Ok(Tray { token: token.to_owned(), folder, key: FileKey::known(key) })
    }

    /// Opens a tray.
    ///
    /// # Errors
    /// [`VaultError::KeyGone`] where its key is not there: what lies in it cannot be read.
    pub fn tray(&self, token: &str) -> Result<Tray, VaultError> {
        let folder = self.staged_folder(token)?;
        let key = keys::read(&self.keys, token)?;
        Ok(Tray { token: token.to_owned(), folder, key: FileKey::known(key) })
    }

    /// Whether there is a tray of this token, or what is left of one.
    pub fn has_tray(&self, token: &str) -> Result<bool, VaultError> {
        let folder = self.staged_folder(token)?;
        Ok(keys::is_there(&self.keys, token) || folder.try_exists().map_err(failed("look at", &folder))?)
    }

    /// Removes a tray with all that lies in it, its key first; absent is success.
    pub fn forget_tray(&self, token: &str) -> Result<(), VaultError> {
        forget(&self.keys, &self.staged_folder(token)?, token)?;
        self.staging.settle()
    }

    /// The tokens of all trays that have a key.
    pub(super) fn key_tokens(&self) -> Result<Vec<String>, VaultError> {
        keys::tokens(&self.keys)
    }

    /// Whether a folder of the staging is a tray and no object; also one whose key went before
    /// it and that nobody can open any more.
    pub(super) fn is_tray(&self, token: &str) -> Result<bool, VaultError> {
        let folder = self.staged_folder(token)?;
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            // A key that was made before its folder.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(true),
            Err(error) => return Err(failed("read", folder)(error)),
        };
        for entry in entries {
            let name = entry.map_err(failed("read", &folder))?.file_name();
            let stem = name.to_str().and_then(|name| name.split('.').next()).unwrap_or_default();
            if checked(stem).is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes the key of a tray; absent is success.
    pub(super) fn forget_key(&self, token: &str) -> Result<(), VaultError> {
        keys::remove(&self.keys, token)
    }

    /// A tray for files that are used at once.
    pub fn receive(&self) -> Result<Received, VaultError> {
        let token = fresh_token();
        let folder = self.staged_folder(&token)?;
        let held = self.in_hand.hold(&token);
        let gone = Gone { keys: self.keys.clone(), folder, token, _held: held };
        Ok(Received { tray: self.make_tray(&gone.token)?, _gone: gone })
    }
}

fn forget(keys: &Path, folder: &Path, token: &str) -> Result<(), VaultError> {
    keys::remove(keys, token)?;
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("remove", folder)(error)),
        _ => Ok(()),
    }
}

/// A tray that is gone when this is dropped, or with the next start.
#[derive(Debug)]
pub struct Received {
    tray: Tray,
    _gone: Gone,
}

impl Received {
    /// Begins one more file.
    pub fn begin(&self) -> Result<Arriving, VaultError> {
        self.tray.arriving(&Tray::fresh_name())
    }

    /// Ends a file of it; readable as long as this is held. It survives no crash, as the tray
    /// does not. Blocks.
    pub fn finish(&self, arriving: Arriving) -> Result<Source, VaultError> {
        arriving.end(false).map(Source::Received)
    }
}

/// Removes a tray when it is dropped.
#[derive(Debug)]
struct Gone {
    keys: PathBuf,
    folder: PathBuf,
    token: String,
    _held: Held,
}

impl Drop for Gone {
    fn drop(&mut self) {
        if let Err(error) = forget(&self.keys, &self.folder, &self.token) {
            tracing::warn!("{} stays until the next start: {error}", self.folder.display());
        }
    }
}

/// Staged folders that nothing promises yet and somebody holds: no sweep takes them away.
#[derive(Clone, Debug, Default)]
pub(super) struct InHand(Arc<Mutex<BTreeSet<String>>>);

/// Holds one of them until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    among: InHand,
    token: String,
}

impl InHand {
    /// To be asked before the folder is made.
    pub fn hold(&self, token: &str) -> Held {
        self.tokens().insert(token.to_owned());
        Held { among: self.clone(), token: token.to_owned() }
    }

    pub fn has(&self, token: &str) -> bool {
        self.tokens().contains(token)
    }

    fn tokens(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.among.tokens().remove(&self.token);
    }
}
