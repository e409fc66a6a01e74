//! Progress of long work, for whoever watches the log.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// How often a line is written, at the most.
const EVERY: Duration = Duration::from_secs(2);

/// Counts units of one stage; says now and then how far it is.
pub(super) struct Pace {
    what: &'static str,
    total: u64,
    done: AtomicU64,
    begun: Instant,
    /// Milliseconds since `begun` at which the last line was written.
    said: AtomicU64,
}

impl Pace {
    pub fn new(what: &'static str, total: usize) -> Self {
        Self { what, total: total as u64, done: AtomicU64::new(0), begun: Instant::now(), said: AtomicU64::new(0) }
    }

    /// `count` more units are done.
    pub fn step(&self, count: usize) {
        let done = self.done.fetch_add(count as u64, Ordering::Relaxed) + count as u64;
        let since = self.begun.elapsed();
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let said = self.said.load(Ordering::Relaxed);
        let due = Duration::from_millis(millis.saturating_sub(said)) >= EVERY;
        if !due || self.said.compare_exchange(said, millis, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let (what, total) = (self.what, self.total);
        let left = since.as_secs_f64() * (total.saturating_sub(done)) as f64 / done.max(1) as f64;
        tracing::info!(done, total, left_s = left.round(), "{what}: {done} of {total}, about {left:.0} s left");
    }
}
