//! People with an account (人员).

use super::{
    AccessError, Guest, NewGrant, PasswordRules, Right, Role,
    department::{self, departments},
    grant, password,
};
use crate::{
    audit::{self, Change, Event},
    db::{self, Asked, Db, DbError},
    kernel::{Actor, Clock, Cursor, Day, Id, Page, Person},
};

/// Somebody to add.
pub struct NewPerson<'a> {
    pub name: &'a str,
    pub role: Role,
    /// Code; one that is not there yet is opened.
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
    pub created_at: String,
    /// Cleared: never signs in again.
    pub left_at: Option<String>,
    /// Since when the password is one that somebody else knows.
    pub password_due: Option<String>,
}

/// What narrows a list of people; empty narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct PeopleFilter {
    /// A part of the name.
    pub name: String,
    pub role: Option<Role>,
    pub department: Option<String>,
    /// Those who left too.
    pub left: bool,
}

/// The highest rank of secrecy.
const HIGHEST: i64 = 4;

/// Whether `who` may change what people are and may: who administers people, and never
/// himself; the operator until somebody has signed in.
pub(super) async fn may_change(db: &Db, who: &Guest, about: Option<&Id<Person>>) -> Result<(), AccessError> {
    let allowed = match who.actor() {
        Actor::Operator => first(db).await?,
        _ => who.may(Right::People) && (about.is_none() || about != who.person()),
    };
    if allowed { Ok(()) } else { Err(AccessError::Denied(who.actor().name().to_owned())) }
}

/// Begins a change of what people are and may. Asked again inside it, so that nobody acts
/// who was cleared in the meantime.
pub(super) async fn begin<'a>(
    db: &Db,
    clock: &dyn Clock,
    who: &'a Guest,
    about: Option<&Id<Person>>,
) -> Result<Change<'a>, AccessError> {
    may_change(db, who, about).await?;
    let change = Change::begin(db, clock, who.actor()).await?;
    if let Some(person) = who.person() {
        here(db, person).await.map_err(|_| AccessError::Denied(who.actor().name().to_owned()))?;
    } else {
        may_change(db, who, about).await?;
    }
    Ok(change)
}

/// Begins a change of a session or token of `owner`: by himself, in person, or by who
/// administers people.
pub(super) async fn begin_of<'a>(
    db: &Db,
    clock: &dyn Clock,
    who: &'a Guest,
    owner: &Id<Person>,
) -> Result<Change<'a>, AccessError> {
    if who.in_person() && who.person() == Some(owner) {
        return Ok(Change::begin(db, clock, who.actor()).await?);
    }
    begin(db, clock, who, None).await
}

/// # Errors
/// [`AccessError::Missing`] where `person` is not there, or has left.
pub(super) async fn here(db: &Db, person: &Id<Person>) -> Result<People, AccessError> {
    by_id(db, person).await?.filter(|one| one.left_at.is_none()).ok_or(AccessError::Missing)
}

/// Adds somebody, with the grants of the first day; gives their password, which stands
/// nowhere else and must be changed.
///
/// # Errors
/// [`AccessError::Name`], [`AccessError::Clearance`], [`AccessError::Password`],
/// [`AccessError::NameTaken`]; [`AccessError::Officer`] for an officer with a clearance.
pub async fn add(
    db: &Db,
    clock: &dyn Clock,
    who: &Guest,
    today: Day,
    new: NewPerson<'_>,
) -> Result<(Id<Person>, String), AccessError> {
    may_change(db, who, None).await?;
    let length = new.name.chars().count();
    // The command line's own name is nobody's: what it hands in is told by that.
    let reserved = new.name.eq_ignore_ascii_case(Actor::Operator.name());
    if !(1..=60).contains(&length) || !plain(new.name) || new.name.trim() != new.name || reserved {
        return Err(AccessError::Name);
    }
    cleared(new.role, new.clearance)?;
    let password = new.password.map_or_else(password::random, str::to_owned);
    if new.password.is_some() {
        password::check(PasswordRules { shortest: 10, kinds: 1 }, new.name, &password)?;
    }
    let hash = password::hash(&password::turn().await, &password).await?;
    let mut change = begin(db, clock, who, None).await?;
    if let Some(code) = new.department.filter(|code| !code.is_empty()) {
        place_in(db, &mut change, code).await?;
    }
    let id = Id::<Person>::fresh(change.at);
    sqlx::query(
        "INSERT INTO person (id, name, role, department, clearance, password, password_due, created_at)
         VALUES ($1, $2, $3, NULLIF($4, ''), $5, $6, $7, $7)",
    )
    .bind(id.as_str())
    .bind(new.name)
    .bind(new.role.word())
    .bind(new.department.unwrap_or_default())
    .bind(new.clearance)
    .bind(hash)
    .bind(change.at.to_string())
    .execute(&mut *change.tx)
    .await
    .map_err(|error| taken(error.into(), new.name))?;
    for first in NewGrant::first(new.role, today) {
        let (_, event) = grant::insert(&mut change, &id, &first).await?;
        change.say(event);
    }
    let event = Event::new("person.added", &id).with("name", new.name).with("role", new.role);
    let event = event.with("department", new.department.unwrap_or_default()).with("clearance", new.clearance);
    change.commit(event).await?;
    Ok((id, password))
}

/// Whether `text` has only characters that are seen: no control, no direction marks, none
/// of no width, by which two names could look like one.
pub(super) fn plain(text: &str) -> bool {
    let unseen = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    !text.chars().any(|c| c.is_control() || unseen(c))
}

/// An officer sees no holdings, so no clearance either.
fn cleared(role: Role, clearance: i64) -> Result<(), AccessError> {
    if !(0..=HIGHEST).contains(&clearance) {
        return Err(AccessError::Clearance);
    }
    if role.is_officer() && clearance > 0 { Err(AccessError::Officer) } else { Ok(()) }
}

/// Sees that department `code` is there and open; opens one that is not there.
async fn place_in(db: &Db, change: &mut Change<'_>, code: &str) -> Result<(), AccessError> {
    match departments(db).await?.iter().find(|one| one.code == code) {
        Some(one) if one.closed_at.is_none() => Ok(()),
        Some(_) => Err(AccessError::Missing),
        None => {
            department::words(code, code)?;
            let event = department::insert(change, code, code, None).await?;
            change.say(event);
            Ok(())
        }
    }
}

/// Changes what somebody is: role, department, clearance. Between archivist and reader
/// only: an officer stays what he is. With the role the grants of old end and those of
/// the new one's first day begin.
pub async fn change(
    db: &Db,
    clock: &dyn Clock,
    who: &Guest,
    today: Day,
    person: &Id<Person>,
    (role, department, clearance): (Role, Option<&str>, i64),
) -> Result<(), AccessError> {
    may_change(db, who, Some(person)).await?;
    cleared(role, clearance)?;
    let mut change = begin(db, clock, who, Some(person)).await?;
    let old = by_id(db, person).await?.filter(|old| old.left_at.is_none()).ok_or(AccessError::Missing)?;
    if old.role != role && (old.role.is_officer() || role.is_officer()) {
        return Err(AccessError::Officer);
    }
    if let Some(code) = department.filter(|code| !code.is_empty() && old.department.as_deref() != Some(code)) {
        place_in(db, &mut change, code).await?;
    }
    let done = sqlx::query(
        "UPDATE person SET role = $2, department = NULLIF($3, ''), clearance = $4 WHERE id = $1 AND left_at IS NULL",
    )
    .bind(person.as_str())
    .bind(role.word())
    .bind(department.unwrap_or_default())
    .bind(clearance)
    .execute(&mut *change.tx)
    .await?;
    db::exactly(1, &done)?;
    if old.role != role {
        end_grants(&mut change, person).await?;
        for first in NewGrant::first(role, today) {
            let (_, event) = grant::insert(&mut change, person, &first).await?;
            change.say(event);
        }
    }
    let said = |role: Role, department: Option<&str>, clearance: i64| {
        format!("{role} {} {clearance}", department.unwrap_or("-"))
    };
    let event = Event::new("person.changed", person).with("name", &old.name);
    let event = event.with("before", said(old.role, old.department.as_deref(), old.clearance));
    change.commit(event.with("after", said(role, department, clearance))).await?;
    Ok(())
}

pub(super) async fn end_grants(change: &mut Change<'_>, person: &Id<Person>) -> Result<(), AccessError> {
    let at = change.at.to_string();
    sqlx::query("UPDATE data_grant SET ended_at = $2 WHERE person_id = $1 AND ended_at IS NULL")
        .bind(person.as_str())
        .bind(at)
        .execute(&mut *change.tx)
        .await?;
    Ok(())
}

const COLUMNS: &str = "SELECT id, name, role, department, clearance, created_at, left_at, password_due FROM person";
type Row = (String, String, String, Option<String>, i64, String, Option<String>, Option<String>);

fn people((id, name, role, department, clearance, created_at, left_at, password_due): Row) -> Result<People, DbError> {
    let Ok(role) = role.parse() else {
        return Err(DbError::Inconsistent { table: "person", column: "role", row: id, value: role });
    };
    Ok(People { id: Id::known(id), name, role, department, clearance, created_at, left_at, password_due })
}

/// Somebody, whether he left or not.
pub async fn by_id(db: &Db, person: &Id<Person>) -> Result<Option<People>, AccessError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE id = ").bind(person.as_str());
    Ok(asked.fetch::<Row>(db).await?.into_iter().next().map(people).transpose()?)
}

/// Somebody by name.
pub async fn by_name(db: &Db, name: &str) -> Result<Option<People>, AccessError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE name = ").bind(name);
    Ok(asked.fetch::<Row>(db).await?.into_iter().next().map(people).transpose()?)
}

/// People by name, `limit` a page, after `after`.
pub async fn list(
    db: &Db,
    filter: &PeopleFilter,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Page<People>, AccessError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE 1 = 1");
    if !filter.left {
        asked.push(" AND left_at IS NULL");
    }
    if !filter.name.is_empty() {
        // A part of the name; % and _ stand for themselves.
        let part = filter.name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        asked.push(" AND name LIKE ").bind(format!("%{part}%")).push(" ESCAPE '\\'");
    }
    if let Some(role) = filter.role {
        asked.push(" AND role = ").bind(role.word());
    }
    if let Some(department) = &filter.department {
        asked.push(" AND department = ").bind(department.as_str());
    }
    if let Some(Cursor(after)) = after {
        asked.push(" AND name > ").bind(after.as_str());
    }
    let more = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    asked.push(" ORDER BY name LIMIT ").bind(more);
    let rows = asked.fetch::<Row>(db).await?.into_iter().map(people).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::of(rows, limit, |one| one.name.clone()))
}

/// What people are called, for showing who did what: id → name.
pub async fn names(db: &Db, ids: &[String]) -> Result<Vec<(String, String)>, AccessError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let mut asked = Asked::new("SELECT id, name FROM person WHERE id IN ");
        asked.list(chunk.iter().map(String::as_str));
        found.extend(asked.fetch::<(String, String)>(db).await?);
    }
    Ok(found)
}

/// How many people there are.
pub async fn count(db: &Db) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM person").fetch_one(db.read()).await?)
}

/// Whether the operator may set people up: until somebody has signed in (the trail knows;
/// sessions come and go), and where there is no security officer, as in an archive made
/// before there were any: else nobody could.
pub async fn first(db: &Db) -> Result<bool, DbError> {
    if audit::lines_of(db, &["person.signed_in"], 0, i64::MAX, 1).await?.is_empty() {
        return Ok(true);
    }
    let officers: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM person WHERE role = 'security' AND left_at IS NULL")
        .fetch_one(db.read())
        .await?;
    Ok(officers == 0)
}

fn taken(error: DbError, name: &str) -> AccessError {
    match error.constraint().as_deref() {
        Some("person_name_unique" | "person.name") => AccessError::NameTaken(name.to_owned()),
        _ => error.into(),
    }
}
