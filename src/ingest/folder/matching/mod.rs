//! Which files belong to which row.
//!
//! A file belongs to a row, by the first of these that applies: the row's file
//! name cell (a path, a bare name, or a folder); the file's stem is the 档号; the
//! stem without its page number is; the nearest folder above the file is. So a
//! file of an item inside its volume's folder goes to the item. A file that a
//! cell gives to one row and its own name to another is given to the first and
//! reported: nobody guesses in silence.

use super::{FoundFile, natural};
use std::collections::{BTreeSet, HashMap, HashSet};
use unicode_normalization::UnicodeNormalization;

/// Rows remembered as naming one file (ours): a whole sheet that names one
/// folder must not cost rows times files.
const MOST_CLAIMANTS: usize = 16;

/// A row that wants files. Rows set aside want theirs too, else their files
/// would be called surplus and listed by name: take their cell from
/// `Entry::file_named` for the matching, and drop it after.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub row: u64,
    pub code: &'a str,
    pub file_name: Option<&'a str>,
}

/// What is wrong with a file name cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Absolute, with a drive letter or with `..`.
    Outside,
    /// A bare name several files have, none of them the row's by its 档号.
    Several,
    /// No such file; but the row has files by its 档号.
    Unmatched,
}

/// Indices are into the rows and files given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// The files of each row, in natural order.
    pub of: Vec<Vec<usize>>,
    /// Files no row wants.
    pub surplus: Vec<usize>,
    /// Rows without a file.
    pub missing: Vec<usize>,
    /// A file, and the rows that claim it; it was given to the first. Rows of
    /// one 档号 are named at their first file alone.
    pub doubly: Vec<(usize, Vec<usize>)>,
    pub faults: Vec<(usize, NameFault)>,
}

/// Gives each file to its row. `fold` makes look-alike codes equal (`·` and `.`,
/// widths, case).
pub fn match_files(wanted: &[Wanted<'_>], files: &[FoundFile], fold: impl Fn(&str) -> String) -> Matched {
    let mut by_code: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, want) in wanted.iter().enumerate().filter(|(_, want)| !want.code.is_empty()) {
        by_code.entry(fold(want.code)).or_default().push(index);
    }
    let names = Names::of(files);
    let mut faults = Vec::new();
    // The rows that name a file come first among its claimants.
    let mut claims: Vec<Vec<usize>> = vec![Vec::new(); files.len()];
    let mut named: HashMap<(usize, usize), usize> = HashMap::new();
    let mut open_questions = Vec::new();
    for (index, want) in wanted.iter().enumerate() {
        for name in want.file_name.into_iter().flat_map(|cell| cell.split([';', '；', '\n'])) {
            match names.find(name.trim()) {
                Named::Files(found) => claim(&mut claims, &mut named, found, index),
                Named::Nothing => open_questions.push((index, NameFault::Unmatched)),
                Named::Several => open_questions.push((index, NameFault::Several)),
                Named::Outside => faults.push((index, NameFault::Outside)),
                Named::Blank => {}
            }
        }
    }
    let mut matched = Matched { of: vec![Vec::new(); wanted.len()], ..Matched::default() };
    let mut told = HashSet::new();
    let mut claimed = vec![false; wanted.len()];
    for (file, mut claimants) in claims.into_iter().enumerate() {
        let same_code = owners(&files[file].relative, &by_code, &fold, !claimants.is_empty());
        if let Some(first) = same_code.first().filter(|_| !same_code.iter().any(|row| claimants.contains(row))) {
            claimants.push(*first);
            // Rows of one code, once: their number times their files has no bound.
            if same_code.len() > 1 && told.insert(*first) {
                claimants.extend(&same_code[1..]);
            }
        }
        let Some(owner) = claimants.first() else {
            matched.surplus.push(file);
            continue;
        };
        matched.of[*owner].push(file);
        claimants.iter().for_each(|row| claimed[*row] = true);
        let distinct: BTreeSet<usize> = claimants.iter().copied().collect();
        if distinct.len() > 1 {
            matched.doubly.push((file, claimants));
        }
    }
    for pages in &mut matched.of {
        pages.sort_by(|a, b| natural(&files[*a].relative, &files[*b].relative));
    }
    matched.missing = (0..wanted.len()).filter(|row| !claimed[*row]).collect();
    faults.extend(open_questions.into_iter().filter(|(row, fault)| match fault {
        // Without any file the row is missing one, which says it all.
        NameFault::Unmatched => claimed[*row],
        _ => !claimed[*row],
    }));
    faults.sort_by_key(|(row, _)| *row);
    matched.faults = faults;
    matched
}

/// Notes that a row names these files. Beyond [`MOST_CLAIMANTS`] a row goes
/// without, and is then missing its file. `named` counts the rows that named a
/// file or folder, by its first file and how many it holds.
fn claim(claims: &mut [Vec<usize>], named: &mut HashMap<(usize, usize), usize>, files: &[usize], row: usize) {
    let times = named.entry((files[0], files.len())).or_default();
    *times += 1;
    if *times <= MOST_CLAIMANTS {
        files.iter().for_each(|file| claims[*file].push(row));
    }
}

/// The rows whose 档号 a path bears. `named` is set where a row names the file:
/// then only the file's whole stem can speak against it.
fn owners<'a>(
    relative: &str,
    by_code: &'a HashMap<String, Vec<usize>>,
    fold: &impl Fn(&str) -> String,
    named: bool,
) -> &'a [usize] {
    let mut parts = relative.rsplit('/');
    let name = parts.next().unwrap_or(relative);
    let of = |code: &str| by_code.get(&fold(code)).map(Vec::as_slice);
    // A 档号 may itself hold a dot: the name is tried whole before its stem.
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut found = of(stem).or_else(|| of(name));
    if found.is_none() && !named {
        found = without_page(stem).and_then(|base| of(&base)).or_else(|| parts.find_map(of));
    }
    found.unwrap_or_default()
}

/// A stem without the page number it ends with: `-001`, `_2`, ` 3`, `(4)`,
/// `第5页`, up to five digits.
fn without_page(stem: &str) -> Option<String> {
    let stem: String =
        stem.chars().map(|c| if c.is_alphanumeric() { c.nfkc().next().unwrap_or(c) } else { c }).collect();
    let end = stem.trim_end_matches([')', '）', '页']);
    let base = end.trim_end_matches(|c: char| c.is_ascii_digit());
    if !(1..=5).contains(&(end.len() - base.len())) {
        return None;
    }
    let bare = base.trim_end_matches(['-', '_', ' ', '(', '（', '第', '.', '－', '—', '+', '#']);
    (!bare.is_empty() && bare.len() < base.len()).then(|| bare.to_owned())
}

enum Named<'a> {
    Files(&'a [usize]),
    Nothing,
    Several,
    Outside,
    Blank,
}

/// Files by what a cell may call them, in lower case, as Windows compares names.
struct Names {
    by_path: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    by_folder: HashMap<String, Vec<usize>>,
    folders_by_name: HashMap<String, BTreeSet<String>>,
}

impl Names {
    fn of(files: &[FoundFile]) -> Self {
        let mut names = Self {
            by_path: HashMap::new(),
            by_name: HashMap::new(),
            by_folder: HashMap::new(),
            folders_by_name: HashMap::new(),
        };
        for (index, file) in files.iter().enumerate() {
            let path = key(&file.relative);
            if let Some((folder, name)) = path.rsplit_once('/') {
                names.by_name.entry(name.to_owned()).or_default().push(index);
                names.by_folder.entry(folder.to_owned()).or_default().push(index);
                let bare = folder.rsplit('/').next().unwrap_or(folder);
                if !names.folders_by_name.get(bare).is_some_and(|known| known.contains(folder)) {
                    names.folders_by_name.entry(bare.to_owned()).or_default().insert(folder.to_owned());
                }
            } else {
                names.by_name.entry(path.clone()).or_default().push(index);
            }
            names.by_path.entry(path).or_default().push(index);
        }
        names
    }

    fn find(&self, cell: &str) -> Named<'_> {
        if cell.is_empty() {
            return Named::Blank;
        }
        let path = cell.replace('\\', "/");
        if is_outside(&path) {
            return Named::Outside;
        }
        let wanted = key(path.trim_start_matches("./").trim_end_matches('/'));
        if let Some(files) = self.by_path.get(&wanted).or_else(|| self.by_folder.get(&wanted)) {
            return Named::Files(files);
        }
        match self.by_name.get(&wanted).map(Vec::as_slice) {
            Some(one @ [_]) => return Named::Files(one),
            Some(_) => return Named::Several,
            None => {}
        }
        match self.folders_by_name.get(&wanted).map(|folders| (folders.len(), folders.first())) {
            Some((1, Some(folder))) => self.by_folder.get(folder).map_or(Named::Nothing, |files| Named::Files(files)),
            Some(_) => Named::Several,
            None => Named::Nothing,
        }
    }
}

fn key(path: &str) -> String {
    path.nfc().flat_map(char::to_lowercase).collect()
}

fn is_outside(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    drive || path.starts_with('/') || path.split('/').any(|part| part.trim() == "..") || path.contains('\0')
}

#[cfg(test)]
mod tests;
