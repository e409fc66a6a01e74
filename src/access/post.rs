//! Posts (岗位): held from a day to a day, and delegated in absence. Which posts there are
//! is data (`config/posts.toml`); who must agree to what asks for their holders.

use super::{
    AccessError, Guest, People,
    department::departments,
    person::{begin, here, may_change, plain},
};
use crate::{
    audit::Event,
    db::{self, Asked, Db},
    kernel::{Clock, Day, Id, Person},
    profile::Post,
};

/// In characters.
const LONGEST_REASON: usize = 400;

/// Somebody in a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    pub id: String,
    /// Code of the post.
    pub post: String,
    /// `None` for a post of the whole house.
    pub department: Option<String>,
    pub person: Id<Person>,
    pub name: String,
    pub since: String,
    /// The last day; `None` until further notice.
    pub until: Option<String>,
    /// The holding it stands in for.
    pub acts_for: Option<String>,
    pub reason: String,
    pub ended_at: Option<String>,
}

/// A post to give.
#[derive(Clone, Debug)]
pub struct NewHolding<'a> {
    pub post: &'a Post,
    pub department: Option<&'a str>,
    pub since: Day,
    pub until: Option<Day>,
    /// The holding it stands in for: same post, somebody else's, within its days.
    pub acts_for: Option<&'a str>,
    pub reason: &'a str,
}

/// Puts `person` into a post.
///
/// # Errors
/// [`AccessError::Officer`] for one of the three officers; [`AccessError::Post`] where
/// the department is missing or too much, the days are in the wrong order, or what it
/// stands in for is not another person's holding of the same post within its days (a
/// delegation cannot be delegated).
pub async fn appoint(
    db: &Db,
    clock: &dyn Clock,
    who: &Guest,
    person: &People,
    new: &NewHolding<'_>,
) -> Result<String, AccessError> {
    may_change(db, who, Some(&person.id)).await?;
    if person.role.is_officer() {
        return Err(AccessError::Officer);
    }
    let department = new.department.filter(|code| !code.is_empty());
    if new.reason.chars().count() > LONGEST_REASON || !plain(new.reason) {
        return Err(AccessError::Post);
    }
    if new.post.per_department != department.is_some() || new.until.is_some_and(|until| until < new.since) {
        return Err(AccessError::Post);
    }
    if let Some(code) = department
        && !departments(db).await?.iter().any(|one| one.code == code && one.closed_at.is_none())
    {
        return Err(AccessError::Missing);
    }
    let mut change = begin(db, clock, who, Some(&person.id)).await?;
    // Inside the change: nothing is given to somebody who was cleared in the meantime.
    here(db, &person.id).await?;
    if let Some(stood_in) = new.acts_for {
        let mut asked = Asked::new(COLUMNS);
        asked.push(" WHERE post_holding.id = ").bind(stood_in);
        let held = found(db, asked).await?.pop().ok_or(AccessError::Post)?;
        let last = |day: Option<String>| day.unwrap_or_else(|| "9999-12-31".to_owned());
        let until = last(new.until.map(|day| day.to_string()));
        let within = new.since.to_string() >= held.since && until <= last(held.until.clone());
        let same = held.post == new.post.code && held.department.as_deref() == department;
        if !within || !same || held.person == person.id || held.acts_for.is_some() || held.ended_at.is_some() {
            return Err(AccessError::Post);
        }
    }
    let id = Id::<Person>::fresh(change.at).to_string();
    sqlx::query(
        "INSERT INTO post_holding (id, post, department, person_id, since, until, acts_for, reason, created_at)
         VALUES ($1, $2, NULLIF($3, ''), $4, $5, NULLIF($6, ''), NULLIF($7, ''), $8, $9)",
    )
    .bind(&id)
    .bind(&new.post.code)
    .bind(department.unwrap_or_default())
    .bind(person.id.as_str())
    .bind(new.since.to_string())
    .bind(new.until.map(|day| day.to_string()).unwrap_or_default())
    .bind(new.acts_for.unwrap_or_default())
    .bind(new.reason)
    .bind(change.at.to_string())
    .execute(&mut *change.tx)
    .await?;
    let event = Event::new("post.given", &person.id).and(&id).with("post", &new.post.code);
    let event = event.with("department", department.unwrap_or_default()).with("since", new.since);
    let event = event.with("until", new.until.map(|day| day.to_string()).unwrap_or_default());
    change.commit(event.with("acts_for", new.acts_for.unwrap_or_default()).with("reason", new.reason)).await?;
    Ok(id)
}

/// Takes somebody out of a post now; those who stand in for him with him.
pub async fn dismiss(db: &Db, clock: &dyn Clock, who: &Guest, id: &str) -> Result<(), AccessError> {
    let owner: Option<String> = sqlx::query_scalar("SELECT person_id FROM post_holding WHERE id = $1")
        .bind(id)
        .fetch_optional(db.read())
        .await?;
    let owner = Id::<Person>::known(owner.ok_or(AccessError::Missing)?);
    let mut change = begin(db, clock, who, Some(&owner)).await?;
    let at = change.at.to_string();
    let done = sqlx::query("UPDATE post_holding SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(&at)
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done).map_err(|_| AccessError::Missing)?;
    sqlx::query("UPDATE post_holding SET ended_at = $2 WHERE acts_for = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(&at)
        .execute(&mut *change.tx)
        .await?;
    change.commit(Event::new("post.ended", owner).and(id)).await?;
    Ok(())
}

/// Holdings, newest first: of `person`, or of everybody; past ones too.
pub async fn holdings(db: &Db, person: Option<&Id<Person>>) -> Result<Vec<Holding>, AccessError> {
    let mut asked = Asked::new(COLUMNS);
    if let Some(person) = person {
        asked.push(" WHERE person.id = ").bind(person.as_str());
    }
    asked.push(" ORDER BY post_holding.created_at DESC, post_holding.id DESC LIMIT 1000");
    found(db, asked).await
}

/// Who holds `post` on `day`, in `department` where the post is of one; those who stand
/// in for somebody too.
pub async fn holders(db: &Db, post: &str, department: Option<&str>, day: Day) -> Result<Vec<Holding>, AccessError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE post_holding.ended_at IS NULL AND person.left_at IS NULL AND post = ").bind(post);
    asked.push(" AND since <= ").bind(day.to_string());
    asked.push(" AND (until IS NULL OR until >= ").bind(day.to_string()).push(")");
    if let Some(department) = department {
        asked.push(" AND post_holding.department = ").bind(department);
    }
    asked.push(" ORDER BY post_holding.id");
    found(db, asked).await
}

const COLUMNS: &str = "SELECT post_holding.id, post, post_holding.department, person.id, person.name, since, until, \
                       acts_for, reason, ended_at
                       FROM post_holding JOIN person ON person.id = post_holding.person_id";
type Row =
    (String, String, Option<String>, String, String, String, Option<String>, Option<String>, String, Option<String>);

async fn found(db: &Db, asked: Asked) -> Result<Vec<Holding>, AccessError> {
    let rows: Vec<Row> = asked.fetch(db).await?;
    Ok(rows
        .into_iter()
        .map(|(id, post, department, person, name, since, until, acts_for, reason, ended_at)| Holding {
            id,
            post,
            department,
            person: Id::known(person),
            name,
            since,
            until,
            acts_for,
            reason,
            ended_at,
        })
        .collect())
}
