//! `/api/v1`: the rooms as JSON. A body is made here; no room's type is one.

pub(super) mod account;
pub(super) mod batches;
mod body;
mod bounded;
pub(super) mod catalogues;
pub(super) mod departments;
pub(super) mod document;
pub(super) mod fonds;
pub(super) mod grants;
pub(super) mod handover;
pub(super) mod health;
pub(super) mod people;
pub(super) mod posts;
pub(super) mod records;
pub(super) mod session;
pub(super) mod sessions;
pub(super) mod tokens;
pub(super) mod trail;
pub(super) mod uploads;
pub(super) mod versions;
pub(super) mod wayback;
pub(super) mod yearly;

pub(super) use bounded::bounded;
pub use catalogues::{preset_shape, preview_shape};
pub use departments::department_shape;
pub use fonds::fonds_shape;
pub use grants::grant_shape;
pub use handover::handover_shape;
pub use health::health_shape;
pub use people::person_shape;
pub use posts::holding_shape;
pub use records::{found_shape, record_shape};
pub use tokens::token_shape;
pub use trail::line_shape;
pub use versions::version_shape;
pub use yearly::yearly_shape;
