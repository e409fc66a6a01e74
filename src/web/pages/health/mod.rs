//! The health of what the archive stands on.

mod show;

pub use show::{CheckLine, HealthPage, JobLine, JobState};
