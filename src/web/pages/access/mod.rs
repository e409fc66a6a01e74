//! Signing in, and one's own account.

mod account;
mod sign_in;

pub use account::{AccountFault, AccountPage, May};
pub use sign_in::{SignInFault, SignInPage};
