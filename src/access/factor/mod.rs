//! Second factors (第二因素): what somebody shows beside a password. A code of an app
//! (动态口令, RFC 6238) or a passkey (通行密钥, WebAuthn).
//!
//! # Why
//!
//! - To add one or take one away asks for the password again: a browser left open is
//!   not enough.
//! - What a code is made from must come back, so it is sealed under a key of the key
//!   place ([`key`], [`sealed`]): a database alone gives no codes.
//! - A code counts once and the counter of a passkey only rises: both are kept by one
//!   guarded UPDATE in the change that lets somebody in.
//! - Who owes a second factor holds a *pending* session. What it is taken further to is a
//!   session of its own with a new token ([`prove`]); the old one ends in the same change.

mod challenge;
mod key;
mod passkey;
mod prove;
mod remove;
mod sealed;
mod totp;

pub use key::KeyError;
pub use passkey::Site;
pub use prove::{Pending, Proof};
pub use totp::Drawn;

use super::{AccessError, Gate, Guest, attempt::Counted, password};
use crate::{
    db::Db,
    kernel::{Actor, Id, Person},
};
use std::path::{Path, PathBuf};

/// What the gate keeps for second factors beside the rows.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// The key place; empty where there is none.
    keys: PathBuf,
    tried: prove::Tried,
    challenges: challenge::Challenges,
}

/// A second factor as it is listed.
#[derive(Clone, Debug)]
pub struct FactorLine {
    pub id: String,
    /// `totp` or `passkey`.
    pub kind: String,
    pub label: String,
    pub confirmed_at: String,
    pub used_at: Option<String>,
}

/// So many second factors may one person have (ours).
const MOST: i64 = 10;

/// Whether `person` has one that is asked for.
pub(super) async fn confirmed(db: &Db, person: &Id<Person>) -> Result<bool, AccessError> {
    Ok(count(db, person, "%").await? > 0)
}

/// How many confirmed ones of this kind; `%` for either.
async fn count(db: &Db, person: &Id<Person>, kind: &str) -> Result<i64, AccessError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*) FROM second_factor WHERE person_id = $1 AND confirmed_at IS NOT NULL AND kind LIKE $2",
    )
    .bind(person.as_str())
    .bind(kind)
    .fetch_one(db.read())
    .await?)
}

impl Gate {
    /// The same gate with the key place of its archive: without one nothing is sealed.
    #[must_use]
    pub fn with_keys(mut self, folder: &Path) -> Self {
        self.desk.keys = folder.to_owned();
        self
    }

    /// The second factors of somebody that are asked for, oldest first.
    pub async fn factors(&self, person: &Id<Person>) -> Result<Vec<FactorLine>, AccessError> {
        type Row = (String, String, String, String, Option<String>);
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, kind, label, confirmed_at, used_at FROM second_factor
             WHERE person_id = $1 AND confirmed_at IS NOT NULL ORDER BY id",
        )
        .bind(person.as_str())
        .fetch_all(self.db.read())
        .await?;
        let line = |(id, kind, label, confirmed_at, used_at)| FactorLine { id, kind, label, confirmed_at, used_at };
        Ok(rows.into_iter().map(line).collect())
    }

    /// Whose account this is, if he may change its second factors: a person at a browser
    /// or a terminal, whose password nobody else knows.
    fn owner<'a>(&self, who: &'a Guest) -> Result<(&'a Id<Person>, &'a str), AccessError> {
        match who.actor() {
            Actor::Person { id, name } if who.in_person() && !who.password_due() => Ok((id, name)),
            actor => Err(AccessError::Denied(actor.name().to_owned())),
        }
    }

    /// Asks for the password of who is signed in already.
    ///
    /// # Errors
    /// [`AccessError::Unknown`] where it is wrong, which counts like a failed sign-in;
    /// [`AccessError::Shut`] after too many.
    async fn asked_again(&self, who: &Guest, address: &str, password: &str) -> Result<(), AccessError> {
        let (id, name) = self.owner(who)?;
        let turn = password::turn().await;
        let counted = Counted::of(name, address);
        self.open_for(&counted).await?;
        let held: Option<String> = sqlx::query_scalar("SELECT password FROM person WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(self.db.read())
            .await?;
        if password::matches(&turn, password, held).await? {
            return Ok(());
        }
        self.failed(&counted, Some(id.to_string()), address).await?;
        Err(AccessError::Unknown)
    }

    /// A label for one more.
    async fn labelled<'a>(&self, person: &Id<Person>, label: &'a str) -> Result<&'a str, AccessError> {
        let label = label.trim();
        let good = (1..=60).contains(&label.chars().count()) && !label.chars().any(char::is_control);
        if good && count(&self.db, person, "%").await? < MOST { Ok(label) } else { Err(AccessError::Factor) }
    }
}
