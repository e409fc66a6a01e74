//! Reading the trail back.

use crate::{
    db::{Db, DbError},
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

/// The number of the newest line; 0 before the first.
pub async fn last(db: &Db) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar("SELECT COALESCE(MAX(n), 0) FROM audit_event").fetch_one(db.read()).await?)
}

/// The life of one thing: its lines, oldest first, at most `limit` after line `after`.
pub async fn of_subject(db: &Db, subject: &str, after: i64, limit: i64) -> Result<Vec<Line>, DbError> {
    let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
        "SELECT n, at, actor, verb FROM audit_event WHERE subject = $1 AND n > $2 ORDER BY n LIMIT $3",
    )
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
