//! Shapes of reference codes (档号), as ordered elements.

use super::Unit;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A named family of shapes: one form per group of categories.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// `DAT22-2015`
    pub id: String,
    /// A shorter name people may type: `DAT22`.
    pub short: String,
    pub name: String,
    pub unit: Unit,
    pub source: String,
    /// A code of this shape.
    pub example: String,
    #[serde(rename = "form")]
    pub forms: Vec<Form>,
}

/// One shape, and the categories it is for (empty: every category).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    #[serde(default)]
    pub categories: Vec<String>,
    #[serde(rename = "element")]
    pub elements: Vec<Element>,
}

/// One place of a code: what stands there, what it looks like, what comes before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    pub kind: Kind,
    /// `None` for the first element alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Separator>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// The text fits if it fits one of these.
    pub text: Vec<TextRule>,
    /// The words there are, where the list is closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    pub source: String,
}

/// Which characters, and how many of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextRule {
    pub chars: Charset,
    /// In characters, both ends included. A number is padded with zeros to `min`.
    pub min: usize,
    pub max: usize,
    /// How far a scheme proposed from a catalogue may widen `min` and `max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widest: Option<(usize, usize)>,
}

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// 全宗号
    Fonds,
    /// 档案门类代码
    Category,
    /// 二级, 三级 or 四级类别号; may stand up to three times
    Subcategory,
    /// 项目号
    Project,
    /// 目录号
    Catalogue,
    /// 年度
    Year,
    /// 保管期限代码
    Retention,
    /// 机构（问题）代码
    Department,
    /// 案卷号, 组号 or 册号
    Volume,
    /// 件号
    Item,
    /// 页号
    Page,
}

/// `-` joins levels, `·` (U+00B7) joins parts of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Separator {
    #[serde(rename = "-")]
    Level,
    #[serde(rename = "·")]
    Part,
}

/// Characters a text may be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Charset {
    /// `0-9`
    Digits,
    /// `A-Z`
    Letters,
    /// `A-Z`, `0-9`
    LettersDigits,
    /// `A-Z`, `0-9` and Chinese characters
    LettersDigitsHan,
}

/// Why a list of elements is no shape of a code.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ElementError {
    #[error("the first element must be the fonds, required and without a separator before it")]
    First,
    #[error("element {0} ({1}) has no separator before it")]
    NoSeparator(usize, Kind),
    #[error("element {0} ({1}) must allow a text of 1 to 18 characters, min ≤ max, inside its widest bounds")]
    Width(usize, Kind),
    #[error("element {0} ({1}) stands there too often")]
    Repeated(usize, Kind),
    #[error("element {0} ({1}) must be of digits, after a hyphen, and followed by numbers alone")]
    Number(usize, Kind),
    #[error("element {0} ({1}) may not be optional")]
    Required(usize, Kind),
    #[error("item and page number stand in one shape; a scheme counts one of the two")]
    ItemAndPage,
    #[error("there is no number to count by (volume, item or page)")]
    NoNumber,
}

/// Refuses elements that cannot be parsed or counted by. An index is from 1.
pub fn check_elements(elements: &[Element]) -> Result<(), ElementError> {
    let first = elements.first().ok_or(ElementError::First)?;
    if first.kind != Kind::Fonds || first.before.is_some() || first.optional {
        return Err(ElementError::First);
    }
    let mut counting = false;
    for (i, element) in elements.iter().enumerate() {
        let (at, kind) = (i + 1, element.kind);
        if i > 0 && element.before.is_none() {
            return Err(ElementError::NoSeparator(at, kind));
        }
        if element.text.is_empty() || !element.text.iter().all(TextRule::is_sound) {
            return Err(ElementError::Width(at, kind));
        }
        let before = elements[..i].iter().filter(|e| e.kind == kind).count();
        if before > if kind == Kind::Subcategory { 2 } else { 0 } {
            return Err(ElementError::Repeated(at, kind));
        }
        let digits = element.text.iter().all(|rule| rule.chars == Charset::Digits);
        if kind.is_number() && !(digits && element.text.len() == 1 && element.before == Some(Separator::Level))
            || counting && !kind.is_number()
        {
            return Err(ElementError::Number(at, kind));
        }
        // The first number is what every code has; the category says whose it is.
        if element.optional && (kind == Kind::Category || kind.is_number() && !counting) {
            return Err(ElementError::Required(at, kind));
        }
        counting |= kind.is_number();
    }
    let has = |kind| elements.iter().any(|e| e.kind == kind);
    if has(Kind::Item) && has(Kind::Page) {
        return Err(ElementError::ItemAndPage);
    }
    counting.then_some(()).ok_or(ElementError::NoNumber)
}

impl Preset {
    /// The shape for a category; `None` where the preset has none.
    pub fn form(&self, category: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.categories.is_empty() || form.categories.iter().any(|c| c == category))
    }
}

impl Form {
    /// Whether codes of this shape name their category.
    pub fn names_category(&self) -> bool {
        self.elements.iter().any(|e| e.kind == Kind::Category)
    }
}

impl Kind {
    /// The name in data and output (`fonds`, `year`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Fonds => "fonds",
            Self::Category => "category",
            Self::Subcategory => "subcategory",
            Self::Project => "project",
            Self::Catalogue => "catalogue",
            Self::Year => "year",
            Self::Retention => "retention",
            Self::Department => "department",
            Self::Volume => "volume",
            Self::Item => "item",
            Self::Page => "page",
        }
    }

    /// Whether it counts: 案卷号, 件号 and 页号 start at 1 in their class.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Volume | Self::Item | Self::Page)
    }
}

impl Separator {
    pub fn sign(self) -> char {
        match self {
            Self::Level => '-',
            Self::Part => '·',
        }
    }
}

impl TextRule {
    /// Whether every character may stand here; the width is not looked at.
    pub fn allows(&self, text: &str) -> bool {
        text.chars().all(|c| match self.chars {
            Charset::Digits => c.is_ascii_digit(),
            Charset::Letters => c.is_ascii_uppercase(),
            Charset::LettersDigits => c.is_ascii_uppercase() || c.is_ascii_digit(),
            Charset::LettersDigitsHan => c.is_ascii_uppercase() || c.is_ascii_digit() || is_han(c),
        })
    }

    fn is_sound(&self) -> bool {
        let (low, high) = self.widest.unwrap_or((self.min, self.max));
        // 18 digits always fit a u64.
        1 <= low && low <= self.min && self.min <= self.max && self.max <= high && high <= 18
    }
}

/// The CJK ideographs and their extension A.
fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}')
}

fn is_false(value: &bool) -> bool {
    !*value
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `4 digits`, `2 to 12 capitals, digits or Chinese characters`.
impl fmt::Display for TextRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.chars {
            Charset::Digits => "digits",
            Charset::Letters => "capitals",
            Charset::LettersDigits => "capitals or digits",
            Charset::LettersDigitsHan => "capitals, digits or Chinese characters",
        };
        if self.min == self.max {
            write!(f, "{} {word}", self.min)
        } else {
            write!(f, "{} to {} {word}", self.min, self.max)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(kind: Kind, before: Option<Separator>) -> Element {
        let chars = if kind.is_number() { Charset::Digits } else { Charset::LettersDigits };
        let text = vec![TextRule { chars, min: 3, max: 4, widest: None }];
        Element { kind, before, optional: false, text, words: Vec::new(), source: "ours".to_owned() }
    }

    fn shape() -> Vec<Element> {
        let level = Some(Separator::Level);
        vec![
            element(Kind::Fonds, None),
            element(Kind::Category, level),
            element(Kind::Subcategory, Some(Separator::Part)),
            element(Kind::Volume, level),
            element(Kind::Item, level),
        ]
    }

    #[test]
    fn a_shape_that_cannot_be_parsed_or_counted_by_is_refused() {
        type Spoil = fn(&mut Vec<Element>);
        let table: [(Spoil, ElementError); 14] = [
            (|e| e.clear(), ElementError::First),
            (|e| drop(e.remove(0)), ElementError::First),
            (|e| e[0].optional = true, ElementError::First),
            (|e| e[1].before = None, ElementError::NoSeparator(2, Kind::Category)),
            (|e| e[1].text.clear(), ElementError::Width(2, Kind::Category)),
            (|e| e[1].text[0].min = 0, ElementError::Width(2, Kind::Category)),
            (|e| e[4].text[0].max = 19, ElementError::Width(5, Kind::Item)),
            (|e| e[4].text[0].widest = Some((4, 8)), ElementError::Width(5, Kind::Item)),
            (|e| e.push(e[4].clone()), ElementError::Repeated(6, Kind::Item)),
            (|e| e[4].before = Some(Separator::Part), ElementError::Number(5, Kind::Item)),
            (|e| e[4].kind = Kind::Department, ElementError::Number(5, Kind::Department)),
            (|e| e[3].optional = true, ElementError::Required(4, Kind::Volume)),
            (|e| e.push(element(Kind::Page, e[4].before)), ElementError::ItemAndPage),
            (|e| e.truncate(3), ElementError::NoNumber),
        ];
        assert_eq!(check_elements(&shape()), Ok(()));
        for (spoil, error) in table {
            let mut elements = shape();
            spoil(&mut elements);
            assert_eq!(check_elements(&elements), Err(error));
        }
    }
}
