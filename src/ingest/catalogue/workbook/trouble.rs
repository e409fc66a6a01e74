//! Why a workbook, or a row of it, cannot be read, before it is known which file it is.

use super::super::CatalogueError;
use crate::vault::VaultError;
use std::path::Path;

#[derive(Debug)]
pub(super) enum Trouble {
    /// The whole workbook, in words.
    Broken(String),
    /// One row of it; the others can be read.
    Row(CatalogueError),
    Source(VaultError),
}

pub(super) fn broken(why: impl std::fmt::Display) -> Trouble {
    Trouble::Broken(why.to_string())
}

impl Trouble {
    pub fn of(self, path: &Path) -> CatalogueError {
        match self {
            Self::Broken(reason) => CatalogueError::Workbook { path: path.to_owned(), reason },
            Self::Row(error) => error,
            Self::Source(error) => CatalogueError::Source(error),
        }
    }
}
