//! The way back: a batch that is withdrawn (撤回), or returned to its sender (退回).
//!
//! A batch may be taken back until its handover is signed: a wrong first import must be
//! undoable, a record that was handed over must not. The act is one small change
//! ([`withdraw`]): from then on nobody sees a record of it, and who did it and why stands in
//! the trail. The bytes and the rows go after it, chunk by chunk, in a job ([`erase`]).
//!
//! A batch that is *returned* comes again, as its next round ([`send_back`]): the reasons
//! stay with it, and what was found wrong stays by round. Its codes wait for it. One that was
//! sent may be returned as soon as it is checked, and what came of it waits for it, too.
//!
//! # Why
//!
//! - *The job needs no cursor.* Of each chunk the bytes go first and then the rows that name
//!   them; what is left of the rows is what is left to do. Killed between any two lines, the
//!   next run finds the rows, and absent bytes are as good as erased ones.
//! - *What still runs on the batch ends by itself.* Sealing asks at every chunk whether the
//!   batch went back, and who reads its text finds no record any more; the job waits until
//!   they are done, so that nothing is put down behind it.
//! - *Everything of a record goes*, also versions made since and what others put right: it
//!   is not the archive's yet. How many those are is said before ([`Reckoned`]).
//! - *Whoever may take in all of the batch may take it back*: its sender, or an archivist.
//! - The batch itself stays, with what was found wrong with it and what was decided; so does
//!   the trail. The codes may be handed in again ([`crate::holdings`] says why).

mod act;
mod decisions;
mod erase;
mod error;

pub use act::{Reckoned, comes_again, reckon, send_back, withdraw};
pub use decisions::{Decision, DecisionKind, decisions};
pub use erase::{JOB, erase};
pub use error::WaybackError;
