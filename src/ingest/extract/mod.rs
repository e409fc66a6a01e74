//! Opening what senders hand in: its text, whether it is whole, how a page looks.
//!
//! Everything here that parses foreign bytes runs in child processes of the same
//! binary ([`child_main`]), which limit themselves before they read anything:
//! memory, open files, no file of any size written, no core. A child that dies or
//! takes too long costs one answer; the next request starts another.
//!
//! "No text" and "could not read" are different answers: a scan without a text layer
//! was read, and has none.
//!
//! # How lines are joined
//!
//! A line break between two characters of which one is CJK is dropped, so that a
//! phrase wrapped over a line end stands whole; between two others it is a blank.
//! Page ends are left to the index.

mod child;
mod docx;
mod extractor;
mod format;
mod join;
mod pages;
mod pdf;
mod plain;
mod render;
mod request;

pub use child::child_main;
pub use extractor::{Extractor, Limits};
pub use format::Format;
pub use request::{Examined, Reading};

/// The readers' version: a derivative says by which it was made.
pub const EXTRACTOR_VERSION: &str = "reader-1";
