//! How many rows one change files.

use std::time::Duration;

/// How long the turn to write should be held for a chunk (ours): whoever waits for it waits
/// for one chunk, and a chunk may take three times as long as the one before.
const HELD: Duration = Duration::from_millis(150);
/// Least and most rows of a chunk without files, as parts and times of the configured size.
const PART: usize = 8;
const TIMES: usize = 8;

/// The size of the next chunk.
pub(super) struct Stride {
    rows: usize,
    least: usize,
    most: usize,
}

impl Stride {
    /// `configured` rows; where there are files to stage it stays at that.
    pub fn new(configured: usize, files: bool) -> Self {
        let (least, most) =
            if files { (configured, configured) } else { ((configured / PART).max(1), configured * TIMES) };
        Self { rows: configured, least, most }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Learns from how long `count` rows held the turn. At most twice or half as many next.
    pub fn took(&mut self, count: usize, held: Duration) {
        let fit = HELD.as_secs_f64() / held.as_secs_f64().max(1e-6) * count as f64;
        let bounded = (fit as usize).clamp(self.rows / 2, self.rows * 2);
        self.rows = bounded.clamp(self.least, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_that_held_the_turn_too_long_is_followed_by_a_smaller_one() {
        let mut stride = Stride::new(500, false);
        for _ in 0..10 {
            stride.took(stride.rows(), Duration::from_millis(10));
        }
        assert_eq!(stride.rows(), 4_000);
        for _ in 0..10 {
            stride.took(stride.rows(), Duration::from_secs(2));
        }
        assert_eq!(stride.rows(), 62);
        let mut staged = Stride::new(500, true);
        staged.took(500, Duration::from_secs(9));
        assert_eq!(staged.rows(), 500, "the time of a chunk with files is its staging");
    }
}
