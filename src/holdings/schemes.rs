//! The schemes of codes, one for each fonds, category and first year.

use super::{HoldingsError, code::Scheme};
use crate::{
    audit::{Change, Event},
    db::{self, Db, DbError},
    kernel::Year,
};

/// A scheme as it stands.
#[derive(Clone, Debug)]
pub struct SchemeRow {
    pub id: String,
    pub fonds: String,
    pub category: String,
    /// Holds for records of this year and later, until the next scheme; the oldest of
    /// a fonds and category also for what is older.
    pub from_year: Year,
    pub scheme: Scheme,
}

/// Adds a scheme inside a change that goes on. `id` is a UUID text of the caller's
/// so that a rebuild keeps the one it had.
pub async fn add_scheme(change: &mut Change<'_>, row: &SchemeRow) -> Result<(), HoldingsError> {
    let definition = row.scheme.to_json();
    sqlx::query(
        "INSERT INTO scheme (id, fonds, category, from_year, definition, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&row.id)
    .bind(&row.fonds)
    .bind(&row.category)
    .bind(row.from_year)
    .bind(&definition)
    .bind(change.at.to_string())
    .execute(&mut *change.tx)
    .await
    .map_err(|error| match DbError::from(error) {
        error if error.constraint().is_some() => {
            HoldingsError::SchemeTaken { fonds: row.fonds.clone(), category: row.category.clone(), year: row.from_year }
        }
        error => error.into(),
    })?;
    change.say(
        Event::new("scheme.added", &row.id)
            .with("fonds", &row.fonds)
            .with("category", &row.category)
            .with("from_year", row.from_year)
            .with("definition", definition),
    );
    Ok(())
}

/// Puts a wider definition in the place of a scheme's, inside a change that goes on.
/// What the old one read, the new one must read too ([`super::code::widen`]).
pub async fn widen_scheme(change: &mut Change<'_>, row: &SchemeRow) -> Result<(), HoldingsError> {
    let definition = row.scheme.to_json();
    let done = sqlx::query("UPDATE scheme SET definition = $2 WHERE id = $1")
        .bind(&row.id)
        .bind(&definition)
        .execute(&mut *change.tx)
        .await?;
    db::exactly(1, &done)?;
    change.say(Event::new("scheme.widened", &row.id).with("definition", definition));
    Ok(())
}

/// Every scheme, by fonds, category and first year.
pub async fn all_schemes(db: &Db) -> Result<Vec<SchemeRow>, HoldingsError> {
    let rows: Vec<(String, String, String, i64, String)> = sqlx::query_as(
        "SELECT id, fonds, category, from_year, definition FROM scheme ORDER BY fonds, category, from_year",
    )
    .fetch_all(db.read())
    .await?;
    rows.into_iter()
        .map(|(id, fonds, category, from_year, definition)| {
            let scheme = Scheme::from_json(&definition)?;
            Ok(SchemeRow { id, fonds, category, from_year, scheme })
        })
        .collect()
}

/// The scheme that holds for a record of `fonds`, `category` and `year`: the newest
/// that is not newer than the year; for what is older than all of them the oldest;
/// without a year the newest. `None` where the fonds has none for the category.
pub fn scheme_for<'s>(
    schemes: &'s [SchemeRow],
    fonds: &str,
    category: &str,
    year: Option<Year>,
) -> Option<&'s SchemeRow> {
    let ours = || schemes.iter().filter(|row| row.fonds == fonds && row.category == category);
    let holding = ours().filter(|row| year.is_none_or(|year| row.from_year <= year)).max_by_key(|row| row.from_year);
    holding.or_else(|| ours().min_by_key(|row| row.from_year))
}
