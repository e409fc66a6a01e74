//! What the archive holds.

pub mod code;
pub mod retention;
