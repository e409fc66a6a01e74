//! The dry run: every row and every file checked before anything is written.

use super::{
    codes, compare,
    desk::{Desk, IngestError},
    handed::Handed,
    look,
};
use crate::{
    access::Reach,
    holdings::{
        self, SchemeRow,
        code::{self, Code, Scheme},
    },
    ingest::{
        catalogue::{Catalogue, Entry, Mapping, Reading},
        defects::{self, CodeParts, Defect, DefectKind, Lang, Severity, Words},
        extract::Examined,
        folder::{self, Beside, FoundFile, Wanted},
        identify::Identified,
    },
    kernel::{Secrecy, Sha256},
    profile::Kind,
    vault::Source,
};
use std::{
    collections::{BTreeSet, HashMap},
    io::Error,
    path::Path,
    time::{Duration, Instant},
};

/// A batch that was checked, and nothing else done.
#[derive(Debug)]
pub struct Plan {
    /// Of the folder.
    pub name: String,
    /// Where it came from, as it is kept with the batch.
    pub source: String,
    /// SHA-256 of the catalogue.
    pub catalogue: Sha256,
    /// Rows of the catalogue.
    pub rows: u64,
    /// Rows without a blocking defect, in the catalogue's order.
    pub to_file: Vec<Planned>,
    /// Rows that the archive holds as they are.
    pub unchanged: u64,
    /// Rows that the filing which goes on has filed already: code and digests a line.
    pub of_filing: Vec<String>,
    /// Rows above 公开.
    pub set_aside: u64,
    pub defects: Vec<Defect>,
    /// Fonds the archive lacks: code and name.
    pub new_fonds: Vec<(String, String)>,
    /// Schemes the archive lacks.
    pub new_schemes: Vec<Scheme>,
    /// Schemes of the archive, wider than they are.
    pub wider_schemes: Vec<SchemeRow>,
    /// How long reading the catalogue, digesting, examining took.
    pub took: Took,
}

/// Wall time of the parts of a dry run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Took {
    pub catalogue: Duration,
    pub digests: Duration,
    pub examine: Duration,
}

/// A row that can be filed.
#[derive(Debug)]
pub struct Planned {
    pub code: Code,
    /// The category it is kept under.
    pub category: String,
    pub entry: Entry,
    pub files: Vec<PlannedFile>,
}

/// A file of it, in the order of pages.
#[derive(Debug)]
pub struct PlannedFile {
    pub source: Source,
    /// As shown: below the batch's folder.
    pub relative: String,
    pub bytes: u64,
    pub sha256: Sha256,
    pub format: String,
    /// `None` until it was examined, and where it could not be.
    pub identified: Option<Identified>,
    pub pages: Option<u32>,
}

impl Plan {
    pub fn files(&self) -> usize {
        self.to_file.iter().map(|row| row.files.len()).sum()
    }
    pub fn bytes(&self) -> u64 {
        self.to_file.iter().flat_map(|row| &row.files).map(|file| file.bytes).sum()
    }
    /// SHA-256 over every row that is to be filed or was filed by the filing that goes on:
    /// the same for the same codes with the same bytes, in whatever order.
    pub fn content(&self) -> Sha256 {
        let mut lines = self.of_filing.clone();
        lines.extend(self.to_file.iter().map(|row| {
            let digests: Vec<String> = row.files.iter().map(|file| file.sha256.to_string()).collect();
            compare::content_line(row.code.as_str(), digests.iter().map(String::as_str))
        }));
        lines.sort();
        Sha256::of(lines.join("\n").as_bytes())
    }

    /// Whether something found keeps rows out.
    pub fn blocked(&self) -> bool {
        self.defects.iter().any(|d| d.severity == Severity::Blocking && d.kind != DefectKind::SetAside)
    }
}

/// Checks what was handed in for somebody who may know of `reach`. `filing` is the
/// filing that goes on, if the batch was begun before.
pub async fn plan(desk: &Desk, handed: Handed, reach: &Reach, filing: Option<&str>) -> Result<Plan, IngestError> {
    let begun = Instant::now();
    let Handed { name, source, catalogue_name, catalogue: file, walked, mapping } = handed;
    let catalogue =
        look::digest(&file).map_err(|why| IngestError::Source(catalogue_name.clone(), Error::other(why)))?;
    let mut read = read_rows(&catalogue_name, &file, &mapping, desk.ceiling)?;
    let mut matched = match_rows(&mut read, &walked);
    let mut took = Took { catalogue: begun.elapsed(), ..Took::default() };

    let schemes = holdings::all_schemes(&desk.db).await?;
    let fonds = holdings::all_fonds(&desk.db).await?;
    let mut coded = codes::code_entries(&desk.profile, &schemes, &fonds, &read.entries);
    read.defects.append(&mut coded.defects);
    read.defects.append(&mut matched.defects);

    let begun = Instant::now();
    let digests = look::digests(&walked.files).await;
    took.digests = begun.elapsed();
    let (rows, set_aside) = (read.rows, read.set_aside);
    let rest = unplanned(&read, &coded.codes, &matched);
    let (planned, mut defects) = assemble(
        read,
        coded.codes.into_iter().zip(coded.categories),
        &matched.of,
        &walked.files,
        &digests,
        desk.largest_file,
    );
    let compared = compare::compare(&desk.db, reach, planned, filing).await?;
    defects.extend(compared.defects);

    let begun = Instant::now();
    let mut to_file = compared.fresh;
    examine(desk, &mut to_file, &mut defects).await;
    examine_rest(desk, &rest, &walked.files, &mut defects).await;
    took.examine = begun.elapsed();
    note_duplicates(desk, reach, &to_file, &mut defects).await?;
    let bad: BTreeSet<u64> =
        defects.iter().filter(|d| d.severity == Severity::Blocking).filter_map(|d| d.row).collect();
    to_file.retain(|row| !bad.contains(&row.entry.row));
    defects.sort_by_key(|defect| (defect.row.is_none(), defect.row));
    // What the rows left over need, and no more.
    let needed: BTreeSet<&str> = to_file.iter().filter_map(|row| row.code.part(Kind::Fonds)).collect();
    let new_fonds = coded.new_fonds.into_iter().filter(|(code, _)| needed.contains(code.as_str())).collect();
    let new_schemes = coded.new_schemes.into_iter().filter(|scheme| needed.contains(scheme.fonds())).collect();
    let wider_schemes = coded.wider_schemes.into_iter().filter(|row| needed.contains(row.fonds.as_str())).collect();
    Ok(Plan {
        name,
        source,
        catalogue,
        rows,
        to_file,
        unchanged: compared.unchanged,
        of_filing: compared.of_filing,
        set_aside,
        defects,
        new_fonds,
        new_schemes,
        wider_schemes,
        took,
    })
}

/// The rows of a catalogue, understood.
#[derive(Default)]
struct Rows {
    rows: u64,
    entries: Vec<Entry>,
    set_aside: u64,
    /// Row, code and named file of the rows that stay outside unread: their files are
    /// theirs, and nothing of this outlives the matching.
    aside: Vec<(u64, String, Option<String>)>,
    defects: Vec<Defect>,
}

fn read_rows(name: &Path, file: &Source, mapping: &Mapping, ceiling: Secrecy) -> Result<Rows, IngestError> {
    let mut catalogue = Catalogue::open(name, file, mapping)?;
    let mut read = Rows::default();
    while let Some(row) = catalogue.next() {
        read.rows += 1;
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let defect = Defect::from_error(&error, Lang::Zh).ok_or(error)?;
                read.defects.push(defect);
                continue;
            }
        };
        let named = Entry::file_named(&row, catalogue.columns());
        match Entry::read(&row, catalogue.columns(), Lang::Zh) {
            Reading::Entry(entry, faults) => {
                read.defects.extend(faults.into_iter().map(|f| Defect::from_fault(f, entry.row, &entry.code_raw)));
                read.entries.push(*entry);
            }
            Reading::SetAside(aside) => {
                read.set_aside += 1;
                read.defects.push(defects::set_aside(&aside, ceiling, Lang::Zh));
                read.aside.push((aside.row, aside.code, named));
            }
            Reading::Unmarked { row, code, fault } => {
                read.defects.push(defects::unmarked(row, &code, fault));
                read.aside.push((row, code, named));
            }
        }
    }
    let aside = read.aside.iter().map(|(row, code, _)| (*row, code.as_str()));
    let codes = read.entries.iter().map(|entry| (entry.row, entry.code_raw.as_str())).chain(aside);
    let doubles = defects::duplicate_codes(codes, code::fold, Lang::Zh);
    read.defects.extend(doubles);
    Ok(read)
}

/// Files of the rows, and what matching found wrong.
struct MatchedRows {
    /// For each entry its files, in the order of pages.
    of: Vec<Vec<usize>>,
    /// Files no row wants.
    surplus: Vec<usize>,
    defects: Vec<Defect>,
}

fn match_rows(read: &mut Rows, walked: &folder::Walked) -> MatchedRows {
    let aside: Vec<Wanted<'_>> =
        read.aside.iter().map(|(row, code, named)| Wanted { row: *row, code, file_name: named.as_deref() }).collect();
    let of_aside = folder::match_files(&aside, &walked.files, code::fold);
    let secret: BTreeSet<usize> = of_aside.of.into_iter().flatten().collect();
    let wanted: Vec<Wanted<'_>> = read
        .entries
        .iter()
        .map(|entry| Wanted { row: entry.row, code: &entry.code_raw, file_name: entry.file_name.as_deref() })
        .collect();
    let mut matched = folder::match_files(&wanted, &walked.files, code::fold);
    // A file that a row set aside claims goes to no other, and is named to nobody.
    matched.surplus.retain(|file| !secret.contains(file));
    matched.doubly.retain(|(file, _)| !secret.contains(file));
    let mut defects = defects::matching(&matched, &wanted, &walked.files, Lang::Zh);
    for (want, files) in wanted.iter().zip(&mut matched.of) {
        let before = files.len();
        files.retain(|file| !secret.contains(file));
        if files.len() < before {
            let words = Words {
                reason: "此行要的文件也属于一条搁置的行，不能公开接收".to_owned(),
                remedy: "核对两行的档号、文件名和密级".to_owned(),
            };
            defects.push(Defect::new(DefectKind::FileClaimedTwice, words).at(want.row, want.code));
        }
    }
    defects.extend(defects::refused(walked, Lang::Zh));
    defects.extend(walked.beside.iter().filter(|(_, why)| *why == Beside::Companion).map(|(name, _)| {
        let words = Words {
            reason: "此文件在批次的最外层，不像档案内容，未接收".to_owned(),
            remedy: "若是档案，请放进下层文件夹，并在目录中写明".to_owned(),
        };
        Defect::new(DefectKind::FileBeside, words).of_file(name)
    }));
    MatchedRows { of: matched.of, surplus: matched.surplus, defects }
}

fn assemble(
    read: Rows,
    codes: impl Iterator<Item = (Option<Code>, String)>,
    of: &[Vec<usize>],
    files: &[FoundFile],
    digests: &[Result<Sha256, String>],
    largest: u64,
) -> (Vec<Planned>, Vec<Defect>) {
    let Rows { entries, mut defects, .. } = read;
    let mut planned = Vec::with_capacity(entries.len());
    for (at, (entry, (code, category))) in entries.into_iter().zip(codes).enumerate() {
        let Some(code) = code else { continue };
        let parts = CodeParts {
            fonds: code.part(Kind::Fonds).map(str::to_owned),
            category: code.part(Kind::Category).map(str::to_owned),
            year: code.part(Kind::Year).map(str::to_owned),
            retention: code.part(Kind::Retention).map(str::to_owned),
            department: code.part(Kind::Department).map(str::to_owned),
        };
        defects.extend(defects::code_parts(&entry, &parts, Lang::Zh));
        let mut own = Vec::new();
        for file in &of[at] {
            let found = &files[*file];
            let sha256 = match &digests[*file] {
                Ok(sha256) => *sha256,
                Err(why) => {
                    defects.push(unreadable(why).at(entry.row, code.as_str()).of_file(&found.relative));
                    continue;
                }
            };
            if found.bytes > largest {
                let words = Words {
                    reason: format!("文件有 {} 字节，超过上限 {largest} 字节", found.bytes),
                    remedy: "拆分文件，或由管理员调高 ingest.largest_file".to_owned(),
                };
                let defect = Defect::new(DefectKind::FileTooLarge, words).at(entry.row, code.as_str());
                defects.push(defect.of_file(&found.relative));
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
        planned.push(Planned { code, category, entry, files: own });
    }
    (planned, defects)
}

/// Files that no planned row has: of rows whose code is refused, and surplus ones. Each
/// with its row and code, if it has one.
type Unplanned = Vec<(usize, Option<(u64, String)>)>;

fn unplanned(read: &Rows, codes: &[Option<Code>], matched: &MatchedRows) -> Unplanned {
    let refused = read.entries.iter().zip(codes).zip(&matched.of).filter(|((_, code), _)| code.is_none());
    let refused = refused.flat_map(|((entry, _), files)| {
        files.iter().map(move |file| (*file, Some((entry.row, entry.code_raw.clone()))))
    });
    refused.chain(matched.surplus.iter().map(|file| (*file, None))).collect()
}

/// Has them opened too, so that one look at a batch names everything that is damaged.
async fn examine_rest(desk: &Desk, rest: &Unplanned, files: &[FoundFile], defects: &mut Vec<Defect>) {
    let found: Vec<&FoundFile> = rest.iter().map(|(file, _)| &files[*file]).collect();
    for ((file, row), examined) in rest.iter().zip(look::examined(desk, &found).await) {
        if let Some(why) = examined.fault {
            let defect = unreadable(&why).of_file(&files[*file].relative);
            defects.push(match row {
                Some((row, code)) => defect.at(*row, code),
                None => defect,
            });
        }
    }
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
async fn examine(desk: &Desk, rows: &mut [Planned], defects: &mut Vec<Defect>) {
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
                defects.push(unreadable(&why).at(row.entry.row, row.code.as_str()).of_file(&file.relative));
            }
        }
        if let Some(counted) = counted.filter(|counted| *counted > 0) {
            defects.extend(defects::pages(&row.entry, counted, Lang::Zh));
        }
    }
}

/// Notes rows whose content stands in the batch before, or in the archive within
/// the asker's reach.
async fn note_duplicates(
    desk: &Desk,
    reach: &Reach,
    rows: &[Planned],
    defects: &mut Vec<Defect>,
) -> Result<(), IngestError> {
    let contents: Vec<Vec<Sha256>> =
        rows.iter().map(|row| row.files.iter().map(|file| file.sha256).collect()).collect();
    let listed = rows.iter().zip(&contents).map(|(row, content)| (row.entry.row, row.code.as_str(), &content[..]));
    defects.extend(defects::duplicate_content(listed, Lang::Zh));
    let digests: Vec<String> = contents.iter().flatten().map(ToString::to_string).collect();
    let held: HashMap<String, String> = holdings::duplicates_of(&desk.db, reach, &digests).await?;
    for (row, file) in rows.iter().flat_map(|row| row.files.iter().map(move |file| (row, file))) {
        if let Some(code) = held.get(&file.sha256.to_string()) {
            let words = Words {
                reason: format!("与馆藏 {code} 的文件内容完全相同"),
                remedy: "核对是否重复归档".to_owned(),
            };
            let defect = Defect::new(DefectKind::DuplicateContent, words).at(row.entry.row, row.code.as_str());
            defects.push(defect.of_file(&file.relative));
        }
    }
    Ok(())
}
