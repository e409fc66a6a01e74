//! The first pass over a catalogue: each row read and understood, once.

use super::{
    codes::{Shapes, kept_under},
    desk::{Desk, IngestError},
    handed::Handed,
    noted::Defects,
    slips::Slips,
};
use crate::{
    holdings::code,
    ingest::{
        catalogue::{Catalogue, CatalogueError, Columns, Entry, Mapping, Reading, Row},
        defects::{self, Defect, Lang},
    },
    kernel::Sha256,
    profile::{FileNeeded, Profile},
};
use std::sync::mpsc;

/// Rows handed from the thread that reads and understands them to the one that keeps them, at
/// a time.
const AT_ONCE: usize = 512;

/// Bytes of text after which fewer rows are handed on: a row may have a million.
const BYTES_AT_ONCE: usize = 1 << 20;

/// The rows of a catalogue, understood.
pub(super) struct Survey {
    pub rows: u64,
    /// Every row but those set aside, by its *place*, counted from 0.
    pub entries: Slips<Entry>,
    /// The row of each place.
    pub row_of: Vec<u64>,
    pub set_aside: u64,
    /// Row, code and named file of the rows that stay outside unread: their files are
    /// theirs, and nothing of this outlives the matching.
    pub aside: Vec<(u64, String, Option<String>)>,
    /// What each place wants of the files; empty where there is no file to match.
    pub wanted: Vec<Wants>,
    pub shapes: Shapes,
    pub defects: Defects,
}

/// A row's part in the matching.
pub(super) struct Wants {
    /// As typed.
    pub code: String,
    pub file_name: Option<String>,
    /// Whether it is a defect that it has none.
    pub needs_file: bool,
}

/// Reads the catalogue. Blocks.
pub(super) fn survey(desk: &Desk, handed: &Handed) -> Result<Survey, IngestError> {
    let mapping = Mapping::new(handed.told.iter().cloned()).by(&desk.profile);
    let mut catalogue = Catalogue::open(&handed.catalogue_name, &handed.catalogue, &mapping, desk)?;
    let columns = catalogue.columns().clone();
    let mut survey = Survey {
        rows: 0,
        entries: Slips::new(desk),
        row_of: Vec::new(),
        set_aside: 0,
        aside: Vec::new(),
        wanted: Vec::new(),
        shapes: Shapes::default(),
        defects: Defects::new(desk),
    };
    let mut seen = Seen::default();
    let matching = !handed.walked.files.is_empty();
    std::thread::scope(|scope| {
        let (sender, chunks) = mpsc::sync_channel::<Vec<Result<Understood, CatalogueError>>>(4);
        scope.spawn(move || {
            loop {
                let rows = some(&mut catalogue, &columns, &desk.profile, matching);
                if rows.is_empty() || sender.send(rows).is_err() {
                    return;
                }
            }
        });
        for row in chunks.into_iter().flatten() {
            survey.rows += 1;
            match row {
                Ok(row) => survey.keep(desk, row, matching, &mut seen)?,
                Err(error) => {
                    let defect = Defect::from_error(&error, Lang::Zh).ok_or(error)?;
                    survey.defects.add(&defect)?;
                }
            }
        }
        Ok::<_, IngestError>(())
    })?;
    survey.note_doubles(seen)?;
    Ok(survey)
}

/// A row, understood.
struct Understood {
    reading: Reading,
    /// The file that it names, where it is to be matched and its reading does not say.
    named: Option<String>,
}

/// The next rows: [`AT_ONCE`], or fewer where they hold much.
fn some(
    catalogue: &mut Catalogue,
    columns: &Columns,
    profile: &Profile,
    matching: bool,
) -> Vec<Result<Understood, CatalogueError>> {
    let (mut rows, mut bytes) = (Vec::with_capacity(AT_ONCE), 0);
    while rows.len() < AT_ONCE && bytes < BYTES_AT_ONCE {
        let Some(row) = catalogue.next() else { break };
        bytes += row.as_ref().map_or(0, Row::bytes);
        rows.push(row.map(|row| {
            let reading = Entry::read(&row, columns, profile, Lang::Zh);
            let aside = matching && !matches!(reading, Reading::Entry(..));
            Understood { named: aside.then(|| Entry::file_named(&row, columns)).flatten(), reading }
        }));
    }
    rows
}

impl Survey {
    fn keep(&mut self, desk: &Desk, row: Understood, matching: bool, seen: &mut Seen) -> Result<(), IngestError> {
        let Understood { reading, named } = row;
        let aside = match reading {
            Reading::Entry(entry, faults) => {
                let faults = faults.into_iter().map(|fault| Defect::from_fault(fault, entry.row, &entry.code_raw));
                self.defects.extend(faults)?;
                let needs_file = needs_file(&desk.profile, &entry);
                if !matching && needs_file {
                    self.defects.add(&defects::missing_file(entry.row, &entry.code_raw, Lang::Zh))?;
                }
                let folded = code::fold(&entry.code_raw);
                self.shapes.note(&folded, kept_under(&desk.profile, &folded, &entry));
                seen.note(&folded, Which::Entry(self.row_of.len()));
                self.entries.push(&entry)?;
                self.row_of.push(entry.row);
                if matching {
                    self.wanted.push(Wants { code: entry.code_raw, file_name: entry.file_name, needs_file });
                }
                return Ok(());
            }
            Reading::SetAside(aside) => {
                self.set_aside += 1;
                self.defects.add(&defects::set_aside(&aside, desk.ceiling, Lang::Zh))?;
                (aside.row, aside.code)
            }
            Reading::Unmarked { row, code, fault } => {
                self.defects.add(&defects::unmarked(row, &code, fault))?;
                (row, code)
            }
        };
        seen.note(&code::fold(&aside.1), Which::Aside(self.aside.len()));
        self.aside.push((aside.0, aside.1, named));
        Ok(())
    }

    /// Notes the rows whose code another row has too.
    fn note_doubles(&mut self, mut seen: Seen) -> Result<(), IngestError> {
        seen.codes.sort_unstable();
        let mut doubles = Vec::new();
        for same in seen.codes.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            for (_, which) in same {
                doubles.push(match Which::of(*which) {
                    Which::Aside(at) => (self.aside[at].0, self.aside[at].1.clone()),
                    Which::Entry(at) => (self.row_of[at], self.entries.get(at)?.code_raw),
                });
            }
        }
        // The codes themselves decide, not what was remembered of them.
        doubles.sort_unstable();
        let doubles = doubles.iter().map(|(row, code)| (*row, code.as_str()));
        self.defects.extend(defects::duplicate_codes(doubles, code::fold, Lang::Zh))
    }
}

/// Whether a row needs a file: one whose carrier is said to need none does not.
fn needs_file(profile: &Profile, entry: &Entry) -> bool {
    let carrier = entry.carrier.as_deref().and_then(|code| profile.carrier(code));
    carrier.is_none_or(|carrier| carrier.file == FileNeeded::Required)
}

/// What is remembered of every code: twenty bytes, so that two rows of one code are found
/// wherever they stand.
#[derive(Default)]
struct Seen {
    codes: Vec<([u8; 16], u32)>,
}

/// Which row a code is of.
enum Which {
    Entry(usize),
    Aside(usize),
}

const ASIDE: u32 = 1 << 31;

impl Which {
    fn of(number: u32) -> Self {
        let at = (number & !ASIDE) as usize;
        if number & ASIDE == 0 { Self::Entry(at) } else { Self::Aside(at) }
    }

    fn number(self) -> u32 {
        let (at, bit) = match self {
            Self::Entry(at) => (at, 0),
            Self::Aside(at) => (at, ASIDE),
        };
        u32::try_from(at).ok().filter(|at| at & ASIDE == 0).expect("a catalogue has fewer than two billion rows") | bit
    }
}

impl Seen {
    fn note(&mut self, folded: &str, which: Which) {
        if !folded.is_empty() {
            self.codes.push((digest_of(folded), which.number()));
        }
    }
}

/// The first half of a text's SHA-256: two texts of one half are not found by chance.
pub(super) fn digest_of(text: &str) -> [u8; 16] {
    let Sha256(whole) = Sha256::of(text.as_bytes());
    *whole.first_chunk().expect("a digest has 32 bytes")
}
