//! The files of a batch, sent.

use super::door::{Away, Door, There, Tries};
use crate::{
    ingest::{folder::FoundFile, upload::same_path as same},
    vault::Source,
};
use anyhow::Context as _;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use std::{
    collections::HashMap,
    io::{IsTerminal as _, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

/// Files at once, and bytes of a piece: held in memory, and sent again where one breaks.
const AT_ONCE: usize = 4;
const PIECE: u64 = 8 << 20;
/// How often it is said how far it is.
const SAID_EVERY: Duration = Duration::from_secs(2);

/// A file of this machine.
pub(super) struct Local {
    /// Below the batch, joined by `/`.
    pub relative: String,
    pub path: PathBuf,
}

impl Local {
    /// `None` for one that does not lie on this machine.
    pub fn of(found: &FoundFile) -> Option<Self> {
        match &found.source {
            Source::Plain(path) => Some(Self { relative: found.relative.clone(), path: path.clone() }),
            _ => None,
        }
    }

    fn now(&self) -> anyhow::Result<Seen> {
        let named = || format!("{} cannot be looked at", self.path.display());
        let about = std::fs::symlink_metadata(&self.path).with_context(named)?;
        anyhow::ensure!(about.is_file(), "{} is no file any more", self.path.display());
        let since = about.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let modified = since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0);
        Ok(Seen { bytes: about.len(), modified })
    }
}

/// How a file stood when it was announced.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    bytes: u64,
    /// Milliseconds since 1970.
    modified: i64,
}

/// How sending ended.
pub(super) enum Outcome {
    /// The server has every file of the folder, and no other.
    Same,
    /// This file changed while it was sent; nothing of it is kept.
    Changed(String),
}

/// A file that has to go.
struct Going<'a> {
    local: &'a Local,
    seen: Seen,
    /// Its name at the server, and how far it is there.
    begun: Option<(String, u64)>,
}

/// Brings the batch at `at` to hold exactly these files. May be called again at any time.
pub(super) async fn send(door: &Door, at: &str, local: &[Local]) -> Result<Outcome, Away> {
    let there = door.files(at).await?;
    let mut there: HashMap<String, There> = there.into_iter().map(|one| (same(&one.path), one)).collect();
    let (mut going, mut gone) = (Vec::new(), Vec::new());
    for one in local {
        let seen = one.now()?;
        let begun = match there.remove(&same(&one.relative)) {
            Some(there) if there.bytes == seen.bytes && there.modified == Some(seen.modified) => {
                if there.whole {
                    continue;
                }
                Some((there.id, there.received))
            }
            Some(other) => {
                gone.push(other.id);
                None
            }
            None => None,
        };
        going.push(Going { local: one, seen, begun });
    }
    gone.extend(there.into_values().map(|one| one.id));
    for name in gone {
        door.remove(at, &name).await?;
    }
    let mut said = Progress::of(&going);
    let sending = futures::stream::iter(going).map(|one| sent(door, at, one)).buffer_unordered(AT_ONCE);
    let mut changed = None;
    let mut sending = std::pin::pin!(sending);
    while let Some(done) = sending.try_next().await? {
        said.step(done.bytes);
        if done.changed {
            changed = Some(done.path);
        }
    }
    if let Some(path) = changed {
        return Ok(Outcome::Changed(path));
    }
    agree(local, &door.files(at).await?).map_err(|path| {
        Away::refused(format!("{path} 在服务器上与此处不同"), "另有人在传此批次；等他传完，再运行同一命令")
    })?;
    Ok(Outcome::Same)
}

/// Whether the server has these files and no other; else the path of one that differs.
fn agree(local: &[Local], there: &[There]) -> Result<(), String> {
    let mut has: HashMap<String, &There> = there.iter().map(|one| (same(&one.path), one)).collect();
    for one in local {
        match has.remove(&same(&one.relative)) {
            Some(there) if there.whole => {}
            _ => return Err(one.relative.clone()),
        }
    }
    has.into_values().next().map_or(Ok(()), |other| Err(other.path.clone()))
}

struct Done {
    path: String,
    bytes: u64,
    changed: bool,
}

async fn sent(door: &Door, at: &str, one: Going<'_>) -> Result<Done, Away> {
    let Going { local, seen: said, begun } = one;
    let mut file = tokio::fs::File::open(&local.path).await.with_context(|| cannot_read(&local.path))?;
    let mut tries = Tries::default();
    let (name, mut offset) = match begun {
        Some(begun) => begun,
        None => loop {
            let whole = match said.bytes {
                1..=PIECE => Some(piece(&mut file, &local.path, 0, said.bytes).await?),
                _ => None,
            };
            let all = whole.as_ref().map_or(0, |bytes| bytes.len() as u64);
            match door.announce(at, (&local.relative, said.bytes, said.modified), whole).await {
                Ok(name) => break (name, all),
                Err(error) => tries.again(error).await?,
            }
            // It may have been announced although the answer did not come.
            let there = door.files(at).await?;
            if let Some(there) = there.into_iter().find(|there| same(&there.path) == same(&local.relative)) {
                break (there.id, there.received);
            }
        },
    };
    tries.went_on();
    while offset < said.bytes {
        let bytes = piece(&mut file, &local.path, offset, said.bytes).await?;
        if bytes.is_empty() {
            break;
        }
        match door.piece(at, &name, offset, bytes).await {
            Ok(now) => {
                offset = now;
                tries.went_on();
            }
            Err(error) => {
                tries.again(error).await?;
                match door.offset(at, &name).await {
                    Ok(now) => offset = now,
                    Err(error) => tries.again(error).await?,
                }
            }
        }
    }
    let changed = offset != said.bytes || local.now().ok() != Some(said);
    if changed {
        door.remove(at, &name).await?;
    }
    Ok(Done { path: local.relative.clone(), bytes: said.bytes, changed })
}

fn cannot_read(path: &Path) -> String {
    format!("{} cannot be read", path.display())
}

/// Up to [`PIECE`] bytes from `offset` on, none beyond `end`; fewer only where the file ends.
async fn piece(file: &mut tokio::fs::File, path: &Path, offset: u64, end: u64) -> anyhow::Result<Bytes> {
    let length = usize::try_from((end - offset).min(PIECE)).expect("a piece is small");
    file.seek(SeekFrom::Start(offset)).await.with_context(|| cannot_read(path))?;
    let mut bytes = Vec::with_capacity(length);
    file.take(length as u64).read_to_end(&mut bytes).await.with_context(|| cannot_read(path))?;
    Ok(bytes.into())
}

/// How far it is, said on a terminal now and then.
struct Progress {
    files: (usize, usize),
    bytes: (u64, u64),
    since: Instant,
    last: Option<Instant>,
}

impl Progress {
    fn of(going: &[Going<'_>]) -> Self {
        let bytes = going.iter().map(|one| one.seen.bytes).sum();
        let last = std::io::stderr().is_terminal().then(Instant::now);
        Self { files: (0, going.len()), bytes: (0, bytes), since: Instant::now(), last }
    }

    fn step(&mut self, bytes: u64) {
        self.files.0 += 1;
        self.bytes.0 += bytes;
        let (files, sent) = (self.files, self.bytes);
        if self.last.is_some_and(|last| last.elapsed() >= SAID_EVERY || files.0 == files.1) {
            self.last = Some(Instant::now());
            let rate = sent.0 as f64 / self.since.elapsed().as_secs_f64().max(0.001);
            let left = (sent.1 - sent.0) as f64 / rate.max(1.0);
            let mib = |bytes: u64| bytes >> 20;
            eprintln!("已传 {}/{} 个文件，{}/{} MiB，约余 {left:.0} 秒", files.0, files.1, mib(sent.0), mib(sent.1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_has_must_be_what_lies_here() {
        let local = |path: &str| Local { relative: path.to_owned(), path: path.into() };
        let there = |path: &str, whole| There {
            id: path.into(),
            path: path.into(),
            bytes: 1,
            modified: None,
            received: 1,
            whole,
        };
        let here = [local("é.pdf"), local("b.pdf")];
        assert_eq!(agree(&here, &[there("e\u{301}.pdf", true), there("b.pdf", true)]), Ok(()));
        assert_eq!(agree(&here, &[there("é.pdf", true)]), Err("b.pdf".to_owned()));
        assert_eq!(agree(&here, &[there("é.pdf", true), there("b.pdf", false)]), Err("b.pdf".to_owned()));
        let more = [there("é.pdf", true), there("b.pdf", true), there("c.pdf", true)];
        assert_eq!(agree(&here, &more), Err("c.pdf".to_owned()));
    }
}
