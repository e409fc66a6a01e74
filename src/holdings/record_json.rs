//! `record.json`: what the archive knows of a record, inside its object.
//!
//! Version `lantai-record/1`. It lies on disk for ever: fields may be added,
//! never renamed nor given another meaning. From these files alone a rebuild gives
//! back fonds, schemes, records, codes and descriptions.

use serde::{Deserialize, Serialize};

/// The value of the field `form` that this build writes.
pub const RECORD_JSON: &str = "lantai-record/1";

/// A record as its object describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    pub form: String,
    pub id: String,
    /// 档号
    pub code: String,
    pub fonds: FondsJson,
    /// Id and definition of the scheme the code was parsed by.
    pub scheme_id: String,
    pub scheme_from_year: i64,
    pub scheme: serde_json::Value,
    pub category: String,
    pub department: Option<String>,
    pub year: Option<i64>,
    /// `Y`, `D30` …
    pub retention: Option<String>,
    /// 密级 as marked
    pub secrecy: String,
    pub title: String,
    pub responsible: String,
    pub docno: String,
    pub dated: Option<String>,
    pub pages: Option<i64>,
    pub note: String,
    /// What it is on besides, or instead of, its files (载体): a code of the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// The box that holds it (盒号).
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub in_box: Option<String>,
    /// Where it stands (存放位置).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Columns of the catalogue that have no field here, in its order.
    pub extra: Vec<(String, String)>,
    pub filing: String,
    pub filed_at: String,
    pub files: Vec<DescribedFile>,
}

/// The fonds as it was when the record was filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FondsJson {
    pub id: String,
    pub code: String,
    /// Since which day, and the name; oldest first.
    pub names: Vec<(String, String)>,
}

/// One file of the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribedFile {
    pub number: i64,
    /// As handed in.
    pub name: String,
    /// In the object: `0001.pdf`.
    pub path: String,
    pub format: String,
    pub bytes: i64,
    pub sha256: String,
    pub pages: Option<i64>,
    /// Its format by PRONOM; `None` where it was not identified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub puid: Option<String>,
    /// On what that stands: `container`, `signature`, `extension`; `none` where it was looked
    /// at and not identified. `None` where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub puid_basis: Option<String>,
    /// What the format is called, so that nobody has to ask a registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub puid_name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_described_before_carriers_were_known_still_reads_and_is_written_as_it_was() {
        let before = concat!(
            r#"{"form":"lantai-record/1","id":"r","code":"c","fonds":{"id":"f","code":"X001","names":[]},"#,
            r#""scheme_id":"s","scheme_from_year":2000,"scheme":null,"category":"WS","department":null,"#,
            r#""year":2011,"retention":"Y","secrecy":"公开","title":"t","responsible":"","docno":"","#,
            r#""dated":null,"pages":null,"note":"","extra":[["盒号","3"]],"filing":"g","filed_at":"x","files":[]}"#
        );
        let mut record: Described = serde_json::from_str(before).unwrap();
        assert_eq!((&record.carrier, &record.in_box, &record.place), (&None, &None, &None));
        assert_eq!(serde_json::to_string(&record).unwrap(), before);
        (record.carrier, record.in_box) = (Some("paper".into()), Some("3".into()));
        let after = before.replace(r#""extra":"#, r#""carrier":"paper","box":"3","extra":"#);
        assert_eq!(serde_json::to_string(&record).unwrap(), after);
        assert_eq!(serde_json::from_str::<Described>(&after).unwrap(), record);
    }

    #[test]
    fn a_file_described_before_formats_were_identified_still_reads() {
        let before =
            r#"{"number":1,"name":"a.pdf","path":"0001.pdf","format":"pdf","bytes":3,"sha256":"00","pages":1}"#;
        let file: DescribedFile = serde_json::from_str(before).unwrap();
        assert_eq!((&file.puid, &file.puid_basis, &file.puid_name), (&None, &None, &None));
        assert_eq!(serde_json::to_string(&file).unwrap(), before, "and is written as it was");
    }
}
