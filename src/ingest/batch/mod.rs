//! A batch (批次), from the sender's folder to records that everybody may find.
//!
//! `plan` checks every row and every file and writes nothing; `commit` files what
//! was planned, in chunks, under one filing that a last small change makes
//! visible; `seal` and `read` are the jobs that follow. A batch that was broken
//! off goes on from the rows it has: the plan is made again from the same folder
//! and leaves out what is filed. It goes on only if the folder still gives exactly
//! the codes and bytes it was begun with; else it can be given up (`abandon`), and
//! nothing of it stays.
//!
//! # Why
//!
//! - The files of a local folder are staged as whole objects, in their final form,
//!   before the change that files them, and adopted by rename after: every byte is
//!   written once.
//! - A row without files is filed without an object: a million folders and their syncs
//!   would hold up what is rows alone. The job makes its object from the rows.
//! - A row whose code is held with the same description and the same bytes is
//!   *unchanged*, so that the same batch handed in twice changes nothing; one whose
//!   bytes differ is a defect that names the file, and nothing is overwritten.
//! - One batch is taken in at a time: two that bring the same code would else find out
//!   in the middle, each with half of its rows filed.

mod abandon;
mod allowed;
mod codes;
mod commit;
mod compare;
mod describe;
mod desk;
mod files;
mod findings;
mod handed;
mod lines;
mod look;
mod moves;
mod noted;
mod pace;
mod plan;
mod proposals;
mod read;
mod rows;
mod seal;
mod slips;
mod stage;
mod stride;
mod survey;
mod unpacked;

pub use abandon::abandon;
pub use allowed::{Seen, seen_by};
pub(in crate::ingest) use commit::begin_received;
pub use commit::{Committed, commit, goes_on};
pub use desk::{Desk, IngestError};
pub use findings::{FindingRow, count_findings, count_findings_of, findings, sheet};
pub(in crate::ingest) use findings::{insert_findings, remove_findings};
pub use handed::Handed;
pub(in crate::ingest) use handed::top_of;
pub(in crate::ingest) use look::digest;
pub(in crate::ingest) use moves::{checked, filing, moved, next_round, tell};
pub use noted::Defects;
pub use plan::{Plan, Planned, PlannedFile, ToFile, plan};
pub(in crate::ingest) use read::read_anew;
pub use read::{JOB as READ_JOB, read, read_again};
pub(in crate::ingest) use rows::insert;
pub use rows::{
    BatchRow, BatchState, Said, Way, begun, begun_from, by_id, count, list, named, of_filing, page, was_withdrawn,
};
pub(in crate::ingest) use rows::{mark_back, stands_filed};
pub use seal::{JOB as SEAL_JOB, seal, sweep};
