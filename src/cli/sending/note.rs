//! The batch that was begun of a folder, noted by its sender: one line of JSON. One cut short
//! by a crash counts as none.

use crate::kernel::Sha256;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

/// The form of the lines.
const FORM: &str = "lantai-sending-1";

#[derive(Serialize, Deserialize)]
struct Head {
    form: String,
    server: String,
    folder: String,
    batch: String,
}

/// The note of one folder and server, held for this command alone.
pub(super) struct Note {
    path: PathBuf,
    file: File,
    head: Head,
}

impl Note {
    /// `None` where another command holds it.
    pub fn open(server: &str, folder: &Path) -> anyhow::Result<Option<Self>> {
        let kept = kept_in()?;
        fs::create_dir_all(&kept).with_context(|| format!("{} cannot be made", kept.display()))?;
        let name = Sha256::of(format!("{server}\0{}", folder.display()).as_bytes()).to_string();
        Self::at(kept.join(format!("{}.json", &name[..16])), server, folder)
    }

    fn at(path: PathBuf, server: &str, folder: &Path) -> anyhow::Result<Option<Self>> {
        let opened = File::options().read(true).append(true).create(true).open(&path);
        let mut file = opened.with_context(|| format!("{} cannot be opened", path.display()))?;
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => return Ok(None),
            locked => locked?,
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let read: Option<Head> = serde_json::from_slice(&text).ok();
        let known = read.filter(|head| head.form == FORM && head.server == server);
        let head = known.unwrap_or_else(|| Head {
            form: FORM.to_owned(),
            server: server.to_owned(),
            folder: folder.display().to_string(),
            batch: String::new(),
        });
        Ok(Some(Self { path, file, head }))
    }

    /// The batch that was begun.
    pub fn batch(&self) -> Option<&str> {
        Some(self.head.batch.as_str()).filter(|batch| !batch.is_empty())
    }

    /// Begins anew, with this batch.
    pub fn begin(&mut self, batch: &str) -> anyhow::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        batch.clone_into(&mut self.head.batch);
        let line = serde_json::to_string(&self.head)?;
        writeln!(self.file, "{line}")?;
        Ok(self.file.sync_all()?)
    }

    /// The batch is no longer the sender's to go on with.
    pub fn end(self) -> anyhow::Result<()> {
        fs::remove_file(&self.path).with_context(|| format!("{} cannot be removed", self.path.display()))
    }
}

/// By the XDG Base Directory Specification: what is worth keeping between two runs.
fn kept_in() -> anyhow::Result<PathBuf> {
    let base = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state")));
    Ok(base.context("there is no home folder to note in what was sent; set XDG_STATE_HOME")?.join("lantai/sending"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(dir: &Path) -> Option<Note> {
        Note::at(dir.join("x.json"), "https://archive", Path::new("/batch")).unwrap()
    }

    #[test]
    fn a_note_is_held_by_one_and_found_again_and_a_torn_one_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let mut note = open(dir.path()).unwrap();
        assert!(open(dir.path()).is_none(), "held");
        assert_eq!(note.batch(), None);
        note.begin("b1").unwrap();
        note.begin("b2").unwrap();
        drop(note);
        assert_eq!(open(dir.path()).unwrap().batch(), Some("b2"));
        let elsewhere = Note::at(dir.path().join("x.json"), "https://other", Path::new("/batch")).unwrap().unwrap();
        assert_eq!(elsewhere.batch(), None);
        drop(elsewhere);
        let kept = fs::read(dir.path().join("x.json")).unwrap();
        fs::write(dir.path().join("x.json"), &kept[..kept.len() - 9]).unwrap();
        let note = open(dir.path()).unwrap();
        assert_eq!(note.batch(), None, "torn");
        note.end().unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
