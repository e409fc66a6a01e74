//! The second factor is shown: a pending session becomes a real one.

use super::{Site, count, key::KeyError, sealed, totp};
use crate::{
    access::{
        AccessError, Entering, Gate, Signed,
        attempt::{self, Counted},
        session::digest,
    },
    audit::{Change, Event},
    kernel::{Actor, Id, Instant, Person},
};
use std::collections::HashMap;
use tokio::sync::Mutex;

/// A pending session ends after so many failures (ours; the account is counted too).
const TRIES: u32 = 5;

/// Failures of each pending session, by its digest, with the time it ends. In memory: who
/// restarts the server gives five more tries to a session of five minutes. Held while
/// somebody is being looked at, so that many at once cannot guess past the count.
pub(super) type Tried = Mutex<HashMap<String, (u32, Instant)>>;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// Six digits.
    Code(&'a str),
    /// The answer of a passkey to the challenge that this session was given, JSON.
    Passkey(&'a Site, &'a str),
}

/// Somebody whose password was right.
#[derive(Clone, Debug)]
pub struct Pending {
    pub person: Id<Person>,
    pub name: String,
    pub csrf: String,
    pub password_due: bool,
    /// Whether codes of an app are asked for, whether passkeys are.
    pub codes: bool,
    pub passkeys: bool,
    until: Instant,
}

/// A factor that was shown, and what must still hold of its row when it is written.
pub(super) struct Shown {
    pub id: String,
    mark: Mark,
}

pub(super) enum Mark {
    /// The step of a code: later than the last.
    Step(i64),
    /// The row of a passkey as it was looked at, and as it is from now on.
    Passkey { was: String, is: String },
}

impl Shown {
    pub(super) fn new(id: String, mark: Mark) -> Self {
        Self { id, mark }
    }

    /// Writes down that it was used; `false` where it was used by another just before.
    pub(super) async fn write(&self, change: &mut Change<'_>) -> Result<bool, AccessError> {
        let at = change.at.to_string();
        let asked = match &self.mark {
            Mark::Step(step) => sqlx::query(
                "UPDATE second_factor SET last_step = $3, used_at = $2
                 WHERE id = $1 AND confirmed_at IS NOT NULL AND last_step < $3",
            )
            .bind(self.id.as_str())
            .bind(at)
            .bind(*step),
            Mark::Passkey { was, is } => sqlx::query(
                "UPDATE second_factor SET secret = $3, used_at = $2
                 WHERE id = $1 AND confirmed_at IS NOT NULL AND secret = $4",
            )
            .bind(self.id.as_str())
            .bind(at)
            .bind(is.as_str())
            .bind(was.as_str()),
        };
        Ok(asked.execute(&mut *change.tx).await?.rows_affected() == 1)
    }
}

impl Gate {
    /// Who owes a second factor with this token; `None` for one that ended or is no
    /// pending one.
    pub async fn pending(&self, token: &str) -> Result<Option<Pending>, AccessError> {
        let row: Option<(String, String, String, Option<String>, String)> = sqlx::query_as(
            "SELECT person.id, person.name, session.csrf, person.password_due, session.until
             FROM session JOIN person ON person.id = session.person_id
             WHERE session.digest = $1 AND session.kind = 'pending' AND session.until >= $2
                   AND person.left_at IS NULL",
        )
        .bind(digest(token))
        .bind(self.clock.now().to_string())
        .fetch_optional(self.db.read())
        .await?;
        let Some((id, name, csrf, due, until)) = row else { return Ok(None) };
        let person = Id::known(id);
        let codes = count(&self.db, &person, "totp").await? > 0;
        let passkeys = count(&self.db, &person, "passkey").await? > 0;
        let until = until.parse().unwrap_or_else(|_| self.clock.now());
        Ok(Some(Pending { person, name, csrf, password_due: due.is_some(), codes, passkeys, until }))
    }

    /// Takes a pending session further: a new session with a new token; the pending one
    /// ends in the same change. `entering` says of what kind and from where; its name and
    /// password are not looked at.
    ///
    /// # Errors
    /// [`AccessError::Missing`] where there is no such pending session;
    /// [`AccessError::Proof`] for what proves nothing or was shown before, which counts
    /// like a wrong password, and the fifth time ends the pending session;
    /// [`AccessError::Shut`] after too many.
    pub async fn prove(&self, token: &str, proof: Proof<'_>, entering: Entering<'_>) -> Result<Signed, AccessError> {
        let mut tried = self.desk.tried.lock().await;
        let Pending { person, name, until, .. } = self.pending(token).await?.ok_or(AccessError::Missing)?;
        let counted = Counted::of(&name, entering.address);
        self.open_for(&counted).await?;
        let who = Actor::Person { id: person.clone(), name: name.clone() };
        if let Some(shown) = self.shown(token, &person, proof).await? {
            let mut change = Change::begin(&self.db, self.clock.as_ref(), &who).await?;
            if shown.write(&mut change).await? {
                self.end_pending(&mut change, token).await?;
                let Entering { kind, address, agent, .. } = entering;
                let signed = self.begin_session(&mut change, &person, kind, address, agent).await?;
                attempt::forgive(&mut change, &name).await?;
                let event = Event::new("person.signed_in", &person).and(&shown.id).with("kind", kind.word());
                change.commit(event.with("address", address)).await?;
                tried.remove(&digest(token));
                return Ok(signed);
            }
        }
        self.failed(&counted, Some(person.to_string()), entering.address).await?;
        let now = self.clock.now();
        tried.retain(|_, (_, until)| *until >= now);
        let (failures, _) = tried.entry(digest(token)).and_modify(|(n, _)| *n += 1).or_insert((1, until));
        if *failures >= TRIES {
            let mut change = Change::begin(&self.db, self.clock.as_ref(), &who).await?;
            self.end_pending(&mut change, token).await?;
            let event = Event::new("person.factor_failed", &person).with("failures", TRIES);
            change.commit(event.with("address", entering.address)).await?;
        }
        Err(AccessError::Proof)
    }

    async fn end_pending(&self, change: &mut Change<'_>, token: &str) -> Result<(), AccessError> {
        let done = sqlx::query("DELETE FROM session WHERE digest = $1 AND kind = 'pending'")
            .bind(digest(token))
            .execute(&mut *change.tx)
            .await?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(AccessError::Missing) }
    }

    /// The factor of `person` that `proof` shows. `token` is the session that a passkey's
    /// challenge was given to.
    pub(super) async fn shown(
        &self,
        token: &str,
        person: &Id<Person>,
        proof: Proof<'_>,
    ) -> Result<Option<Shown>, AccessError> {
        match proof {
            Proof::Code(code) => self.shown_code(person, code).await,
            Proof::Passkey(site, answer) => self.shown_passkey(token, person, site, answer).await,
        }
    }

    async fn shown_code(&self, person: &Id<Person>, code: &str) -> Result<Option<Shown>, AccessError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, secret FROM second_factor
             WHERE person_id = $1 AND kind = 'totp' AND confirmed_at IS NOT NULL ORDER BY id",
        )
        .bind(person.as_str())
        .fetch_all(self.db.read())
        .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let key = self.standing_key().await?;
        for (id, text) in rows {
            let Some(secret) = sealed::open(&key, person.as_str(), &id, &text) else {
                return Err(KeyError::Unopened(id).into());
            };
            if let Some(step) = totp::step_of(&secret, code, self.clock.now()) {
                return Ok(Some(Shown::new(id, Mark::Step(step))));
            }
        }
        Ok(None)
    }
}
