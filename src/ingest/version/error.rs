//! Why a record was not changed.

use crate::{
    db::DbError,
    holdings::HoldingsError,
    ingest::{
        batch::IngestError,
        catalogue::{DateFault, RetentionFault},
        defects::{Lang, Words},
    },
    vault::VaultError,
};

/// Why a record was not changed; nothing of the act is kept.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// Not there, or not for the asker to know of or to arrange.
    #[error("there is no such record")]
    Missing,
    #[error("version {seen} was seen, and the newest is {newest}")]
    Outdated { seen: i64, newest: i64 },
    /// Its object does not lie in the store yet.
    #[error("the record is not sealed yet")]
    Unsealed,
    #[error("a reason has 1 to {} characters", super::act::LONGEST_REASON)]
    Reason,
    #[error("nothing would change")]
    Unchanged,
    #[error("{field} cannot be so")]
    Field { field: String, fault: FieldFault },
    #[error("the record has no file {number}; it has {files}")]
    NoFile { number: i64, files: usize },
    /// Damaged, encrypted or otherwise not to be opened.
    #[error("{name} is refused: {why}")]
    FileRefused { name: String, why: String },
    #[error("the file is larger than {largest} bytes")]
    TooLarge { largest: u64 },
    #[error("the name of a file has 1 to 255 bytes, none of them a control character or a slash")]
    FileName,
    #[error("the order names each of the {files} file(s) once")]
    Order { files: usize },
    #[error("the file did not come whole")]
    NotReceived(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The object's own description cannot be read.
    #[error("the description in the store cannot be read: {0}")]
    Object(String),
    #[error(transparent)]
    Ingest(#[from] IngestError),
    #[error(transparent)]
    Holdings(HoldingsError),
    #[error(transparent)]
    Vault(VaultError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<HoldingsError> for VersionError {
    fn from(error: HoldingsError) -> Self {
        match error {
            HoldingsError::Outdated { newest } => Self::Outdated { seen: newest - 1, newest },
            HoldingsError::Db(error) => Self::Db(error),
            error => Self::Holdings(error),
        }
    }
}

impl From<VaultError> for VersionError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::NotNext { head, number, .. } => {
                Self::Outdated { seen: i64::from(number) - 1, newest: i64::from(head) }
            }
            error => Self::Vault(error),
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldFault {
    MissingTitle,
    Control(char),
    TooLong,
    Date(DateFault, String),
    Retention(RetentionFault, String),
    /// The code says this one, for ever.
    RetentionInCode(String),
    Pages(String),
    /// The word, and the carriers there are.
    Carrier(String, String),
    /// There is such a field, and it is not corrected.
    Fixed,
    Unknown,
}

impl FieldFault {
    /// The reason and the remedy, in words; as at ingest where it is the same fault.
    pub fn words(&self, lang: Lang) -> Words {
        let said = |zh: [&str; 2], en: [&str; 2]| {
            let [reason, remedy] = if lang == Lang::Zh { zh } else { en };
            Words { reason: reason.to_owned(), remedy: remedy.to_owned() }
        };
        match self {
            Self::MissingTitle => Words::missing_title(lang),
            Self::Control(control) => Words::control_character(&format!("U+{:04X}", u32::from(*control)), lang),
            Self::Date(fault, cell) => Words::of_date(*fault, cell, lang),
            Self::Retention(fault, cell) => Words::of_retention(*fault, cell, lang),
            Self::Carrier(cell, known) => match lang {
                Lang::Zh => Words {
                    reason: format!("载体“{cell}”无法识别"), remedy: format!("写成以下之一：{known}")
                },
                Lang::En => Words {
                    reason: format!("\"{cell}\" is no carrier we know"),
                    remedy: format!("write one of: {known}"),
                },
            },
            Self::Pages(cell) => Words::not_a_count(cell, lang),
            Self::RetentionInCode(code) => match lang {
                Lang::Zh => Words {
                    reason: format!("档号中的保管期限是 {code}，档号不能改"),
                    remedy: "保管期限确有错误的，按鉴定办理".to_owned(),
                },
                Lang::En => Words {
                    reason: format!("the code says {code}, and a code never changes"),
                    remedy: "a wrong period is a matter of appraisal".to_owned(),
                },
            },
            Self::TooLong => said(
                ["文字超过 10000 字", "写短一些，其余写在文件里"],
                ["the text is longer than 10,000 characters", "shorten it"],
            ),
            Self::Fixed => said(
                ["此项不能更正", "档号、密级、全宗、门类、机构和年度另行办理"],
                ["this is not corrected", "code, secrecy, fonds, category, department and year have ways of their own"],
            ),
            Self::Unknown => said(
                [
                    "没有这一项",
                    "可更正的有 title、responsible、docno、date、retention、pages、note、carrier、box、place 和 extra:名称",
                ],
                [
                    "there is no such field",
                    "title, responsible, docno, date, retention, pages, note, carrier, box, place and extra:NAME can be corrected",
                ],
            ),
        }
    }
}
