//! What is told of a file.

use serde::{Deserialize, Serialize};

/// What an identification stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The streams inside a ZIP or an OLE2 file.
    Container,
    /// The bytes.
    Signature,
    /// The ending of the name alone; no signature matched.
    Extension,
    /// Nothing: not identified, or it cannot be told.
    None,
}

impl Basis {
    /// The word that scripts and `record.json` use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Signature => "signature",
            Self::Extension => "extension",
            Self::None => "none",
        }
    }
}

/// A format, as the signature data describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// `fmt/276`, `x-fmt/111`, or of our own `lantai/1`.
    pub puid: String,
    pub name: String,
    pub version: Option<String>,
    /// The first that the data names.
    pub mime: Option<String>,
}

impl Known {
    /// Name and version, as people say it.
    pub fn in_full(&self) -> String {
        self.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{} {version}", self.name))
    }
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    pub basis: Basis,
    /// Best first; all that matched and over which none of the others has priority.
    /// Empty exactly where the basis is [`Basis::None`].
    pub formats: Vec<Known>,
    /// Why nothing is told, or what is odd about it, for people.
    pub reason: Option<String>,
    /// By which data: whose, and of when.
    pub signatures: String,
}

impl Identified {
    /// Nothing is told, and why.
    pub(super) fn nothing(reason: impl Into<String>) -> Self {
        Self { basis: Basis::None, formats: Vec::new(), reason: Some(reason.into()), signatures: String::new() }
    }

    /// The one to name where only one can be.
    pub fn best(&self) -> Option<&Known> {
        self.formats.first()
    }
}
