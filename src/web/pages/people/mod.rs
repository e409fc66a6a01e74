//! People, departments, posts and grants, for the security officer.

mod departments;
mod grants;
mod list;
mod parts;
mod person;
mod posts;
#[cfg(test)]
pub(crate) mod samples;
mod secret;

pub use departments::{DepartmentForm, DepartmentLine, DepartmentsPage};
pub use grants::GrantsPage;
pub use list::{PeoplePage, PersonForm, PersonLine};
pub use parts::{Choice, Fault, GrantShown, HoldingShown, SessionShown, TokenShown};
pub use person::{GrantForm, PersonPage, PostForm, TokenForm};
pub use posts::{PostGroup, PostsPage};
pub use secret::SecretPage;
