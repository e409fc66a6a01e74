//! Serial numbers: one counter row a class of codes, codes given out for ever.

use super::{HoldingsError, withdrawn::take_again};
use crate::{
    audit::Change,
    db::{Asked, Cell, Column, Db, Rows, engine_of},
};
use std::collections::{BTreeMap, BTreeSet};

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
/// under which code: 0007 and 00007 are two codes of one number. Those of withdrawn records
/// do not count: whoever names one gets it.
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

/// Which of these classes have a counter: in the others no number was ever given out.
pub async fn counted(db: &Db, scopes: &[&str]) -> Result<BTreeSet<String>, HoldingsError> {
    let mut found = BTreeSet::new();
    for chunk in scopes.chunks(500) {
        let mut asked = Asked::new("SELECT scope FROM code_serial WHERE scope IN ");
        asked.list(chunk.iter().copied());
        found.extend(asked.fetch::<(String,)>(db).await?.into_iter().map(|(scope,)| scope));
    }
    Ok(found)
}

/// Enters these codes, each with its class and serial, on the list of codes given out.
pub(super) async fn take(change: &mut Change<'_>, codes: &[(String, String, i64)]) -> Result<(), HoldingsError> {
    let at = change.at.to_string();
    let numbers: Vec<(&str, i64)> = codes.iter().map(|(_, scope, serial)| (scope.as_str(), *serial)).collect();
    take_again(change, &numbers).await?;
    let mut rows = Rows::new(engine_of(&change.tx), "INSERT INTO code_used", USED);
    for (code, scope, serial) in codes {
        rows.text(code).text(scope).number(*serial).text(&at);
    }
    rows.insert(&mut change.tx).await.map_err(|error| match error.constraint() {
        Some(_) => HoldingsError::CodesTaken,
        None => error.into(),
    })
}

/// Raises the counters to these serials, so that nobody else is given one up to them:
/// a batch does so in one change before its first chunk. What of them is never filed
/// stays used, and stands in the report of gaps.
pub async fn raise<'s>(
    change: &mut Change<'_>,
    numbers: impl Iterator<Item = (&'s str, u64)>,
) -> Result<(), HoldingsError> {
    raise_to(change, numbers.map(|(scope, serial)| (scope, i64::try_from(serial).unwrap_or(i64::MAX)))).await
}

pub(super) async fn raise_to<'s>(
    change: &mut Change<'_>,
    numbers: impl Iterator<Item = (&'s str, i64)>,
) -> Result<(), HoldingsError> {
    let mut highest: BTreeMap<&str, i64> = BTreeMap::new();
    for (scope, serial) in numbers {
        let last = highest.entry(scope).or_default();
        *last = serial.max(*last);
    }
    let raised = "ON CONFLICT (scope) DO UPDATE
                  SET last = CASE WHEN code_serial.last < excluded.last THEN excluded.last ELSE code_serial.last END";
    let mut rows = Rows::new(engine_of(&change.tx), "INSERT INTO code_serial", SERIAL).or(raised);
    for (scope, last) in highest {
        rows.text(scope).number(last);
    }
    Ok(rows.insert(&mut change.tx).await?)
}

const SERIAL: &[Column] = &[("scope", Cell::Text), ("last", Cell::Number)];
const USED: &[Column] = &[("code", Cell::Text), ("scope", Cell::Text), ("serial", Cell::Number), ("at", Cell::Text)];
