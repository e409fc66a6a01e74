//! The rows of versions that are promised and do not lie in the store yet.

use super::{LOCAL, VersionIntent};
use crate::{
    audit::Change,
    db::{self, Asked, Db, DbError},
    kernel::{Id, Record},
};
use std::collections::BTreeMap;

/// Promises a staged version to the store, in the change that it is made for. `read_anew`
/// is the SHA-256 of a file whose text must be read once it lies there.
pub async fn intend_version(
    change: &mut Change<'_>,
    intent: &VersionIntent,
    read_anew: Option<&str>,
) -> Result<(), DbError> {
    sqlx::query(
        "INSERT INTO version_intent (record_id, number, token, inventory, read_anew) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(intent.record.as_str())
    .bind(i64::from(intent.number))
    .bind(&intent.token)
    .bind(&intent.inventory_digest)
    .bind(read_anew.unwrap_or_default())
    .execute(&mut *change.tx)
    .await?;
    Ok(())
}

/// The promised versions of a record in their order, each with the SHA-256 of the file to
/// be read anew.
pub async fn version_intents(db: &Db, record: &Id<Record>) -> Result<Vec<(VersionIntent, Option<String>)>, DbError> {
    let rows: Vec<(i64, String, String, String)> = sqlx::query_as(
        "SELECT number, token, inventory, read_anew FROM version_intent WHERE record_id = $1 ORDER BY number",
    )
    .bind(record.as_str())
    .fetch_all(db.read())
    .await?;
    rows.into_iter()
        .map(|(number, token, inventory_digest, read_anew)| {
            let number = u32::try_from(number).map_err(|_| DbError::Inconsistent {
                table: "version_intent",
                column: "number",
                row: record.to_string(),
                value: number.to_string(),
            })?;
            let intent = VersionIntent { record: record.clone(), number, token, inventory_digest };
            Ok((intent, Some(read_anew).filter(|digest| !digest.is_empty())))
        })
        .collect()
}

/// The newest promised version of a record.
pub async fn promised_version(db: &Db, record: &Id<Record>) -> Result<Option<VersionIntent>, DbError> {
    Ok(version_intents(db, record).await?.pop().map(|(intent, _)| intent))
}

/// For each of these records that has promised versions, the number of the first: from it
/// on, what the rows say need not lie in the store yet.
pub async fn first_promised(db: &Db, records: &[Id<Record>]) -> Result<BTreeMap<String, i64>, DbError> {
    let mut found = BTreeMap::new();
    for chunk in records.chunks(500) {
        let mut asked = Asked::new("SELECT record_id, MIN(number) FROM version_intent WHERE record_id IN ");
        asked.list(chunk.iter().map(Id::as_str)).push(" GROUP BY record_id");
        found.extend(asked.fetch::<(String, i64)>(db).await?);
    }
    Ok(found)
}

/// Notes that a promised version is the head in the local store, read back. When the record
/// was last found whole stays as it is noted.
pub async fn version_sealed(change: &mut Change<'_>, intent: &VersionIntent) -> Result<(), DbError> {
    let done =
        sqlx::query("UPDATE copy SET version = $3, inventory = $4, sealed_at = $5 WHERE record_id = $1 AND store = $2")
            .bind(intent.record.as_str())
            .bind(LOCAL)
            .bind(i64::from(intent.number))
            .bind(&intent.inventory_digest)
            .bind(change.at.to_string())
            .execute(&mut *change.tx)
            .await?;
    db::exactly(1, &done)?;
    let done = sqlx::query("DELETE FROM version_intent WHERE record_id = $1 AND number = $2")
        .bind(intent.record.as_str())
        .bind(i64::from(intent.number))
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}
