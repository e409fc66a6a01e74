//! The profile: how 档号 are made.

mod schemes;

pub use schemes::{Scheme, SchemesPage};
