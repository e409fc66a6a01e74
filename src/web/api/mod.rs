//! `/api/v1`: the rooms as JSON. A body is made here; no room's type is one.

pub(super) mod batches;
pub(super) mod fonds;
pub(super) mod records;
pub(super) mod session;

pub use fonds::fonds_shape;
pub use records::{found_shape, record_shape};
