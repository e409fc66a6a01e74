//! Tokens for programs. The security officer allows one, with its functions and its
//! end; the secret is drawn by its owner alone and shown once. So nobody who gives
//! rights ever holds a key to content.

use super::{
    AccessError, Functions, Gate, Guest, People,
    person::{begin, begin_of, here, may_change, plain},
    session::{API_PREFIX, Known, digest, secret},
};
use crate::{
    audit::{Change, Event},
    db::{self, Asked},
    kernel::{Day, Id, Person},
};

/// A token to allow.
#[derive(Clone, Debug)]
pub struct NewToken<'a> {
    pub label: &'a str,
    pub functions: Functions,
    /// Its last day.
    pub until: Day,
}

/// A token as it is listed.
#[derive(Clone, Debug)]
pub struct TokenLine {
    pub id: String,
    pub person: Id<Person>,
    pub name: String,
    pub label: String,
    pub functions: String,
    pub created_at: String,
    pub until: String,
    pub drawn_at: Option<String>,
    pub ended_at: Option<String>,
}

/// The longest a token for programs may last, in days (ours).
const LONGEST_DAYS: i64 = 366;

impl Gate {
    /// Allows `person` a token; its owner draws the secret.
    ///
    /// # Errors
    /// [`AccessError::Token`] for no label, no function, one that the owner's role has
    /// not, or an end that is past or more than a year away.
    pub async fn allow_token(&self, who: &Guest, person: &People, new: NewToken<'_>) -> Result<String, AccessError> {
        may_change(&self.db, who, Some(&person.id)).await?;
        let label = new.label.trim();
        let last = self.clock.now().plus_seconds(LONGEST_DAYS * 86_400).day_in(&self.rules.zone);
        let in_time = new.until >= self.today() && last.is_none_or(|last| new.until <= last);
        let owned = !new.functions.is_empty() && new.functions.iter().all(|right| person.role.may(right));
        if !(1..=60).contains(&label.chars().count()) || !plain(label) || !owned || !in_time || person.left_at.is_some()
        {
            return Err(AccessError::Token);
        }
        let mut change = begin(&self.db, self.clock.as_ref(), who, Some(&person.id)).await?;
        here(&self.db, &person.id).await?;
        let id = Id::<Person>::fresh(change.at).to_string();
        sqlx::query(
            "INSERT INTO api_token (id, person_id, label, functions, created_at, until)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&id)
        .bind(person.id.as_str())
        .bind(label)
        .bind(new.functions.to_string())
        .bind(change.at.to_string())
        .bind(new.until.to_string())
        .execute(&mut *change.tx)
        .await?;
        let event = Event::new("token.allowed", &person.id).and(&id).with("label", label);
        change.commit(event.with("functions", new.functions).with("until", new.until)).await?;
        Ok(id)
    }

    /// Gives the owner the secret of an allowed token, once.
    ///
    /// # Errors
    /// [`AccessError::Missing`] where it is not the guest's, was drawn, or has ended.
    pub async fn draw_token(&self, who: &Guest, id: &str) -> Result<String, AccessError> {
        let owner = who.person().filter(|_| who.in_person()).ok_or(AccessError::Missing)?;
        let token = format!("{API_PREFIX}{}", secret());
        let mut change = Change::begin(&self.db, self.clock.as_ref(), who.actor()).await?;
        let done = sqlx::query(
            "UPDATE api_token SET digest = $3, drawn_at = $4
             WHERE id = $1 AND person_id = $2 AND digest IS NULL AND ended_at IS NULL AND until >= $5",
        )
        .bind(id)
        .bind(owner.as_str())
        .bind(digest(&token))
        .bind(change.at.to_string())
        .bind(self.today().to_string())
        .execute(&mut *change.tx)
        .await?;
        if done.rows_affected() != 1 {
            return Err(AccessError::Missing);
        }
        change.commit(Event::new("token.drawn", owner).and(id)).await?;
        Ok(token)
    }

    /// Ends a token for good: one's own, or anybody's by who administers people.
    pub async fn end_token(&self, who: &Guest, id: &str) -> Result<(), AccessError> {
        let owner: Option<String> = sqlx::query_scalar("SELECT person_id FROM api_token WHERE id = $1")
            .bind(id)
            .fetch_optional(self.db.read())
            .await?;
        let owner = Id::<Person>::known(owner.ok_or(AccessError::Missing)?);
        let mut change = begin_of(&self.db, self.clock.as_ref(), who, &owner).await?;
        let done = sqlx::query("UPDATE api_token SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL")
            .bind(id)
            .bind(change.at.to_string())
            .execute(&mut *change.tx)
            .await?;
        db::exactly(1, &done).map_err(|_| AccessError::Missing)?;
        change.commit(Event::new("token.ended", owner).and(id)).await?;
        Ok(())
    }

    /// Tokens for programs, newest first: of `person`, or of everybody; ended ones too.
    pub async fn tokens(&self, person: Option<&Id<Person>>) -> Result<Vec<TokenLine>, AccessError> {
        let mut asked = Asked::new(
            "SELECT api_token.id, person.id, person.name, api_token.label, api_token.functions,
                    api_token.created_at, api_token.until, api_token.drawn_at, api_token.ended_at
             FROM api_token JOIN person ON person.id = api_token.person_id WHERE 1 = 1",
        );
        if let Some(person) = person {
            asked.push(" AND person.id = ").bind(person.as_str());
        }
        asked.push(" ORDER BY api_token.id DESC LIMIT 500");
        type Row = (String, String, String, String, String, String, String, Option<String>, Option<String>);
        let rows: Vec<Row> = asked.fetch(&self.db).await?;
        Ok(rows
            .into_iter()
            .map(|(id, person, name, label, functions, created_at, until, drawn_at, ended_at)| TokenLine {
                id,
                person: Id::known(person),
                name,
                label,
                functions,
                created_at,
                until,
                drawn_at,
                ended_at,
            })
            .collect())
    }

    /// Whom a token for programs stands for; no word of functions that no policy knows
    /// grants anything.
    pub(super) async fn of_api_token(&self, token: &str) -> Result<Option<Known>, AccessError> {
        type Row = (String, String, String, Option<String>, i64, Option<String>, String);
        let row: Option<Row> = sqlx::query_as(
            "SELECT person.id, person.name, person.role, person.department, person.clearance, person.password_due,
                    api_token.functions
             FROM api_token JOIN person ON person.id = api_token.person_id
             WHERE api_token.digest = $1 AND api_token.ended_at IS NULL AND api_token.until >= $2
                   AND person.left_at IS NULL",
        )
        .bind(digest(token))
        .bind(self.today().to_string())
        .fetch_optional(self.db.read())
        .await?;
        Ok(row.map(|(id, name, role, department, clearance, password_due, functions)| Known {
            id,
            name,
            role,
            department,
            clearance,
            password_due,
            csrf: String::new(),
            narrowed: Some(functions.parse().unwrap_or_default()),
        }))
    }
}
