//! The shape of a fonds' codes in one category from one year on.

use super::{Code, CodeError, SchemeError, fold, parse};
use crate::{
    kernel::Year,
    profile::{Element, Form, Kind, Preset, Profile, SecondLevel, check_elements},
};
use serde::{Deserialize, Serialize};

/// A scheme (档号编制规则): one fonds × category × first year. A value, stored as
/// JSON text; what it was made from may change without changing it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    fonds: String,
    category: String,
    first_year: Year,
    /// The preset it was made from (`DAT22-2015`).
    preset: String,
    elements: Vec<Element>,
}

impl Scheme {
    /// The preset's shape for this fonds and category, used from `first_year` on.
    /// The category's second levels are copied into it.
    pub fn of(
        profile: &Profile,
        preset: &Preset,
        fonds: &str,
        category: &str,
        first_year: Year,
    ) -> Result<Self, SchemeError> {
        let Some(known) = profile.category(category) else {
            return Err(SchemeError::UnknownCategory(category.to_owned()));
        };
        let Some(form) = preset.form(category) else {
            let (preset, category) = (preset.id.clone(), category.to_owned());
            return Err(SchemeError::NotForCategory { preset, category });
        };
        Self::made(Self { first_year, ..Self::bound(preset, form, fonds, category, &known.second_levels) })
    }

    /// The scheme with other elements: wider, narrower, pages instead of items.
    pub fn with_elements(self, elements: Vec<Element>) -> Result<Self, SchemeError> {
        Self::made(Self { elements, ..self })
    }

    /// The scheme from another year on.
    pub fn from_year(self, first_year: Year) -> Self {
        Self { first_year, ..self }
    }

    /// Reads what [`Scheme::to_json`] wrote; refuses what cannot be parsed by.
    pub fn from_json(json: &str) -> Result<Self, SchemeError> {
        Self::made(serde_json::from_str(json)?)
    }

    /// One line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings, numbers and lists have a JSON form")
    }

    /// The code written by `text`, which must be canonical. A refusal carries a
    /// proposal where the text with look-alikes made canonical is a code.
    pub fn parse(&self, text: &str) -> Result<Code, CodeError> {
        let mut error = match parse::parse(self, text) {
            Ok(code) => return Ok(code),
            Err(error) => error,
        };
        let folded = fold(text);
        if folded != text && parse::parse(self, &folded).is_ok() {
            error.proposal = Some(folded);
        }
        Err(error)
    }

    pub fn fonds(&self) -> &str {
        &self.fonds
    }

    pub fn category(&self) -> &str {
        &self.category
    }

    pub fn first_year(&self) -> Year {
        self.first_year
    }

    /// The id of the preset it was made from.
    pub fn preset(&self) -> &str {
        &self.preset
    }

    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The form for this fonds and category from year 1 on, unchecked. A list of
    /// second levels closes the first level below the category, unless the form
    /// has a list of its own.
    pub(super) fn bound(preset: &Preset, form: &Form, fonds: &str, category: &str, levels: &[SecondLevel]) -> Self {
        let mut elements = form.elements.clone();
        let second = elements.iter_mut().find(|e| e.kind == Kind::Subcategory);
        if let Some(level) = second.filter(|level| level.words.is_empty()) {
            level.words = levels.iter().map(|level| level.code.clone()).collect();
        }
        let (fonds, category) = (fonds.to_owned(), category.to_owned());
        Self { fonds, category, first_year: 1, preset: preset.id.clone(), elements }
    }

    fn made(scheme: Self) -> Result<Self, SchemeError> {
        check_elements(&scheme.elements)?;
        let rules = &scheme.elements[0].text;
        if parse::fits_a_rule(rules, &scheme.fonds).is_none() {
            return Err(SchemeError::Fonds { found: scheme.fonds.clone(), wanted: parse::wanted(rules) });
        }
        Ok(scheme)
    }
}
