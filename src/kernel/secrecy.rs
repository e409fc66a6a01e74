//! Secrecy (密级).

use serde::{Deserialize, Serialize};
use std::fmt;

/// How secret a record is. A state secret carries its level and, where the mark
/// says so, for how many years.
///
/// Source: DA/T 18-2022 密级 (form `机密★10年`), standards-cn §8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Secrecy {
    /// 公开, or no mark.
    Open,
    /// 内部.
    Internal,
    /// 秘密, 机密, 绝密; `years` is the term on the mark, if it has one.
    Classified { level: Level, years: Option<u16> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 秘密
    Secret,
    /// 机密
    Confidential,
    /// 绝密
    Top,
}

impl Secrecy {
    /// 0 公开, 1 内部, 2 秘密, 3 机密, 4 绝密: what clearance is compared with.
    pub fn rank(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Internal => 1,
            Self::Classified { level: Level::Secret, .. } => 2,
            Self::Classified { level: Level::Confidential, .. } => 3,
            Self::Classified { level: Level::Top, .. } => 4,
        }
    }

    /// Reads a mark: empty, 公开, 内部, 秘密, 机密, 绝密, the last three with
    /// `★` (also `☆`, `*`) and a term (`10年`, `10`, 长期). `None` for any other word.
    pub fn parse(mark: &str) -> Option<Self> {
        let mark: String = mark.chars().filter(|c| !c.is_whitespace()).collect();
        let (word, term) = match mark.split_once(['★', '☆', '*']) {
            Some((word, term)) => (word, Some(term)),
            None => (mark.as_str(), None),
        };
        let level = match word {
            "" | "公开" | "无" if term.is_none() => return Some(Self::Open),
            "内部" if term.is_none() => return Some(Self::Internal),
            "秘密" => Level::Secret,
            "机密" => Level::Confidential,
            "绝密" => Level::Top,
            _ => return None,
        };
        let years = match term {
            None | Some("" | "长期") => None,
            Some(term) => Some(term.trim_end_matches('年').parse().ok()?),
        };
        Some(Self::Classified { level, years })
    }
}

impl fmt::Display for Secrecy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, years) = match self {
            Self::Open => ("公开", None),
            Self::Internal => ("内部", None),
            Self::Classified { level: Level::Secret, years } => ("秘密", *years),
            Self::Classified { level: Level::Confidential, years } => ("机密", *years),
            Self::Classified { level: Level::Top, years } => ("绝密", *years),
        };
        f.write_str(word)?;
        years.map_or(Ok(()), |years| write!(f, "★{years}年"))
    }
}

impl From<Secrecy> for String {
    fn from(secrecy: Secrecy) -> Self {
        secrecy.to_string()
    }
}

impl TryFrom<String> for Secrecy {
    type Error = &'static str;
    fn try_from(mark: String) -> Result<Self, Self::Error> {
        Self::parse(&mark).ok_or("no mark of secrecy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_and_written_back() {
        for (mark, canonical, rank) in [
            ("", "公开", 0),
            ("公开", "公开", 0),
            ("内部", "内部", 1),
            ("秘密", "秘密", 2),
            ("机密★10年", "机密★10年", 3),
            ("机密 ☆ 10", "机密★10年", 3),
            ("绝密★长期", "绝密", 4),
        ] {
            let read = Secrecy::parse(mark).unwrap();
            assert_eq!((read.to_string().as_str(), read.rank()), (canonical, rank), "{mark}");
        }
        for unknown in ["保密", "公开★10年", "机密★十年", "secret"] {
            assert_eq!(Secrecy::parse(unknown), None, "{unknown}");
        }
    }
}
