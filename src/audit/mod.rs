//! The trail (审计). Nothing changes in the archive without a line here:
//! [`Change`] is the only door to a write, and it closes only on an [`Event`].
//!
//! Owns `audit_event` and `audit_detail`. Promises: entries are numbered 1, 2, 3 …
//! in commit order without a gap; an entry is never altered; erasing a detail
//! leaves every proof whole.
//!
//! # Reading it
//!
//! [`find`] gives a page, newest first; [`Walk`] all of it, oldest first, with one chunk in
//! memory; [`json_line`] says how a stranger checks what was taken away. Who may ask is
//! decided by whoever calls: the auditor, and for the life of a record its readers.
//!
//! # The form of an entry, frozen
//!
//! [`entry`] gives the bytes. They hold ids and commitments only: no name, no
//! title, no free text. What an entry says about people and things stands in
//! its *details*, each committed to by a salted digest; the salt stands with the
//! detail, so that a short text cannot be guessed from its commitment once the
//! detail is erased. The leaf of an entry is SHA-256(0x00 ‖ bytes), as in
//! RFC 6962 §2.1, so that any verifier of such trees can check ours. There is no
//! previous-hash: the tree commits to the order.

mod change;
pub mod entry;
mod event;
mod find;
mod json_line;
mod read;
mod trail_filter;
mod ways;

pub use change::Change;
pub use event::Event;
pub use find::{Detail, FindError, Kept, Walk, count, find, verbs};
pub use json_line::json_line;
pub use read::{Deed, Line, last, lines_of, of_subject};
pub use trail_filter::TrailFilter;
