//! The holdings: records, fonds.

mod fonds;
mod fonds_list;
mod record;
mod version;

pub use fonds::{FondsPage, Gap, NameSpan, Rename, SchemeSpan};
pub use fonds_list::{FondsLine, FondsListPage, NewFonds};
pub use record::{Card, Content, Copy, Event, Fact, File, Image, PageText, RecordPage, Tab, Thumb};
pub use version::{ChangeLine, CorrectPage, FieldShown, OldFile, VersionLine, VersionPage};

#[cfg(test)]
mod samples;
