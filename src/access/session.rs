//! Signing in, and what a token stands for.

use super::{AccessError, Functions, Gate, Guest, People, attempt, attempt::Counted, factor, grant, password};
use crate::{
    audit::{Change, Event},
    db::DbError,
    kernel::{Actor, Id, Instant, Person, Sha256},
};
use data_encoding::HEXLOWER;
use std::time::Duration;

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A browser's cookie: ends when it is not used, and after some hours in any case.
    Browser,
    /// The command line's token.
    Token,
    /// The password was right, the second factor is owed: good for nothing else.
    Pending,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Token => "token",
            Self::Pending => "pending",
        }
    }
}

/// Somebody at the door.
#[derive(Clone, Copy, Debug)]
pub struct Entering<'a> {
    pub name: &'a str,
    pub password: &'a str,
    pub kind: Kind,
    /// Where from: an address, or `socket`.
    pub address: &'a str,
    /// What the browser calls itself.
    pub agent: &'a str,
}

/// A session just begun; the token stands nowhere else.
#[derive(Debug)]
pub struct Signed {
    pub token: String,
    pub until: Instant,
    /// Good only for naming the second factor.
    pub pending: bool,
}

/// How long a second factor may be owed, in seconds.
const PENDING: i64 = 300;
/// The longest name of a browser that is kept, in characters.
const LONGEST_AGENT: usize = 200;
/// How a token for programs begins.
pub(super) const API_PREFIX: &str = "lt_";

impl Gate {
    /// Signs somebody in with name and password. Who has a second factor gets a session
    /// that is good for nothing but naming it.
    ///
    /// # Errors
    /// [`AccessError::Unknown`] for an unknown name, a wrong password and somebody who
    /// left alike, after the same work; [`AccessError::Shut`] after too many of them.
    pub async fn sign_in(&self, entering: Entering<'_>) -> Result<Signed, AccessError> {
        let Entering { name, password, kind, address, agent } = entering;
        // No name holds a NUL, and PostgreSQL takes none in a text.
        let asked = if name.contains('\0') { "" } else { name };
        let turn = password::turn().await;
        let counted = Counted::of(name, address);
        self.open_for(&counted).await?;
        let found: Option<(String, String)> =
            sqlx::query_as("SELECT id, password FROM person WHERE name = $1 AND left_at IS NULL")
                .bind(asked)
                .fetch_optional(self.db.read())
                .await?;
        let (id, hash) = found.unzip();
        if !password::matches(&turn, password, hash.clone()).await? {
            self.failed(&counted, id, address).await?;
            return Err(AccessError::Unknown);
        }
        drop(turn);
        let id = Id::<Person>::known(id.ok_or(AccessError::Unknown)?);
        let who = Actor::Person { id: id.clone(), name: name.to_owned() };
        let mut change = Change::begin(&self.db, self.clock.as_ref(), &who).await?;
        // Inside the change: the password may have been changed, or its owner cleared, while
        // it was worked out.
        let same: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM person WHERE id = $1 AND password = $2 AND left_at IS NULL")
                .bind(id.as_str())
                .bind(hash.unwrap_or_default())
                .fetch_one(&mut *change.tx)
                .await?;
        if same != 1 {
            return Err(AccessError::Unknown);
        }
        let owed = factor::confirmed(&self.db, &id).await?;
        let kind = if owed { Kind::Pending } else { kind };
        let signed = self.begin_session(&mut change, &id, kind, address, agent).await?;
        // Not before the second factor is shown: who knows the password alone would have as
        // many tries at the factor as he likes.
        if !owed {
            attempt::forgive(&mut change, name).await?;
        }
        let verb = if owed { "person.password_named" } else { "person.signed_in" };
        change.commit(Event::new(verb, id).with("kind", kind.word()).with("address", address)).await?;
        Ok(signed)
    }

    /// Writes a session's row; the caller's change says why.
    pub(super) async fn begin_session(
        &self,
        change: &mut Change<'_>,
        person: &Id<Person>,
        kind: Kind,
        address: &str,
        agent: &str,
    ) -> Result<Signed, AccessError> {
        let (token, csrf) = (secret(), secret());
        let until = match kind {
            Kind::Browser => change.at.plus_seconds(seconds(self.rules.longest)),
            Kind::Token => change.at.plus_seconds(seconds(self.rules.token)),
            Kind::Pending => change.at.plus_seconds(PENDING),
        };
        let agent: String = agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect();
        let at = change.at.to_string();
        sqlx::query("DELETE FROM session WHERE until < $1").bind(&at).execute(&mut *change.tx).await?;
        sqlx::query(
            "INSERT INTO session (digest, id, person_id, kind, csrf, address, agent, created_at, seen_at, until)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        )
        .bind(digest(&token))
        .bind(Id::<Person>::fresh(change.at).as_str())
        .bind(person.as_str())
        .bind(kind.word())
        .bind(csrf)
        .bind(address)
        .bind(agent)
        .bind(at)
        .bind(until.to_string())
        .execute(&mut *change.tx)
        .await?;
        Ok(Signed { token, until, pending: kind == Kind::Pending })
    }

    /// Ends the session of `token`; nothing happens where there is none.
    pub async fn sign_out(&self, guest: &Guest, token: &str) -> Result<(), AccessError> {
        // A token for programs is ended where it was allowed.
        let Some(id) = guest.person().filter(|_| guest.in_person()) else { return Err(AccessError::Missing) };
        let mut change = Change::begin(&self.db, self.clock.as_ref(), guest.actor()).await?;
        sqlx::query("DELETE FROM session WHERE digest = $1").bind(digest(token)).execute(&mut *change.tx).await?;
        change.commit(Event::new("person.signed_out", id)).await?;
        Ok(())
    }

    /// Whom `token` stands for now; `None` for an unknown or ended one. Everything a
    /// guest may do is read anew here.
    pub async fn of_token(&self, token: &str) -> Result<Option<Guest>, AccessError> {
        let found = if token.starts_with(API_PREFIX) {
            self.of_api_token(token).await?
        } else {
            self.of_session(token).await?
        };
        let Some(Known { id, name, role, department, clearance, password_due, csrf, narrowed }) = found else {
            return Ok(None);
        };
        // A role that no policy knows may do nothing.
        let Ok(role) = role.parse() else { return Ok(None) };
        let id = Id::known(id);
        let grants = grant::held(&self.db, &id, department.as_deref(), clearance, self.today()).await?;
        let actor = Actor::Person { id, name };
        let password_due = password_due.is_some();
        Ok(Some(Guest { actor, role, clearance, grants, narrowed, password_due, csrf }))
    }

    /// Who somebody is now, for what he asked for and is done after his request; `None` for
    /// one who left.
    pub async fn of_person(&self, person: &Id<Person>) -> Result<Option<Guest>, AccessError> {
        let Some(found) = super::by_id(&self.db, person).await?.filter(|found| found.left_at.is_none()) else {
            return Ok(None);
        };
        let People { id, name, role, department, clearance, password_due, .. } = found;
        let grants = grant::held(&self.db, &id, department.as_deref(), clearance, self.today()).await?;
        let password_due = password_due.is_some();
        let actor = Actor::Person { id, name };
        Ok(Some(Guest { actor, role, clearance, grants, narrowed: None, password_due, csrf: String::new() }))
    }

    async fn of_session(&self, token: &str) -> Result<Option<Known>, AccessError> {
        let (digest, now) = (digest(token), self.clock.now());
        let row: Option<SessionRow> = sqlx::query_as(
            "SELECT person.id, person.name, person.role, person.department, person.clearance, person.password_due,
                    session.csrf, session.kind, session.seen_at
             FROM session JOIN person ON person.id = session.person_id
             WHERE session.digest = $1 AND session.until >= $2 AND session.kind <> 'pending' AND person.left_at IS NULL",
        )
        .bind(&digest)
        .bind(now.to_string())
        .fetch_optional(self.db.read())
        .await?;
        let Some((id, name, role, department, clearance, password_due, csrf, kind, seen_at)) = row else {
            return Ok(None);
        };
        if kind == Kind::Browser.word() {
            let row = seen_at.parse().map_err(|_| DbError::Inconsistent {
                table: "session",
                column: "seen_at",
                row: id.clone(),
                value: seen_at,
            })?;
            if !self.seen.touch(&digest, row, now, seconds(self.rules.idle)) {
                return Ok(None);
            }
        }
        Ok(Some(Known { id, name, role, department, clearance, password_due, csrf, narrowed: None }))
    }
}

/// Whom a token stands for, before anything is made of it.
pub(super) struct Known {
    pub id: String,
    pub name: String,
    pub role: String,
    pub department: Option<String>,
    pub clearance: i64,
    pub password_due: Option<String>,
    pub csrf: String,
    pub narrowed: Option<Functions>,
}

type SessionRow = (String, String, String, Option<String>, i64, Option<String>, String, String, String);

pub(super) fn digest(token: &str) -> String {
    Sha256::of(token.as_bytes()).to_string()
}

pub(super) fn seconds(time: Duration) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX / 2_000)
}

/// 32 random bytes, hex.
pub(super) fn secret() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    HEXLOWER.encode(&bytes)
}
