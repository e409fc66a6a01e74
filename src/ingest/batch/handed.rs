//! What was handed in, whichever way it came.

use super::desk::IngestError;
use crate::{
    ingest::{
        catalogue::{self, Mapping},
        folder::{self, Walked},
    },
    vault::Source,
};
use std::path::{Path, PathBuf};

/// A catalogue and its files, found and not yet looked into.
#[derive(Clone, Debug)]
pub struct Handed {
    /// What the batch is called.
    pub name: String,
    /// Where it came from, as it is kept with the batch.
    pub source: String,
    /// What the sender called the catalogue: its ending says its form.
    pub catalogue_name: PathBuf,
    pub catalogue: Source,
    pub walked: Walked,
    /// What the sender said of the catalogue's headers.
    pub mapping: Mapping,
}

impl Handed {
    /// A folder on this machine, its catalogue in it.
    pub fn folder(dir: &Path) -> Result<Self, IngestError> {
        let source = dir.canonicalize().map_err(|error| IngestError::Source(dir.to_owned(), error))?;
        let catalogue = catalogue::find(&source)?;
        let walked = folder::walk(&source)?;
        Ok(Self {
            name: source
                .file_name()
                .map_or_else(|| source.display().to_string(), |name| name.to_string_lossy().into_owned()),
            source: source.display().to_string(),
            catalogue_name: catalogue.clone(),
            catalogue: Source::Plain(catalogue),
            walked,
            mapping: Mapping::default(),
        })
    }
}
