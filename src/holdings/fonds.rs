//! Fonds (全宗): a code for ever, names with their days.

use super::HoldingsError;
use crate::{
    audit::{Change, Event},
    db::{Db, DbError},
    kernel::{self, Clock, Day, Id},
};

/// A fonds with its history of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fonds {
    pub id: Id<kernel::Fonds>,
    /// 全宗号
    pub code: String,
    /// Since which day, and the name; oldest first, never empty.
    pub names: Vec<(Day, String)>,
}

impl Fonds {
    /// The name it has on `day`; before its first name, that one.
    pub fn name_on(&self, day: Day) -> &str {
        let until = self.names.iter().take_while(|(since, _)| *since <= day).last();
        until.or(self.names.first()).map_or("", |(_, name)| name)
    }
}

/// Whether a fonds may have this code and this name.
///
/// Source: standards-cn §1.2 (全宗号: four capital letters or digits).
pub fn check_fonds(code: &str, name: &str) -> Result<(), HoldingsError> {
    if code.len() != 4 || !code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return Err(HoldingsError::FondsCode(code.to_owned()));
    }
    if named(name) { Ok(()) } else { Err(HoldingsError::FondsName) }
}

/// Adds a fonds named `name` since `since`, inside a change that goes on.
///
/// Source: standards-cn §1.2 (全宗号: four capital letters or digits).
pub async fn add_fonds(
    change: &mut Change<'_>,
    code: &str,
    names: &[(Day, String)],
) -> Result<Id<kernel::Fonds>, HoldingsError> {
    let id = Id::fresh(change.at);
    add_fonds_as(change, id.clone(), code, names).await?;
    Ok(id)
}

/// The same under an id it had before: a rebuild.
pub async fn add_fonds_as(
    change: &mut Change<'_>,
    id: Id<kernel::Fonds>,
    code: &str,
    names: &[(Day, String)],
) -> Result<(), HoldingsError> {
    let (_, name) = names.last().ok_or(HoldingsError::FondsName)?;
    names.iter().try_for_each(|(_, name)| check_fonds(code, name))?;
    sqlx::query("INSERT INTO fonds (id, code, created_at) VALUES ($1, $2, $3)")
        .bind(id.as_str())
        .bind(code)
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await
        .map_err(|error| match DbError::from(error) {
            error if error.constraint().is_some() => HoldingsError::FondsTaken(code.to_owned()),
            error => error.into(),
        })?;
    for (since, name) in names {
        insert_name(change, &id, *since, name).await?;
    }
    change.say(Event::new("fonds.added", &id).with("code", code).with("name", name));
    Ok(())
}

/// Adds a name that the fonds had since `since`, inside a change that goes on: a rebuild.
pub async fn add_fonds_name(
    change: &mut Change<'_>,
    id: &Id<kernel::Fonds>,
    since: Day,
    name: &str,
) -> Result<(), HoldingsError> {
    if !named(name) {
        return Err(HoldingsError::FondsName);
    }
    insert_name(change, id, since, name).await?;
    change.say(Event::new("fonds.renamed", id).with("name", name).with("since", since));
    Ok(())
}

/// Gives a fonds another name from `since` on; its code stays.
///
/// Source: A-seed art. 24 (the code stays while the main duties do).
pub async fn rename_fonds(
    db: &Db,
    clock: &dyn Clock,
    who: &kernel::Actor,
    code: &str,
    name: &str,
    since: Day,
) -> Result<(), HoldingsError> {
    if !named(name) {
        return Err(HoldingsError::FondsName);
    }
    let mut change = Change::begin(db, clock, who).await?;
    let found: Option<String> =
        sqlx::query_scalar("SELECT id FROM fonds WHERE code = $1").bind(code).fetch_optional(&mut *change.tx).await?;
    let id = Id::known(found.ok_or_else(|| HoldingsError::NoFonds(code.to_owned()))?);
    insert_name(&mut change, &id, since, name).await.map_err(|error| match error {
        HoldingsError::Db(error) if error.constraint().is_some() => {
            HoldingsError::RenamedThatDay { fonds: code.to_owned(), day: since.to_string() }
        }
        error => error,
    })?;
    change.commit(Event::new("fonds.renamed", &id).with("name", name).with("since", since)).await?;
    Ok(())
}

/// Every fonds, by code.
pub async fn all_fonds(db: &Db) -> Result<Vec<Fonds>, HoldingsError> {
    let rows: Vec<(String, String, String, String)> = sqlx::query_as(
        "SELECT fonds.id, fonds.code, fonds_name.since, fonds_name.name
         FROM fonds JOIN fonds_name ON fonds_name.fonds_id = fonds.id ORDER BY fonds.code, fonds_name.since",
    )
    .fetch_all(db.read())
    .await?;
    let mut all: Vec<Fonds> = Vec::new();
    for (id, code, since, name) in rows {
        let since = since.parse().map_err(|_| DbError::Inconsistent {
            table: "fonds_name",
            column: "since",
            row: id.clone(),
            value: since,
        })?;
        match all.last_mut() {
            Some(last) if last.code == code => last.names.push((since, name)),
            _ => all.push(Fonds { id: Id::known(id), code, names: vec![(since, name)] }),
        }
    }
    Ok(all)
}

/// The fonds of this code.
pub async fn fonds_by_code(db: &Db, code: &str) -> Result<Option<Fonds>, HoldingsError> {
    Ok(all_fonds(db).await?.into_iter().find(|fonds| fonds.code == code))
}

async fn insert_name(
    change: &mut Change<'_>,
    id: &Id<kernel::Fonds>,
    since: Day,
    name: &str,
) -> Result<(), HoldingsError> {
    sqlx::query("INSERT INTO fonds_name (fonds_id, since, name) VALUES ($1, $2, $3)")
        .bind(id.as_str())
        .bind(since.to_string())
        .bind(name)
        .execute(&mut *change.tx)
        .await?;
    Ok(())
}

fn named(name: &str) -> bool {
    (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control) && !name.trim().is_empty()
}
