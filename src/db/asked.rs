//! A statement put together from parts, its values numbered as both databases
//! number them. (sqlx's own builder writes `?` under `Any`, which PostgreSQL does
//! not know.)

use super::{Db, DbError, Tx};
use sqlx::{
    Any, AssertSqlSafe, FromRow,
    any::{AnyArguments, AnyQueryResult, AnyRow},
};

/// A value to bind.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Number(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A statement in the making. Only literals of ours become SQL; everything that
/// came from outside is bound.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    sql: String,
    values: Vec<Value>,
}

impl Asked {
    pub fn new(sql: &'static str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new() }
    }

    pub fn push(&mut self, sql: &'static str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Binds a value where the statement stands.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
        self
    }

    /// Binds a list in brackets: `($1, $2, …)`; of nothing, a list that nothing is in.
    pub fn list<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        self.sql.push('(');
        let mut empty = true;
        for value in values {
            if !empty {
                self.sql.push_str(", ");
            }
            empty = false;
            self.bind(value);
        }
        if empty {
            self.sql.push_str("NULL");
        }
        self.sql.push(')');
        self
    }

    /// Rows as tuples.
    pub async fn fetch<T>(self, db: &Db) -> Result<Vec<T>, DbError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let Self { sql, values } = self;
        let mut query = sqlx::query_as::<Any, T>(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        Ok(query.fetch_all(db.read()).await?)
    }

    /// The same, as a change sees them.
    pub async fn fetch_in<T>(self, tx: &mut Tx) -> Result<Vec<T>, DbError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let rows = self.query().fetch_all(&mut **tx).await?;
        Ok(rows.iter().map(T::from_row).collect::<Result<_, _>>()?)
    }

    /// Rows as they are.
    pub async fn rows(self, db: &Db) -> Result<Vec<AnyRow>, DbError> {
        Ok(self.query().fetch_all(db.read()).await?)
    }

    /// Carries the statement out inside a change.
    pub async fn execute(self, tx: &mut Tx) -> Result<AnyQueryResult, DbError> {
        Ok(self.query().execute(&mut **tx).await?)
    }

    fn query(self) -> sqlx::query::Query<'static, Any, AnyArguments> {
        let Self { sql, values } = self;
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        query
    }
}
