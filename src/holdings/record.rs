//! Reading records back, within the asker's reach.

use super::HoldingsError;
use crate::{
    access::{Facts, Reach},
    db::{Asked, Db, DbError},
    kernel::{Dated, Id, Record},
};
use sqlx::{Row as _, any::AnyRow};
use std::collections::HashMap;

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
    /// 开放划控: `open`, `controlled`, `deferred` or `unreviewed`.
    pub opening: String,
    pub title: String,
    pub responsible: String,
    pub docno: String,
    pub dated: Option<Dated>,
    pub pages: Option<i64>,
    pub note: String,
    /// Carrier, box and place as in [`super::Described`].
    pub carrier: Option<String>,
    pub in_box: Option<String>,
    pub place: Option<String>,
    pub extra: Vec<(String, String)>,
    pub filed_at: String,
    pub files: Vec<RecordFile>,
}

impl RecordView {
    /// What decides who may know of it.
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            fonds: &self.fonds,
            category: &self.category,
            department: self.department.as_deref(),
            year: self.year,
            opening: &self.opening,
            secrecy: self.secrecy,
        }
    }
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
    /// As in [`super::DescribedFile`].
    pub puid: Option<String>,
    pub puid_basis: Option<String>,
    pub puid_name: Option<String>,
}

impl From<super::DescribedFile> for RecordFile {
    fn from(file: super::DescribedFile) -> Self {
        let super::DescribedFile { number, name, path, format, bytes, sha256, pages, puid, puid_basis, puid_name } =
            file;
        Self { number, name, path, format, bytes, sha256, pages, puid, puid_basis, puid_name }
    }
}

impl RecordFile {
    /// The version that its bytes came with, as its path says: 2 of `v2/content/0001`.
    pub fn version(&self) -> Option<i64> {
        self.path.strip_prefix('v')?.split('/').next()?.parse().ok()
    }
}

/// The record of this code, if the asker may know of it.
pub async fn by_code(db: &Db, reach: &Reach, code: &str) -> Result<Option<RecordView>, HoldingsError> {
    let mut asked = within(reach);
    asked.push(" AND code = ").bind(code);
    Ok(views(db, asked).await?.pop())
}

/// The records of these ids that the asker may know of, in the order asked.
pub async fn by_id(db: &Db, reach: &Reach, ids: &[Id<Record>]) -> Result<Vec<RecordView>, HoldingsError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut asked = within(reach);
    asked.push(" AND id IN ").list(ids.iter().map(Id::as_str));
    let mut found = views(db, asked).await?;
    let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    found.sort_by_key(|view| places.get(view.id.as_str()).copied());
    Ok(found)
}

/// For each of these contents that a visible record within `reach` holds, the code
/// of one such record.
pub async fn duplicates_of(
    db: &Db,
    reach: &Reach,
    digests: &[String],
) -> Result<HashMap<String, String>, HoldingsError> {
    let mut found = HashMap::new();
    for chunk in digests.chunks(500) {
        let mut asked = Asked::new(
            "SELECT record_file.sha256, MIN(record_visible.code) FROM record_file
             JOIN record_visible ON record_visible.id = record_file.record_id WHERE (",
        );
        condition(&mut asked, reach);
        asked.push(") AND record_file.sha256 IN ").list(chunk.iter().map(String::as_str));
        asked.push(" GROUP BY record_file.sha256");
        found.extend(asked.fetch::<(String, String)>(db).await?);
    }
    Ok(found)
}

/// What is held under `codes`, visible or not yet: for finding out whether a batch
/// was taken in before. Never shown to anybody.
pub async fn held(db: &Db, codes: &[String]) -> Result<Vec<RecordView>, HoldingsError> {
    let mut found = Vec::new();
    for chunk in codes.chunks(500) {
        let mut asked = Asked::new(COLUMNS);
        asked.push(" FROM record WHERE code IN ").list(chunk.iter().map(String::as_str));
        found.extend(views(db, asked).await?);
    }
    Ok(found)
}

pub(super) const COLUMNS: &str = "SELECT id, filing_id, code, fonds, category, department, year, retention, ends_on, secrecy, mark, \
                       title, responsible, docno, dated, pages, note, extra, filed_at, opening, carrier, in_box, place";

/// `SELECT … FROM record_visible WHERE (within reach)`.
pub(super) fn within(reach: &Reach) -> Asked {
    let mut asked = Asked::new(COLUMNS);
    asked.push(" FROM record_visible WHERE (");
    condition(&mut asked, reach);
    asked.push(")");
    asked
}

/// The reach as a condition: false where nothing is reached.
pub(super) fn condition(asked: &mut Asked, reach: &Reach) {
    asked.push("1 = 0");
    for scope in reach.scopes() {
        asked.push(" OR (secrecy <= ").bind(scope.secrecy_at_most);
        for (column, allowed) in [
            (" AND fonds IN ", &scope.fonds),
            (" AND category IN ", &scope.categories),
            (" AND department IN ", &scope.departments),
        ] {
            if let Some(allowed) = allowed {
                asked.push(column).list(allowed.iter().map(String::as_str));
            }
        }
        if let Some(opening) = &scope.opening {
            asked.push(" AND opening = ").bind(opening.as_str());
        }
        if let Some((from, to)) = scope.years {
            asked.push(" AND year BETWEEN ").bind(from).push(" AND ").bind(to);
        }
        asked.push(")");
    }
}

pub(super) async fn views(db: &Db, asked: Asked) -> Result<Vec<RecordView>, HoldingsError> {
    let rows = asked.rows(db).await?;
    let mut views = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    files_of(db, &mut views).await?;
    Ok(views)
}

pub(super) fn view(row: &AnyRow) -> Result<RecordView, HoldingsError> {
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
        opening: row.try_get("opening")?,
        title: row.try_get("title")?,
        responsible: row.try_get("responsible")?,
        docno: row.try_get("docno")?,
        dated,
        pages: row.try_get("pages")?,
        note: row.try_get("note")?,
        carrier: row.try_get("carrier")?,
        in_box: row.try_get("in_box")?,
        place: row.try_get("place")?,
        extra,
        filed_at: row.try_get("filed_at")?,
        files: Vec::new(),
    })
}

/// Record, number, name, path, format, bytes, SHA-256, pages; PUID, its basis, its name.
type FileRow =
    (String, i64, String, String, String, i64, String, Option<i64>, Option<String>, Option<String>, Option<String>);

/// Reads the files of all `views` with one statement for every 500.
async fn files_of(db: &Db, views: &mut [RecordView]) -> Result<(), HoldingsError> {
    for chunk in views.chunks_mut(500) {
        let mut asked = Asked::new(
            "SELECT record_id, number, name, path, format, bytes, sha256, pages, puid, puid_basis, puid_name
             FROM record_file WHERE record_id IN ",
        );
        asked.list(chunk.iter().map(|view| view.id.as_str())).push(" ORDER BY record_id, number");
        let rows: Vec<FileRow> = asked.fetch(db).await?;
        let at: HashMap<String, usize> =
            chunk.iter().enumerate().map(|(at, view)| (view.id.as_str().to_owned(), at)).collect();
        for (record, number, name, path, format, bytes, sha256, pages, puid, puid_basis, puid_name) in rows {
            let view = &mut chunk[at[&record]];
            view.files.push(RecordFile {
                number,
                name,
                path,
                format,
                bytes,
                sha256,
                pages,
                puid,
                puid_basis,
                puid_name,
            });
        }
    }
    Ok(())
}
