//! Who may know of what, and who may open what. Default deny: without a
//! [`Reach`] nothing is listed, without a [`Permit`] no content is opened.
//!
//! Owns `person` and `session`. Promises that nothing answers about what the
//! asker may not know to exist.
//!
//! # Why
//!
//! - Passwords are argon2id (19 MiB, two passes: OWASP's first choice), worked out
//!   off the async threads, two at a time. An unknown name costs as much as a wrong
//!   password.
//! - A session is 32 random bytes; the rows hold its SHA-256 only, so that who
//!   reads the database cannot sign in with what stands there.
//! - Sessions are written without a line in the trail; signing in has one.

mod password;
mod permit;
mod person;
mod policy;
mod reach;
mod session;

pub use permit::{Permit, Purpose};
pub use person::{NewPerson, People, add, change_password, count, first};
pub use policy::{Right, Role};
pub use reach::{Reach, Scope};
pub use session::{Guest, Kind, Signed, of_token, sign_in, sign_out};

use crate::db::DbError;

/// Why somebody was not let in, or not added.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The same words for an unknown name and a wrong password.
    #[error("name or password is wrong")]
    Unknown,
    #[error("{0} may not do this")]
    Denied(String),
    #[error("there is somebody named {0} already")]
    NameTaken(String),
    #[error("a name has 1 to 60 characters, none of them a control character")]
    Name,
    #[error("a password has at least {MIN_PASSWORD} characters")]
    Password,
    #[error("passwords cannot be worked out")]
    Argon(#[source] argon2::password_hash::Error),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The shortest password, in characters (ours; NIST SP 800-63B asks for 8).
pub const MIN_PASSWORD: usize = 10;

impl From<sqlx::Error> for AccessError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}
