//! Instants and days: different types, because a law's date is not an instant.

use std::{fmt, str::FromStr};

/// A moment, in UTC, to the millisecond. Its text is RFC 3339 of fixed width
/// (`2026-11-24T08:00:00.000Z`), so that text order is time order in any database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(jiff::Timestamp);

/// A day of the civil calendar (`2026-11-24`), without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

/// A year of the Gregorian calendar (公历), 1..=9999.
pub type Year = i64;

/// The time, asked for and never taken. `app` has the only one that reads the
/// wall clock.
pub trait Clock: Send + Sync {
    fn now(&self) -> Instant;
}

impl Instant {
    /// Milliseconds since 1970; 0 before it. `None` beyond the year 9999.
    pub fn from_millis(millis: u64) -> Option<Self> {
        jiff::Timestamp::from_millisecond(i64::try_from(millis).ok()?).ok().map(Self)
    }

    pub fn millis(self) -> u64 {
        u64::try_from(self.0.as_millisecond()).unwrap_or(0)
    }

    /// The moment `seconds` later; saturates at the end of the calendar.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(jiff::Timestamp::MAX))
    }

    /// Date and time of day in `zone` (an IANA name): `2026-11-24 16:00:00`; `None` for
    /// an unknown zone.
    pub fn local(self, zone: &str) -> Option<String> {
        Some(self.0.in_tz(zone).ok()?.strftime("%Y-%m-%d %H:%M:%S").to_string())
    }

    /// The day it is at this moment in `zone` (an IANA name); `None` for an
    /// unknown zone.
    pub fn day_in(self, zone: &str) -> Option<Day> {
        Some(Day(self.0.in_tz(zone).ok()?.date()))
    }
}

impl Day {
    /// `None` where the calendar has no such day.
    pub fn new(year: Year, month: u8, day: u8) -> Option<Self> {
        let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        (year >= 1).then_some(())?;
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }

    /// The last day of a month of a year; `None` where the calendar has no such month.
    pub fn last_of(year: Year, month: u8) -> Option<Self> {
        Some(Self(Self::new(year, month, 1)?.0.last_of_month()))
    }

    pub fn year(self) -> Year {
        self.0.year().into()
    }

    /// Whole days from `earlier` to this one; negative where this one is the earlier.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.duration_since(earlier.0).as_hours() / 24
    }

    /// The day after it; the last day of the calendar has none.
    pub fn next(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Self)
    }

    /// The moment at which it begins in `zone` (an IANA name); `None` for an unknown zone.
    pub fn begins_in(self, zone: &str) -> Option<Instant> {
        Some(Instant(self.0.in_tz(zone).ok()?.timestamp()))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
impl FromStr for Instant {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        let stamp: jiff::Timestamp = text.parse()?;
        Ok(Self(jiff::Timestamp::from_millisecond(stamp.as_millisecond())?))
    }
}
impl FromStr for Day {
    type Err = jiff::Error;
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        Ok(Self(text.parse()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_instant_has_a_fixed_width() {
        for text in ["2026-11-24T08:00:00.000Z", "1999-01-01T00:00:00.120Z"] {
            assert_eq!(text.parse::<Instant>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_month_ends_when_the_calendar_says_and_days_are_counted_over_a_leap_day() {
        for (year, last) in [(2026, "2026-02-28"), (2028, "2028-02-29"), (2100, "2100-02-28")] {
            assert_eq!(Day::last_of(year, 2).unwrap().to_string(), last);
        }
        assert_eq!((Day::last_of(2026, 13), Day::last_of(2026, 0)), (None, None));
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(day("2028-03-01").days_since(day("2028-02-28")), 2);
        assert_eq!(day("2027-03-01").days_since(day("2027-02-28")), 1);
        assert_eq!(day("2027-02-28").days_since(day("2027-03-01")), -1);
    }

    #[test]
    fn midnight_in_shanghai_is_the_next_day() {
        let at: Instant = "2026-12-31T16:00:00.000Z".parse().unwrap();
        let day = at.day_in("Asia/Shanghai").unwrap();
        assert_eq!((day.to_string().as_str(), day.begins_in("Asia/Shanghai")), ("2027-01-01", Some(at)));
        assert_eq!("2026-12-31".parse::<Day>().unwrap().next(), Some(day));
    }
}
