//! Retention (保管期限): how long a record is kept, and when that is over.

use crate::{
    kernel::{Day, Year},
    profile::RetentionWords,
};
use std::fmt;

/// How long a record is kept. Its text is the code of a 档号: `Y`, `D30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retention {
    /// 永久
    Permanent,
    /// 定期, so many years, 1..=999.
    Years(u16),
}

/// Why a word is no retention period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RetentionError {
    #[error("retention period {word:?} is not known; write {known}, or a code such as Y or D30")]
    Unknown { word: String, known: String },
    #[error("retention period {word:?} names no number of years; {remedy}")]
    Undecided { word: String, remedy: String },
}

impl Retention {
    /// Reads a code: `Y`, or `D` and 1 to 999 years without leading zeros.
    ///
    /// Source: DA/T 22-2015, DA/T 13-2022 (general form), standards-cn §1.2.
    pub fn from_code(code: &str) -> Option<Self> {
        if code == "Y" {
            return Some(Self::Permanent);
        }
        let digits = code.strip_prefix('D')?;
        let years = years(digits)?;
        (!digits.starts_with('0')).then_some(Self::Years(years))
    }

    /// Reads what a catalogue says: a code, a word for permanent, or a term
    /// (`30年`, `定期30年`, `定期（30年）`). Spaces and brackets do not matter,
    /// full-width digits and letters count as ASCII.
    pub fn from_words(words: &RetentionWords, said: &str) -> Result<Self, RetentionError> {
        let word = plain(said);
        if let Some(code) = Self::from_code(&word) {
            return Ok(code);
        }
        if words.permanent.words.contains(&word) {
            return Ok(Self::Permanent);
        }
        if let Some(old) = words.undecided.iter().find(|old| old.words.contains(&word)) {
            return Err(RetentionError::Undecided { word: said.to_owned(), remedy: old.remedy.clone() });
        }
        let prefix = words.term.prefixes.iter().find_map(|prefix| word.strip_prefix(prefix.as_str()));
        let term = prefix.unwrap_or(&word).strip_suffix(words.term.unit.as_str()).and_then(years);
        term.map(Self::Years).ok_or_else(|| RetentionError::Unknown {
            word: said.to_owned(),
            known: format!("{} or 30{}", words.permanent.words.join(", "), words.term.unit),
        })
    }

    /// The first day on which the period is over: 1 January of
    /// `base_year + 1 + years`. A 10-year item of 2016 may be appraised from
    /// 2027-01-01. Reaching the day decides nothing; see `appraisal`. `None` for
    /// what is permanent, and beyond the year 9999.
    ///
    /// Source: standards-cn §6.1 (令8号 practice; 令79号: the first day after the
    /// fiscal year, which is the same date).
    pub fn ends_on(self, base_year: Year) -> Option<Day> {
        match self {
            Self::Permanent => None,
            Self::Years(years) => Day::new(base_year.checked_add(1 + Year::from(years))?, 1, 1),
        }
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permanent => f.write_str("Y"),
            Self::Years(years) => write!(f, "D{years}"),
        }
    }
}

/// 1..=999 out of ASCII digits alone.
fn years(digits: &str) -> Option<u16> {
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok())?.filter(|years| (1..=999).contains(years))
}

/// Without white space and brackets, full-width ASCII made plain.
fn plain(said: &str) -> String {
    said.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '[' | ']' | '〔' | '〕' | '【' | '】'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn a_period_is_over_on_the_first_of_january_after_its_last_year() {
        let ends = |retention: Retention, year| retention.ends_on(year).map(|day| day.to_string());
        assert_eq!(ends(Retention::Years(10), 2016).as_deref(), Some("2027-01-01"));
        assert_eq!(ends(Retention::Years(30), 2011).as_deref(), Some("2042-01-01"));
        assert_eq!(ends(Retention::Permanent, 2016), None);
        assert_eq!(ends(Retention::Years(999), 9500), None);
        assert_eq!(ends(Retention::Years(1), Year::MAX), None);
    }

    #[test]
    fn codes_are_read_and_written_back() {
        for code in ["Y", "D1", "D10", "D30", "D999"] {
            assert_eq!(Retention::from_code(code).unwrap().to_string(), code);
        }
        for bad in ["", "D", "D0", "D030", "D1000", "30", "C", "y", "永久", "D+3", "D３"] {
            assert_eq!(Retention::from_code(bad), None, "{bad}");
        }
    }

    #[test]
    fn words_of_catalogues_are_read() {
        let words = Profile::compiled().unwrap().retention;
        for (said, code) in [
            ("永久", "Y"),
            ("Y", "Y"),
            ("30年", "D30"),
            ("定期30年", "D30"),
            ("定期（30年）", "D30"),
            ("定期 (10 年)", "D10"),
            ("３０年", "D30"),
            ("D10", "D10"),
        ] {
            assert_eq!(Retention::from_words(&words, said).unwrap().to_string(), code, "{said}");
        }
        for unknown in ["", "定期", "30", "三十年", "0年", "永久30年", "forever"] {
            let error = Retention::from_words(&words, unknown).unwrap_err();
            assert!(matches!(error, RetentionError::Unknown { .. }), "{unknown}");
        }
        for old in ["长期", "短期"] {
            let said = Retention::from_words(&words, old).unwrap_err().to_string();
            assert!(said.contains(old) && said.contains("30年") && said.contains("10年"), "{said}");
        }
    }
}
