//! The date of a record (日期), whose month or day may be unknown.

use super::{Day, Year};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A date as the catalogue knows it: a year, a month of a year, or a day.
/// Text: `2011`, `2011-06`, `2011-06-14`. Order: an unknown part sorts before
/// every known one.
///
/// Source: DA/T 18-2022 (日期: unknown parts are written `00`), standards-cn §13.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Dated {
    year: Year,
    month: u8,
    day: u8,
}

impl Dated {
    /// `month` and `day` are 0 where unknown; a known day needs a known month.
    /// `None` where the calendar has no such date (years 1000..=2999).
    pub fn new(year: Year, month: u8, day: u8) -> Option<Self> {
        if !(1000..=2999).contains(&year) || month > 12 || (month == 0 && day != 0) {
            return None;
        }
        if day != 0 {
            Day::new(year, month, day)?;
        }
        Some(Self { year, month, day })
    }

    pub fn year(self) -> Year {
        self.year
    }

    /// The day, if all of it is known.
    pub fn day(self) -> Option<Day> {
        (self.day != 0).then(|| Day::new(self.year, self.month, self.day))?
    }
}

impl fmt::Display for Dated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if self.month != 0 {
            write!(f, "-{:02}", self.month)?;
        }
        if self.day != 0 {
            write!(f, "-{:02}", self.day)?;
        }
        Ok(())
    }
}

impl From<Dated> for String {
    fn from(dated: Dated) -> Self {
        dated.to_string()
    }
}

impl TryFrom<String> for Dated {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map_err(|()| "no date of a record")
    }
}

impl FromStr for Dated {
    type Err = ();
    /// Reads the canonical text only; `ingest` reads what people type.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-');
        let number = |part: Option<&str>, width: usize| match part {
            None => Ok(0),
            Some(p) if p.len() == width => p.parse::<u16>().map_err(|_| ()),
            Some(_) => Err(()),
        };
        let (y, m, d) = (number(parts.next(), 4)?, number(parts.next(), 2)?, number(parts.next(), 2)?);
        if parts.next().is_some() {
            return Err(());
        }
        let dated = Self::new(y.into(), m.try_into().map_err(|_| ())?, d.try_into().map_err(|_| ())?).ok_or(())?;
        (dated.to_string() == text).then_some(dated).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_dates_are_read() {
        for good in ["2011", "2011-06", "2011-06-14", "1950-02-28"] {
            assert_eq!(good.parse::<Dated>().unwrap().to_string(), good);
        }
        for bad in ["", "11", "2011-6", "2011-00", "2011-06-31", "2011-13", "2011-06-14-01", "20110614"] {
            assert!(bad.parse::<Dated>().is_err(), "{bad}");
        }
    }
}
