//! Serial numbers: one counter row a class of codes, codes given out for ever.

use super::{HoldingsError, NewRecord};
use crate::{
    audit::Change,
    db::{self, Asked, Cell, Db},
};
use serde_json::json;
use std::collections::BTreeMap;

/// The next serial of `scope`, taken in this change. Two writers never get the
/// same: the counter is raised under the turn to write.
pub async fn next_serial(change: &mut Change<'_>, scope: &str) -> Result<i64, HoldingsError> {
    reserve(change, scope, 1).await
}

/// Takes `count` serials of `scope` in a row; gives the first. Those that are
/// never filed stay used, and stand in the report of gaps.
pub async fn reserve(change: &mut Change<'_>, scope: &str, count: i64) -> Result<i64, HoldingsError> {
    let last: i64 = sqlx::query_scalar(
        "INSERT INTO code_serial (scope, last) VALUES ($1, $2)
         ON CONFLICT (scope) DO UPDATE SET last = code_serial.last + $2 RETURNING last",
    )
    .bind(scope)
    .bind(count)
    .fetch_one(&mut *change.tx)
    .await?;
    Ok(last - count + 1)
}

/// Which of `numbers` (a class of codes and a serial in it) were ever given out, and
/// under which code: 0007 and 00007 are two codes of one number.
pub async fn numbers_used(
    db: &Db,
    numbers: &[(String, i64)],
) -> Result<BTreeMap<(String, i64), String>, HoldingsError> {
    let mut found = BTreeMap::new();
    // Many classes with few numbers each are the rule: pairs are asked for, not classes.
    for chunk in numbers.chunks(200) {
        let mut asked = Asked::new("SELECT scope, serial, code FROM code_used WHERE ");
        for (at, (scope, serial)) in chunk.iter().enumerate() {
            asked.push(if at == 0 { "(scope = " } else { " OR (scope = " });
            asked.bind(scope.as_str()).push(" AND serial = ").bind(*serial).push(")");
        }
        let rows: Vec<(String, i64, String)> = asked.fetch(db).await?;
        found.extend(rows.into_iter().map(|(scope, serial, code)| ((scope, serial), code)));
    }
    Ok(found)
}

/// Enters the codes of `records` on the list of codes given out, and raises the
/// counters to them.
pub(super) async fn take(change: &mut Change<'_>, records: &[NewRecord]) -> Result<(), HoldingsError> {
    let at = change.at.to_string();
    let rows: Vec<_> = records.iter().map(|r| json!([r.described.code, r.scope, r.serial, at])).collect();
    if let Err(error) = db::bulk(&mut change.tx, "INSERT INTO code_used", USED, &rows).await {
        if error.constraint().is_none() {
            return Err(error.into());
        }
        return Err(HoldingsError::CodesTaken);
    }
    raise_to(change, records.iter().map(|record| (record.scope.as_str(), record.serial))).await
}

/// Raises the counters to these serials, so that nobody else is given one up to them:
/// a batch does so in one change before its first chunk. What of them is never filed
/// stays used, and stands in the report of gaps.
pub async fn raise(change: &mut Change<'_>, numbers: impl Iterator<Item = (&str, u64)>) -> Result<(), HoldingsError> {
    raise_to(change, numbers.map(|(scope, serial)| (scope, i64::try_from(serial).unwrap_or(i64::MAX)))).await
}

async fn raise_to(change: &mut Change<'_>, numbers: impl Iterator<Item = (&str, i64)>) -> Result<(), HoldingsError> {
    let mut highest: BTreeMap<&str, i64> = BTreeMap::new();
    for (scope, serial) in numbers {
        let last = highest.entry(scope).or_default();
        *last = serial.max(*last);
    }
    let rows: Vec<_> = highest.into_iter().map(|(scope, last)| json!([scope, last])).collect();
    for chunk in rows.chunks(2_000) {
        let raised = "ON CONFLICT (scope) DO UPDATE
                      SET last = CASE WHEN code_serial.last < excluded.last THEN excluded.last ELSE code_serial.last END";
        db::bulk_or(&mut change.tx, "INSERT INTO code_serial", SERIAL, chunk, raised).await?;
    }
    Ok(())
}

const SERIAL: &[(&str, Cell)] = &[("scope", Cell::Text), ("last", Cell::Number)];
const USED: &[(&str, Cell)] =
    &[("code", Cell::Text), ("scope", Cell::Text), ("serial", Cell::Number), ("at", Cell::Text)];
