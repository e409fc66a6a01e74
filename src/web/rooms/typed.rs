//! A form as it was typed.

use super::ours;
use crate::web::{given::Unread, refusal::Refusal, session::Asker};
use axum::Form;

/// Names and values in their order; a box that is not ticked is not there.
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// The form, if it carries the token of its session. A NUL stands in no word of ours,
    /// and PostgreSQL takes none.
    pub fn of(asker: &Asker, Form(pairs): Form<Vec<(String, String)>>) -> Result<Self, Refusal> {
        let typed = Self(pairs);
        ours(asker, typed.text("csrf"))?;
        match typed.0.iter().find(|(_, value)| value.contains('\0')) {
            Some(_) => Err(Refusal::Unread { status: 422, detail: "a text holds a NUL".to_owned() }),
            None => Ok(typed),
        }
    }

    /// All of them.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a field; empty where there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The same where something was typed.
    pub fn said(&self, name: &str) -> Option<String> {
        Some(self.text(name).trim().to_owned()).filter(|said| !said.is_empty())
    }

    /// The values of the boxes that were ticked.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect()
    }

    pub fn number(&self, name: &'static str) -> Result<Option<i64>, Unread> {
        crate::web::given::read_if(name, Some(self.text(name)))
    }
}
