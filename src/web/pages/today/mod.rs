//! 今日: what waits.

mod show;

pub use show::{Defective, Held, Running, TodayPage};
