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
    let numbers = sorted(numbers.iter().map(|(scope, serial)| (scope.as_str(), *serial)));
    let mut listed = BTreeSet::new();
    for asked in which_listed(&numbers) {
        listed.extend(asked.fetch::<(String,)>(db).await?.into_iter().map(|(scope,)| scope));
    }
    let mut found = BTreeSet::new();
    for asked in of_runs("SELECT scope, serial FROM code_withdrawn WHERE ", &numbers, &listed) {
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
    let numbers = sorted(numbers.iter().copied());
    let mut listed = BTreeSet::new();
    for asked in which_listed(&numbers) {
        listed.extend(asked.fetch_in::<(String,)>(&mut change.tx).await?.into_iter().map(|(scope,)| scope));
    }
    for asked in of_runs("DELETE FROM code_withdrawn WHERE ", &numbers, &listed) {
        asked.execute(&mut change.tx).await?;
    }
    Ok(())
}

fn sorted<'s>(numbers: impl Iterator<Item = (&'s str, i64)>) -> Vec<(&'s str, i64)> {
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

/// Asks which classes of these numbers have any that is withdrawn; every class has a counter.
fn which_listed(numbers: &[(&str, i64)]) -> Vec<Asked> {
    let scopes: BTreeSet<&str> = numbers.iter().map(|(scope, _)| *scope).collect();
    let ask = |chunk: &[&str]| {
        let mut asked = Asked::new("SELECT scope FROM code_serial WHERE scope IN ");
        asked.list(chunk.iter().copied());
        asked.push(" AND EXISTS (SELECT 1 FROM code_withdrawn WHERE code_withdrawn.scope = code_serial.scope)");
        asked
    };
    Vec::from_iter(scopes).chunks(500).map(ask).collect()
}

/// `sql` for those of the numbers that are of a `listed` class. Serials that follow one another,
/// as nearly all in a catalogue do, are asked for as one run: a list of a million withdrawn
/// numbers costs whoever files others next to nothing.
fn of_runs(sql: &'static str, sorted: &[(&str, i64)], listed: &BTreeSet<String>) -> Vec<Asked> {
    let mut runs: Vec<(&str, i64, i64)> = Vec::new();
    for (scope, serial) in sorted.iter().filter(|(scope, _)| listed.contains(*scope)) {
        match runs.last_mut() {
            Some((class, _, last)) if class == scope && *serial <= last.saturating_add(1) => *last = *serial,
            _ => runs.push((scope, *serial, *serial)),
        }
    }
    let ask = |chunk: &[(&str, i64, i64)]| {
        let mut asked = Asked::new(sql);
        for (at, (scope, first, last)) in chunk.iter().enumerate() {
            asked.push(if at == 0 { "(scope = " } else { " OR (scope = " }).bind(*scope);
            asked.push(" AND serial BETWEEN ").bind(*first).push(" AND ").bind(*last).push(")");
        }
        asked
    };
    runs.chunks(200).map(ask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_that_follow_one_another_are_one_run_of_a_listed_class() {
        let numbers = sorted([("b", 7), ("a", 3), ("a", 1), ("a", 2), ("a", 2), ("a", 5), ("c", 1)].into_iter());
        let asked = of_runs("", &numbers, &BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        let run = |first: u8| format!("(scope = ${first} AND serial BETWEEN ${} AND ${})", first + 1, first + 2);
        assert_eq!(asked.len(), 1);
        assert!(format!("{:?}", asked[0]).contains(&[run(1), run(4), run(7)].join(" OR ")), "{asked:?}");
        assert!(of_runs("", &numbers, &BTreeSet::new()).is_empty());
    }
}
