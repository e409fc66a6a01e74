//! What people decided about a batch.

use crate::{
    audit::Change,
    db::{Db, DbError},
    ingest::batch::{BatchRow, BatchState},
    kernel::{Batch, Id},
};

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionKind {
    /// 退回
    Returned,
    /// 撤回
    Withdrawn,
}

impl DecisionKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Where the batch stands from then on.
    pub(super) fn state(self) -> BatchState {
        match self {
            Self::Returned => BatchState::Returned,
            Self::Withdrawn => BatchState::Withdrawn,
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Returned, Self::Withdrawn].into_iter().find(|kind| kind.word() == word)
    }
}

/// A decision about a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub kind: DecisionKind,
    /// Of the batch, when it was decided.
    pub round: i64,
    /// RFC 3339.
    pub at: String,
    /// What the actor was called then.
    pub by: String,
    pub reason: String,
}

/// Notes a decision about the batch as it stands.
pub(super) async fn decide(
    change: &mut Change<'_>,
    batch: &BatchRow,
    kind: DecisionKind,
    reason: &str,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO batch_decision (batch_id, number, round, kind, at, actor, by_name, reason)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM batch_decision WHERE batch_id = $1",
    )
    .bind(batch.id.as_str())
    .bind(batch.round)
    .bind(kind.word())
    .bind(change.at.to_string())
    .bind(change.who().id_text())
    .bind(change.who().name())
    .bind(reason)
    .execute(&mut *change.tx)
    .await?;
    Ok(())
}

/// What was decided about a batch, oldest first. Ask whether the asker sees the batch
/// before.
pub async fn decisions(db: &Db, batch: &Id<Batch>) -> Result<Vec<Decision>, DbError> {
    type Row = (i64, String, String, String, String);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT round, kind, at, by_name, reason FROM batch_decision WHERE batch_id = $1 ORDER BY number",
    )
    .bind(batch.as_str())
    .fetch_all(db.read())
    .await?;
    rows.into_iter()
        .map(|(round, word, at, by, reason)| {
            let kind = DecisionKind::from_word(&word).ok_or_else(|| DbError::Inconsistent {
                table: "batch_decision",
                column: "kind",
                row: batch.to_string(),
                value: word,
            })?;
            Ok(Decision { kind, round, at, by, reason })
        })
        .collect()
}
