//! One request at a time writes a file, and a later one calls the earlier off.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, OwnedMutexGuard, futures::OwnedNotified};

/// How long a later request waits until an earlier one has settled what came (ours).
const PATIENCE: Duration = Duration::from_secs(20);

/// Who writes which file at the moment.
#[derive(Debug, Default)]
pub(super) struct Lanes(Mutex<HashMap<String, Arc<Lane>>>);

#[derive(Debug, Default)]
struct Lane {
    turn: Arc<tokio::sync::Mutex<()>>,
    call_off: Arc<Notify>,
}

/// The right to write one file, as long as it is held.
#[derive(Debug)]
pub(super) struct Turn {
    _held: OwnedMutexGuard<()>,
    _lane: Arc<Lane>,
}

impl Lanes {
    /// Waits for the turn, whoever has it being asked to end; and what says that somebody
    /// else asks. `None` where he does not end in time.
    pub async fn turn(&self, file: &str) -> Option<(Turn, OwnedNotified)> {
        let lane = {
            let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody holds or waits for.
            lanes.retain(|name, lane| name == file || Arc::strong_count(lane) > 1);
            lanes.entry(file.to_owned()).or_default().clone()
        };
        lane.call_off.notify_waiters();
        let held = tokio::time::timeout(PATIENCE, lane.turn.clone().lock_owned()).await.ok()?;
        let called_off = lane.call_off.clone().notified_owned();
        Some((Turn { _held: held, _lane: lane }, called_off))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_later_one_calls_the_earlier_off_and_lanes_are_forgotten() {
        let lanes = Lanes::default();
        let (first, called_off) = lanes.turn("a").await.unwrap();
        let (_other, _) = lanes.turn("b").await.unwrap();
        let (second, ()) = tokio::join!(lanes.turn("a"), async {
            called_off.await;
            drop(first);
        });
        drop(second.unwrap());
        drop(lanes.turn("c").await.unwrap());
        let kept: Vec<String> = lanes.0.lock().unwrap().keys().cloned().collect();
        assert_eq!(kept.len(), 2, "{kept:?}");
    }
}
