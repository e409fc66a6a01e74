use askama::Template;

use super::HoldingShown;
use crate::web::pages::Frame;

/// 岗位: who holds what, today and before. GET `/posts`.
#[derive(Template)]
#[template(path = "people/posts.html", config = "config/askama.toml")]
pub struct PostsPage {
    pub frame: Frame,
    pub posts: Vec<PostGroup>,
}

pub struct PostGroup {
    pub name: String,
    /// Where the post is named.
    pub source: String,
    /// Today's first, then the newest.
    pub held: Vec<HoldingShown>,
}

impl PostGroup {
    pub fn today(&self) -> usize {
        self.held.iter().filter(|one| one.today).count()
    }
}
