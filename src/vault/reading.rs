//! What reading a file for its text can give.

/// Three different answers: text, a file without any, and one that could not be
/// read, which is no "no text".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 有文本
    Text,
    /// 无文本: a scan without a text layer, a picture.
    NoText,
    /// 未能读取: damaged, encrypted, or of a format nobody here reads.
    NotRead,
}

impl Outcome {
    /// As the rows spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::NoText => "no_text",
            Self::NotRead => "not_read",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Text, Self::NoText, Self::NotRead].into_iter().find(|outcome| outcome.word() == word)
    }
}
