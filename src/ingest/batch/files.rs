//! The files of a batch's rows: whose they are, what they are, and whether they are whole.

use super::{
    PlannedFile,
    desk::{Desk, IngestError},
    look,
    noted::Defects,
    plan::WithFiles,
    survey::Survey,
};
use crate::{
    access::Reach,
    holdings::{self, code},
    ingest::{
        defects::{self, Defect, DefectKind, Lang, Words},
        extract::Examined,
        folder::{self, Beside, FoundFile, Wanted},
    },
    kernel::Sha256,
};
use std::collections::{BTreeSet, HashMap};

/// Files of the rows.
#[derive(Default)]
pub(super) struct Matched {
    /// For each place its files, in the order of pages; empty where there is no file at all.
    pub of: Vec<Vec<usize>>,
    /// Files no row wants.
    pub surplus: Vec<usize>,
}

impl Matched {
    pub fn of(&self, place: usize) -> &[usize] {
        self.of.get(place).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Gives every file to its row; notes what matching found wrong.
pub(super) fn match_rows(survey: &mut Survey, walked: &folder::Walked) -> Result<Matched, IngestError> {
    let mut matched = Matched::default();
    if !walked.files.is_empty() {
        matched = match_files(survey, walked)?;
    }
    survey.defects.extend(defects::refused(walked, Lang::Zh))?;
    survey.defects.extend(walked.beside.iter().filter(|(_, why)| *why == Beside::Companion).map(|(name, _)| {
        let words = Words {
            reason: "此文件在批次的最外层，不像档案内容，未接收".to_owned(),
            remedy: "若是档案，请放进下层文件夹，并在目录中写明".to_owned(),
        };
        Defect::new(DefectKind::FileBeside, words).of_file(name)
    }))?;
    Ok(matched)
}

fn match_files(survey: &mut Survey, walked: &folder::Walked) -> Result<Matched, IngestError> {
    let aside: Vec<Wanted<'_>> =
        survey.aside.iter().map(|(row, code, named)| Wanted { row: *row, code, file_name: named.as_deref() }).collect();
    let of_aside = folder::match_files(&aside, &walked.files, code::fold);
    let secret: BTreeSet<usize> = of_aside.of.into_iter().flatten().collect();
    let wants = survey.row_of.iter().zip(&survey.wanted);
    let wanted: Vec<Wanted<'_>> = wants
        .map(|(row, wants)| Wanted { row: *row, code: &wants.code, file_name: wants.file_name.as_deref() })
        .collect();
    let mut matched = folder::match_files(&wanted, &walked.files, code::fold);
    matched.missing.retain(|place| survey.wanted[*place].needs_file);
    // A file that a row set aside claims goes to no other, and is named to nobody.
    matched.surplus.retain(|file| !secret.contains(file));
    matched.doubly.retain(|(file, _)| !secret.contains(file));
    survey.defects.extend(defects::matching(&matched, &wanted, &walked.files, Lang::Zh))?;
    for (want, files) in wanted.iter().zip(&mut matched.of) {
        let before = files.len();
        files.retain(|file| !secret.contains(file));
        if files.len() < before {
            let words = Words {
                reason: "此行要的文件也属于一条搁置的行，不能公开接收".to_owned(),
                remedy: "核对两行的档号、文件名和密级".to_owned(),
            };
            survey.defects.add(&Defect::new(DefectKind::FileClaimedTwice, words).at(want.row, want.code))?;
        }
    }
    Ok(Matched { of: matched.of, surplus: matched.surplus })
}

/// The files of a row, each with its digest; says what is wrong with them.
pub(super) fn planned_files(
    (row, code): (u64, &str),
    of: &[usize],
    files: &[FoundFile],
    digests: &[Result<Sha256, String>],
    largest: u64,
    defects: &mut Vec<Defect>,
) -> Vec<PlannedFile> {
    let mut own = Vec::with_capacity(of.len());
    for file in of {
        let found = &files[*file];
        let sha256 = match &digests[*file] {
            Ok(sha256) => *sha256,
            Err(why) => {
                defects.push(unreadable(why).at(row, code).of_file(&found.relative));
                continue;
            }
        };
        if found.bytes > largest {
            let words = Words {
                reason: format!("文件有 {} 字节，超过上限 {largest} 字节", found.bytes),
                remedy: "拆分文件，或由管理员调高 ingest.largest_file".to_owned(),
            };
            defects.push(Defect::new(DefectKind::FileTooLarge, words).at(row, code).of_file(&found.relative));
        }
        own.push(PlannedFile {
            source: found.source.clone(),
            relative: found.relative.clone(),
            bytes: found.bytes,
            sha256,
            format: String::new(),
            identified: None,
            pages: None,
        });
    }
    own
}

/// Files that no planned row has, of rows whose code is refused and surplus ones: each
/// with its row and code, if it has one.
pub(super) type Unplanned = Vec<(usize, Option<(u64, String)>)>;

/// Has them opened too, so that one look at a batch names everything that is damaged.
pub(super) async fn examine_rest(
    desk: &Desk,
    rest: &Unplanned,
    files: &[FoundFile],
    defects: &mut Defects,
) -> Result<(), IngestError> {
    let found: Vec<&FoundFile> = rest.iter().map(|(file, _)| &files[*file]).collect();
    for ((file, row), examined) in rest.iter().zip(look::examined(desk, &found).await) {
        if let Some(why) = examined.fault {
            let defect = unreadable(&why).of_file(&files[*file].relative);
            defects.add(&match row {
                Some((row, code)) => defect.at(*row, code),
                None => defect,
            })?;
        }
    }
    Ok(())
}

fn unreadable(why: &str) -> Defect {
    let words = Words {
        reason: format!("文件打不开或已损坏：{why}"),
        remedy: "换上完好的文件；若只有这一份，请先修复".to_owned(),
    };
    Defect::new(DefectKind::UnreadableFile, words)
}

/// Has the files of the rows opened; notes what is damaged and what the page
/// column says otherwise.
pub(super) async fn examine(desk: &Desk, rows: &mut [WithFiles], survey: &mut Survey) -> Result<(), IngestError> {
    let found: Vec<FoundFile> = rows
        .iter()
        .flat_map(|row| &row.files)
        .map(|file| FoundFile {
            source: file.source.clone(),
            relative: file.relative.clone(),
            bytes: file.bytes,
            modified: None,
        })
        .collect();
    let mut examined = look::examined(desk, &found.iter().collect::<Vec<_>>()).await.into_iter();
    for row in rows {
        let mut counted = Some(0);
        for file in &mut row.files {
            let Examined { format, pages, fault, identified } = examined.next().expect("one answer a file");
            file.format = format.to_string();
            file.pages = pages;
            file.identified = identified;
            counted = counted.zip(pages).map(|(sum, pages)| sum + pages);
            if let Some(why) = fault {
                survey.defects.add(&unreadable(&why).at(row.row, &row.code).of_file(&file.relative))?;
            }
        }
        if let Some(counted) = counted.filter(|counted| *counted > 0) {
            let entry = survey.entries.get(row.place as usize)?;
            survey.defects.extend(defects::pages(&entry, counted, Lang::Zh))?;
        }
    }
    Ok(())
}

/// Notes rows whose content stands in the batch before, or in the archive within
/// the asker's reach.
pub(super) async fn note_duplicates(
    desk: &Desk,
    reach: &Reach,
    rows: &[WithFiles],
    defects: &mut Defects,
) -> Result<(), IngestError> {
    let contents: Vec<Vec<Sha256>> =
        rows.iter().map(|row| row.files.iter().map(|file| file.sha256).collect()).collect();
    let listed = rows.iter().zip(&contents).map(|(row, content)| (row.row, row.code.as_str(), &content[..]));
    defects.extend(defects::duplicate_content(listed, Lang::Zh))?;
    let digests: Vec<String> = contents.iter().flatten().map(ToString::to_string).collect();
    let held: HashMap<String, String> = holdings::duplicates_of(&desk.db, reach, &digests).await?;
    for (row, file) in rows.iter().flat_map(|row| row.files.iter().map(move |file| (row, file))) {
        if let Some(code) = held.get(&file.sha256.to_string()) {
            let words = Words {
                reason: format!("与馆藏 {code} 的文件内容完全相同"),
                remedy: "核对是否重复归档".to_owned(),
            };
            let defect = Defect::new(DefectKind::DuplicateContent, words).at(row.row, &row.code);
            defects.add(&defect.of_file(&file.relative))?;
        }
    }
    Ok(())
}
