//! The trail, as its auditor looks at it.

#[cfg(test)]
mod samples;
mod trail;

pub use trail::{Fault, Group, Line, Shown, TrailPage, Typed, Verb};
