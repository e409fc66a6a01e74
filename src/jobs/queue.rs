//! The queue's rows.

use super::{ATTEMPTS, LEASE_SECONDS};
use crate::{
    audit::Change,
    db::{Asked, Db, DbError},
    kernel::{Clock, Id, Instant, Job},
};

/// A job in a worker's hands.
#[derive(Clone, Debug)]
pub struct Leased {
    pub id: Id<Job>,
    pub kind: String,
    pub subject: String,
    pub attempts: i64,
    /// Units of work in all; 0 where it is not known.
    pub total: i64,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub id: Id<Job>,
    pub kind: String,
    pub subject: String,
    pub state: String,
    pub attempts: i64,
    pub done: i64,
    pub total: i64,
    pub started_at: Option<String>,
    pub ended_at: Option<String>,
    pub fault: Option<String>,
    /// When it was last taken to work, and how much was done by then.
    pub lap_at: Option<String>,
    pub lap_done: i64,
}

/// Asks for work of `kind` on `subject`, `total` units of it. Asked twice, it is
/// there once.
pub async fn enqueue(change: &mut Change<'_>, kind: &'static str, subject: &str, total: i64) -> Result<(), DbError> {
    let at = change.at.to_string();
    sqlx::query(
        "INSERT INTO job (id, kind, subject, state, attempts, due_at, done, total, created_at)
         VALUES ($1, $2, $3, 'waiting', 0, $4, 0, $5, $4) ON CONFLICT (kind, subject) DO NOTHING",
    )
    .bind(Id::<Job>::fresh(change.at).as_str())
    .bind(kind)
    .bind(subject)
    .bind(at)
    .bind(total)
    .execute(&mut *change.tx)
    .await?;
    Ok(())
}

/// Asks for work of `kind` on `subject` as [`enqueue`] does, and once more where it ended.
pub async fn enqueue_again(
    change: &mut Change<'_>,
    kind: &'static str,
    subject: &str,
    total: i64,
) -> Result<(), DbError> {
    let at = change.at.to_string();
    sqlx::query(
        "UPDATE job SET state = 'waiting', attempts = 0, due_at = $3, done = 0, total = $4, started_at = NULL,
                ended_at = NULL, fault = NULL
         WHERE kind = $1 AND subject = $2 AND state IN ('done', 'gave_up')",
    )
    .bind(kind)
    .bind(subject)
    .bind(at)
    .bind(total)
    .execute(&mut *change.tx)
    .await?;
    enqueue(change, kind, subject, total).await
}

/// Takes the job that has been due longest; `None` where nothing is due.
pub async fn lease(db: &Db, clock: &dyn Clock) -> Result<Option<Leased>, DbError> {
    let now = clock.now();
    // Looked for without the turn first: an idle worker disturbs no writer.
    let due: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM job WHERE (state = 'waiting' AND due_at <= $1) OR (state = 'running' AND lease_until < $1)",
    )
    .bind(now.to_string())
    .fetch_one(db.read())
    .await?;
    if due == 0 {
        return Ok(None);
    }
    let mut tx = db.begin().await?;
    let row: Option<(String, String, String, i64, i64)> = sqlx::query_as(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $2,
                started_at = COALESCE(started_at, $1), lap_at = $1, lap_done = done
         WHERE id = (SELECT id FROM job
                     WHERE (state = 'waiting' AND due_at <= $1) OR (state = 'running' AND lease_until < $1)
                     ORDER BY due_at, id LIMIT 1)
         RETURNING id, kind, subject, attempts, total",
    )
    .bind(now.to_string())
    .bind(now.plus_seconds(LEASE_SECONDS).to_string())
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(row.map(|(id, kind, subject, attempts, total)| Leased { id: Id::known(id), kind, subject, attempts, total }))
}

/// Takes the job of `kind` on `subject`, due or not; `None` where it is done, given
/// up, or in another's hands.
pub async fn lease_of(db: &Db, clock: &dyn Clock, kind: &str, subject: &str) -> Result<Option<Leased>, DbError> {
    let now = clock.now();
    let mut tx = db.begin().await?;
    let row: Option<(String, i64, i64)> = sqlx::query_as(
        "UPDATE job SET state = 'running', attempts = attempts + 1, lease_until = $2,
                started_at = COALESCE(started_at, $1), lap_at = $1, lap_done = done
         WHERE kind = $3 AND subject = $4 AND (state = 'waiting' OR (state = 'running' AND lease_until < $1))
         RETURNING id, attempts, total",
    )
    .bind(now.to_string())
    .bind(now.plus_seconds(LEASE_SECONDS).to_string())
    .bind(kind)
    .bind(subject)
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(row.map(|(id, attempts, total)| Leased {
        id: Id::known(id),
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        attempts,
        total,
    }))
}

/// Gives the job of `kind` on `subject` another round if it gave up; whoever asks for it again
/// has put right what stood in its way.
pub async fn retry(db: &Db, clock: &dyn Clock, kind: &str, subject: &str) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "UPDATE job SET state = 'waiting', attempts = 0, due_at = $3
         WHERE kind = $1 AND subject = $2 AND state = 'gave_up'",
    )
    .bind(kind)
    .bind(subject)
    .bind(clock.now().to_string())
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Notes how much is done and renews the lease.
pub async fn progress(db: &Db, clock: &dyn Clock, job: &Id<Job>, done: i64) -> Result<(), DbError> {
    let until = clock.now().plus_seconds(LEASE_SECONDS).to_string();
    let mut tx = db.begin().await?;
    sqlx::query("UPDATE job SET done = $2, lease_until = $3 WHERE id = $1 AND state = 'running'")
        .bind(job.as_str())
        .bind(done)
        .bind(until)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Renews the lease of a job at work.
pub async fn renew(db: &Db, clock: &dyn Clock, job: &Id<Job>) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    sqlx::query("UPDATE job SET lease_until = $2 WHERE id = $1 AND state = 'running'")
        .bind(job.as_str())
        .bind(clock.now().plus_seconds(LEASE_SECONDS).to_string())
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Ends a job that did its work.
pub async fn finish(db: &Db, clock: &dyn Clock, job: &Id<Job>) -> Result<(), DbError> {
    end(db, job, "done", clock.now(), None).await
}

/// Notes why an attempt failed: tried again later (10 s, 40 s, 90 s … after), or
/// given up, which the jobs page and `doctor` show.
pub async fn fail(db: &Db, clock: &dyn Clock, job: &Leased, fault: &str) -> Result<(), DbError> {
    if job.attempts >= ATTEMPTS {
        return end(db, &job.id, "gave_up", clock.now(), Some(fault)).await;
    }
    let due = clock.now().plus_seconds(10 * job.attempts * job.attempts).to_string();
    let mut tx = db.begin().await?;
    sqlx::query("UPDATE job SET state = 'waiting', due_at = $2, lease_until = NULL, fault = $3 WHERE id = $1")
        .bind(job.id.as_str())
        .bind(due)
        .bind(fault)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Takes every lease back, and gives jobs that gave up another round. Only for the
/// holder of the archive's lock at its start: whoever held the leases is dead.
pub async fn release_all(db: &Db, clock: &dyn Clock) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "UPDATE job SET state = 'waiting', attempts = 0, due_at = $1, lease_until = NULL
         WHERE state IN ('running', 'gave_up')",
    )
    .bind(clock.now().to_string())
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Calls off what waits, or gave up, on `subject`: there is no such work any more. What is
/// running finds that out by itself.
pub async fn call_off(change: &mut Change<'_>, subject: &str) -> Result<(), DbError> {
    sqlx::query(
        "UPDATE job SET state = 'done', ended_at = $2, fault = NULL, lease_until = NULL
         WHERE subject = $1 AND state IN ('waiting', 'gave_up')",
    )
    .bind(subject)
    .bind(change.at.to_string())
    .execute(&mut *change.tx)
    .await?;
    Ok(())
}

/// Whether somebody is at work on `subject` besides the job `mine`.
pub async fn others_work(db: &Db, clock: &dyn Clock, subject: &str, mine: &Id<Job>) -> Result<bool, DbError> {
    let found: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM job WHERE subject = $1 AND id <> $2 AND state = 'running' AND lease_until >= $3",
    )
    .bind(subject)
    .bind(mine.as_str())
    .bind(clock.now().to_string())
    .fetch_one(db.read())
    .await?;
    Ok(found > 0)
}

/// Jobs that are not done, oldest first.
pub async fn unfinished(db: &Db) -> Result<Vec<Progress>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE state <> 'done' ORDER BY created_at, id");
    listed(asked, db).await
}

/// The jobs on one subject.
pub async fn of_subject(db: &Db, subject: &str) -> Result<Vec<Progress>, DbError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" WHERE subject = ").bind(subject).push(" ORDER BY created_at, id");
    listed(asked, db).await
}

type Row = (
    String,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
);

const COLUMNS: &str =
    "SELECT id, kind, subject, state, attempts, done, total, started_at, ended_at, fault, lap_at, lap_done FROM job";

async fn listed(asked: Asked, db: &Db) -> Result<Vec<Progress>, DbError> {
    let rows: Vec<Row> = asked.fetch(db).await?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, subject, state, attempts, done, total, started_at, ended_at, fault, lap_at, lap_done)| {
            Progress {
                id: Id::known(id),
                kind,
                subject,
                state,
                attempts,
                done,
                total,
                started_at,
                ended_at,
                fault,
                lap_at,
                lap_done,
            }
        })
        .collect())
}

async fn end(db: &Db, job: &Id<Job>, state: &'static str, at: Instant, fault: Option<&str>) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    sqlx::query(
        "UPDATE job SET state = $2, ended_at = $3, fault = $4, lease_until = NULL,
                done = CASE WHEN $2 = 'done' THEN total ELSE done END WHERE id = $1",
    )
    .bind(job.as_str())
    .bind(state)
    .bind(at.to_string())
    .bind(fault)
    .execute(&mut *tx)
    .await?;
    Ok(tx.commit().await?)
}
