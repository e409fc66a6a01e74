//! Records that go again: those of a filing that is withdrawn before its handover is signed.
//!
//! The act hides all of them in one small change ([`hide`]); the rows go afterwards, chunk
//! by chunk, each with the bytes it stands for ([`strike`]).
//!
//! # Why
//!
//! *A withdrawn number stays used and is not lost.* The counter never falls, so that no
//! record is ever given it of itself, and it is no gap. But a catalogue that names it gets
//! it: codes are given by the sender and stand on his papers, and what he mends he hands in
//! again under the code that is stamped there. A number for ever shut would make every
//! wrong batch cost a restamping, and leave paper whose 档号 says something else than the
//! archive. That it was withdrawn stands in the trail, and a row that takes it again is
//! told so ([`numbers_withdrawn`]).

use super::{HoldingsError, record::condition};
use crate::{
    access::Reach,
    audit::Change,
    db::{self, Asked, Db, DbError},
    kernel::{Filing, Id, Record},
};
use std::collections::BTreeSet;

/// Hides every record of a filing that was visible, at once.
///
/// # Errors
/// Where it is not visible, a number of rows other than expected.
pub async fn hide(change: &mut Change<'_>, filing: &Id<Filing>) -> Result<(), DbError> {
    let done = sqlx::query("UPDATE filing SET visible_at = NULL WHERE id = $1 AND visible_at IS NOT NULL")
        .bind(filing.as_str())
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)
}

/// Up to `limit` records of a hidden filing after `after`, by id. For the archive's own
/// work: never shown to anybody.
pub async fn hidden(db: &Db, filing: &str, after: &str, limit: i64) -> Result<Vec<Id<Record>>, DbError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT record.id FROM record JOIN filing ON filing.id = record.filing_id
         WHERE filing.id = $1 AND filing.visible_at IS NULL AND record.id > $2 ORDER BY record.id LIMIT $3",
    )
    .bind(filing)
    .bind(after)
    .bind(limit)
    .fetch_all(db.read())
    .await?;
    Ok(ids.into_iter().map(Id::known).collect())
}

/// Takes records of a hidden filing away with their files and versions, once their bytes
/// are gone. Their numbers stay used, and are noted as withdrawn; but for those of a batch
/// that `comes_again`, which are given to nobody else and wait for it in the report of gaps.
pub async fn strike(change: &mut Change<'_>, records: &[Id<Record>], comes_again: bool) -> Result<(), DbError> {
    let at = change.at.to_string();
    for chunk in records.chunks(500) {
        let ids = || chunk.iter().map(Id::as_str);
        if !comes_again {
            note_withdrawn(change, &at, ids()).await?;
        }
        let mut asked = Asked::new("DELETE FROM code_used WHERE code IN (SELECT code FROM record WHERE id IN ");
        asked.list(ids()).push(")");
        asked.execute(&mut change.tx).await?;
        for sql in ["DELETE FROM record_version WHERE record_id IN ", "DELETE FROM record_file WHERE record_id IN "] {
            let mut asked = Asked::new(sql);
            asked.list(ids());
            asked.execute(&mut change.tx).await?;
        }
        let mut asked = Asked::new("DELETE FROM record WHERE id IN ");
        asked.list(ids());
        // Past the view, and never one that somebody may see.
        asked.push(" AND filing_id IN (SELECT id FROM filing WHERE visible_at IS NULL)");
        let done = asked.execute(&mut change.tx).await?;
        db::exactly(chunk.len() as u64, &done)?;
    }
    Ok(())
}

async fn note_withdrawn(change: &mut Change<'_>, at: &str, records: impl Iterator<Item = &str>) -> Result<(), DbError> {
    let mut asked = Asked::new("INSERT INTO code_withdrawn (code, scope, serial, at) SELECT code, scope, serial, ");
    asked.bind(at).push(" FROM code_used WHERE code IN (SELECT code FROM record WHERE id IN ").list(records).push(")");
    asked.execute(&mut change.tx).await?;
    Ok(())
}

/// Forgets a hidden filing whose last record went; whether it was still there.
pub async fn forget_filing(change: &mut Change<'_>, filing: &str) -> Result<bool, DbError> {
    let done = sqlx::query("DELETE FROM filing WHERE id = $1 AND visible_at IS NULL")
        .bind(filing)
        .execute(&mut *change.tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// How many visible records a filing has, and how many of them lie beyond `reach`.
pub async fn beyond(db: &Db, reach: &Reach, filing: &str) -> Result<(i64, i64), HoldingsError> {
    let mut asked = Asked::new("SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN (");
    condition(&mut asked, reach);
    asked.push(") THEN 0 ELSE 1 END), 0) AS BIGINT) FROM record_visible WHERE filing_id = ").bind(filing);
    Ok(asked.fetch::<(i64, i64)>(db).await?.first().copied().unwrap_or_default())
}

/// How many visible records of a filing have more than the version that was filed.
pub async fn amended(db: &Db, filing: &str) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(DISTINCT record_version.record_id) FROM record_version
         JOIN record_visible ON record_visible.id = record_version.record_id WHERE record_visible.filing_id = $1",
    )
    .bind(filing)
    .fetch_one(db.read())
    .await?)
}

/// Which of `numbers` (a class of codes and a serial in it) are withdrawn.
pub async fn numbers_withdrawn(db: &Db, numbers: &[(String, i64)]) -> Result<BTreeSet<(String, i64)>, DbError> {
    let mut found = BTreeSet::new();
    for chunk in numbers.chunks(200) {
        let mut asked = Asked::new("SELECT scope, serial FROM code_withdrawn WHERE ");
        pairs(&mut asked, chunk);
        found.extend(asked.fetch::<(String, i64)>(db).await?);
    }
    Ok(found)
}

/// Whether any number is withdrawn: nearly never, so that nobody asks for each.
pub async fn any_withdrawn(db: &Db) -> Result<bool, DbError> {
    Ok(sqlx::query_scalar::<_, String>(ANY).fetch_optional(db.read()).await?.is_some())
}

const ANY: &str = "SELECT code FROM code_withdrawn LIMIT 1";

/// Takes those of `numbers` that are withdrawn off their list, in the change that files them
/// again.
pub(super) async fn take_again(change: &mut Change<'_>, numbers: &[(&str, i64)]) -> Result<(), DbError> {
    if sqlx::query_scalar::<_, String>(ANY).fetch_optional(&mut *change.tx).await?.is_none() {
        return Ok(());
    }
    for chunk in numbers.chunks(200) {
        let mut asked = Asked::new("DELETE FROM code_withdrawn WHERE ");
        pairs(&mut asked, chunk);
        asked.execute(&mut change.tx).await?;
    }
    Ok(())
}

/// `(scope = … AND serial = …) OR …`
pub(super) fn pairs<S: AsRef<str>>(asked: &mut Asked, numbers: &[(S, i64)]) {
    for (at, (scope, serial)) in numbers.iter().enumerate() {
        asked.push(if at == 0 { "(scope = " } else { " OR (scope = " });
        asked.bind(scope.as_ref()).push(" AND serial = ").bind(*serial).push(")");
    }
}
