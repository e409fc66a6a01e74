//! A batch goes from one state to another.

use super::{BatchState, Plan};
use crate::{
    audit::Change,
    db::{self, DbError},
    ingest::catalogue::{Field, told_text},
    kernel::{Batch, Filing, Id},
};

/// Moves a batch that is in one of `from` (at most three); says whether it was.
pub(crate) async fn moved(
    change: &mut Change<'_>,
    batch: &Id<Batch>,
    from: &[BatchState],
    to: BatchState,
) -> Result<bool, DbError> {
    let word = |at: usize| from.get(at).or(from.first()).map_or("", |state| state.word());
    let done = sqlx::query("UPDATE batch SET state = $2 WHERE id = $1 AND state IN ($3, $4, $5)")
        .bind(batch.as_str())
        .bind(to.word())
        .bind(word(0))
        .bind(word(1))
        .bind(word(2))
        .execute(&mut *change.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps what was told of the headers of a batch's catalogue.
pub(in crate::ingest) async fn tell(
    change: &mut Change<'_>,
    batch: &Id<Batch>,
    told: &[(String, Option<Field>)],
) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE batch SET told = $2 WHERE id = $1")
        .bind(batch.as_str())
        .bind(told_text(told))
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

/// Turns a batch to checked with what its plan came to; `None`: it could not be read. Says
/// whether it was in `from`.
pub(crate) async fn checked(
    change: &mut Change<'_>,
    batch: &Id<Batch>,
    from: BatchState,
    plan: Option<&Plan>,
) -> Result<bool, DbError> {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let done = sqlx::query(
        "UPDATE batch SET state = 'checked', catalogue = $3, content = $4, rows_in = $5, to_file = $6, set_aside = $7,
                files = $8, bytes = $9
         WHERE id = $1 AND state = $2",
    )
    .bind(batch.as_str())
    .bind(from.word())
    .bind(plan.map(|plan| plan.catalogue.to_string()).unwrap_or_default())
    .bind(plan.map(|plan| plan.content.to_string()).unwrap_or_default())
    .bind(number(plan.map_or(0, |plan| plan.rows)))
    .bind(number(plan.map_or(0, |plan| plan.to_file.len() as u64)))
    .bind(number(plan.map_or(0, |plan| plan.set_aside)))
    .bind(number(plan.map_or(0, |plan| plan.files() as u64)))
    .bind(number(plan.map_or(0, Plan::bytes)))
    .execute(&mut *change.tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Turns a checked batch to filing; says whether it was checked.
pub(crate) async fn filing(
    change: &mut Change<'_>,
    batch: &Id<Batch>,
    accept_good: bool,
    read_text: bool,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE batch SET state = 'filing', accept_good = $2, read_text = $3 WHERE id = $1 AND state = 'checked'",
    )
    .bind(batch.as_str())
    .bind(i64::from(accept_good))
    .bind(i64::from(read_text))
    .execute(&mut *change.tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Begins the next round of a returned batch, to be received under this filing; says whether
/// it was returned and stood in `round`. What its sender said of the last round's numbers is
/// of that round, and forgotten.
pub(crate) async fn next_round(
    change: &mut Change<'_>,
    batch: &Id<Batch>,
    round: i64,
    filing: &Id<Filing>,
) -> Result<bool, DbError> {
    let done = sqlx::query(
        "UPDATE batch SET state = 'receiving', filing_id = $3, round = round + 1, catalogue = '', content = '',
                accept_good = 0, rows_in = 0, to_file = 0, filed = 0, set_aside = 0, files = 0, bytes = 0,
                said_rows = NULL, said_files = NULL, said_bytes = NULL, started_at = $4, filed_at = NULL
         WHERE id = $1 AND state = 'returned' AND round = $2",
    )
    .bind(batch.as_str())
    .bind(round)
    .bind(filing.as_str())
    .bind(change.at.to_string())
    .execute(&mut *change.tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
