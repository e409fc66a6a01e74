//! Builds the one [`App`] from a place and its configuration; the only module
//! that knows every room, and the only one that reads the wall clock.

mod clock;
mod hands;
mod health;
mod open;
mod place;
mod settings;
mod work;

pub use clock::WallClock;
pub use hands::in_hand;
pub use health::{Check, Health, health, index_behind, percent};
pub(crate) use open::database_url;
pub use open::{App, AppError, reader};
pub use place::{Lock, Place};
pub use settings::{Settings, SettingsError};
pub use work::{Drained, catch_up, drain, follow, go_on, run_kind, watch_for_ever, work_for_ever};
