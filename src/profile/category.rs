//! Categories (档案门类).

use serde::Deserialize;

/// A category: what a 档号 names right after the fonds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Two capitals, unique in the archive (`WS`).
    pub code: String,
    /// 文书
    pub name: String,
    pub english: String,
    pub unit: Unit,
    /// The second levels there are; empty where any is accepted.
    #[serde(default)]
    pub second_levels: Vec<SecondLevel>,
    pub source: String,
}

/// A second level (二级类别) of a category: `KY` 科研.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondLevel {
    pub code: String,
    pub name: String,
}

/// What is arranged and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// 件
    Item,
    /// 卷
    Volume,
}

/// The file `categories.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryFile {
    pub category: Vec<Category>,
}

impl Category {
    /// Whether the code is two capitals, as DA/T 13-2022 asks.
    pub(super) fn code_is_sound(&self) -> bool {
        self.code.len() == 2 && self.code.bytes().all(|b| b.is_ascii_uppercase())
    }
}
