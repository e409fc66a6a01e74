//! Signing in, and what a token stands for.

use super::{AccessError, Permit, Purpose, Reach, Right, Role, password, policy};
use crate::{
    audit::{Change, Event},
    db::Db,
    kernel::{Actor, Clock, Id, Instant, Person, Record, Sha256},
};
use data_encoding::HEXLOWER;

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A browser's cookie: twelve hours.
    Browser,
    /// The command line's token: thirty days.
    Token,
}

impl Kind {
    fn seconds(self) -> i64 {
        match self {
            Self::Browser => 12 * 3600,
            Self::Token => 30 * 24 * 3600,
        }
    }
    fn word(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Token => "token",
        }
    }
}

/// A session just begun; the token stands nowhere else.
#[derive(Debug)]
pub struct Signed {
    pub token: String,
    pub until: Instant,
}

/// Who asks: somebody known, the operator, or nobody.
#[derive(Clone, Debug)]
pub struct Guest {
    actor: Actor,
    role: Role,
    clearance: i64,
    /// Sent back with every form of this session.
    pub csrf: String,
}

impl Guest {
    /// The command line without a person's token, holding the archive's lock:
    /// may do an archivist's work, and is never shown sealed content.
    pub fn operator() -> Self {
        Self { actor: Actor::Operator, role: Role::Archivist, clearance: 0, csrf: String::new() }
    }

    /// The archive itself, going on with what somebody began.
    pub fn machine(work: &'static str) -> Self {
        Self { actor: Actor::Machine(work), ..Self::operator() }
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    pub fn role(&self) -> Role {
        self.role
    }
    pub fn may(&self, right: Right) -> bool {
        self.role.may(right)
    }
    /// What the guest may know of.
    pub fn reach(&self) -> Reach {
        if self.may(Right::Search) { policy::reach(self.clearance) } else { Reach::nothing() }
    }
    /// Leave to open `record`, which is as secret as `secrecy`; `None` is a refusal.
    pub fn permit(&self, record: &Id<Record>, secrecy: i64, purpose: Purpose, now: Instant) -> Option<Permit> {
        self.may(Right::Read).then(|| policy::permit(&self.actor, self.clearance, record, secrecy, purpose, now))?
    }
}

/// Signs `name` in.
///
/// # Errors
/// [`AccessError::Unknown`] for an unknown name and for a wrong password alike,
/// after the same work.
pub async fn sign_in(
    db: &Db,
    clock: &dyn Clock,
    name: &str,
    password: &str,
    kind: Kind,
) -> Result<Signed, AccessError> {
    // No name holds a NUL, and PostgreSQL takes none in a text.
    let asked = if name.contains('\0') { "" } else { name };
    let found: Option<(String, String)> =
        sqlx::query_as("SELECT id, password FROM person WHERE name = $1").bind(asked).fetch_optional(db.read()).await?;
    let (id, hash) = found.unzip();
    if !password::matches(password, hash).await? {
        return Err(AccessError::Unknown);
    }
    let id = Id::<Person>::known(id.ok_or(AccessError::Unknown)?);
    let who = Actor::Person { id: id.clone(), name: name.to_owned() };
    let mut change = Change::begin(db, clock, &who).await?;
    let (token, csrf) = (secret(), secret());
    let until = change.at.plus_seconds(kind.seconds());
    sqlx::query("DELETE FROM session WHERE until < $1").bind(change.at.to_string()).execute(&mut *change.tx).await?;
    sqlx::query(
        "INSERT INTO session (digest, person_id, kind, csrf, created_at, until) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(Sha256::of(token.as_bytes()).to_string())
    .bind(id.as_str())
    .bind(kind.word())
    .bind(csrf)
    .bind(change.at.to_string())
    .bind(until.to_string())
    .execute(&mut *change.tx)
    .await?;
    change.commit(Event::new("person.signed_in", id).with("kind", kind.word())).await?;
    Ok(Signed { token, until })
}

/// Ends the session of `token`; nothing happens where there is none.
pub async fn sign_out(db: &Db, clock: &dyn Clock, guest: &Guest, token: &str) -> Result<(), AccessError> {
    let Actor::Person { id, .. } = guest.actor() else { return Ok(()) };
    let mut change = Change::begin(db, clock, guest.actor()).await?;
    sqlx::query("DELETE FROM session WHERE digest = $1")
        .bind(Sha256::of(token.as_bytes()).to_string())
        .execute(&mut *change.tx)
        .await?;
    change.commit(Event::new("person.signed_out", id)).await?;
    Ok(())
}

/// Whom `token` stands for now; `None` for an unknown or ended one.
pub async fn of_token(db: &Db, clock: &dyn Clock, token: &str) -> Result<Option<Guest>, AccessError> {
    let row: Option<(String, String, String, i64, String)> = sqlx::query_as(
        "SELECT person.id, person.name, person.role, person.clearance, session.csrf
         FROM session JOIN person ON person.id = session.person_id
         WHERE session.digest = $1 AND session.until >= $2",
    )
    .bind(Sha256::of(token.as_bytes()).to_string())
    .bind(clock.now().to_string())
    .fetch_optional(db.read())
    .await?;
    // A role that no policy knows may do nothing.
    Ok(row.and_then(|(id, name, role, clearance, csrf)| {
        Some(Guest { actor: Actor::Person { id: Id::known(id), name }, role: role.parse().ok()?, clearance, csrf })
    }))
}

/// 32 random bytes, hex.
fn secret() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    HEXLOWER.encode(&bytes)
}
