use askama::Template;

use super::{Choice, Fault, GrantShown, HoldingShown, SessionShown, TokenShown};
use crate::web::pages::{Frame, access::FactorRow};

/// Somebody: what he is, may, holds. GET `/people/{id}`; POST `/people/{id}` {role,
/// department, clearance}, `/people/{id}/password`, `/people/{id}/leave`,
/// `/people/{id}/grants`, `/people/{id}/posts`, `/people/{id}/tokens`, and below each of
/// the last three and `sessions` `/{one}/end`.
#[derive(Template)]
#[template(path = "people/person.html", config = "config/askama.toml")]
pub struct PersonPage {
    pub frame: Frame,
    pub id: String,
    pub name: String,
    pub role: String,
    pub department: Option<String>,
    pub clearance: String,
    pub since: String,
    pub left: Option<String>,
    pub due: bool,
    /// Whether anything can be changed: nobody changes himself, and who left stays as he is.
    pub open: bool,
    /// One of the three officers: no grants, no posts.
    pub officer: bool,
    pub roles: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub clearances: Vec<Choice>,
    /// Why what he is was not changed.
    pub fault: Option<Fault>,
    pub grants: Vec<GrantShown>,
    pub grant: GrantForm,
    pub posts: Vec<HoldingShown>,
    pub post: PostForm,
    pub sessions: Vec<SessionShown>,
    pub factors: Vec<FactorRow>,
    pub tokens: Vec<TokenShown>,
    pub token: TokenForm,
    /// What is in his hands, in words.
    pub in_hand: Vec<String>,
    /// Why he could not leave.
    pub leave_fault: Option<Fault>,
}

/// A grant to give, as typed. POST {functions…, fonds, category, whose, department,
/// year_from, year_to, secrecy, opening, since, until, reason}.
pub struct GrantForm {
    pub functions: Vec<Choice>,
    pub fonds: Vec<Choice>,
    pub categories: Vec<Choice>,
    pub whose: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub year_from: String,
    pub year_to: String,
    pub secrecies: Vec<Choice>,
    pub openings: Vec<Choice>,
    pub since: String,
    pub until: String,
    pub reason: String,
    pub fault: Option<Fault>,
}

/// A post to give, as typed. POST {post, department, since, until, acts_for, reason}.
pub struct PostForm {
    pub posts: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub since: String,
    pub until: String,
    pub acts_for: Vec<Choice>,
    pub reason: String,
    pub fault: Option<Fault>,
}

/// A token to allow, as typed. POST {label, functions…, until}.
pub struct TokenForm {
    pub label: String,
    pub functions: Vec<Choice>,
    pub until: String,
    pub fault: Option<Fault>,
}
