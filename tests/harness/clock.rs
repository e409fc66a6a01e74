//! The test's own time.

use lantai::kernel::{Clock, Instant};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// A clock that stands still until it is told to pass.
#[derive(Clone, Debug, Default)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// Lets so many seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        let begin: Instant = "2031-01-02T03:04:05.000Z".parse().expect("it is an instant");
        begin.plus_seconds(self.0.load(Ordering::SeqCst))
    }
}
