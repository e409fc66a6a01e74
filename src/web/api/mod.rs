//! `/api/v1`: the rooms as JSON. A body is made here; no room's type is one.

pub(super) mod batches;
mod bounded;
pub(super) mod document;
pub(super) mod fonds;
pub(super) mod records;
pub(super) mod session;
pub(super) mod trail;

pub(super) use bounded::bounded;
pub use fonds::fonds_shape;
pub use records::{found_shape, record_shape};
pub use trail::line_shape;
