//! Words every room shares: ids, days and instants, digests, who acts, secrecy.
//! No I/O, no room imported; every type is a value.

mod actor;
mod clock;
mod dated;
mod digest;
mod id;
mod page;
mod problem;
mod secrecy;

pub use actor::Actor;
pub use clock::{Clock, Day, Instant, Year};
pub use dated::Dated;
pub use digest::{Sha256, Sha512};
pub use id::{Batch, Filing, Fonds, Id, Job, Person, Preset, Record};
pub use page::{Cursor, Page};
pub use problem::Problem;
pub use secrecy::{Level, Secrecy};
