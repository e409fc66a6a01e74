//! What a code names, for whoever reads the trail: ids, and nothing of the record.

use super::HoldingsError;
use crate::{
    db::{Asked, Db},
    kernel::{Filing, Id, Record},
};

/// Which record, and by which act it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub id: Id<Record>,
    pub filing: Id<Filing>,
}

/// The visible record of this code. Asked without a reach: an auditor has none, types the
/// code himself, and is shown no more of the record than that.
pub async fn named(db: &Db, code: &str) -> Result<Option<Named>, HoldingsError> {
    let mut asked = Asked::new("SELECT id, filing_id FROM record_visible WHERE code = ");
    asked.bind(code);
    one(db, asked).await
}

/// The visible record of this id; see [`named`].
pub async fn named_by_id(db: &Db, id: &Id<Record>) -> Result<Option<Named>, HoldingsError> {
    let mut asked = Asked::new("SELECT id, filing_id FROM record_visible WHERE id = ");
    asked.bind(id.as_str());
    one(db, asked).await
}

async fn one(db: &Db, asked: Asked) -> Result<Option<Named>, HoldingsError> {
    let found = asked.fetch::<(String, String)>(db).await?.pop();
    Ok(found.map(|(id, filing)| Named { id: Id::known(id), filing: Id::known(filing) }))
}
