//! Signing in, and one's own account.

mod account;
mod drawn;
mod factors;
mod onward;
mod owed;
mod sign_in;

pub use account::{AccountFault, AccountPage, May};
pub use drawn::DrawnPage;
pub use factors::{FactorRow, FactorsFault, FactorsPage};
pub use onward::OnwardPage;
pub use owed::OwedPage;
pub use sign_in::{SignInFault, SignInPage};
