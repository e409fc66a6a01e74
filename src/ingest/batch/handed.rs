//! What was handed in, whichever way it came.

use super::{
    desk::{Desk, IngestError},
    rows::Way,
    unpacked::unpacked,
};
use crate::{
    ingest::{
        catalogue::{self, CatalogueError, Told, is_catalogue},
        folder::{self, FoundFile, Refused, Walked},
    },
    vault::{Received, Source},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A catalogue and its files, found and not yet looked into.
#[derive(Clone, Debug)]
pub struct Handed {
    /// What the batch is called.
    pub name: String,
    /// Where it came from, as it is kept with the batch.
    pub source: String,
    pub way: Way,
    /// What the sender called the catalogue: its ending says its form.
    pub catalogue_name: PathBuf,
    pub catalogue: Source,
    pub walked: Walked,
    /// What the sender told of the catalogue's headers.
    pub told: Told,
    /// Where files of a package lie while somebody works with them.
    pub held: Option<Arc<Received>>,
}

impl Handed {
    /// What lies on this machine: a folder, or a ZIP file that is unpacked for it.
    pub async fn open(desk: &Desk, path: &Path) -> Result<Self, IngestError> {
        let (desk, path) = (desk.clone(), path.to_owned());
        let open = move || if path.is_file() { unpacked(&desk, &path) } else { Self::folder(&path) };
        tokio::task::spawn_blocking(open).await.expect("listing does not panic")
    }

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
            way: Way::Folder,
            catalogue_name: catalogue.clone(),
            catalogue: Source::Plain(catalogue),
            walked,
            told: Told::new(),
            held: None,
        })
    }

    /// Files that came one by one or in a package, their names below it. A package often holds
    /// one folder with everything in it: then that folder is the batch.
    ///
    /// # Errors
    /// No catalogue among them, or two.
    pub fn files(
        (name, source, way): (String, String, Way),
        files: Vec<FoundFile>,
        refused: Vec<Refused>,
    ) -> Result<Self, IngestError> {
        let (mut files, mut refused) = (files, refused);
        let paths: Vec<&str> = files.iter().map(|file| file.relative.as_str()).collect();
        if let Some(root) = top_of(&paths) {
            let names = files.iter_mut().map(|file| &mut file.relative);
            for name in names.chain(refused.iter_mut().map(|one| &mut one.relative)) {
                if let Some(below) = name.strip_prefix(&root) {
                    *name = below.to_owned();
                }
            }
        }
        let tops = files.iter().map(|file| file.relative.as_str()).filter(|name| !name.contains('/'));
        let chosen = catalogue::choose(tops)?.ok_or_else(|| CatalogueError::Absent(PathBuf::from(&source)))?.to_owned();
        let catalogue = files.iter().find(|file| file.relative == chosen).expect("it was chosen from them");
        let catalogue = catalogue.source.clone();
        let mut walked = Walked { refused, ..Walked::default() };
        for file in files {
            walked.place(file);
        }
        walked.settle();
        Ok(Self { name, source, way, catalogue_name: chosen.into(), catalogue, walked, told: Told::new(), held: None })
    }
}

/// `folder/`, if no file lies outside that one folder and it holds a catalogue.
pub(in crate::ingest) fn top_of(paths: &[&str]) -> Option<String> {
    let (root, _) = paths.first()?.split_once('/')?;
    let root = format!("{root}/");
    let mut below = paths.iter().map(|path| path.strip_prefix(&root));
    let catalogue = below.clone().flatten().any(is_catalogue);
    (below.all(|name| name.is_some()) && catalogue).then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(relative: &str) -> FoundFile {
        FoundFile { source: Source::Plain(relative.into()), relative: relative.to_owned(), bytes: 1, modified: None }
    }

    fn handed(names: &[&str]) -> Result<Handed, IngestError> {
        Handed::files(
            ("批次".into(), "a.zip".into(), Way::Zip),
            names.iter().map(|name| file(name)).collect(),
            Vec::new(),
        )
    }

    #[test]
    fn the_folder_that_holds_everything_is_the_batch() {
        let batch = handed(&["移交/目录.csv", "移交/2011/a.pdf", "移交/.DS_Store", "移交/sums.md5"]).unwrap();
        assert_eq!(batch.catalogue_name, PathBuf::from("目录.csv"));
        assert_eq!(batch.catalogue, Source::Plain("移交/目录.csv".into()));
        let files: Vec<_> = batch.walked.files.iter().map(|file| file.relative.as_str()).collect();
        assert_eq!(files, ["2011/a.pdf"]);
        assert_eq!(batch.walked.beside.len(), 3);
    }

    #[test]
    fn files_without_a_catalogue_or_with_two_are_no_batch() {
        assert!(matches!(handed(&["a.pdf"]), Err(IngestError::Catalogue(CatalogueError::Absent(_)))));
        assert!(matches!(handed(&["a/b.pdf", "c/目录.csv"]), Err(IngestError::Catalogue(CatalogueError::Absent(_)))));
        assert!(matches!(
            handed(&["目录.xlsx", "catalogue.xlsx"]),
            Err(IngestError::Catalogue(CatalogueError::Several(_)))
        ));
    }
}
