//! Why a text is no reference code, and where.

use crate::profile::{ElementError, Kind, Separator};
use std::fmt;

/// A refused code: what is wrong, where, and the code that may have been meant.
/// Its text is `level 4: department must be 3 capitals or digits, found "BGSX"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeError {
    pub fault: Fault,
    /// `None` where the code as a whole is meant.
    pub place: Option<Place>,
    /// The text with look-alikes made canonical, only where that is a code.
    pub proposal: Option<String>,
    /// How many parts had been understood.
    pub(super) understood: usize,
}

/// Where in a code: levels are joined by `-`, parts of a level by `·`; both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub level: usize,
    /// `None` where the level is meant as a whole.
    pub part: Option<usize>,
}

/// What is wrong with a code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the code is empty")]
    Empty,
    #[error(
        "{found:?} stands for {canonical}; a code is written with capitals, digits, - and · (U+00B7), without spaces"
    )]
    NotCanonical { found: char, canonical: String },
    #[error("{found:?} does not belong in a code; levels are joined by -, parts of a level by ·")]
    Foreign { found: char },
    #[error("nothing stands here; two separators follow one another, or one begins or ends the code")]
    EmptyPart,
    #[error("the {kind} is missing")]
    Missing { kind: Kind },
    #[error("the {kind} must follow {}, found {found:?}", .expected.sign())]
    Separator { kind: Kind, expected: Separator, found: String },
    #[error("{found:?} is one part too many")]
    Surplus { found: String },
    #[error("the {kind} must be {wanted}, found {found:?}")]
    Shape { kind: Kind, wanted: String, found: String },
    #[error("the year must be 1000 to 2999, four digits, found {found:?}")]
    Year { found: String },
    #[error("the retention must be Y, or D and the years (D30), found {found:?}; {remedy}")]
    Retention { found: String, remedy: &'static str },
    #[error("the {kind} number starts at 1, found {found:?}")]
    Zero { kind: Kind, found: String },
    #[error("the fonds is {expected:?} here, found {found:?}")]
    OtherFonds { expected: String, found: String },
    #[error("the category is {expected:?} here, found {found:?}")]
    OtherCategory { expected: String, found: String },
    #[error("category {found:?} is not defined")]
    UnknownCategory { found: String },
    #[error("scheme {scheme} has no shape for category {category:?}")]
    NotForCategory { scheme: String, category: String },
    #[error("{kind} {found:?} is not defined here; there are {}", .defined.join(", "))]
    UnknownWord { kind: Kind, found: String, defined: Vec<String> },
    #[error(
        "{kind} number {number} needs more than {digits} digits; widen the scheme from a year on, numbers do not wrap"
    )]
    Overflow { kind: Kind, number: u64, digits: usize },
    #[error("the scheme has no place for the {kind} {found:?}")]
    NoPlace { kind: Kind, found: String },
    #[error("the {kind} {found:?} would be read as something else in {code}")]
    Ambiguous { kind: Kind, found: String, code: String },
}

/// Why there is no such scheme.
#[derive(Debug, thiserror::Error)]
pub enum SchemeError {
    #[error("scheme {preset} has no shape for category {category:?}")]
    NotForCategory { preset: String, category: String },
    #[error("category {0:?} is not defined")]
    UnknownCategory(String),
    #[error("fonds number {found:?} must be {wanted}")]
    Fonds { found: String, wanted: String },
    #[error("the scheme's elements cannot be used")]
    Elements(#[from] ElementError),
    #[error("the stored scheme cannot be read")]
    Stored(#[from] serde_json::Error),
}

impl CodeError {
    pub(super) fn at(fault: Fault, place: Place, understood: usize) -> Self {
        Self { fault, place: Some(place), proposal: None, understood }
    }

    pub(super) fn whole(fault: Fault) -> Self {
        Self { fault, place: None, proposal: None, understood: 0 }
    }
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(Place { level, part: Some(part) }) => write!(f, "level {level}, part {part}: {}", self.fault),
            Some(Place { level, part: None }) => write!(f, "level {level}: {}", self.fault),
            None => self.fault.fmt(f),
        }
    }
}

impl std::error::Error for CodeError {}
