//! Departments (机构): a tree. Closed, never deleted: records and people of old name them.

use super::{
    AccessError, Guest,
    person::{begin, may_change, plain},
};
use crate::{
    audit::{Change, Event},
    db::{self, Db},
    kernel::{Clock, Id, Person},
};
use std::collections::HashSet;

/// A department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// As it stands in codes and records.
    pub code: String,
    pub id: String,
    pub name: String,
    pub parent: Option<String>,
    /// RFC 3339: when it was opened here, which may be later than it came to be.
    pub opened_at: String,
    pub closed_at: Option<String>,
}

/// Every department, by code.
pub async fn departments(db: &Db) -> Result<Vec<Department>, AccessError> {
    type Row = (String, String, String, Option<String>, String, Option<String>);
    let rows: Vec<Row> =
        sqlx::query_as("SELECT code, id, name, parent, created_at, closed_at FROM department ORDER BY code")
            .fetch_all(db.read())
            .await?;
    Ok(rows
        .into_iter()
        .map(|(code, id, name, parent, opened_at, closed_at)| Department {
            code,
            id,
            name,
            parent,
            opened_at,
            closed_at,
        })
        .collect())
}

/// The codes of `top` and all below it.
pub(super) fn with_below(all: &[Department], top: &str) -> Vec<String> {
    let mut found = vec![top.to_owned()];
    let mut seen: HashSet<&str> = HashSet::new();
    let mut at = 0;
    while at < found.len() {
        let parent = found[at].clone();
        for one in all.iter().filter(|one| one.parent.as_deref() == Some(&parent)) {
            if one.code != top && seen.insert(&one.code) {
                found.push(one.code.clone());
            }
        }
        at += 1;
    }
    found
}

/// Opens a department.
///
/// # Errors
/// [`AccessError::Department`] for a code or name that cannot be, [`AccessError::NameTaken`]
/// for a code that is given, [`AccessError::Missing`] for a parent that is not there.
pub async fn open_department(
    db: &Db,
    clock: &dyn Clock,
    who: &Guest,
    code: &str,
    name: &str,
    parent: Option<&str>,
) -> Result<(), AccessError> {
    may_change(db, who, None).await?;
    let (code, name) = (code.trim(), name.trim());
    words(code, name)?;
    let all = departments(db).await?;
    if all.iter().any(|one| one.code == code) {
        return Err(AccessError::NameTaken(code.to_owned()));
    }
    under(&all, code, parent)?;
    let mut change = begin(db, clock, who, None).await?;
    let event = insert(&mut change, code, name, parent).await?;
    change.commit(event).await?;
    Ok(())
}

/// The row, and its line for the trail.
pub(super) async fn insert(
    change: &mut Change<'_>,
    code: &str,
    name: &str,
    parent: Option<&str>,
) -> Result<Event, AccessError> {
    let id = Id::<Person>::fresh(change.at);
    sqlx::query("INSERT INTO department (code, id, name, parent, created_at) VALUES ($1, $2, $3, NULLIF($4, ''), $5)")
        .bind(code)
        .bind(id.as_str())
        .bind(name)
        .bind(parent.unwrap_or_default())
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await?;
    Ok(Event::new("department.opened", id).with("code", code).with("name", name))
}

/// Gives a department another name or another place in the tree.
pub async fn change_department(
    db: &Db,
    clock: &dyn Clock,
    who: &Guest,
    code: &str,
    name: &str,
    parent: Option<&str>,
) -> Result<(), AccessError> {
    may_change(db, who, None).await?;
    let name = name.trim();
    words(code, name)?;
    let mut change = begin(db, clock, who, None).await?;
    let all = departments(db).await?;
    let old = all.iter().find(|one| one.code == code).ok_or(AccessError::Missing)?;
    under(&all, code, parent)?;
    let done = sqlx::query("UPDATE department SET name = $2, parent = NULLIF($3, '') WHERE code = $1")
        .bind(code)
        .bind(name)
        .bind(parent.unwrap_or_default())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)?;
    let said = |name: &str, parent: Option<&str>| format!("{name} < {}", parent.unwrap_or("-"));
    let event = Event::new("department.changed", &old.id).with("code", code);
    let event = event.with("before", said(&old.name, old.parent.as_deref())).with("after", said(name, parent));
    change.commit(event).await?;
    Ok(())
}

/// Closes a department: nobody is put into it any more. It stays.
///
/// # Errors
/// [`AccessError::InUse`] while people or open departments are in it.
pub async fn close_department(db: &Db, clock: &dyn Clock, who: &Guest, code: &str) -> Result<(), AccessError> {
    may_change(db, who, None).await?;
    let mut change = begin(db, clock, who, None).await?;
    let all = departments(db).await?;
    let one = all.iter().find(|one| one.code == code && one.closed_at.is_none()).ok_or(AccessError::Missing)?;
    let people: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM person WHERE department = $1 AND left_at IS NULL")
        .bind(code)
        .fetch_one(&mut *change.tx)
        .await?;
    if people > 0 || all.iter().any(|below| below.parent.as_deref() == Some(code) && below.closed_at.is_none()) {
        return Err(AccessError::InUse(code.to_owned()));
    }
    let done = sqlx::query("UPDATE department SET closed_at = $2 WHERE code = $1")
        .bind(code)
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)?;
    change.commit(Event::new("department.closed", &one.id).with("code", code)).await?;
    Ok(())
}

pub(super) fn words(code: &str, name: &str) -> Result<(), AccessError> {
    let good = |text: &str, longest: usize| (1..=longest).contains(&text.chars().count()) && plain(text);
    // A code stands in addresses and in 档号.
    let plain = !code.contains(|c: char| c.is_whitespace() || "/?#%·".contains(c));
    if good(code, 20) && plain && good(name, 60) { Ok(()) } else { Err(AccessError::Department) }
}

/// Whether `code` may stand under `parent`: there, open, and not below itself.
fn under(all: &[Department], code: &str, parent: Option<&str>) -> Result<(), AccessError> {
    let Some(parent) = parent.filter(|parent| !parent.is_empty()) else { return Ok(()) };
    if !all.iter().any(|one| one.code == parent && one.closed_at.is_none()) {
        return Err(AccessError::Missing);
    }
    if with_below(all, code).iter().any(|below| below == parent) { Err(AccessError::Circle) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_walked_down_even_where_it_bites_its_tail() {
        let one = |code: &str, parent: Option<&str>| Department {
            code: code.into(),
            id: code.into(),
            name: code.into(),
            parent: parent.map(str::to_owned),
            opened_at: String::new(),
            closed_at: None,
        };
        let tree = [one("A", None), one("B", Some("A")), one("C", Some("B")), one("D", None)];
        assert_eq!(with_below(&tree, "A"), ["A", "B", "C"]);
        assert_eq!(with_below(&tree, "D"), ["D"]);
        assert_eq!(with_below(&tree, "nowhere"), ["nowhere"]);
        assert!(matches!(under(&tree, "A", Some("C")), Err(AccessError::Circle)));
        assert!(under(&tree, "C", Some("D")).is_ok());
        let circle = [one("A", Some("B")), one("B", Some("A"))];
        assert_eq!(with_below(&circle, "A"), ["A", "B"]);
    }
}
