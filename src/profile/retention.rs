//! Words for retention periods (保管期限).

use serde::Deserialize;

/// The file `retention.toml`: how a catalogue says how long. Read by
/// `holdings::Retention::from_words`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionWords {
    pub permanent: PermanentWords,
    pub term: TermWords,
    #[serde(default)]
    pub undecided: Vec<UndecidedWords>,
}

/// Words that mean for ever.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PermanentWords {
    pub words: Vec<String>,
    pub source: String,
}

/// How a term is written: one of the prefixes or none, digits, the unit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermWords {
    pub prefixes: Vec<String>,
    pub unit: String,
    pub source: String,
}

/// Words that name no number of years, and what the archivist is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndecidedWords {
    pub words: Vec<String>,
    pub remedy: String,
    pub source: String,
}
