//! What the archive holds (馆藏): fonds, schemes of codes, records.
//!
//! Owns `fonds`, `fonds_name`, `scheme`, `code_serial`, `code_used`, `code_withdrawn`,
//! `filing`, `record`, `record_file`, `record_version` and the view `record_visible`. Promises that a 档号 is
//! unique for ever: a code in use is given to nobody else, and a counter only rises. The
//! code of a record that was withdrawn is given again to whoever names it (`withdrawn`).
//!
//! Every read goes through `record_visible`: what a batch has filed so far is
//! seen by nobody until [`publish`] makes all of it visible in one small change.
//! The few statements that must see the rest (filing, and asking whether a code
//! was given out) say why.

mod described;
mod filing;
mod fonds;
mod gaps;
mod list;
mod named;
mod quantities;
mod record;
mod record_json;
mod schemes;
mod serials;
mod version;
mod withdrawn;

pub mod code;
pub mod retention;

pub use described::{Shelf, described_of_filing, filings_of};
pub use filing::{
    NewRecord, Ready, file, file_ready, filed_beside, open_filing, publish, ready, take_back, unpublished,
};
pub use fonds::{Fonds, add_fonds, add_fonds_as, add_fonds_name, all_fonds, check_fonds, fonds_by_code, rename_fonds};
pub use gaps::{Gaps, gaps_of};
pub use list::{
    HeldByFonds, Totals, all_records, count_of_filing, held_by_fonds, highest, records_of_filing, totals,
    window_of_filing,
};
pub use named::{Named, named, named_by_id};
pub use quantities::{HandedIn, Quantity, handed_in, quantities};
pub use record::{RecordFile, RecordView, by_code, by_id, duplicates_of, held};
pub use record_json::{Described, DescribedFile, FondsJson, RECORD_JSON};
pub use schemes::{SchemeRow, add_scheme, all_schemes, scheme_for, widen_scheme};
pub use serials::{counted, next_serial, numbers_used, raise, reserve};
pub use version::{Changed, Signed, Version, VersionKind, amend, compared, keep_versions, newest_version, versions};
pub use withdrawn::{amended, any_withdrawn, beyond, forget_filing, hidden, hide, numbers_withdrawn, strike};

use crate::db::DbError;

/// Why the holdings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum HoldingsError {
    #[error("there is a fonds {0} already")]
    FondsTaken(String),
    #[error("{0} is no code of a fonds: four capital letters or digits")]
    FondsCode(String),
    #[error("a name of a fonds has 1 to 200 characters")]
    FondsName,
    #[error("there is no fonds {0}")]
    NoFonds(String),
    #[error("fonds {fonds} was already renamed on {day}")]
    RenamedThatDay { fonds: String, day: String },
    #[error("there is a scheme for {fonds} {category} from {year} already")]
    SchemeTaken { fonds: String, category: String, year: i64 },
    /// Ask [`used`] which; nothing of the change was kept.
    #[error("a code among these was given out before")]
    CodesTaken,
    /// Somebody changed the record meanwhile.
    #[error("the record has version {newest} by now")]
    Outdated { newest: i64 },
    #[error(transparent)]
    Code(#[from] code::CodeError),
    #[error(transparent)]
    Scheme(#[from] code::SchemeError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for HoldingsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}
