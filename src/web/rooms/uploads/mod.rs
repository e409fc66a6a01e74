//! Batches that are being sent.

pub mod send;
mod words;

pub use words::{refused, status, words};
