//! Who may know of what, and who may open what. Default deny: without a
//! [`Reach`] nothing is listed, without a [`Permit`] no content is opened.

mod permit;
mod reach;

pub use permit::{Permit, Purpose};
pub use reach::{Reach, Scope};
