//! The standing key for small secrets that must come back: one file in the key place,
//! made when it is first needed, never made anew over secrets that it has sealed.

use data_encoding::HEXLOWER;
use std::{
    fs::File,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

/// The file's name in the key place.
const NAME: &str = "access.key";
/// Its first line. The second is the key, 64 hex digits.
const VERSION: &str = "lantai-access-key-1";

pub(in crate::access) type Key = [u8; 32];

/// Why there is no key, or a secret does not open under it.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("{0} is gone, and second factors are sealed under it; put it back from your copy of the keys")]
    Gone(PathBuf),
    #[error("{path} cannot be used")]
    Unusable { path: PathBuf, source: std::io::Error },
    #[error("{0} is no key of this program: it begins with {VERSION} and holds 32 bytes in hex")]
    Foreign(PathBuf),
    #[error("the second factor {0} does not open under the key of this archive")]
    Unopened(String),
}

/// The key in `folder`; made where it is not there and `sealed`, the number of secrets
/// under it, is 0.
pub(super) fn standing(folder: &Path, sealed: i64) -> Result<Key, KeyError> {
    let path = folder.join(NAME);
    match std::fs::read_to_string(&path) {
        Ok(text) => read(&text).ok_or(KeyError::Foreign(path)),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(KeyError::Unusable { path, source: error }),
        Err(_) if sealed > 0 => Err(KeyError::Gone(path)),
        Err(_) => make(folder, &path).map_err(|source| KeyError::Unusable { path, source }),
    }
}

fn read(text: &str) -> Option<Key> {
    let (version, rest) = text.split_once('\n')?;
    let key = HEXLOWER.decode(rest.trim_end().as_bytes()).ok()?;
    key.try_into().ok().filter(|_| version == VERSION)
}

/// Whole under its name or not there: a key that was half written would seal nothing
/// and stand in the way.
fn make(folder: &Path, path: &Path) -> std::io::Result<Key> {
    let mut key = Key::default();
    getrandom::fill(&mut key).expect("the operating system gives random bytes");
    // Made with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{VERSION}\n{}", HEXLOWER.encode(&key))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => {}
        // Somebody was quicker: his is the one.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            let text = std::fs::read_to_string(path)?;
            return read(&text).ok_or_else(|| ErrorKind::InvalidData.into());
        }
        Err(error) => return Err(error.error),
    }
    File::open(folder)?.sync_all()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = standing(folder.path(), 0).unwrap();
        assert_eq!(standing(folder.path(), 3).unwrap(), first);
        let path = folder.path().join(NAME);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(std::fs::read_to_string(path).unwrap().starts_with("lantai-access-key-1\n"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_key_that_is_gone_or_foreign_is_said_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(standing(folder.path(), 1), Err(KeyError::Gone(_))));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        for text in ["", "lantai-access-key-1\n", "lantai-access-key-2\n0000\n", &format!("{}\n", "0".repeat(64))] {
            std::fs::write(folder.path().join(NAME), text).unwrap();
            assert!(matches!(standing(folder.path(), 0), Err(KeyError::Foreign(_))), "{text}");
        }
        assert!(matches!(standing(&folder.path().join("none"), 0), Err(KeyError::Unusable { .. })));
    }
}
