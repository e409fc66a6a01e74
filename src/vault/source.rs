//! Where bytes lie before they are taken in.

use super::{
    error::{VaultError, failed},
    receiving::ReceivedFile,
};
use rustix::fs::OFlags;
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek},
    os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Bytes that can be read from any place in them.
pub trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

/// A file that was handed in, wherever it lies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// On a disk of this machine, readable as it is.
    Plain(PathBuf),
    /// Staged as it came over a connection, sealed.
    Received(ReceivedFile),
}

impl Source {
    /// Opens it, from its first byte. May be called again. A link is not followed, and
    /// what is no regular file is refused; of what was staged no byte comes that is not as
    /// it was received.
    pub fn open(&self) -> Result<Box<dyn Bytes>, VaultError> {
        match self {
            Self::Plain(path) => Ok(Box::new(open_regular(path)?)),
            Self::Received(file) => Ok(Box::new(file.open()?)),
        }
    }

    /// How many bytes it has. Refused as [`Self::open`] refuses.
    pub fn bytes(&self) -> Result<u64, VaultError> {
        match self {
            Self::Plain(path) => Ok(open_regular(path)?.metadata().map_err(failed("look at", path))?.len()),
            Self::Received(file) => Ok(file.open()?.length()),
        }
    }
}

/// Opens a source if it is a regular file: a link is not followed, and a pipe
/// without a writer does not hold us up.
pub(super) fn open_regular(path: &Path) -> Result<File, VaultError> {
    let refused = |kind| VaultError::SourceRefused { path: path.to_owned(), kind };
    let kind_of = |kind: fs::FileType| match kind {
        kind if kind.is_file() => None,
        kind if kind.is_symlink() => Some("a symbolic link"),
        kind if kind.is_dir() => Some("a folder"),
        kind if kind.is_fifo() => Some("a pipe"),
        _ => Some("a device or socket"),
    };
    let named = fs::symlink_metadata(path).map_err(failed("look at", path))?;
    if let Some(kind) = kind_of(named.file_type()) {
        return Err(refused(kind));
    }
    // Asked again of the open file: the name may have been given to another.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let flags = i32::try_from(flags).expect("open flags fit in an int");
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(failed("open", path))?;
    let opened = file.metadata().map_err(failed("look at", path))?;
    kind_of(opened.file_type()).map_or(Ok(file), |kind| Err(refused(kind)))
}
