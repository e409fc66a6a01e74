//! The dry run: every row and every file checked before anything is written.
//!
//! # Why
//!
//! A catalogue may have a million rows, so nothing here holds them all. The first pass
//! (`survey`) understands each row, writes it down (`slips`) and keeps twenty-odd bytes of
//! it; once all of them were seen it is known by which schemes their codes are read. The
//! second goes over what was written, chunk by chunk: code, columns, the archive's answer.
//! What comes out is an order of places, and the filing reads the rows in that order.
//!
//! *Rows are filed in the order of their codes*, not in the catalogue's. Every index of
//! records and codes is then written where it was written last: in the catalogue's order
//! each row of a mixed catalogue touches other pages of each, and the last hundred
//! thousand of a million took 1.4 times as long as the first (2026-11-28).

use super::{
    codes::Codes,
    compare::{self, Held},
    desk::{Desk, IngestError},
    files::{self, Matched, Unplanned},
    handed::Handed,
    lines::Lines,
    look,
    noted::Defects,
    rows::Way,
    slips::Slips,
    survey::{Survey, digest_of, survey},
};
use crate::{
    access::Reach,
    holdings::{
        self, SchemeRow,
        code::{Code, Scheme},
    },
    ingest::{
        catalogue::{Entry, Told},
        defects::{self, CodeParts, Defect, Lang},
        folder::FoundFile,
        identify::Identified,
    },
    kernel::Sha256,
    profile::Kind,
    vault::{Received, Source},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Error,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

/// Rows compared with the archive at a time.
const CHUNK: usize = 2_000;

/// A batch that was checked, and nothing else done.
#[derive(Debug)]
pub struct Plan {
    /// Of the folder.
    pub name: String,
    /// Where it came from, as it is kept with the batch.
    pub source: String,
    pub way: Way,
    /// What was told of the catalogue's headers.
    pub told: Told,
    /// What the files of a package lie in.
    _held: Option<Arc<Received>>,
    /// SHA-256 of the catalogue.
    pub catalogue: Sha256,
    /// Rows of the catalogue.
    pub rows: u64,
    /// Rows without a blocking defect, in the order of their codes.
    pub to_file: Arc<ToFile>,
    /// Rows that the archive holds as they are.
    pub unchanged: u64,
    /// How many rows the filing which goes on has filed already.
    pub of_filing: u64,
    /// SHA-256 over every row that is to be filed or was filed by the filing that goes on:
    /// the same for the same codes with the same bytes, in whatever order.
    pub content: Sha256,
    /// The highest number of each class of codes that is to be filed.
    pub numbers: BTreeMap<String, u64>,
    /// The fonds of what is to be filed.
    pub fonds: BTreeSet<String>,
    /// Rows above 公开.
    pub set_aside: u64,
    pub defects: Defects,
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
    /// Where it stands among the rows of the catalogue that are not set aside, from 0.
    pub place: u32,
    pub code: Code,
    /// The category it is kept under.
    pub category: String,
    pub entry: Entry,
    pub files: Vec<PlannedFile>,
}

/// A file of it, in the order of pages.
#[derive(Clone, Debug)]
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
        self.to_file.files.values().map(Vec::len).sum()
    }
    pub fn bytes(&self) -> u64 {
        self.to_file.files.values().flatten().map(|file| file.bytes).sum()
    }

    /// Whether something found keeps rows out.
    pub fn blocked(&self) -> bool {
        self.defects.blocked()
    }
}

/// The rows that can be filed, read back as they are asked for.
pub struct ToFile {
    entries: Slips<Entry>,
    codes: Codes,
    order: Vec<u32>,
    /// By place, of the rows that have files.
    files: HashMap<u32, Vec<PlannedFile>>,
}

impl std::fmt::Debug for ToFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} row(s)", self.len())
    }
}

impl ToFile {
    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Whether none of them has a file.
    pub fn no_files(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether one of them has none.
    pub fn some_without_files(&self) -> bool {
        self.files.len() < self.len()
    }

    /// Those from `range`, which may reach beyond the last. Blocks.
    pub fn get(&self, range: Range<usize>) -> Result<Vec<Planned>, IngestError> {
        let range = range.start.min(self.len())..range.end.min(self.len());
        let read = |place: &u32| {
            let entry = self.entries.get(*place as usize)?;
            let read = self.codes.read(&entry).unwrap_or_else(|_| unreachable!("its code was read before"));
            let files = self.files.get(place).cloned().unwrap_or_default();
            Ok(Planned { place: *place, code: read.code, category: read.category, entry, files })
        };
        self.order[range].iter().map(read).collect()
    }
}

/// Checks what was handed in for somebody who may know of `reach`. `filing` is the
/// filing that goes on, if the batch was begun before.
pub async fn plan(desk: &Desk, handed: Handed, reach: &Reach, filing: Option<&str>) -> Result<Plan, IngestError> {
    let begun = Instant::now();
    let own = desk.clone();
    let (handed, catalogue, mut survey, matched) = aside(move || {
        let unread = |why| IngestError::Source(handed.catalogue_name.clone(), Error::other(why));
        let catalogue = look::digest(&handed.catalogue).map_err(unread)?;
        let mut survey = survey(&own, &handed)?;
        let matched = files::match_rows(&mut survey, &handed.walked)?;
        Ok((handed, catalogue, survey, matched))
    })
    .await?;
    let Handed { name, source, way, told, walked, held, .. } = handed;
    let mut took = Took { catalogue: begun.elapsed(), ..Took::default() };
    let known = holdings::all_schemes(&desk.db).await?;
    let codes = Codes::of(desk.profile.clone(), known, std::mem::take(&mut survey.shapes));

    let begun = Instant::now();
    let digests = look::digests(&walked.files).await;
    took.digests = begun.elapsed();
    let batch = Arc::new(Batch {
        entries: std::mem::replace(&mut survey.entries, Slips::new(desk)),
        codes,
        matched,
        files: walked.files,
        digests,
        largest: desk.largest_file,
    });
    let mut checked = Checked::default();
    check(desk, reach, filing, &batch, &mut survey, &mut checked).await?;
    let batch = Arc::into_inner(batch).expect("every chunk was made ready");
    survey.entries = batch.entries;

    let begun = Instant::now();
    files::examine(desk, &mut checked.with_files, &mut survey).await?;
    let surplus = batch.matched.surplus.iter().map(|file| (*file, None));
    let rest: Unplanned = checked.refused.drain(..).chain(surplus).collect();
    files::examine_rest(desk, &rest, &batch.files, &mut survey.defects).await?;
    took.examine = begun.elapsed();
    files::note_duplicates(desk, reach, &checked.with_files, &mut survey.defects).await?;
    checked.one_code_a_number(&mut survey)?;

    let fonds = holdings::all_fonds(&desk.db).await?;
    let Survey { entries, row_of, mut defects, rows, set_aside, .. } = survey;
    let sorted = checked.lines.settle(|place| defects.keeps_out(row_of[place as usize]));
    defects.sort();
    // What the rows left over need, and no more.
    let needed = |code: &str| sorted.fonds.contains(code);
    let (new_schemes, wider_schemes) = (&batch.codes.new_schemes, &batch.codes.wider_schemes);
    let new_schemes = new_schemes.iter().filter(|scheme| needed(scheme.fonds())).cloned().collect();
    let wider_schemes = wider_schemes.iter().filter(|row| needed(&row.fonds)).cloned().collect();
    let new_fonds = checked.fonds.into_iter().filter(|(code, _)| needed(code));
    let new_fonds = new_fonds.filter(|(code, _)| !fonds.iter().any(|known| known.code == *code));
    let new_fonds =
        new_fonds.map(|(code, name)| (code.clone(), name.unwrap_or_else(|| format!("全宗 {code}")))).collect();
    let files = checked.with_files.into_iter().filter(|row| !defects.keeps_out(row.row));
    let files = files.map(|row| (row.place, row.files)).collect();
    Ok(Plan {
        name,
        source,
        way,
        told,
        _held: held,
        catalogue,
        rows,
        to_file: Arc::new(ToFile { entries, codes: batch.codes, order: sorted.order, files }),
        unchanged: checked.unchanged,
        of_filing: checked.of_filing,
        content: sorted.content,
        numbers: sorted.numbers,
        fonds: sorted.fonds,
        set_aside,
        defects,
        new_fonds,
        new_schemes,
        wider_schemes,
        took,
    })
}

/// Runs `work` off the async threads.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IngestError> + Send + 'static,
) -> Result<T, IngestError> {
    tokio::task::spawn_blocking(work).await.expect("checking does not panic")
}

/// What the second pass draws on.
struct Batch {
    entries: Slips<Entry>,
    codes: Codes,
    matched: Matched,
    files: Vec<FoundFile>,
    digests: Vec<Result<Sha256, String>>,
    largest: u64,
}

/// A chunk of rows whose codes were read.
#[derive(Default)]
struct Chunk {
    planned: Vec<Planned>,
    defects: Vec<Defect>,
    /// Files of rows whose code is refused.
    refused: Unplanned,
}

impl Batch {
    /// Reads the codes of the rows at these places, and says where they disagree with
    /// their columns. Blocks.
    fn make_ready(&self, places: Range<usize>) -> Result<Chunk, IngestError> {
        let mut chunk = Chunk::default();
        for (place, entry) in places.clone().zip(self.entries.range(places)?) {
            let of = self.matched.of(place);
            let read = match self.codes.read(&entry) {
                Ok(read) => read,
                Err(refused) => {
                    chunk.defects.extend(refused);
                    let whose = |file: &usize| (*file, Some((entry.row, entry.code_raw.clone())));
                    chunk.refused.extend(of.iter().map(whose));
                    continue;
                }
            };
            chunk.defects.extend(read.note);
            let (code, category) = (read.code, read.category);
            let part = |kind| code.part(kind).map(str::to_owned);
            let parts = CodeParts {
                fonds: part(Kind::Fonds),
                category: part(Kind::Category),
                year: part(Kind::Year),
                retention: part(Kind::Retention),
                department: part(Kind::Department),
            };
            chunk.defects.extend(defects::code_parts(&entry, &parts, Lang::Zh));
            let row = (entry.row, code.as_str());
            let files = files::planned_files(row, of, &self.files, &self.digests, self.largest, &mut chunk.defects);
            let place = u32::try_from(place).expect("a catalogue has fewer than two billion rows");
            chunk.planned.push(Planned { place, code, category, entry, files });
        }
        Ok(chunk)
    }
}

/// The second pass: every row against its scheme, its columns and the archive, the next
/// chunk made ready while one is compared.
async fn check(
    desk: &Desk,
    reach: &Reach,
    filing: Option<&str>,
    batch: &Arc<Batch>,
    survey: &mut Survey,
    checked: &mut Checked,
) -> Result<(), IngestError> {
    let mut held = Held::new(desk, reach, filing).await?;
    let count = batch.entries.len();
    let ready = |from: usize| {
        let batch = batch.clone();
        tokio::task::spawn_blocking(move || batch.make_ready(from.min(count)..(from + CHUNK).min(count)))
    };
    let mut next = ready(0);
    for from in (0..count).step_by(CHUNK) {
        let chunk = next.await.expect("reading codes does not panic")?;
        next = ready(from + CHUNK);
        survey.defects.extend(chunk.defects)?;
        checked.refused.extend(chunk.refused);
        let compared = held.compare(chunk.planned).await?;
        survey.defects.extend(compared.defects)?;
        checked.unchanged += compared.unchanged;
        checked.of_filing += compared.of_filing.len() as u64;
        compared.of_filing.iter().for_each(|line| checked.lines.push(line, None));
        compared.fresh.into_iter().for_each(|row| checked.keep(row));
    }
    next.await.expect("reading codes does not panic").map(drop)
}

/// A row that has files.
pub(super) struct WithFiles {
    pub place: u32,
    pub row: u64,
    pub code: String,
    pub files: Vec<PlannedFile>,
}

/// What the second pass came to.
#[derive(Default)]
struct Checked {
    lines: Lines,
    /// The class and serial of each fresh row, as a digest, and its place.
    numbers: Vec<([u8; 16], u32)>,
    with_files: Vec<WithFiles>,
    refused: Unplanned,
    unchanged: u64,
    of_filing: u64,
    /// Fonds that codes name, with the name the catalogue gives them if it gives one.
    fonds: BTreeMap<String, Option<String>>,
}

impl Checked {
    /// Keeps what the filing needs of a row that can be filed, as far as is known.
    fn keep(&mut self, row: Planned) {
        let Planned { place, code, entry, files, .. } = row;
        let digests: Vec<String> = files.iter().map(|file| file.sha256.to_string()).collect();
        self.lines.push(&compare::content_line(code.as_str(), digests.iter().map(String::as_str)), Some(place));
        self.numbers.push((digest_of(&format!("{}-{}", code.scope_key(), code.number())), place));
        if let Some(fonds) = code.part(Kind::Fonds) {
            let named =
                || entry.extra.iter().find(|(header, _)| header.contains("全宗名")).map(|(_, name)| name.clone());
            match self.fonds.get_mut(fonds) {
                Some(Some(_)) => {}
                Some(none) => *none = named(),
                None => drop(self.fonds.insert(fonds.to_owned(), named())),
            }
        }
        if !files.is_empty() {
            self.with_files.push(WithFiles { place, row: entry.row, code: code.as_str().to_owned(), files });
        }
    }

    /// Notes rows whose code is another text of a number that an earlier row has.
    fn one_code_a_number(&mut self, survey: &mut Survey) -> Result<(), IngestError> {
        self.numbers.sort_unstable();
        for same in self.numbers.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            let code_of = |place: u32| {
                let entry = survey.entries.get(place as usize)?;
                Ok::<_, IngestError>(crate::holdings::code::fold(&entry.code_raw))
            };
            let first = code_of(same[0].1)?;
            for (_, place) in &same[1..] {
                let code = code_of(*place)?;
                if code != first {
                    survey.defects.add(&compare::one_number(survey.row_of[*place as usize], &code, &first))?;
                }
            }
        }
        self.numbers = Vec::new();
        Ok(())
    }
}
