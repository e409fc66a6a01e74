//! Periods of retention (保管期限) as they are written.

use super::numeral;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// How long a record is kept, as the catalogue says. Text: the code of the
/// 档号, `Y` or `D30`.
///
/// Source: DA/T 13-2022 保管期限代码, standards-cn §1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Retention {
    /// 永久
    Permanent,
    /// 定期, in years, 1..=999.
    Years(u16),
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permanent => f.write_str("Y"),
            Self::Years(years) => write!(f, "D{years}"),
        }
    }
}

/// Why a word is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetentionFault {
    /// 长期, 短期: terms before 2006 that name no number of years.
    OldTerm,
    Unknown,
}

/// `永久`, `Y`, `30年`, `定期30年`, `定期(30年)`, `D30`, `30`, `三十年`; `None` if
/// blank.
pub fn retention(text: &str) -> Result<Option<Retention>, RetentionFault> {
    let word: String = text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    match word.as_str() {
        "" => return Ok(None),
        "永久" | "永久保存" | "永久保管" | "Y" => return Ok(Some(Retention::Permanent)),
        "长期" | "短期" | "C" | "D" => return Err(RetentionFault::OldTerm),
        _ => {}
    }
    let years = word.strip_prefix('D').or_else(|| word.strip_prefix("定期")).unwrap_or(&word);
    let years = years.strip_suffix('年').unwrap_or(years);
    match numeral::number(years).and_then(|years| u16::try_from(years).ok()) {
        Some(years @ 1..=999) => Ok(Some(Retention::Years(years))),
        _ => Err(RetentionFault::Unknown),
    }
}

/// `12`, `12页`, `共12张`; `None` for what is no number of pages.
pub fn pages(text: &str) -> Option<u32> {
    let number: String = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    number.trim_start_matches('共').trim_end_matches(['页', '张', 'p', 'P']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_as_they_are_written() {
        for (word, code) in [
            ("永久", "Y"),
            ("Y", "Y"),
            ("ｙ", "Y"),
            ("30年", "D30"),
            ("30", "D30"),
            ("定期30年", "D30"),
            ("定期（30年）", "D30"),
            ("D10", "D10"),
            ("d10", "D10"),
            ("三十年", "D30"),
            ("１０ 年", "D10"),
        ] {
            assert_eq!(retention(word).unwrap().unwrap().to_string(), code, "{word}");
        }
        assert_eq!(retention(" "), Ok(None));
    }

    #[test]
    fn other_words_are_no_period() {
        for (word, fault) in [
            ("长期", RetentionFault::OldTerm),
            ("短期", RetentionFault::OldTerm),
            ("定期", RetentionFault::Unknown),
            ("0年", RetentionFault::Unknown),
            ("1000年", RetentionFault::Unknown),
            ("待定", RetentionFault::Unknown),
            ("-30年前后", RetentionFault::Unknown),
        ] {
            assert_eq!(retention(word), Err(fault), "{word}");
        }
    }
}
