//! People with an account (人员).

use super::{AccessError, Guest, Role, password};
use crate::{
    audit::{self, Change, Event},
    db::{self, Db, DbError},
    kernel::{Actor, Clock, Id, Person, Sha256},
};

/// Somebody to add.
pub struct NewPerson<'a> {
    pub name: &'a str,
    pub role: Role,
    pub department: Option<&'a str>,
    /// Rank of secrecy they may see; 0 for open records only.
    pub clearance: i64,
    /// `None` for a random first password.
    pub password: Option<&'a str>,
}

/// Somebody with an account, as others see them.
#[derive(Clone, Debug)]
pub struct People {
    pub id: Id<Person>,
    pub name: String,
    pub role: Role,
    pub department: Option<String>,
    pub clearance: i64,
}

/// Adds somebody; gives their password, which stands nowhere else.
pub async fn add(db: &Db, clock: &dyn Clock, who: &Actor, new: NewPerson<'_>) -> Result<String, AccessError> {
    let length = new.name.chars().count();
    if !(1..=60).contains(&length) || new.name.chars().any(char::is_control) || new.name.trim() != new.name {
        return Err(AccessError::Name);
    }
    let password = new.password.map_or_else(password::random, str::to_owned);
    let hash = password::hash(&password).await?;
    let mut change = Change::begin(db, clock, who).await?;
    let id = Id::<Person>::fresh(change.at);
    sqlx::query(
        "INSERT INTO person (id, name, role, department, clearance, password, created_at)
         VALUES ($1, $2, $3, NULLIF($4, ''), $5, $6, $7)",
    )
    .bind(id.as_str())
    .bind(new.name)
    .bind(new.role.to_string())
    .bind(new.department.unwrap_or_default())
    .bind(new.clearance)
    .bind(hash)
    .bind(change.at.to_string())
    .execute(&mut *change.tx)
    .await
    .map_err(|error| taken(error.into(), new.name))?;
    change.commit(Event::new("person.added", id).with("name", new.name).with("role", new.role)).await?;
    Ok(password)
}

/// Gives the guest another password, who says the old one. Every other session of his
/// ends; `token` is the one he is asking with.
///
/// # Errors
/// [`AccessError::Unknown`] where the old one is wrong, [`AccessError::Password`] where
/// the new one is too short.
pub async fn change_password(
    db: &Db,
    clock: &dyn Clock,
    guest: &Guest,
    token: &str,
    old: &str,
    new: &str,
) -> Result<(), AccessError> {
    let Actor::Person { id, name } = guest.actor() else { return Err(AccessError::Denied("operator".to_owned())) };
    let held: Option<String> = sqlx::query_scalar("SELECT password FROM person WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(db.read())
        .await?;
    if !password::matches(old, held).await? {
        return Err(AccessError::Unknown);
    }
    let hash = password::hash(new).await?;
    let mut change = Change::begin(db, clock, guest.actor()).await?;
    let done = sqlx::query("UPDATE person SET password = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(hash)
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)?;
    sqlx::query("DELETE FROM session WHERE person_id = $1 AND digest <> $2")
        .bind(id.as_str())
        .bind(Sha256::of(token.as_bytes()).to_string())
        .execute(&mut *change.tx)
        .await?;
    change.commit(Event::new("person.password_changed", id).with("name", name)).await?;
    Ok(())
}

/// How many people there are.
pub async fn count(db: &Db) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM person").fetch_one(db.read()).await?)
}

/// Whether nobody has signed in yet: until then the operator may add people. The trail
/// knows; sessions come and go.
pub async fn first(db: &Db) -> Result<bool, DbError> {
    Ok(audit::lines_of(db, &["person.signed_in"], 0, i64::MAX, 1).await?.is_empty())
}

fn taken(error: DbError, name: &str) -> AccessError {
    match error.constraint().as_deref() {
        Some("person_name_unique" | "person.name") => AccessError::NameTaken(name.to_owned()),
        _ => error.into(),
    }
}
