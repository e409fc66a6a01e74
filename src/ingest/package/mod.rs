//! A package (包): a ZIP file as senders make them, taken in like a folder.
//!
//! Promises: every member of the directory is either content, or listed as refused
//! with its reason, or as lying beside the content: a name that stands twice loses
//! neither; no member's name is ever a path of ours; nothing is unpacked that the
//! directory lies about, and a package that would unpack to far more than it weighs
//! is refused before it is unpacked; memory stays flat in the size of members.
//!
//! Names: UTF-8 where the ZIP says so (APPNOTE 6.3.10, 4.4.4 bit 11); the others are
//! judged together: UTF-8 if all of them are, else GB18030, as every old Chinese
//! Windows wrote them.
//!
//! # Why
//!
//! - The members are unpacked one by one to where the caller puts them (sealed, since
//!   their secrecy is not known yet) and never to names of the package's choosing.
//! - Our own walk over the directory and not `ZipArchive`: that keeps the last of two
//!   members of one name and drops the other in silence.

mod directory;
mod names;
mod unpack;

pub use directory::{Member, Package};
pub use unpack::Unpacked;

use crate::vault::VaultError;

/// Why a package is not opened at all.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error(transparent)]
    Source(#[from] VaultError),
    #[error("it is no readable ZIP file: {0}; pack it anew")]
    Broken(String),
    #[error("its directory weighs {bytes} bytes, more than {limit}; split it into several packages")]
    Directory { bytes: u64, limit: u64 },
    #[error(
        "{0} bytes stand before the ZIP file in it (two packages in one file, or a program that unpacks itself); hand in the ZIP file alone"
    )]
    Before(u64),
    #[error("members of it lie over one another: it was made to deceive; pack it anew")]
    Overlap,
    #[error("it would unpack to {bytes} bytes from {packed}; pack it anew, or hand the folder in")]
    Bomb { bytes: u64, packed: u64 },
}

#[cfg(test)]
mod tests;
