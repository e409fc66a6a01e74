//! Who may know of what, and who may open what. Default deny: without a
//! [`Reach`] nothing is listed, without a [`Permit`] no content is opened.
//!
//! Owns people, departments, posts, grants, sessions, tokens, second factors and failed
//! attempts. Promises that nothing answers about what the asker may not know to exist.
//!
//! # Rights = function × data
//!
//! A *role* ([`Role`], one a person) gives functions ([`Right`]). A *grant*
//! ([`NewGrant`]) says on which part of the holdings: fonds, category, department with all
//! below it, years, secrecy, opening, from a day to a day. The *clearance* caps every
//! grant. A record is known where function, grant and clearance meet ([`Guest::reach`]),
//! and opened where reading does too ([`Guest::permit`]). All of it is read anew for every
//! request: a change of right takes effect in the next one.
//!
//! # 三员分立
//!
//! System administrator, security officer and auditor are roles of their own, so that
//! nobody is two of them or one of them with archive work. They get no grants, no
//! clearance and no posts, stay what they are, and the last of each cannot leave. Nobody
//! changes his own rights. The secret of a token is drawn by its owner, so that who gives
//! rights never holds it; a first password he does know, until its owner changes it, which
//! nothing else goes before. One security officer alone can still use one of his making:
//! the trail says so, nothing stops it.
//!
//! # Why
//!
//! - Passwords are argon2id (19 MiB, two passes: OWASP's first choice), worked out
//!   off the async threads, two at a time. An unknown name costs as much as a wrong
//!   password.
//! - A session is 32 random bytes; the rows hold its SHA-256 only, so that who
//!   reads the database cannot sign in with what stands there.
//! - Sessions are written without a line in the trail; signing in has one. When a session
//!   was last used is kept in memory and written to the minute, so that no reader waits
//!   for a turn to write.
//! - The grants of the first day are rows like any other: what somebody may do is seen in
//!   one list and can be taken away.

mod account;
mod attempt;
mod confirm;
mod department;
mod factor;
mod gate;
mod grant;
mod guest;
mod leave;
mod oidc;
mod password;
mod permit;
mod person;
mod policy;
mod post;
mod quiet;
mod reach;
mod seen;
mod session;
mod sessions;
mod token;

pub use department::{Department, change_department, close_department, departments, open_department};
pub use factor::{Drawn, FactorLine, KeyError, Pending, Proof, Site};
pub use gate::{Gate, PasswordRules, Rules, SecondFactor};
pub use grant::{GrantLine, NewGrant, OPENINGS, Whose, end_grant, give, grants};
pub use guest::Guest;
pub use leave::{InHand, leave, posts_in_hand};
pub use oidc::{OidcError, Provider};
pub use permit::{Permit, Purpose};
pub use person::{NewPerson, People, PeopleFilter, add, by_id, by_name, change, count, first, list, names};
pub use policy::{Functions, Right, Role};
pub use post::{Holding, NewHolding, appoint, dismiss, holders, holdings};
pub use reach::{Facts, Reach, Scope};
pub use session::{Entering, Kind, Signed};
pub use sessions::SessionLine;
pub use token::{NewToken, TokenLine};

use crate::{db::DbError, kernel::Instant};

/// Why somebody was not let in, or something about people was not done.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The same words for an unknown name and a wrong password.
    #[error("name or password is wrong")]
    Unknown,
    #[error("too many failed attempts; shut until {until}")]
    Shut { until: Instant },
    #[error("{0} may not do this")]
    Denied(String),
    /// Not there, or no longer.
    #[error("there is no such thing")]
    Missing,
    #[error("there is one named {0} already")]
    NameTaken(String),
    #[error("a name has 1 to 60 characters, none of them a control character")]
    Name,
    #[error("a password has at least {} characters of {} kinds, and not the name in it", .0.shortest, .0.kinds)]
    Password(PasswordRules),
    #[error("a clearance is a rank from 0 to 4")]
    Clearance,
    #[error("an officer works on no holdings: no grant, clearance or post, and no other role")]
    Officer,
    #[error("the last {0} stays")]
    LastOfRole(Role),
    #[error("{} thing(s) are still in hand", .0.len())]
    InHand(Vec<InHand>),
    #[error("a department has a code of 1 to 20 characters without blanks, and a name of 1 to 60")]
    Department,
    #[error("a department cannot stand below itself")]
    Circle,
    #[error("department {0} is in use")]
    InUse(String),
    #[error("this grant cannot be given: a function that the role has not, or bounds that are none")]
    Grant,
    #[error("this post cannot be given: days, department or whom it stands in for are wrong")]
    Post,
    #[error("this second factor cannot be added: no label, or too many already")]
    Factor,
    /// The second factor shown is wrong, or was shown before.
    #[error("this is no proof of a second factor")]
    Proof,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Oidc(#[from] OidcError),
    #[error("passkeys cannot be worked out")]
    Passkey(#[source] webauthn_rs::prelude::WebauthnError),
    #[error("this token cannot be allowed: label, functions or end are wrong")]
    Token,
    #[error("what is in hand cannot be asked for")]
    Asking(#[source] anyhow::Error),
    #[error("passwords cannot be worked out")]
    Argon(#[source] argon2::password_hash::Error),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for AccessError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}
