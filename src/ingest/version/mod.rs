//! New versions (版本) of a filed record: its description corrected, one of its files
//! replaced, its files put in another order. Nothing is overwritten: what it said and held
//! before stays readable.
//!
//! An act is three steps, each durable before the next: the whole version is staged; one
//! change makes it what the rows say, notes who and why, and promises it to the store; the
//! job [`JOB`] makes it the head of the record's object and reads it back, then reads the
//! text of a new file. Killed before the change there was no act, and the staged folder is
//! swept; killed after it the job goes on.
//!
//! # Why
//!
//! - Who may arrange the part of the holdings that the record lies in may correct it, if he
//!   may know of it: describing is arranging (整理).
//! - Code, secrecy, fonds, category, department and year are not corrected here: they decide
//!   who may know of the record, or are what it is called for ever.
//! - Whoever corrects says which version he saw. Of two who saw the same, the second is
//!   told so and nothing of the first is lost.
//! - A file keeps its number when it is replaced, and gets the number of its new place when
//!   the order changes: a number is the place in the order of pages.
//! - A record is corrected after its object lies in the store, for a correction is a version
//!   of that object.

mod act;
mod corrections;
mod error;
mod history;
mod job;
mod order;
mod receive;
mod replace;

pub use act::{Amended, Asked};
pub use corrections::{Corrections, FIELDS, correct, may_amend};
pub use error::{FieldFault, VersionError};
pub use history::history;
pub use job::{JOB, seal_version};
pub use order::reorder;
pub use receive::receive;
pub use replace::{Replacement, replace};
