//! Which file of a batch folder is its catalogue.

use super::CatalogueError;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// How well a name fits, best first. Within one tier two different files are a
/// question only the sender can answer. A workbook goes before a CSV because
/// the CSV is, in practice, exported from it; an encoding in the name marks a
/// copy for other software.
const TIERS: [&[&str]; 6] = [
    &["catalogue.xlsx", "目录.xlsx"],
    &["catalogue.ods", "目录.ods"],
    &["catalogue.xls", "目录.xls"],
    &["catalogue.csv", "目录.csv"],
    &["catalogue.utf8.csv", "catalogue.utf-8.csv", "目录.utf8.csv", "目录.utf-8.csv"],
    &["catalogue.gb18030.csv", "catalogue.gbk.csv", "目录.gb18030.csv", "目录.gbk.csv"],
];

/// Whether a file of this name, in the top folder of a batch, is a catalogue
/// or a copy of one (and so is no content).
pub fn is_catalogue(name: &str) -> bool {
    let name = name.to_lowercase();
    TIERS.iter().any(|tier| tier.contains(&name.as_str()))
}

/// The catalogue of the batch folder `dir`: `catalogue.xlsx` or `目录.xlsx`; if
/// there is neither, `.ods`, then `.xls`, then `catalogue.csv` or `目录.csv`; then copies with an encoding
/// in their name (UTF-8 first). Case does not matter.
///
/// Errors: `Absent`, `Several` if the best tier has two files, `Io`.
pub fn find(dir: &Path) -> Result<PathBuf, CatalogueError> {
    let io = |source| CatalogueError::Io { path: dir.to_owned(), source };
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(dir).map_err(io)? {
        let entry = entry.map_err(io)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if is_catalogue(&name) && entry.file_type().map_err(io)?.is_file() {
            names.insert(name);
        }
    }
    let found = choose(names.iter().map(String::as_str))?;
    Ok(dir.join(found.ok_or_else(|| CatalogueError::Absent(dir.to_owned()))?))
}

/// The one of these names, all of one folder, that is its catalogue; `None` where there is none.
///
/// Errors: `Several` if the best tier has two.
pub fn choose<'a>(names: impl Iterator<Item = &'a str>) -> Result<Option<&'a str>, CatalogueError> {
    let mut present: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); TIERS.len()];
    for name in names {
        if let Some(tier) = TIERS.iter().position(|tier| tier.contains(&name.to_lowercase().as_str())) {
            present[tier].insert(name);
        }
    }
    let Some(names) = present.into_iter().find(|names| !names.is_empty()) else { return Ok(None) };
    match names.first() {
        Some(only) if names.len() == 1 => Ok(Some(only)),
        _ => Err(CatalogueError::Several(names.into_iter().map(str::to_owned).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(names: &[&str]) -> Result<String, String> {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::write(dir.path().join(name), "").unwrap();
        }
        match find(dir.path()) {
            Ok(path) => Ok(path.file_name().unwrap().to_str().unwrap().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn the_workbook_goes_before_the_csv_and_the_plain_name_before_the_copy() {
        for (names, wanted) in [
            (&["catalogue.xlsx", "catalogue.csv", "catalogue.gb18030.csv"][..], "catalogue.xlsx"),
            (&["目录.xlsx", "catalogue.csv"], "目录.xlsx"),
            (&["catalogue.csv", "catalogue.gb18030.csv"], "catalogue.csv"),
            (&["catalogue.gb18030.csv"], "catalogue.gb18030.csv"),
            (&["目录.xls", "catalogue.ods", "catalogue.csv"], "catalogue.ods"),
            (&["目录.xls", "catalogue.csv"], "目录.xls"),
            (&["Catalogue.XLSX", "other.xlsx"], "Catalogue.XLSX"),
        ] {
            assert_eq!(chosen(names).as_deref(), Ok(wanted), "{names:?}");
        }
    }

    #[test]
    fn two_equally_good_catalogues_are_named_and_none_is_chosen() {
        let error = chosen(&["catalogue.xlsx", "目录.xlsx"]).unwrap_err();
        assert!(error.contains("catalogue.xlsx, 目录.xlsx"), "{error}");
        assert!(chosen(&["a.pdf"]).unwrap_err().starts_with("no catalogue in"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_catalogue() {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/hostname", dir.path().join("catalogue.csv")).unwrap();
        assert!(matches!(find(dir.path()), Err(CatalogueError::Absent(_))));
    }
}
