//! A batch that is sent file by file (上传), over connections that may break off at any time.
//!
//! A batch is opened first, in the state `receiving`. Its files come one by one, each in
//! pieces; what the sender is told has come is durable. When all of them are whole he has
//! the batch checked, which is a dry run by a job; he mends it, or has it taken in, which is
//! another job. From there it is a batch like any other ([`super::batch`]).
//!
//! One that is returned ([`super::wayback`]) is received again as its next round, from the first
//! thing on that its sender does to it. What came for a round that was not filed lies there
//! still, and he mends what is wrong alone; of a filed one nothing is left.
//!
//! # Why
//!
//! - *Nothing about a file stands in the rows before the check*, for its name may be as
//!   secret as its content: files and their slips (path, length) lie sealed in the batch's
//!   tray ([`crate::vault::Tray`]), and what of them came is asked of the tray. The rows
//!   know the batch and its tray's token alone.
//! - *The tray goes as soon as the rows are filed*: by then every file stands staged as part of its
//!   object, and is promised.
//! - *The jobs act for the person who asked* and not for the archive: with his rights as
//!   they are when the job runs.
//! - *A later request of the same file calls the earlier one off.* A sender whose connection
//!   broke does not wait until we notice.

mod abandon;
mod again;
mod catalogue;
mod check;
mod error;
mod expire;
mod files;
mod hand;
mod lanes;
mod open;
mod path;
mod rows;
mod send;
mod shelf;
mod take_in;

pub use abandon::abandon;
pub use catalogue::catalogue_of;
pub use check::{JOB as CHECK_JOB, ask_for_check, check};
pub use error::{PathFault, UploadError};
pub use expire::{expire, expires_at};
pub use files::{FileShown, MOST_FILES, announce, file, files, remove};
pub(in crate::ingest) use hand::put_down;
pub use open::{NewBatch, open};
pub use path::same as same_path;
pub use rows::asked_by;
pub(in crate::ingest) use rows::promised;
pub use send::{Algorithm, Checksum, Sent, append, offset};
pub use shelf::Uploads;
pub use take_in::{Filing, JOB as TAKE_IN_JOB, ask_to_take_in, take_in};
