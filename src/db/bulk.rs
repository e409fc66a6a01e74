//! Many rows in one statement.

use super::{DbError, Engine, Tx, engine_of};
use sqlx::AssertSqlSafe;

/// The type of a column, as PostgreSQL must be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    Text,
    Number,
}

/// Inserts `rows` with one statement. `into` is `INSERT INTO table`; each row is
/// a JSON array with one value a column (string, integer or null), in the order
/// of `columns`. At most 2,000 rows a call keep a change under a quarter of a second.
pub async fn bulk(
    tx: &mut Tx,
    into: &'static str,
    columns: &[(&'static str, Cell)],
    rows: &[serde_json::Value],
) -> Result<(), DbError> {
    bulk_or(tx, into, columns, rows, "").await
}

/// The same, with what is done where a row stands already: `ON CONFLICT …`. The rows
/// given must not conflict with one another.
pub async fn bulk_or(
    tx: &mut Tx,
    into: &'static str,
    columns: &[(&'static str, Cell)],
    rows: &[serde_json::Value],
    conflict: &'static str,
) -> Result<(), DbError> {
    if rows.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let engine = engine_of(tx);
    let values: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(at, (_, cell))| match (engine, cell) {
            (Engine::Postgres, Cell::Number) => format!("(value->>{at})::bigint"),
            _ => format!("value->>{at}"),
        })
        .collect();
    let source = match engine {
        Engine::Sqlite => "json_each($1)",
        Engine::Postgres => "json_array_elements($1::json)",
    };
    // Safe: table and columns are literals of ours, and the rows are one bound parameter.
    let sql = format!("{into} ({}) SELECT {} FROM {source} AS bulk", names.join(", "), values.join(", "));
    let mut sql = if engine == Engine::Postgres { sql.replace("AS bulk", "AS bulk(value)") } else { sql };
    if !conflict.is_empty() {
        // SQLite would take an ON without a WHERE before it for the condition of a join.
        sql.push_str(" WHERE true ");
        sql.push_str(conflict);
    }
    let json = serde_json::to_string(rows).expect("strings, integers and nulls are JSON");
    let done = sqlx::query(AssertSqlSafe(sql)).bind(json).execute(&mut **tx).await?;
    super::exactly(rows.len() as u64, &done)
}
