//! Reading records back, within the asker's reach.

use super::HoldingsError;
use crate::{
    access::Reach,
    db::{Db, DbError},
    kernel::{Dated, Id, Record},
};
use sqlx::{Any, AnyPool, QueryBuilder, Row as _, any::AnyRow};

/// A record as a reader sees it (著录).
#[derive(Clone, Debug)]
pub struct RecordView {
    pub id: Id<Record>,
    pub filing: String,
    pub code: String,
    pub fonds: String,
    pub category: String,
    pub department: Option<String>,
    pub year: Option<i64>,
    pub retention: Option<String>,
    pub ends_on: Option<String>,
    pub secrecy: i64,
    pub mark: String,
    pub title: String,
    pub responsible: String,
    pub docno: String,
    pub dated: Option<Dated>,
    pub pages: Option<i64>,
    pub note: String,
    pub extra: Vec<(String, String)>,
    pub filed_at: String,
    pub files: Vec<RecordFile>,
}

/// A file of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFile {
    pub number: i64,
    pub name: String,
    pub path: String,
    pub format: String,
    pub bytes: i64,
    pub sha256: String,
    pub pages: Option<i64>,
}

/// The record of this code, if the asker may know of it.
pub async fn by_code(db: &Db, reach: &Reach, code: &str) -> Result<Option<RecordView>, HoldingsError> {
    let mut asked = within(reach);
    asked.push(" AND code = ").push_bind(code.to_owned());
    Ok(views(db, asked).await?.pop())
}

/// The records of these ids that the asker may know of, in the order asked.
pub async fn by_id(db: &Db, reach: &Reach, ids: &[Id<Record>]) -> Result<Vec<RecordView>, HoldingsError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = within(reach);
    asked.push(" AND id IN (");
    let mut list = asked.separated(", ");
    for id in ids {
        list.push_bind(id.as_str().to_owned());
    }
    asked.push(")");
    let mut found = views(db, asked).await?;
    found.sort_by_key(|view| ids.iter().position(|id| *id == view.id));
    Ok(found)
}

/// Codes of visible records within `reach` that hold a file of this content.
pub async fn duplicates_of(db: &Db, reach: &Reach, sha256: &str) -> Result<Vec<String>, HoldingsError> {
    let mut asked = QueryBuilder::<Any>::new("SELECT DISTINCT code FROM record_visible WHERE (");
    condition(&mut asked, reach);
    asked.push(") AND id IN (SELECT record_id FROM record_file WHERE sha256 = ");
    asked.push_bind(sha256.to_owned()).push(") ORDER BY code LIMIT 3");
    Ok(asked.build_query_scalar().fetch_all(db.read()).await?)
}

/// What is held under `codes`, visible or not yet: for finding out whether a batch
/// was taken in before. Never shown to anybody.
pub async fn held(db: &Db, codes: &[String]) -> Result<Vec<RecordView>, HoldingsError> {
    let mut found = Vec::new();
    for chunk in codes.chunks(500) {
        let mut asked = QueryBuilder::<Any>::new(format!("SELECT {COLUMNS} FROM record WHERE code IN ("));
        let mut list = asked.separated(", ");
        for code in chunk {
            list.push_bind(code.clone());
        }
        asked.push(")");
        found.extend(views(db, asked).await?);
    }
    Ok(found)
}

const COLUMNS: &str = "id, filing_id, code, fonds, category, department, year, retention, ends_on, secrecy, mark, \
                       title, responsible, docno, dated, pages, note, extra, filed_at";

/// `SELECT … FROM record_visible WHERE (within reach)`.
pub(super) fn within(reach: &Reach) -> QueryBuilder<Any> {
    let mut asked = QueryBuilder::new(format!("SELECT {COLUMNS} FROM record_visible WHERE ("));
    condition(&mut asked, reach);
    asked.push(")");
    asked
}

/// The reach as a condition: false where nothing is reached.
pub(super) fn condition(asked: &mut QueryBuilder<Any>, reach: &Reach) {
    asked.push("1 = 0");
    for scope in reach.scopes() {
        asked.push(" OR (secrecy <= ").push_bind(scope.secrecy_at_most);
        for (column, allowed) in
            [("fonds", &scope.fonds), ("category", &scope.categories), ("department", &scope.departments)]
        {
            let Some(allowed) = allowed else { continue };
            asked.push(" AND ").push(column).push(" IN (''");
            for value in allowed {
                asked.push(", ").push_bind(value.clone());
            }
            asked.push(")");
        }
        if let Some((from, to)) = scope.years {
            asked.push(" AND year BETWEEN ").push_bind(from).push(" AND ").push_bind(to);
        }
        asked.push(")");
    }
}

pub(super) async fn views(db: &Db, mut asked: QueryBuilder<Any>) -> Result<Vec<RecordView>, HoldingsError> {
    let rows = asked.build().fetch_all(db.read()).await?;
    let mut views = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    files_of(db.read(), &mut views).await?;
    Ok(views)
}

fn view(row: &AnyRow) -> Result<RecordView, HoldingsError> {
    let id: String = row.try_get("id")?;
    let inconsistent =
        |column, value: String| DbError::Inconsistent { table: "record", column, row: id.clone(), value };
    let dated: Option<String> = row.try_get("dated")?;
    let dated = dated.map(|text| text.parse().map_err(|()| inconsistent("dated", text))).transpose()?;
    let extra: String = row.try_get("extra")?;
    let extra = serde_json::from_str(&extra).map_err(|_| inconsistent("extra", extra))?;
    Ok(RecordView {
        id: Id::known(id),
        filing: row.try_get("filing_id")?,
        code: row.try_get("code")?,
        fonds: row.try_get("fonds")?,
        category: row.try_get("category")?,
        department: row.try_get("department")?,
        year: row.try_get("year")?,
        retention: row.try_get("retention")?,
        ends_on: row.try_get("ends_on")?,
        secrecy: row.try_get("secrecy")?,
        mark: row.try_get("mark")?,
        title: row.try_get("title")?,
        responsible: row.try_get("responsible")?,
        docno: row.try_get("docno")?,
        dated,
        pages: row.try_get("pages")?,
        note: row.try_get("note")?,
        extra,
        filed_at: row.try_get("filed_at")?,
        files: Vec::new(),
    })
}

/// Reads the files of all `views` with one statement for every 500.
async fn files_of(pool: &AnyPool, views: &mut [RecordView]) -> Result<(), HoldingsError> {
    for chunk in views.chunks_mut(500) {
        let mut asked = QueryBuilder::<Any>::new(
            "SELECT record_id, number, name, path, format, bytes, sha256, pages FROM record_file WHERE record_id IN (",
        );
        let mut list = asked.separated(", ");
        for view in chunk.iter() {
            list.push_bind(view.id.as_str().to_owned());
        }
        asked.push(") ORDER BY record_id, number");
        let rows: Vec<(String, i64, String, String, String, i64, String, Option<i64>)> =
            asked.build_query_as().fetch_all(pool).await?;
        let at: std::collections::HashMap<String, usize> =
            chunk.iter().enumerate().map(|(at, view)| (view.id.as_str().to_owned(), at)).collect();
        for (record, number, name, path, format, bytes, sha256, pages) in rows {
            let view = &mut chunk[at[&record]];
            view.files.push(RecordFile { number, name, path, format, bytes, sha256, pages });
        }
    }
    Ok(())
}
