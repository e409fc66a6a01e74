//! Descriptions from the rows: what `record.json` says of a record that was filed
//! without files, whose object is made after the filing.

use super::{Described, Fonds, FondsJson, HoldingsError, RECORD_JSON, RecordView, SchemeRow, record::COLUMNS};
use crate::{
    db::{Asked, Db, DbError},
    kernel::{Id, Record},
};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use std::collections::{BTreeMap, HashMap};

/// The shelf (架): what descriptions draw on besides their records, as it is when a
/// filing begins. Kept with the filing as JSON, because a fonds may be renamed and a
/// scheme widened before the last of its objects is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    fonds: BTreeMap<String, FondsJson>,
    schemes: BTreeMap<String, Shelved>,
}

/// A scheme as descriptions name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shelved {
    from_year: i64,
    scheme: serde_json::Value,
}

impl Shelf {
    /// Of these fonds alone, with every scheme they have.
    pub fn of(fonds: &[Fonds], schemes: &[SchemeRow], wanted: impl Fn(&str) -> bool) -> Self {
        let fonds = fonds.iter().filter(|fonds| wanted(&fonds.code)).map(|fonds| {
            let names = fonds.names.iter().map(|(since, name)| (since.to_string(), name.clone())).collect();
            let said = FondsJson { id: fonds.id.to_string(), code: fonds.code.clone(), names };
            (fonds.code.clone(), said)
        });
        let schemes = schemes.iter().filter(|row| wanted(&row.fonds)).map(|row| {
            let scheme = serde_json::from_str(&row.scheme.to_json()).expect("a scheme is JSON");
            (row.id.clone(), Shelved { from_year: row.from_year, scheme })
        });
        Self { fonds: fonds.collect(), schemes: schemes.collect() }
    }

    /// The fonds of this code.
    pub fn fonds(&self, code: &str) -> Option<&FondsJson> {
        self.fonds.get(code)
    }

    /// The first year and the definition of the scheme of this id.
    pub fn scheme(&self, id: &str) -> Option<(i64, &serde_json::Value)> {
        self.schemes.get(id).map(|shelved| (shelved.from_year, &shelved.scheme))
    }

    /// The description of a record without files, from its rows.
    fn describe(&self, view: RecordView, scheme_id: String) -> Result<Described, HoldingsError> {
        let lacks = |column, value: &str| DbError::Inconsistent {
            table: "record",
            column,
            row: view.id.to_string(),
            value: value.to_owned(),
        };
        let fonds = self.fonds(&view.fonds).ok_or_else(|| lacks("fonds", &view.fonds))?.clone();
        let (from_year, scheme) = self.scheme(&scheme_id).ok_or_else(|| lacks("scheme_id", &scheme_id))?;
        Ok(Described {
            form: RECORD_JSON.to_owned(),
            id: view.id.to_string(),
            code: view.code,
            fonds,
            scheme_from_year: from_year,
            scheme: scheme.clone(),
            scheme_id,
            category: view.category,
            department: view.department,
            year: view.year,
            retention: view.retention,
            secrecy: view.mark,
            title: view.title,
            responsible: view.responsible,
            docno: view.docno,
            dated: view.dated.map(|dated| dated.to_string()),
            pages: view.pages,
            note: view.note,
            carrier: view.carrier,
            in_box: view.in_box,
            place: view.place,
            extra: view.extra,
            filing: view.filing,
            filed_at: view.filed_at,
            files: Vec::new(),
        })
    }
}

/// The descriptions of the visible records of a filing that have no files, by id, after
/// the record `after`; at most `limit`.
pub async fn described_of_filing(
    db: &Db,
    shelf: &Shelf,
    filing: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<Described>, HoldingsError> {
    let mut asked = Asked::new(COLUMNS);
    asked.push(", scheme_id FROM record_visible WHERE filing_id = ").bind(filing).push(" AND id > ").bind(after);
    asked.push(" AND NOT EXISTS (SELECT 1 FROM record_file WHERE record_file.record_id = record_visible.id)");
    asked.push(" ORDER BY id LIMIT ").bind(limit);
    let rows = asked.rows(db).await?;
    rows.iter().map(|row| shelf.describe(super::record::view(row)?, row.try_get("scheme_id")?)).collect()
}

/// Which filing each of these visible records came with.
pub async fn filings_of(db: &Db, records: &[Id<Record>]) -> Result<HashMap<Id<Record>, String>, HoldingsError> {
    let mut found = HashMap::new();
    for chunk in records.chunks(500) {
        let mut asked = Asked::new("SELECT id, filing_id FROM record_visible WHERE id IN ");
        asked.list(chunk.iter().map(Id::as_str));
        found.extend(asked.fetch::<(String, String)>(db).await?.into_iter().map(|(id, of)| (Id::known(id), of)));
    }
    Ok(found)
}
