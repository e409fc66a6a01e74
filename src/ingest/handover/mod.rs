//! Handover (交接): what a batch holds is listed by category and quantity, and signed by both
//! sides.
//!
//! The sender signs that he gave it, the archive that it has it: two people, each at his own
//! session and with his password once more. From the second signature on the batch is handed
//! over and is withdrawn or returned no more ([`super::wayback`]).
//!
//! # Why
//!
//! - *The list is signed, not the batch*: each signature keeps the list as it stood, and the
//!   second is refused where it stands otherwise than the first, as after a correction of
//!   pages or period. Whoever signed first signs again then.
//! - *A token signs nothing*: a signature is a person's, with his password.
//! - *What the command line handed in has no sender with a session*: there anybody who may
//!   take it in signs for the sender, and somebody else for the archive.
//! - It is signed when all of it lies sealed in the store, never before.
//!
//! Which departments have handed over their years, and which are late, says [`yearly()`].
//!
//! Source: 篇三 A03.2, 篇八 A08.35: handover checked against the list and signed by both.

mod rows;
mod sign;
mod yearly;

pub use rows::{Side, Signature, forget, is_complete, signatures};
pub use sign::{Handover, HandoverError, handover, sign};
pub use yearly::{Line, Standing, Wanted, Whose, Yearly, YearlyError, yearly};
