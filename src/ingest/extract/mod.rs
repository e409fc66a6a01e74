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
//! The binary forms of Word and PowerPoint are read by LibreOffice where it is installed: a
//! child that finds one says so, and its parent has it converted to a PDF in memory
//! (`office`), which a child then reads. Without it they are "not read", with the remedy.
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
mod html;
mod join;
mod mail;
mod odf;
mod ofd;
mod office;
mod ooxml;
mod pages;
mod parts;
mod pdf;
mod plain;
mod pptx;
mod render;
mod request;
mod rtf;
mod sheets;

#[cfg(test)]
mod tests;

pub use child::child_main;
pub use extractor::{Extractor, Limits};
pub use format::Format;
pub(in crate::ingest) use parts::resolved;
pub use request::{Examined, Reading};

/// The readers' version: a derivative says by which it was made.
pub const EXTRACTOR_VERSION: &str = "reader-2";
