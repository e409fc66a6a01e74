//! The report of gaps (断号): serials that were passed over.

use super::{HoldingsError, code};
use crate::db::Db;

/// The missing serials of one class of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gaps {
    pub scope: String,
    /// How many codes of the class were given out, those withdrawn again among them.
    pub used: i64,
    /// The highest serial of the counter.
    pub last: i64,
    /// First and last of each missing run.
    pub missing: Vec<(i64, i64)>,
}

/// The classes of `fonds` that have gaps, by scope.
///
/// Source: DA/T 70-2018 GD-2-6 (continuity of 件号), standards-cn §1.5.
pub async fn gaps_of(db: &Db, fonds: &str) -> Result<Vec<Gaps>, HoldingsError> {
    let counters: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT code_serial.scope, code_serial.last,
                (SELECT COUNT(*) FROM code_used WHERE code_used.scope = code_serial.scope)
                + (SELECT COUNT(*) FROM code_withdrawn WHERE code_withdrawn.scope = code_serial.scope)
         FROM code_serial WHERE code_serial.scope LIKE $1 ORDER BY code_serial.scope",
    )
    .bind(format!("{fonds}-%"))
    .fetch_all(db.read())
    .await?;
    let mut gaps = Vec::new();
    for (scope, last, used) in counters {
        if used >= last {
            continue;
        }
        let serials: Vec<i64> = sqlx::query_scalar(
            "SELECT serial FROM code_used WHERE scope = $1
             UNION SELECT serial FROM code_withdrawn WHERE scope = $1 ORDER BY serial",
        )
        .bind(&scope)
        .fetch_all(db.read())
        .await?;
        let number = |serial: i64| u64::try_from(serial).unwrap_or(0);
        let missing = code::gaps(serials.into_iter().map(number), number(last))
            .into_iter()
            .map(|run| (i64::try_from(*run.start()).unwrap_or(0), i64::try_from(*run.end()).unwrap_or(0)))
            .collect();
        gaps.push(Gaps { missing, scope, used, last });
    }
    Ok(gaps)
}
