//! Grants (授权): which part of the holdings a person's functions reach. A role gives
//! functions; without a grant they reach nothing. No grant reaches above the clearance.

use super::{
    AccessError, Functions, Guest, People, Role, Scope,
    department::{departments, with_below},
    person::{begin, here, may_change, plain},
};
use crate::{
    audit::{Change, Event},
    db::{self, Asked, Db, DbError},
    kernel::{Clock, Day, Id, Person, Year},
};

/// A grant that holds today, departments worked out.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub functions: Functions,
    pub scope: Scope,
}

/// Whose records a grant is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    Any,
    /// Those of the person's own department and all below it, whichever that is.
    Own,
    /// Those of this department and all below it.
    Named(String),
}

/// A grant to give. `None` is "any".
#[derive(Clone, Debug)]
pub struct NewGrant<'a> {
    pub functions: Functions,
    pub fonds: Option<&'a str>,
    pub category: Option<&'a str>,
    pub whose: Whose,
    pub years: (Option<Year>, Option<Year>),
    /// Highest rank of secrecy; `None`: as far as the clearance.
    pub secrecy: Option<i64>,
    /// `open`, `controlled`, `deferred` or `unreviewed`.
    pub opening: Option<&'a str>,
    /// First and last day.
    pub since: Day,
    pub until: Option<Day>,
    pub reason: &'a str,
}

/// A grant as it is listed.
#[derive(Clone, Debug)]
pub struct GrantLine {
    pub id: String,
    pub person: Id<Person>,
    pub name: String,
    pub functions: String,
    pub fonds: Option<String>,
    pub category: Option<String>,
    pub whose: Whose,
    pub years: (Option<Year>, Option<Year>),
    pub secrecy: Option<i64>,
    pub opening: Option<String>,
    pub since: String,
    pub until: Option<String>,
    pub reason: String,
    pub ended_at: Option<String>,
}

/// The words of 开放划控.
pub const OPENINGS: [&str; 4] = ["open", "controlled", "deferred", "unreviewed"];
const LONGEST_REASON: usize = 400;

impl<'a> NewGrant<'a> {
    /// Everything, for these functions, from a day on.
    pub fn whole(functions: Functions, since: Day) -> Self {
        Self {
            functions,
            fonds: None,
            category: None,
            whose: Whose::Any,
            years: (None, None),
            secrecy: None,
            opening: None,
            since,
            until: None,
            reason: "",
        }
    }

    /// What somebody of this role has from the first day: an archivist the whole of the
    /// holdings, a reader all that is 公开 and the records of his own department, an
    /// officer nothing. Given as grants, so that it is seen and can be taken away.
    pub(super) fn first(role: Role, since: Day) -> Vec<Self> {
        let whole = Self::whole(Functions::of_data(role), since);
        match role {
            Role::Archivist => vec![whole],
            Role::Staff => {
                let own = Self { whose: Whose::Own, ..whole.clone() };
                vec![Self { secrecy: Some(0), ..whole }, own]
            }
            _ => Vec::new(),
        }
    }

    fn check(&self, role: Role) -> Result<(), AccessError> {
        let known = |opening: &str| OPENINGS.contains(&opening);
        let ordered = |from: Option<Year>, to: Option<Year>| from.zip(to).is_none_or(|(from, to)| from <= to);
        let good = !self.functions.is_empty()
            && self.functions.iter().all(|right| right.is_of_data() && role.may(right))
            && self.opening.is_none_or(known)
            && ordered(self.years.0, self.years.1)
            && [self.years.0, self.years.1].into_iter().flatten().all(|year| (1..=9999).contains(&year))
            && [self.fonds, self.category].into_iter().flatten().all(|code| code.len() <= 20 && plain(code))
            && plain(self.reason)
            && self.secrecy.is_none_or(|rank| (0..=4).contains(&rank))
            && self.until.is_none_or(|until| self.since <= until)
            && self.reason.chars().count() <= LONGEST_REASON;
        if good { Ok(()) } else { Err(AccessError::Grant) }
    }
}

/// Gives `person` a grant.
///
/// # Errors
/// [`AccessError::Officer`] for one of the three officers, who work on no holdings;
/// [`AccessError::Grant`] for a function that the role has not or bounds that are none;
/// [`AccessError::Missing`] for a department that is not there.
pub async fn give(
    db: &Db,
    clock: &dyn Clock,
    who: &Guest,
    person: &People,
    new: &NewGrant<'_>,
) -> Result<String, AccessError> {
    may_change(db, who, Some(&person.id)).await?;
    if person.role.is_officer() {
        return Err(AccessError::Officer);
    }
    new.check(person.role)?;
    if let Whose::Named(code) = &new.whose
        && !departments(db).await?.iter().any(|one| one.code == *code)
    {
        return Err(AccessError::Missing);
    }
    let mut change = begin(db, clock, who, Some(&person.id)).await?;
    // Inside the change: nothing is given to somebody who was cleared in the meantime.
    here(db, &person.id).await?;
    let (id, event) = insert(&mut change, &person.id, new).await?;
    change.commit(event).await?;
    Ok(id)
}

/// The row, and its line for the trail.
pub(super) async fn insert(
    change: &mut Change<'_>,
    person: &Id<Person>,
    new: &NewGrant<'_>,
) -> Result<(String, Event), AccessError> {
    let id = Id::<Person>::fresh(change.at).to_string();
    let (whose, department) = match &new.whose {
        Whose::Any => ("any", ""),
        Whose::Own => ("own", ""),
        Whose::Named(code) => ("named", code.as_str()),
    };
    sqlx::query(
        "INSERT INTO data_grant (id, person_id, functions, fonds, category, whose, department, year_from, year_to,
                                 secrecy, opening, since, until, reason, created_at)
         VALUES ($1, $2, $3, NULLIF($4, ''), NULLIF($5, ''), $6, NULLIF($7, ''), $8, $9, $10, NULLIF($11, ''), $12,
                 NULLIF($13, ''), $14, $15)",
    )
    .bind(&id)
    .bind(person.as_str())
    .bind(new.functions.to_string())
    .bind(new.fonds.unwrap_or_default())
    .bind(new.category.unwrap_or_default())
    .bind(whose)
    .bind(department)
    .bind(new.years.0)
    .bind(new.years.1)
    .bind(new.secrecy)
    .bind(new.opening.unwrap_or_default())
    .bind(new.since.to_string())
    .bind(new.until.map(|day| day.to_string()).unwrap_or_default())
    .bind(new.reason)
    .bind(change.at.to_string())
    .execute(&mut *change.tx)
    .await?;
    let event = Event::new("grant.given", person).and(&id).with("functions", &new.functions);
    Ok((id, event.with("scope", in_words(new)).with("reason", new.reason)))
}

/// The scope as the trail keeps it: `X001/WS/own:/2011-2015/secrecy<=1/open/2026-01-01..`.
fn in_words(new: &NewGrant<'_>) -> String {
    let text = |value: Option<&str>| value.unwrap_or("*").to_owned();
    let number = |value: Option<i64>| value.map_or_else(|| "*".to_owned(), |value| value.to_string());
    let whose = match &new.whose {
        Whose::Any => "*".to_owned(),
        Whose::Own => "own".to_owned(),
        Whose::Named(code) => code.clone(),
    };
    format!(
        "{}/{}/{whose}/{}-{}/secrecy<={}/{}/{}..{}",
        text(new.fonds),
        text(new.category),
        number(new.years.0),
        number(new.years.1),
        number(new.secrecy),
        text(new.opening),
        new.since,
        new.until.map(|day| day.to_string()).unwrap_or_default(),
    )
}

/// Takes a grant away, from the next request on.
pub async fn end_grant(db: &Db, clock: &dyn Clock, who: &Guest, id: &str) -> Result<(), AccessError> {
    let owner: Option<String> =
        sqlx::query_scalar("SELECT person_id FROM data_grant WHERE id = $1").bind(id).fetch_optional(db.read()).await?;
    let owner = Id::<Person>::known(owner.ok_or(AccessError::Missing)?);
    let mut change = begin(db, clock, who, Some(&owner)).await?;
    let done = sqlx::query("UPDATE data_grant SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
        .bind(id)
        .bind(change.at.to_string())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done).map_err(|_| AccessError::Missing)?;
    change.commit(Event::new("grant.ended", owner).and(id)).await?;
    Ok(())
}

/// Grants, newest first: of `person`, or of everybody; ended ones too.
pub async fn grants(db: &Db, person: Option<&Id<Person>>) -> Result<Vec<GrantLine>, AccessError> {
    let mut asked = Asked::new(
        "SELECT data_grant.id, person.id, person.name, functions, fonds, category, whose, data_grant.department,
                year_from, year_to, secrecy, opening, since, until, reason, ended_at
         FROM data_grant JOIN person ON person.id = data_grant.person_id WHERE 1 = 1",
    );
    if let Some(person) = person {
        asked.push(" AND person.id = ").bind(person.as_str());
    }
    asked.push(" ORDER BY data_grant.created_at DESC, data_grant.id DESC LIMIT 1000");
    let rows: Vec<Row> = asked.fetch(db).await?;
    rows.into_iter().map(line).collect()
}

type Text = Option<String>;
type Number = Option<i64>;
type Row = (
    String,
    String,
    String,
    String,
    Text,
    Text,
    String,
    Text,
    Number,
    Number,
    Number,
    Text,
    String,
    Text,
    String,
    Text,
);

fn line(row: Row) -> Result<GrantLine, AccessError> {
    let (
        id,
        person,
        name,
        functions,
        fonds,
        category,
        whose,
        department,
        from,
        to,
        secrecy,
        opening,
        since,
        until,
        reason,
        ended_at,
    ) = row;
    let whose = whose_of(&id, &whose, department)?;
    let (person, years) = (Id::known(person), (from, to));
    Ok(GrantLine {
        id,
        person,
        name,
        functions,
        fonds,
        category,
        whose,
        years,
        secrecy,
        opening,
        since,
        until,
        reason,
        ended_at,
    })
}

fn whose_of(id: &str, whose: &str, department: Option<String>) -> Result<Whose, DbError> {
    match (whose, department) {
        ("any", _) => Ok(Whose::Any),
        ("own", _) => Ok(Whose::Own),
        ("named", Some(code)) => Ok(Whose::Named(code)),
        (other, _) => Err(DbError::Inconsistent {
            table: "data_grant",
            column: "whose",
            row: id.to_owned(),
            value: other.to_owned(),
        }),
    }
}

type HeldRow = (String, String, Text, Text, String, Text, Number, Number, Number, Text);

/// The grants of a person that hold `today`.
pub(super) async fn held(
    db: &Db,
    person: &Id<Person>,
    own: Option<&str>,
    clearance: i64,
    today: Day,
) -> Result<Vec<Held>, AccessError> {
    let rows: Vec<HeldRow> = sqlx::query_as(
        "SELECT id, functions, fonds, category, whose, department, year_from, year_to, secrecy, opening
         FROM data_grant
         WHERE person_id = $1 AND ended_at IS NULL AND since <= $2 AND (until IS NULL OR until >= $2)
         ORDER BY id",
    )
    .bind(person.as_str())
    .bind(today.to_string())
    .fetch_all(db.read())
    .await?;
    let all = if rows.iter().any(|row| row.4 != "any") { departments(db).await? } else { Vec::new() };
    let mut held = Vec::new();
    for (id, functions, fonds, category, whose, department, from, to, secrecy, opening) in rows {
        let functions = functions.parse().map_err(|()| DbError::Inconsistent {
            table: "data_grant",
            column: "functions",
            row: id.clone(),
            value: functions,
        })?;
        let departments = match whose_of(&id, &whose, department)? {
            Whose::Any => None,
            // Of somebody without a department nothing is his own.
            Whose::Own => Some(own.map(|own| with_below(&all, own)).unwrap_or_default()),
            Whose::Named(code) => Some(with_below(&all, &code)),
        };
        let years = (from.is_some() || to.is_some()).then(|| (from.unwrap_or(1), to.unwrap_or(9999)));
        let scope = Scope {
            fonds: fonds.map(|one| vec![one]),
            categories: category.map(|one| vec![one]),
            departments,
            years,
            opening,
            secrecy_at_most: secrecy.unwrap_or(clearance),
        };
        held.push(Held { functions, scope });
    }
    Ok(held)
}
