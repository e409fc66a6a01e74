//! Posts (岗位) that somebody can hold.

/// A post: office head, general manager …
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Small letters, digits and `-`; what approvals name.
    pub code: String,
    pub name: String,
    pub name_en: String,
    /// Whether each department has one of its own.
    pub per_department: bool,
    /// Where it is named.
    pub source: String,
}

/// `posts.toml`.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostFile {
    pub post: Vec<Post>,
}
