//! People with an account (人员).

use super::{AccessError, Role, password};
use crate::{
    audit::{self, Change, Event},
    db::{Db, DbError},
    kernel::{Actor, Clock, Id, Person},
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
