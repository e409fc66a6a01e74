//! Where an archive lies.

use super::AppError;
use crate::{
    profile::{Profile, ProfileError},
    vault::Folders,
};
use std::{
    fs::File,
    path::{Path, PathBuf},
};

/// The folders of one archive.
#[derive(Clone, Debug)]
pub struct Place {
    pub data: PathBuf,
    /// Beside the data, never inside it.
    pub keys: PathBuf,
}

/// The archive's lock: one server, or one command without a server, at a time.
/// Let go when dropped, and by the kernel when the process dies.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held open for its lock")] File);

impl Place {
    /// The archive at `data`, its keys at `keys` or `<data>-keys`.
    pub fn new(data: &Path, keys: Option<&Path>) -> Self {
        let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
        let beside = || {
            let mut name = data.file_name().unwrap_or_default().to_owned();
            name.push("-keys");
            data.with_file_name(name)
        };
        let keys = keys.map_or_else(beside, Path::to_owned);
        Self { data, keys }
    }

    pub fn config(&self) -> PathBuf {
        self.data.join("lantai.toml")
    }
    pub fn database(&self) -> PathBuf {
        self.data.join("lantai.db")
    }
    pub fn index(&self) -> PathBuf {
        self.data.join("index")
    }
    pub fn socket(&self) -> PathBuf {
        self.data.join("socket")
    }

    /// Where the archive's own rules lie, if it has some.
    pub fn own_rules(&self) -> PathBuf {
        self.data.join("profile")
    }

    /// The rules: those that come with the program (`standard`), or each file replaced by
    /// the one of the same name in the archive's folder `profile` (`own`); empty for the
    /// own ones if that folder is there.
    pub fn rules(&self, which: &str) -> Result<Profile, ProfileError> {
        let folder = self.own_rules();
        if which == "own" || (which.is_empty() && folder.is_dir()) {
            Profile::load(&folder)
        } else {
            Profile::compiled()
        }
    }

    /// Where the bytes lie: at `store`, or inside the archive where that is empty.
    pub fn folders(&self, store: &Path) -> Folders {
        match store.as_os_str().is_empty() {
            true => Folders::in_archive(&self.data, &self.keys),
            false => Folders::at(store, &self.keys),
        }
    }

    /// Whether an archive was made here.
    pub fn exists(&self) -> bool {
        self.config().exists()
    }

    /// Takes the lock.
    ///
    /// # Errors
    /// [`AppError::Locked`] while another process holds it.
    pub fn lock(&self) -> Result<Lock, AppError> {
        let path = self.data.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| AppError::Folder { path: path.clone(), source })?;
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Lock(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(AppError::Locked(self.data.clone())),
            Err(errno) => Err(AppError::Folder { path, source: errno.into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lie_beside_the_data() {
        let place = Place::new(Path::new("/srv/archive"), None);
        assert_eq!(place.keys, Path::new("/srv/archive-keys"));
        assert_eq!(Place::new(Path::new("/srv/archive"), Some(Path::new("/k"))).keys, Path::new("/k"));
    }

    #[test]
    fn a_second_holder_is_refused_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path(), None);
        let first = place.lock().unwrap();
        assert!(matches!(place.lock(), Err(AppError::Locked(_))));
        drop(first);
        place.lock().unwrap();
    }
}
