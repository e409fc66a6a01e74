//! The checks that need no database.

use super::{Defect, DefectKind, Lang, Words};
use crate::ingest::catalogue::{Entry, Fault, SetAside};
use crate::ingest::folder::{FoundFile, Matched, NameFault, Refused, Walked, Wanted};
use crate::kernel::{Secrecy, Sha256};
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;

/// Most rows named in one reason; the rest is `…` (ours).
const NAMED_ROWS: usize = 5;

/// The parts of a 档号, as its scheme reads them; `None` where it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeParts {
    pub fonds: Option<String>,
    pub category: Option<String>,
    pub year: Option<String>,
    /// `Y`, `D30`.
    pub retention: Option<String>,
    pub department: Option<String>,
}

/// A defect for every row whose 档号, folded, another row of the batch has too.
/// Blank codes are another defect.
pub fn duplicate_codes<'a>(
    rows: impl IntoIterator<Item = (u64, &'a str)>,
    fold: impl Fn(&str) -> String,
    lang: Lang,
) -> Vec<Defect> {
    let mut by_code: HashMap<String, Vec<(u64, &str)>> = HashMap::new();
    for (row, code) in rows.into_iter().filter(|(_, code)| !code.is_empty()) {
        by_code.entry(fold(code)).or_default().push((row, code));
    }
    let mut defects: Vec<Defect> = by_code
        .values()
        .filter(|same| same.len() > 1)
        .flat_map(|same| {
            same.iter().map(|(row, code)| {
                let others = named(same.iter().map(|(other, _)| *other).filter(|other| other != row));
                Defect::new(DefectKind::DuplicateCode, Words::duplicate_code(&others, lang)).at(*row, code)
            })
        })
        .collect();
    defects.sort_by_key(|defect| defect.row);
    defects
}

/// Where the 档号 says one thing and a column of the same row another.
pub fn code_parts(entry: &Entry, parts: &CodeParts, lang: Lang) -> Vec<Defect> {
    let retention = entry.retention.map(|retention| retention.to_string());
    [
        (DefectKind::CodeFonds, &parts.fonds, &entry.fonds),
        (DefectKind::CodeCategory, &parts.category, &entry.category),
        (DefectKind::CodeYear, &parts.year, &entry.year),
        (DefectKind::CodeRetention, &parts.retention, &retention),
        (DefectKind::CodeDepartment, &parts.department, &entry.department),
    ]
    .into_iter()
    .filter_map(|(kind, part, column)| {
        let (part, column) = (part.as_ref()?, column.as_ref()?);
        // A name is not a code (文书 for WS, 办公室 for BGS); whoever has the
        // tables compares those.
        let named = matches!(kind, DefectKind::CodeCategory | DefectKind::CodeDepartment)
            && column.is_ascii() != part.is_ascii();
        let differs = !named && plain(part) != plain(column);
        differs.then(|| Defect::new(kind, Words::code_part_differs(part, column, lang)).at(entry.row, &entry.code_raw))
    })
    .collect()
}

/// Without widths, blanks, case and the 年 of a year.
fn plain(text: &str) -> String {
    let text: String = text.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
    text.strip_suffix('年').map(str::to_owned).unwrap_or(text)
}

/// A note where the page column and the pages counted in the files differ.
pub fn pages(entry: &Entry, counted: u32, lang: Lang) -> Option<Defect> {
    let column = entry.pages.filter(|column| *column != counted)?;
    let words = Words::pages_differ(column, counted, lang);
    Some(Defect::new(DefectKind::PagesDiffer, words).at(entry.row, &entry.code_raw))
}

/// A note for every row whose content an earlier row of the batch has. Content
/// is the digests of a row's files in page order.
pub fn duplicate_content<'a>(rows: impl IntoIterator<Item = (u64, &'a str, &'a [Sha256])>, lang: Lang) -> Vec<Defect> {
    let mut first: HashMap<&[Sha256], u64> = HashMap::new();
    let mut defects = Vec::new();
    for (row, code, content) in rows.into_iter().filter(|(_, _, content)| !content.is_empty()) {
        match first.get(content) {
            Some(earlier) => {
                let words = Words::duplicate_content(&earlier.to_string(), lang);
                defects.push(Defect::new(DefectKind::DuplicateContent, words).at(row, code));
            }
            None => {
                first.insert(content, row);
            }
        }
    }
    defects
}

/// A row above 公开: above `ceiling`, or one that could be held if it could be sealed.
pub fn set_aside(aside: &SetAside, ceiling: Secrecy, lang: Lang) -> Defect {
    let above = aside.secrecy.rank() > ceiling.rank();
    Defect::new(DefectKind::SetAside, Words::set_aside(aside.secrecy, above, lang)).at(aside.row, &aside.code)
}

/// A row that has no file and needs one.
pub fn missing_file(row: u64, code: &str, lang: Lang) -> Defect {
    Defect::new(DefectKind::MissingFile, Words::missing_file(lang)).at(row, code)
}

/// A row whose mark of secrecy is not understood.
pub fn unmarked(row: u64, code: &str, fault: Fault) -> Defect {
    Defect::from_fault(fault, row, code)
}

/// What matching rows and files has found wrong, both ways.
pub fn matching(matched: &Matched, wanted: &[Wanted<'_>], files: &[FoundFile], lang: Lang) -> Vec<Defect> {
    let mut defects = Vec::new();
    let at = |kind, words, index: usize| Defect::new(kind, words).at(wanted[index].row, wanted[index].code);
    for index in &matched.missing {
        defects.push(at(DefectKind::MissingFile, Words::missing_file(lang), *index));
    }
    for (index, fault) in &matched.faults {
        let cell = wanted[*index].file_name.unwrap_or_default();
        let (kind, words) = match fault {
            NameFault::Outside => (DefectKind::FileNameInvalid, Words::file_name_invalid(cell, lang)),
            NameFault::Several => (DefectKind::FileNameInvalid, Words::file_name_many(cell, lang)),
            NameFault::Unmatched => (DefectKind::FileNameUnmatched, Words::file_name_unmatched(cell, lang)),
        };
        defects.push(at(kind, words, *index));
    }
    for (file, claimants) in &matched.doubly {
        let rows = named(claimants.iter().map(|index| wanted[*index].row));
        for index in claimants {
            let defect = at(DefectKind::FileClaimedTwice, Words::file_claimed_twice(&rows, lang), *index);
            defects.push(defect.of_file(&files[*file].relative));
        }
    }
    defects.sort_by_key(|defect| defect.row);
    defects.extend(
        matched.surplus.iter().map(|file| {
            Defect::new(DefectKind::SurplusFile, Words::surplus_file(lang)).of_file(&files[*file].relative)
        }),
    );
    defects
}

/// What lies in the folder and is not accepted. Companions of the top folder
/// are no defects; whoever shows the batch lists them from [`Walked::beside`].
pub fn refused(walked: &Walked, lang: Lang) -> Vec<Defect> {
    let defect = |refused: &Refused| {
        let words = Words::file_refused(refused.why, lang);
        Defect::new(DefectKind::FileRefused, words).of_file(&refused.relative)
    };
    walked.refused.iter().map(defect).collect()
}

fn named(rows: impl IntoIterator<Item = u64>) -> String {
    let mut rows = rows.into_iter();
    let mut names: Vec<String> = rows.by_ref().take(NAMED_ROWS).map(|row| row.to_string()).collect();
    if rows.next().is_some() {
        names.push("…".into());
    }
    names.join(", ")
}

#[cfg(test)]
mod tests;
