use askama::Template;

use super::GrantShown;
use crate::web::pages::Frame;

/// 授权: all of them. GET `/grants` {person, ended}.
#[derive(Template)]
#[template(path = "people/grants.html", config = "config/askama.toml")]
pub struct GrantsPage {
    pub frame: Frame,
    /// A part of the name asked for.
    pub person: String,
    /// Those that ended too.
    pub ended: bool,
    pub grants: Vec<GrantShown>,
}
