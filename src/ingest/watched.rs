//! The watched folder (投递文件夹): who lays a batch into it hands it in.
//!
//! A folder with its catalogue, or such a folder packed as a ZIP file, directly below it is
//! a batch as soon as it has not changed for the time that the configuration says. It is
//! taken in whole or not at all: with a row that is kept out for whatever reason, or fonds
//! and schemes that the archive lacks, it goes back. What was taken in moves to `已收`, what
//! goes back to `退回`, with the reasons beside it; nothing is removed or overwritten. The
//! moves come last, so that a batch broken off anywhere is looked at again and found
//! unchanged; one that was begun never goes back. What was withdrawn after it was filed is
//! not taken in a second time from here.
//!
//! Whoever may write into the folder hands in as the archive itself (`machine:drop`): the
//! folder is named in the configuration, by who may do all of it anyway.

use crate::{
    access::Guest,
    ingest::{
        batch::{self, Desk, Handed, IngestError, Plan, Way},
        defects::{Defect, Lang, write_xlsx},
    },
};
use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

/// Where what was taken in lies, and what went back.
const TAKEN: &str = "已收";
const RETURNED: &str = "退回";
/// Folders within folders that are looked at for changes (ours).
const DEEPEST: usize = 64;
/// What stands after the name of a batch in the names of its reasons.
const SHEET: &str = ".缺陷.xlsx";
const TEXT: &str = ".原因.txt";
const MAKE_THEM: &str = "请有权限的人先建立，再投递";
const WITHDRAWN: &str = "此批归档后已撤回，不再由投递文件夹收入。确要收入的，请用 lantai ingest 或在网页送交";
const EMPTY: &str = "目录中没有一行。请补上目录再投递";

/// How long a batch that could not be worked through is left alone (ours).
const PAUSE: Duration = Duration::from_secs(60);

/// The folder, and what was seen in it.
#[derive(Debug)]
pub struct Watched {
    folder: PathBuf,
    settle: Duration,
    seen: HashMap<OsString, Seen>,
}

#[derive(Debug)]
struct Seen {
    state: State,
    since: Instant,
    /// It could not be worked through; left alone until then.
    paused: Option<Instant>,
}

/// Sizes and times of all that lies below, and how much it is: two that are alike are one
/// that nobody writes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    entries: u64,
    bytes: u64,
    newest: Option<SystemTime>,
}

/// What became of a batch that was laid in.
#[derive(Debug)]
pub enum Became {
    /// Filed; 0 records where the archive held all of it.
    Taken { records: u64 },
    /// What keeps it out, as a sheet of the rows.
    Defects(Vec<Defect>),
    /// What is wrong with all of it.
    Refused(String),
}

impl Watched {
    /// `settle` is how long a batch must not have changed.
    pub fn new(folder: PathBuf, settle: Duration) -> Self {
        Self { folder, settle, seen: HashMap::new() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The first by name of what lies in it and did not change for long enough, and how it
    /// stands. To be asked again and again, `now` never going back. Blocks.
    pub fn settled(&mut self, now: Instant) -> io::Result<Option<(PathBuf, State)>> {
        let (mut settled, mut seen) = (Vec::new(), HashMap::new());
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let kind = entry.file_type()?;
            let shown = name.to_string_lossy();
            let zip = kind.is_file() && shown.to_lowercase().ends_with(".zip");
            if shown.starts_with('.') || shown == TAKEN || shown == RETURNED || !(kind.is_dir() || zip) {
                continue;
            }
            // Gone or changed while we looked: it is looked at again.
            let Ok(state) = standing(&entry.path()) else { continue };
            let now_seen = match self.seen.remove(&name) {
                Some(before) if before.state == state => before,
                _ => Seen { state: state.clone(), since: now, paused: None },
            };
            let left_alone = now_seen.paused.is_some_and(|until| now < until);
            if !left_alone && now.saturating_duration_since(now_seen.since) >= self.settle {
                settled.push((entry.path(), state));
            }
            seen.insert(name, now_seen);
        }
        self.seen = seen;
        Ok(settled.into_iter().min_by(|one, other| one.0.cmp(&other.0)))
    }

    /// Leaves a batch alone for a while, or until it changes.
    pub fn pause(&mut self, path: &Path, now: Instant) {
        if let Some(seen) = path.file_name().and_then(|name| self.seen.get_mut(name)) {
            seen.paused = Some(now + PAUSE);
        }
    }

    /// Moves a batch to where it belongs now, the reasons beside it; gives its new place, or
    /// `None` where it is not as it `stood` any more and stays. Blocks.
    pub fn put_away(&mut self, path: &Path, stood: &State, became: &Became) -> io::Result<Option<PathBuf>> {
        if standing(path)? != *stood {
            return Ok(None);
        }
        let name = path.file_name().unwrap_or_default().to_owned();
        let below = self.folder.join(if matches!(became, Became::Taken { .. }) { TAKEN } else { RETURNED });
        fs::create_dir_all(&below)?;
        if !fs::symlink_metadata(&below)?.is_dir() {
            return Err(io::Error::other(format!("{} is a link; make it a folder", below.display())));
        }
        let place = free(&below, &name);
        match became {
            Became::Taken { .. } => {}
            Became::Defects(defects) => {
                let mut sheet = fs::File::create_new(beside(&place, SHEET))?;
                write_xlsx(defects, &mut sheet, Lang::Zh).map_err(io::Error::other)?;
                sheet.sync_all()?;
            }
            Became::Refused(why) => {
                let mut text = fs::File::create_new(beside(&place, TEXT))?;
                writeln!(text, "{why}")?;
                text.sync_all()?;
            }
        }
        fs::rename(path, &place)?;
        self.seen.remove(&name);
        Ok(Some(place))
    }
}

/// Takes in what was laid in, or says what keeps it out.
///
/// # Errors
/// What is not the batch's fault: the disk, the database. It may be tried again.
pub async fn take(desk: &Desk, path: &Path) -> Result<Became, IngestError> {
    let guest = Guest::machine("drop");
    let _turn = desk.turn.lock().await;
    let begun = batch::begun_from(&desk.db, path).await?;
    let filing = begun.as_ref().map(|batch| batch.filing.to_string());
    let planned = match Handed::open(desk, path).await {
        Ok(handed) => batch::plan(desk, handed, &guest.reach(), filing.as_deref()).await,
        Err(error) => Err(error),
    };
    let mut plan = match planned {
        Ok(plan) => plan,
        // What was begun stays where its rows say that it lies.
        Err(error) if begun.is_some() => return Err(error),
        Err(error @ (IngestError::Catalogue(_) | IngestError::Folder(_) | IngestError::Package { .. })) => {
            return Ok(Became::Refused(error.to_string()));
        }
        Err(error) => return Err(error),
    };
    plan.way = Way::Drop;
    if let Some(begun) = &begun {
        batch::goes_on(begun, &plan)?;
    } else if let Some(kept_out) = kept_out(desk, &plan).await? {
        return Ok(kept_out);
    } else if plan.to_file.is_empty() {
        return Ok(Became::Taken { records: 0 });
    }
    let committed = batch::commit(desk, &guest, plan, begun, false, true).await?;
    Ok(Became::Taken { records: committed.records })
}

async fn kept_out(desk: &Desk, plan: &Plan) -> Result<Option<Became>, IngestError> {
    if batch::was_withdrawn(&desk.db, &plan.catalogue, &plan.content).await? {
        return Ok(Some(Became::Refused(WITHDRAWN.to_owned())));
    }
    let proposals = plan.proposals(MAKE_THEM);
    if plan.blocked() || plan.set_aside > 0 || !proposals.is_empty() {
        let defects: Result<Vec<Defect>, _> = plan.defects.iter().collect();
        return Ok(Some(Became::Defects(defects?.into_iter().chain(proposals).collect())));
    }
    let nothing = plan.to_file.is_empty() && plan.unchanged == 0;
    Ok(nothing.then(|| Became::Refused(EMPTY.to_owned())))
}

fn standing(path: &Path) -> io::Result<State> {
    let mut state = State::default();
    look(path, DEEPEST, &mut state)?;
    Ok(state)
}

fn look(path: &Path, deep: usize, state: &mut State) -> io::Result<()> {
    let about = fs::symlink_metadata(path)?;
    state.entries += 1;
    state.bytes += about.len();
    state.newest = state.newest.max(about.modified().ok());
    if about.is_dir() && deep > 0 {
        for entry in fs::read_dir(path)? {
            look(&entry?.path(), deep - 1, state)?;
        }
    }
    Ok(())
}

/// A name below `folder` that nothing has, nor the reasons of one of that name: the same, or
/// with a number.
fn free(folder: &Path, name: &OsString) -> PathBuf {
    let names = std::iter::once(name.clone()).chain((2..).map(|number| {
        let mut numbered = name.clone();
        numbered.push(format!(" ({number})"));
        numbered
    }));
    let nothing = |path: &Path| fs::symlink_metadata(path).is_err();
    let free = |place: &PathBuf| nothing(place) && [SHEET, TEXT].iter().all(|ending| nothing(&beside(place, ending)));
    names.map(|name| folder.join(name)).find(free).expect("numbers do not end")
}

fn beside(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_still_changes_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let settle = Duration::from_secs(30);
        let mut watched = Watched::new(dir.path().to_owned(), settle);
        let batch = dir.path().join("批次");
        for folder in ["批次/files", TAKEN, RETURNED, ".hidden"] {
            fs::create_dir_all(dir.path().join(folder)).unwrap();
        }
        fs::write(dir.path().join("移交.ZIP"), "x").unwrap();
        fs::write(dir.path().join("alone.pdf"), "x").unwrap();
        let zip = dir.path().join("移交.ZIP");
        let begun = Instant::now();
        let mut at = |times: u32| {
            let settled = watched.settled(begun + settle * times).unwrap();
            settled.map(|(path, _)| path)
        };
        assert_eq!(at(0), None, "seen for the first time");
        fs::write(batch.join("files/a.pdf"), "a").unwrap();
        assert_eq!(at(1), Some(zip.clone()), "the folder grew");
        assert_eq!(at(2), Some(batch.clone()), "one at a time");
        watched.pause(&batch, begun + settle * 2);
        assert_eq!(watched.settled(begun + settle * 2).unwrap().unwrap().0, zip, "one bad batch holds up no other");

        let stood = standing(&batch).unwrap();
        let refused = Became::Refused("没有目录".to_owned());
        fs::write(batch.join("files/b.pdf"), "b").unwrap();
        assert_eq!(watched.put_away(&batch, &stood, &refused).unwrap(), None, "it changed meanwhile");
        let stood = standing(&batch).unwrap();
        let place = watched.put_away(&batch, &stood, &refused).unwrap();
        assert_eq!(place, Some(dir.path().join(RETURNED).join("批次")));
        assert_eq!(fs::read_to_string(dir.path().join(RETURNED).join("批次.原因.txt")).unwrap(), "没有目录\n");
        fs::remove_dir_all(place.unwrap()).unwrap();
        fs::create_dir_all(&batch).unwrap();
        assert_eq!(watched.settled(begun + settle * 3).unwrap().unwrap().0, zip, "another of that name is new");
        let again = watched.put_away(&batch, &standing(&batch).unwrap(), &refused).unwrap();
        assert_eq!(again, Some(dir.path().join(RETURNED).join("批次 (2)")), "no reasons are overwritten");
    }
}
