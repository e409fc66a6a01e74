//! The wall clock.

use crate::kernel::{Clock, Instant};

/// The time of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Instant {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("the machine's clock stands after 1970");
        let millis = u64::try_from(since.as_millis()).expect("the machine's clock stands before the year 9999");
        Instant::from_millis(millis).expect("the machine's clock stands before the year 9999")
    }
}
