//! Pouring what comes over a connection into a staged file: memory flat, the disks asked
//! for room on the way, and nothing lost that came when the other side breaks off.

use crate::vault::{Arriving, Room, VaultError};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::runtime::Handle;

/// Bytes after which it is asked again whether the disks have room.
const ROOM_EVERY: u64 = 8 << 20;
/// Bytes gathered before a thread of its own seals and writes them (ours).
const AT_ONCE: usize = 1 << 20;
/// Bytes after which what came is settled, so that a crash costs no more of a file that
/// comes in one piece (ours).
const SETTLED_EVERY: u64 = 64 << 20;
/// A connection that brings nothing for so long has broken off (ours).
const PATIENCE: Duration = Duration::from_secs(60);

/// How it ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// With all that the other side sent.
    Whole,
    /// More came than may: the rest is not read.
    TooMuch,
    /// The connection brought no more.
    BrokenOff(Box<dyn std::error::Error + Send + Sync>),
    /// Somebody asked for it to end.
    CalledOff,
    /// There is no room for more, or no way to write it.
    Stopped(VaultError),
}

/// What to heed on the way.
#[derive(Debug)]
pub(super) struct Heed<'a> {
    pub room: &'a Room,
    /// The most bytes that may come.
    pub most: u64,
    /// Whether what came is settled on the way, and where nobody waits for the end any
    /// more; not where all of it may have to be forgotten.
    pub keep: bool,
}

/// Takes what comes until `blocks` end or `called_off` does, and says how it ended; `seen`
/// is shown every block before it is taken. What came is in `arriving`, which the caller
/// settles or finishes; `lane` is held until nobody writes it any more.
pub(super) async fn pour<S, E, L: Send + 'static>(
    heed: Heed<'_>,
    (arriving, lane): (Arriving, L),
    mut blocks: S,
    called_off: impl Future<Output = ()>,
    mut seen: impl FnMut(&[u8]),
) -> (Arriving, L, Ended)
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut called_off = std::pin::pin!(called_off);
    let mut hand =
        Hand { arriving: Arc::new(Mutex::new(Some(arriving))), held: Vec::new(), lane: Some(lane), keep: heed.keep };
    let (mut came, mut asked, mut settled) = (0_u64, 0_u64, 0_u64);
    if let Err(error) = heed.room.check(0) {
        return hand.leave(Ended::Stopped(error));
    }
    loop {
        let next = tokio::select! {
            next = tokio::time::timeout(PATIENCE, blocks.next()) => match next {
                Ok(Some(Ok(block))) if came + block.len() as u64 > heed.most => Err(Ended::TooMuch),
                Ok(Some(Ok(block))) => Ok(block),
                Ok(Some(Err(error))) => Err(Ended::BrokenOff(error.into())),
                Ok(None) => Err(Ended::Whole),
                Err(_) => Err(Ended::BrokenOff("nothing came for a minute".into())),
            },
            () = &mut called_off => Err(Ended::CalledOff),
        };
        let ended = match next {
            Ok(block) => {
                seen(&block);
                came += block.len() as u64;
                hand.held.extend_from_slice(&block);
                if hand.held.len() < AT_ONCE {
                    continue;
                }
                None
            }
            Err(ended) => Some(ended),
        };
        let settle = heed.keep && came - settled >= SETTLED_EVERY;
        if settle {
            settled = came;
        }
        if let Err(error) = hand.write(settle).await {
            return hand.leave(Ended::Stopped(error));
        }
        if let Some(ended) = ended {
            return hand.leave(ended);
        }
        if came - asked >= ROOM_EVERY {
            asked = came;
            if let Err(error) = heed.room.check(AT_ONCE as u64) {
                return hand.leave(Ended::Stopped(error));
            }
        }
    }
}

/// A file in the middle of its writing. Dropped there, because whoever sent it went away
/// and nobody waits for an answer, what came is settled all the same.
struct Hand<L: Send + 'static> {
    arriving: Arc<Mutex<Option<Arriving>>>,
    held: Vec<u8>,
    lane: Option<L>,
    keep: bool,
}

impl<L: Send + 'static> Hand<L> {
    async fn write(&mut self, settle: bool) -> Result<(), VaultError> {
        let (arriving, mut bytes) = (self.arriving.clone(), std::mem::take(&mut self.held));
        let work = move || {
            let done = on(&arriving, |arriving| {
                arriving.take(&bytes)?;
                if settle { arriving.settle() } else { Ok(()) }
            });
            bytes.clear();
            (bytes, done)
        };
        let (held, done) = tokio::task::spawn_blocking(work).await.expect("writing does not panic");
        self.held = held;
        done
    }

    fn leave(mut self, ended: Ended) -> (Arriving, L, Ended) {
        let arriving = self.arriving.lock().unwrap_or_else(PoisonError::into_inner).take();
        let lane = self.lane.take();
        (arriving.expect("it is left once"), lane.expect("it is left once"), ended)
    }
}

impl<L: Send + 'static> Drop for Hand<L> {
    fn drop(&mut self) {
        let Some(lane) = self.lane.take().filter(|_| self.keep) else { return };
        let (arriving, held) = (self.arriving.clone(), std::mem::take(&mut self.held));
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn_blocking(move || {
            if let Err(error) = on(&arriving, |arriving| arriving.take(&held).and_then(|()| arriving.settle())) {
                tracing::warn!("what came of an upload that was broken off is not kept: {error}");
            }
            arriving.lock().unwrap_or_else(PoisonError::into_inner).take();
            drop(lane);
        });
    }
}

fn on(
    arriving: &Mutex<Option<Arriving>>,
    work: impl FnOnce(&mut Arriving) -> Result<(), VaultError>,
) -> Result<(), VaultError> {
    // Waits for a write that was begun before its sender went away.
    arriving.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map_or(Ok(()), work)
}
