//! When each session was last used: in memory, and in the rows to the minute, so that
//! reading never waits for a turn to write.

use super::{AccessError, Gate, quiet, session::seconds};
use crate::kernel::Instant;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How old the row may be, in seconds.
const ROW_BEHIND: i64 = 60;

#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<HashMap<String, Times>>);

#[derive(Clone, Copy, Debug)]
struct Times {
    last: Instant,
    written: Instant,
}

impl Seen {
    /// Notes that the session of `digest`, whose row says `row`, is used now; `false` and
    /// no note where it was not used for `idle` seconds before.
    pub(super) fn touch(&self, digest: &str, row: Instant, now: Instant, idle: i64) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = all.entry(digest.to_owned()).or_insert(Times { last: row, written: row });
        let before = times.last.max(row);
        if before.plus_seconds(idle) < now {
            return false;
        }
        times.last = now.max(before);
        true
    }

    /// Those whose row is behind, with the time to write.
    fn behind(&self) -> Vec<(String, Instant)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = |times: &Times| times.last >= times.written.plus_seconds(ROW_BEHIND);
        all.iter().filter(|(_, times)| behind(times)).map(|(digest, times)| (digest.clone(), times.last)).collect()
    }

    fn written(&self, digest: &str, at: Instant) {
        if let Some(times) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(digest) {
            times.written = at;
        }
    }

    fn forget_before(&self, limit: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, times| times.last >= limit);
    }
}

impl Gate {
    /// Writes down when sessions were used. To be called now and then; may be called twice.
    pub async fn write_seen(&self) -> Result<(), AccessError> {
        let behind = self.seen.behind();
        if !behind.is_empty() {
            quiet::seen(&self.db, &behind).await?;
            behind.iter().for_each(|(digest, at)| self.seen.written(digest, *at));
        }
        let idle = seconds(self.rules.idle);
        self.seen.forget_before(self.clock.now().plus_seconds(-idle - 2 * ROW_BEHIND));
        Ok(())
    }
}
