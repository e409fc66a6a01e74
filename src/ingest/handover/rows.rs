//! The signatures.

use crate::{
    audit::Change,
    db::{Asked, Db, DbError, Tx},
    kernel::{Batch, Id},
};

/// Whose signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// 移交方
    Sender,
    /// 接收方
    Archive,
}

impl Side {
    pub const ALL: [Self; 2] = [Self::Sender, Self::Archive];

    pub fn word(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Archive => "archive",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.word() == word)
    }
}

/// A signature under the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub side: Side,
    /// As the trail has it.
    pub actor: String,
    pub by: String,
    /// RFC 3339.
    pub at: String,
    /// JSON of the list that was signed.
    pub list: String,
}

/// Whose signatures stand under what this filing filed.
pub async fn signatures(db: &Db, filing: &str) -> Result<Vec<Signature>, DbError> {
    type Row = (String, String, String, String, String);
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT side, actor, by_name, at, list FROM handover_signature WHERE filing_id = $1 ORDER BY side DESC",
    )
    .bind(filing)
    .fetch_all(db.read())
    .await?;
    rows.into_iter()
        .map(|(word, actor, by, at, list)| {
            let side = Side::from_word(&word).ok_or_else(|| DbError::Inconsistent {
                table: "handover_signature",
                column: "side",
                row: filing.to_owned(),
                value: word,
            })?;
            Ok(Signature { side, actor, by, at, list })
        })
        .collect()
}

/// A filed batch, and when both sides had signed for it.
#[derive(Clone, Debug)]
pub(super) struct FiledBatch {
    pub id: Id<Batch>,
    pub filing: String,
    pub name: String,
    /// Of the sender, as he wrote it.
    pub department: Option<String>,
    pub received_by: String,
    pub started_at: String,
    /// RFC 3339, of the second signature.
    pub handed_over_at: Option<String>,
}

/// Every batch that is filed.
pub(super) async fn filed(db: &Db) -> Result<Vec<FiledBatch>, DbError> {
    type Row = (String, String, String, Option<String>, String, String, Option<String>);
    let asked = Asked::new(
        "SELECT batch.id, batch.filing_id, batch.name, batch.department, batch.received_by, batch.started_at, signed.at
         FROM batch LEFT JOIN (SELECT filing_id, MAX(at) AS at FROM handover_signature
                               GROUP BY filing_id HAVING COUNT(*) = 2) AS signed ON signed.filing_id = batch.filing_id
         WHERE batch.state = 'filed' ORDER BY batch.id",
    );
    let rows: Vec<Row> = asked.fetch(db).await?;
    Ok(rows
        .into_iter()
        .map(|(id, filing, name, department, received_by, started_at, handed_over_at)| FiledBatch {
            id: Id::known(id),
            filing,
            name,
            department,
            received_by,
            started_at,
            handed_over_at,
        })
        .collect())
}

/// Whether both sides signed, as it stands within a change.
pub async fn is_complete(tx: &mut Tx, filing: &str) -> Result<bool, DbError> {
    let signed: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM handover_signature WHERE filing_id = $1")
        .bind(filing)
        .fetch_one(&mut **tx)
        .await?;
    Ok(signed == 2)
}

/// The other side's signature within a change: who, and which list.
pub(super) async fn other(
    change: &mut Change<'_>,
    filing: &str,
    side: Side,
) -> Result<Option<(String, String)>, DbError> {
    Ok(sqlx::query_as("SELECT actor, list FROM handover_signature WHERE filing_id = $1 AND side <> $2")
        .bind(filing)
        .bind(side.word())
        .fetch_optional(&mut *change.tx)
        .await?)
}

/// Puts the signature there, in the place of an earlier one of the same side.
pub(super) async fn put(
    change: &mut Change<'_>,
    (batch, filing): (&str, &str),
    side: Side,
    list: &str,
) -> Result<(), DbError> {
    sqlx::query("DELETE FROM handover_signature WHERE filing_id = $1 AND side = $2")
        .bind(filing)
        .bind(side.word())
        .execute(&mut *change.tx)
        .await?;
    sqlx::query(
        "INSERT INTO handover_signature (filing_id, side, batch_id, actor, by_name, at, list)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(filing)
    .bind(side.word())
    .bind(batch)
    .bind(change.who().id_text())
    .bind(change.who().name())
    .bind(change.at.to_string())
    .bind(list)
    .execute(&mut *change.tx)
    .await?;
    Ok(())
}

/// Forgets what was signed of a filing that goes back before the second signature.
pub async fn forget(change: &mut Change<'_>, filing: &str) -> Result<(), DbError> {
    sqlx::query("DELETE FROM handover_signature WHERE filing_id = $1").bind(filing).execute(&mut *change.tx).await?;
    Ok(())
}
