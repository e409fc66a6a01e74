//! The folder of a batch: which files are in it, in what order, and which row
//! of the catalogue each belongs to.
//!
//! Promises: no link is followed and nothing outside the folder is named or
//! read; every file is either content, or listed as refused, or as lying beside
//! the content, so that none disappears in silence; matching is the same
//! whatever order the file system lists in, and takes time in proportion to
//! rows and files.
//!
//! Source: standards-cn §13.1 (DA/T 31-2017: files are named by 档号; a folder
//! named 档号 holds `001.jpg` or `档号-001.tif`).

mod matching;
mod natural;
mod walk;

pub use matching::{Matched, NameFault, Wanted, match_files};
pub use natural::natural;
pub use walk::{Beside, FolderError, FoundFile, Refusal, Refused, Walked, is_unseen, walk};
