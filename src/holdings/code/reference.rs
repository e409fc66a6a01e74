//! A reference code that exists.

use crate::{holdings::retention::Retention, kernel::Year, profile::Kind};
use std::fmt;

/// A 档号: its text and its parts, as a scheme read or made it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    text: String,
    parts: Vec<Part>,
    /// Bytes before the separator of the last number.
    scope: usize,
    number: u64,
}

/// One part of a code: `year` `2011`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    pub kind: Kind,
    pub text: String,
}

/// The parts a new code is to have between category and number. Fonds and
/// category come from the scheme, order and separators too; levels below the
/// category are given from the second down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts(Vec<Part>);

impl Code {
    /// `parts` in order, of which the last is a number other than 0.
    pub(super) fn read(text: &str, parts: Vec<Part>, number: u64) -> Self {
        let last = parts.last().map_or(0, |part| part.text.len());
        // The separator before a number is always `-`, one byte.
        let scope = text.len() - last - 1;
        Self { text: text.to_owned(), parts, scope, number }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// In the order of the text.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The text of the first part of this kind.
    pub fn part(&self, kind: Kind) -> Option<&str> {
        self.parts.iter().find(|part| part.kind == kind).map(|part| part.text.as_str())
    }

    /// The levels below the category (二级, 三级, 四级类别号).
    pub fn sub_levels(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(|part| part.kind == Kind::Subcategory).map(|part| part.text.as_str())
    }

    /// 年度
    pub fn year(&self) -> Option<Year> {
        self.part(Kind::Year)?.parse().ok()
    }

    /// 保管期限
    pub fn retention(&self) -> Option<Retention> {
        Retention::from_code(self.part(Kind::Retention)?)
    }

    /// The text without the last number (`Z109-WS·2011-Y-BGS`): the class in
    /// which that number counts, and the key of its counter.
    pub fn scope_key(&self) -> &str {
        &self.text[..self.scope]
    }

    /// The last number: of the item or page, or of the volume in a volume's code.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Names and texts in order: `("fonds", "Z109")`. A second and third level
    /// below the category are `subcategory2`, `subcategory3`.
    pub fn named_parts(&self) -> Vec<(String, String)> {
        let mut levels = 0;
        let mut name = |kind: Kind| {
            levels += usize::from(kind == Kind::Subcategory);
            if kind == Kind::Subcategory && levels > 1 { format!("{kind}{levels}") } else { kind.to_string() }
        };
        self.parts.iter().map(|part| (name(part.kind), part.text.clone())).collect()
    }
}

impl Parts {
    pub fn new() -> Self {
        Self::default()
    }

    /// With one part more.
    pub fn with(mut self, kind: Kind, text: impl Into<String>) -> Self {
        self.0.push(Part { kind, text: text.into() });
        self
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Part> {
        self.0.iter()
    }
}

/// The class of a code: all its parts but fonds, category and last number.
impl From<&Code> for Parts {
    fn from(code: &Code) -> Self {
        let class = &code.parts[..code.parts.len() - 1];
        Self(class.iter().filter(|p| !matches!(p.kind, Kind::Fonds | Kind::Category)).cloned().collect())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
