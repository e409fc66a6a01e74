//! Lines of the trail as an auditor asks for them: a page, newest first, or all of
//! them, oldest first, a chunk at a time.

use super::{
    TrailFilter,
    ways::{self, Order, Span},
};
use crate::{
    db::{Asked, Db, DbError},
    kernel::{Cursor, Instant, Page},
};
use std::collections::HashMap;

/// A line with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub n: i64,
    pub at: Instant,
    /// [`crate::kernel::Actor::id_text`].
    pub actor: String,
    pub verb: String,
    /// Never empty; the main one first.
    pub subjects: Vec<String>,
    /// One a detail, in the order of the details' names; 64 hex digits.
    pub commitments: Vec<String>,
    /// The canonical bytes ([`super::entry`]).
    pub entry: String,
    /// 64 hex digits.
    pub leaf: String,
    /// Those that still stand, in the order of their names.
    pub details: Vec<Detail>,
}

/// A text that a line commits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    pub field: String,
    /// 16 bytes in hex.
    pub salt: String,
    pub body: String,
}

/// Why lines were not found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    #[error("{0:?} is no place in the trail")]
    Cursor(String),
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A page of at most `limit` lines, newest first. It goes on from the number of its last
/// line: lines said meanwhile neither repeat one nor lose one.
///
/// # Errors
/// [`FindError::Cursor`] of a cursor that no page gave.
pub async fn find(
    db: &Db,
    filter: &TrailFilter,
    cursor: Option<&Cursor>,
    limit: usize,
) -> Result<Page<Kept>, FindError> {
    let last = match cursor {
        None => super::last(db).await?,
        Some(Cursor(text)) => number(text).ok_or_else(|| FindError::Cursor(text.clone()))? - 1,
    };
    let span = ways::span_of(db, filter, last).await?;
    let limit = limit.max(1);
    let asked = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let numbers = ways::numbers(db, filter, span, Order::NewestFirst, asked).await?;
    let mut kept = of_numbers(db, &numbers).await?;
    kept.sort_by_key(|line| std::cmp::Reverse(line.n));
    Ok(Page::of(kept, limit, |line| line.n.to_string()))
}

/// How many lines there are, counted up to `most`.
pub async fn count(db: &Db, filter: &TrailFilter, most: i64) -> Result<i64, DbError> {
    let last = super::last(db).await?;
    let span = ways::span_of(db, filter, last).await?;
    ways::count(db, filter, span, most).await
}

/// All lines of a filter, oldest first, that stood when it was made: a walk that keeps
/// one chunk in memory.
#[derive(Clone)]
pub struct Walk {
    db: Db,
    filter: TrailFilter,
    span: Span,
}

/// Lines in memory at once; ours.
const CHUNK: i64 = 1_000;

impl Walk {
    pub async fn begin(db: &Db, filter: TrailFilter) -> Result<Self, DbError> {
        let last = super::last(db).await?;
        let span = ways::span_of(db, &filter, last).await?;
        Ok(Self { db: db.clone(), filter, span })
    }

    /// How many lines are ahead, counted up to `most`.
    pub async fn count(&self, most: i64) -> Result<i64, DbError> {
        ways::count(&self.db, &self.filter, self.span, most).await
    }

    /// The next lines; none at the end.
    pub async fn next(&mut self) -> Result<Vec<Kept>, DbError> {
        let numbers = ways::numbers(&self.db, &self.filter, self.span, Order::OldestFirst, CHUNK).await?;
        if let Some(last) = numbers.last() {
            self.span.first = last + 1;
        }
        let mut kept = of_numbers(&self.db, &numbers).await?;
        kept.sort_by_key(|line| line.n);
        Ok(kept)
    }

    /// The number of the last line that can be in it.
    pub fn last(&self) -> i64 {
        self.span.last
    }
}

/// A cursor as a number: digits alone.
fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|n| digits && *n > 0)
}

/// The lines of these numbers: one statement, and one for the details of them all.
async fn of_numbers(db: &Db, numbers: &[i64]) -> Result<Vec<Kept>, DbError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = Asked::new("SELECT n, at, actor, verb, entry, leaf FROM audit_event WHERE n IN ");
    asked.list(numbers.iter().copied());
    let rows: Vec<(i64, String, String, String, String, String)> = asked.fetch(db).await?;
    let mut asked = Asked::new("SELECT n, field, salt, body FROM audit_detail WHERE n IN ");
    asked.list(numbers.iter().copied()).push(" ORDER BY n, field");
    let mut details: HashMap<i64, Vec<Detail>> = HashMap::new();
    for (n, field, salt, body) in asked.fetch::<(i64, String, String, String)>(db).await? {
        details.entry(n).or_default().push(Detail { field, salt, body });
    }
    rows.into_iter()
        .map(|(n, at, actor, verb, entry, leaf)| {
            let wrong = |column: &'static str, value: &str| DbError::Inconsistent {
                table: "audit_event",
                column,
                row: n.to_string(),
                value: value.to_owned(),
            };
            let said: Said = serde_json::from_str(&entry).map_err(|_| wrong("entry", &entry))?;
            let at = at.parse().map_err(|_| wrong("at", &at))?;
            let Said { subjects, commitments } = said;
            let details = details.remove(&n).unwrap_or_default();
            Ok(Kept { n, at, actor, verb, subjects, commitments, entry, leaf, details })
        })
        .collect()
}

#[derive(serde::Deserialize)]
struct Said {
    subjects: Vec<String>,
    commitments: Vec<String>,
}

/// The verbs that stand in the trail, in order: one step along their index each.
pub async fn verbs(db: &Db) -> Result<Vec<String>, DbError> {
    let asked = Asked::new(
        "WITH RECURSIVE said(verb) AS (
             SELECT MIN(verb) FROM audit_event
             UNION ALL
             SELECT (SELECT MIN(verb) FROM audit_event WHERE audit_event.verb > said.verb) FROM said
             WHERE said.verb IS NOT NULL)
         SELECT verb FROM said WHERE verb IS NOT NULL",
    );
    Ok(asked.fetch::<(String,)>(db).await?.into_iter().map(|(verb,)| verb).collect())
}
