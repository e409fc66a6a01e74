//! How much room is left (余量) on the disks that an archive lies on.

use super::error::{VaultError, failed};
use std::{
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

/// The disks of an archive, and what must stay free on each: the database needs room to say
/// that there is none.
#[derive(Debug)]
pub struct Room {
    places: Vec<PathBuf>,
    keep: u64,
    short: AtomicBool,
}

impl Room {
    /// `keep` is what must stay free on the disk of each of `places`, in bytes.
    pub fn new(places: Vec<PathBuf>, keep: u64) -> Self {
        Self { places, keep, short: AtomicBool::new(false) }
    }

    /// Bytes free on the disk that has least, and what must stay of them.
    pub fn left(&self) -> Result<(u64, u64), VaultError> {
        let mut least = u64::MAX;
        for place in &self.places {
            least = least.min(free(place)?);
        }
        Ok((least, self.keep))
    }

    /// Whether `bytes` more may be written. May be asked at any time; it promises nothing of
    /// what others write.
    ///
    /// # Errors
    /// [`VaultError::Full`] names the disk that would be too full.
    pub fn check(&self, bytes: u64) -> Result<(), VaultError> {
        for place in &self.places {
            let free = free(place)?;
            if free.saturating_sub(bytes) < self.keep {
                self.short.store(true, Ordering::Relaxed);
                return Err(VaultError::Full { path: place.clone(), free, keep: self.keep });
            }
        }
        Ok(())
    }

    /// Whether there is room again after there was none. True once, to whoever asks first.
    pub fn regained(&self) -> bool {
        self.short.load(Ordering::Relaxed) && self.check(0).is_ok() && self.short.swap(false, Ordering::Relaxed)
    }
}

fn free(place: &PathBuf) -> Result<u64, VaultError> {
    let stat = rustix::fs::statvfs(place).map_err(|error| failed("look at", place)(error.into()))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_stay_free_is_not_written_into() {
        let dir = tempfile::tempdir().unwrap();
        let (left, _) = Room::new(vec![dir.path().to_owned()], 0).left().unwrap();
        assert!(left > 0);
        let room = Room::new(vec![dir.path().to_owned()], left / 2);
        assert!(room.check(0).is_ok() && !room.regained());
        let error = room.check(left / 4 * 3).unwrap_err();
        assert!(matches!(&error, VaultError::Full { keep, .. } if *keep == left / 2), "{error}");
        assert!(room.regained() && !room.regained(), "said once");
        assert!(Room::new(vec!["/nonexistent/place".into()], 0).check(0).is_err(), "cannot tell is no yes");
    }
}
