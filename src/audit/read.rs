//! Reading the trail back.

use crate::{
    db::{Asked, Db, DbError},
    kernel::Instant,
};

/// A line of the trail as it is shown.
#[derive(Clone, Debug)]
pub struct Line {
    pub n: i64,
    pub at: Instant,
    pub actor: String,
    pub verb: String,
    /// Details that still stand, by name.
    pub details: Vec<(String, String)>,
}

/// A line as a follower needs it: what happened to what.
#[derive(Clone, Debug)]
pub struct Deed {
    pub n: i64,
    pub verb: String,
    /// Never empty; the main one first.
    pub subjects: Vec<String>,
}

/// Lines of these verbs after `after` up to `to`, oldest first, at most `limit`.
pub async fn lines_of(db: &Db, verbs: &[&str], after: i64, to: i64, limit: i64) -> Result<Vec<Deed>, DbError> {
    let mut asked = Asked::new("SELECT n, verb, entry FROM audit_event WHERE n > ");
    asked.bind(after).push(" AND n <= ").bind(to).push(" AND verb IN ").list(verbs.iter().copied());
    asked.push(" ORDER BY n LIMIT ").bind(limit);
    let rows: Vec<(i64, String, String)> = asked.fetch(db).await?;
    rows.into_iter()
        .map(|(n, verb, entry)| {
            #[derive(serde::Deserialize)]
            struct Subjects {
                subjects: Vec<String>,
            }
            match serde_json::from_str::<Subjects>(&entry) {
                Ok(Subjects { subjects }) if !subjects.is_empty() => Ok(Deed { n, verb, subjects }),
                _ => Err(DbError::Inconsistent {
                    table: "audit_event",
                    column: "entry",
                    row: n.to_string(),
                    value: entry,
                }),
            }
        })
        .collect()
}

/// The number of the newest line; 0 before the first.
pub async fn last(db: &Db) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar("SELECT COALESCE(MAX(n), 0) FROM audit_event").fetch_one(db.read()).await?)
}

/// The life of one thing: its lines, oldest first, at most `limit` after line `after`.
pub async fn of_subject(db: &Db, subject: &str, after: i64, limit: i64) -> Result<Vec<Line>, DbError> {
    let rows: Vec<(i64, String, String, String)> =
        sqlx::query_as("SELECT n, at, actor, verb FROM audit_event WHERE subject = $1 AND n > $2 ORDER BY n LIMIT $3")
            .bind(subject)
            .bind(after)
            .bind(limit)
            .fetch_all(db.read())
            .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for (n, at, actor, verb) in rows {
        let details = sqlx::query_as("SELECT field, body FROM audit_detail WHERE n = $1 ORDER BY field")
            .bind(n)
            .fetch_all(db.read())
            .await?;
        let at = at.parse().map_err(|_| DbError::Inconsistent {
            table: "audit_event",
            column: "at",
            row: n.to_string(),
            value: at,
        })?;
        lines.push(Line { n, at, actor, verb, details });
    }
    Ok(lines)
}
