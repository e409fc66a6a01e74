//! Templates (目录模板): what an empty catalogue has for columns.

use super::{Category, Column, Field};
use serde::Deserialize;

/// The file `templates.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    /// Offered for the retention period; other words may be typed.
    pub retention: Vec<String>,
    /// Offered for the secrecy; likewise.
    pub secrecy: Vec<String>,
    pub source: String,
    #[serde(rename = "template")]
    pub all: Vec<Template>,
}

/// The template of some categories.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub categories: Vec<String>,
    pub source: String,
    pub columns: Vec<TemplateColumn>,
}

/// A column of it: a field, or a header that has no meaning here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateColumn {
    pub field: Option<Field>,
    /// Its header, where it is not the field's own.
    pub name: Option<String>,
    pub about: Option<String>,
    pub about_en: Option<String>,
    pub source: Option<String>,
}

impl Templates {
    pub fn of(&self, category: &str) -> Option<&Template> {
        self.all.iter().find(|template| template.categories.iter().any(|one| one == category))
    }

    /// What keeps them from being used: the category that has not one, or a column that says
    /// neither a field nor all of itself.
    pub(super) fn fault(&self, categories: &[Category], columns: &[Column]) -> Option<String> {
        let listed = || self.all.iter().flat_map(|template| &template.categories);
        let count = |code: &str| listed().filter(|one| *one == code).count();
        if let Some(category) = categories.iter().find(|category| count(&category.code) != 1) {
            return Some(category.code.clone());
        }
        if let Some(unknown) = listed().find(|code| !categories.iter().any(|category| category.code == **code)) {
            return Some(unknown.clone());
        }
        let known = |column: &TemplateColumn| match column.field {
            Some(field) => columns.iter().any(|one| one.field == field),
            None => [&column.name, &column.about, &column.about_en, &column.source].iter().all(|said| said.is_some()),
        };
        self.all.iter().find_map(|template| {
            let has = |field| template.columns.iter().any(|column| column.field == Some(field));
            let whole = template.columns.iter().all(known) && has(Field::Code) && has(Field::Title);
            (!whole).then(|| template.categories.join(" "))
        })
    }
}
