//! The writes of this room that are no acts and have no line in the trail: when a
//! session was last used, and failed attempts to sign in. (Were each attempt a line,
//! anybody on the network could write into the trail without end; that an account or an
//! address was shut has one.)

use super::AccessError;
use crate::{
    db::Db,
    kernel::{Instant, Sha256},
};

pub(super) async fn seen(db: &Db, times: &[(String, Instant)]) -> Result<(), AccessError> {
    let mut tx = db.begin().await?;
    for (digest, at) in times {
        sqlx::query("UPDATE session SET seen_at = $2 WHERE digest = $1 AND seen_at < $2")
            .bind(digest)
            .bind(at.to_string())
            .execute(&mut *tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

/// Counts one more failure of each of `about`; gives the counts. Those whose last one is
/// older than `forgotten` begin again at one.
pub(super) async fn failed(
    db: &Db,
    about: &[Sha256],
    now: Instant,
    forgotten: Instant,
) -> Result<Vec<i64>, AccessError> {
    let mut tx = db.begin().await?;
    sqlx::query("DELETE FROM failed_sign_in WHERE last_at < $1").bind(forgotten.to_string()).execute(&mut *tx).await?;
    let mut counts = Vec::new();
    for about in about {
        let count: i64 = sqlx::query_scalar(
            "INSERT INTO failed_sign_in (about, failures, last_at) VALUES ($1, 1, $2)
             ON CONFLICT (about) DO UPDATE SET failures = failed_sign_in.failures + 1, last_at = $2
             RETURNING failures",
        )
        .bind(about.to_string())
        .bind(now.to_string())
        .fetch_one(&mut *tx)
        .await?;
        counts.push(count);
    }
    tx.commit().await?;
    Ok(counts)
}

pub(super) async fn shut(db: &Db, about: &Sha256, until: Instant) -> Result<(), AccessError> {
    let mut tx = db.begin().await?;
    sqlx::query("UPDATE failed_sign_in SET shut_until = $2 WHERE about = $1")
        .bind(about.to_string())
        .bind(until.to_string())
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}
