use askama::Template;

use crate::web::pages::Frame;

/// A first password or a token's secret, shown once: the answer to the POST that made it,
/// kept by no cache.
#[derive(Template)]
#[template(path = "people/secret.html", config = "config/askama.toml")]
pub struct SecretPage {
    pub frame: Frame,
    pub title: String,
    /// Whose, or of what.
    pub name: String,
    pub secret: String,
    /// What to do with it.
    pub how: String,
    /// Where to go on, and what that is called.
    pub on: String,
    pub on_word: String,
}
