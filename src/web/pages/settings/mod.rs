//! The installation's settings.

mod show;

pub use show::{SettingsFault, SettingsPage};
