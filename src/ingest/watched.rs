//! The watched folder (投递文件夹): who lays a batch into it hands it in.
//!
//! A folder with its catalogue, or such a folder packed as a ZIP file, directly below it is
//! a batch as soon as it has not changed for the time that the configuration says. It is
//! taken in whole or not at all: with a defect that keeps a row out, or fonds and schemes
//! that the archive lacks, it goes back. What was taken in moves to `已收`, what goes back
//! to `退回`, with the reasons beside it; nothing is removed. The moves come last, so that
//! a batch broken off anywhere is looked at again and found unchanged.
//!
//! Whoever may write into the folder hands in as the archive itself (`machine:drop`): the
//! folder is named in the configuration, by who may do all of it anyway.

use crate::{
    access::Guest,
    ingest::{
        batch::{self, Desk, Handed, IngestError, Way},
        defects::{Defect, Lang, write_xlsx},
    },
};
use std::{
    collections::HashMap,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

/// Where what was taken in lies, and what went back.
const TAKEN: &str = "已收";
const RETURNED: &str = "退回";
/// Folders within folders that are looked at for changes (ours).
const DEEPEST: usize = 64;
const MAKE_THEM: &str = "请有权限的人先建立，再投递";

/// The folder, and what was seen in it.
#[derive(Debug)]
pub struct Watched {
    folder: PathBuf,
    settle: Duration,
    seen: HashMap<OsString, (State, Instant)>,
}

/// Names, sizes and times of all that lies below, and how much it is: two that are alike
/// are one that nobody writes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
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

    /// What lies in it and did not change for long enough, by name. To be asked again and
    /// again, `now` never going back. Blocks.
    pub fn settled(&mut self, now: Instant) -> io::Result<Vec<PathBuf>> {
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
            let mut state = State::default();
            // Gone or changed while we looked: it is looked at again.
            if look(&entry.path(), DEEPEST, &mut state).is_err() {
                continue;
            }
            let since = match self.seen.get(&name) {
                Some((before, since)) if *before == state => *since,
                _ => now,
            };
            if now.saturating_duration_since(since) >= self.settle {
                settled.push(entry.path());
            }
            seen.insert(name, (state, since));
        }
        self.seen = seen;
        settled.sort();
        Ok(settled)
    }

    /// Moves a batch to where it belongs now, the reasons beside it; gives its new place.
    /// Blocks.
    pub fn put_away(&mut self, path: &Path, became: &Became) -> io::Result<PathBuf> {
        let name = path.file_name().unwrap_or_default().to_owned();
        let below = self.folder.join(if matches!(became, Became::Taken { .. }) { TAKEN } else { RETURNED });
        fs::create_dir_all(&below)?;
        let place = free(&below, &name);
        let beside = |ending: &str| {
            let mut name = place.file_name().unwrap_or_default().to_owned();
            name.push(ending);
            below.join(name)
        };
        match became {
            Became::Taken { .. } => {}
            Became::Defects(defects) => {
                let mut sheet = fs::File::create(beside(".缺陷.xlsx"))?;
                write_xlsx(defects, &mut sheet, Lang::Zh).map_err(io::Error::other)?;
                sheet.sync_all()?;
            }
            Became::Refused(why) => fs::write(beside(".原因.txt"), format!("{why}\n"))?,
        }
        fs::rename(path, &place)?;
        self.seen.remove(&name);
        Ok(place)
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
        Err(
            error @ (IngestError::Catalogue(_)
            | IngestError::Folder(_)
            | IngestError::Package { .. }
            | IngestError::Source(..)),
        ) => return Ok(Became::Refused(error.to_string())),
        Err(error) => return Err(error),
    };
    plan.way = Way::Drop;
    if let Some(begun) = &begun {
        batch::goes_on(begun, &plan)?;
    } else {
        let proposals = plan.proposals(MAKE_THEM);
        if plan.blocked() || !proposals.is_empty() {
            let defects: Result<Vec<Defect>, _> = plan.defects.iter().collect();
            return Ok(Became::Defects(defects?.into_iter().chain(proposals).collect()));
        }
        if plan.to_file.is_empty() {
            return Ok(Became::Taken { records: 0 });
        }
    }
    let committed = batch::commit(desk, &guest, plan, begun, false, true).await?;
    Ok(Became::Taken { records: committed.records })
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

/// A name below `folder` that nothing has: the same, or with a number.
fn free(folder: &Path, name: &OsString) -> PathBuf {
    let names = std::iter::once(name.clone()).chain((2..).map(|number| {
        let mut numbered = name.clone();
        numbered.push(format!(" ({number})"));
        numbered
    }));
    let mut places = names.map(|name| folder.join(name));
    places.find(|place| fs::symlink_metadata(place).is_err()).expect("numbers do not end")
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
        assert!(watched.settled(begun).unwrap().is_empty(), "seen for the first time");
        fs::write(batch.join("files/a.pdf"), "a").unwrap();
        assert_eq!(watched.settled(begun + settle).unwrap(), std::slice::from_ref(&zip), "the folder grew");
        assert_eq!(watched.settled(begun + settle * 2).unwrap(), [batch.clone(), zip.clone()]);

        let place = watched.put_away(&batch, &Became::Refused("没有目录".to_owned())).unwrap();
        assert_eq!(place, dir.path().join(RETURNED).join("批次"));
        assert_eq!(fs::read_to_string(dir.path().join(RETURNED).join("批次.原因.txt")).unwrap(), "没有目录\n");
        fs::create_dir_all(&batch).unwrap();
        assert!(!watched.settled(begun + settle * 3).unwrap().contains(&batch), "another of that name is new");
        let again = watched.put_away(&batch, &Became::Refused("没有目录".to_owned())).unwrap();
        assert_eq!(again, dir.path().join(RETURNED).join("批次 (2)"), "nothing is overwritten");
    }
}
