//! Carriers (载体): what a record is on.

use serde::Deserialize;

/// What a record can be on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carrier {
    /// Small letters, digits and `-`; what records keep.
    pub code: String,
    /// 纸质
    pub name: String,
    pub english: String,
    /// How catalogues write it: small letters, digits and Chinese, without blanks and marks.
    pub words: Vec<String>,
    pub file: FileNeeded,
    pub source: String,
}

/// Whether a record on a carrier needs a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileNeeded {
    Required,
    Optional,
}

/// The file `carriers.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CarrierFile {
    pub carrier: Vec<Carrier>,
}

impl Carrier {
    /// Whether code and words are written as they are compared.
    pub(super) fn is_sound(&self) -> bool {
        let small = |c: char| c.is_alphanumeric() && !c.is_uppercase();
        let code = self.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        code && !self.code.is_empty() && self.words.iter().all(|word| !word.is_empty() && word.chars().all(small))
    }
}
