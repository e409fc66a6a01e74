//! Dates as people type them.
//!
//! Source: standards-cn §13.3 (eight digits with `00` for unknown parts, and the
//! forms imports must accept), §2.4 (考证 dates in `[ ]`).

use super::{Cell, numeral};
use crate::kernel::{Dated, Year};
use unicode_normalization::UnicodeNormalization;

/// A date cell understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    pub dated: Dated,
    /// The end, where the cell holds a span (起止日期).
    pub until: Option<Dated>,
    /// 考证: brackets or a question mark say that somebody worked it out.
    pub supposed: bool,
}

/// Why a cell is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFault {
    /// Written like a date, but the calendar has no such day.
    NoSuchDay,
    /// Two digits for the year, or the day first: which is which is a guess.
    Ambiguous,
    /// A bare number that is perhaps this day as Excel counts days.
    Serial(Dated),
    /// The end of a span is before its start.
    Backwards,
    /// Not written like a date at all.
    NotADate,
}

/// The date a cell holds; `None` if it is blank.
pub fn read(cell: &Cell) -> Result<Option<When>, DateFault> {
    match cell {
        Cell::Empty => Ok(None),
        Cell::Day(dated) => Ok(Some(When { dated: *dated, until: None, supposed: false })),
        Cell::Broken(_) => Err(DateFault::NoSuchDay),
        Cell::Flag(_) => Err(DateFault::NotADate),
        Cell::Text(_) | Cell::Number(_) => typed(&cell.text()).map(Some),
    }
}

fn typed(text: &str) -> Result<When, DateFault> {
    let (plain, supposed) = plain(text);
    let (from, until) = match span(&plain) {
        Some((from, until)) => (from, Some(until)),
        None => (plain.as_str(), None),
    };
    let dated = one(from)?;
    let until = until.map(one).transpose()?;
    if until.is_some_and(|until| until < dated) {
        return Err(DateFault::Backwards);
    }
    Ok(When { dated, until, supposed })
}

/// The text without widths, blanks, a time of day, and brackets; and whether
/// there were brackets or a question mark.
fn plain(text: &str) -> (String, bool) {
    let narrow: String = text.nfkc().collect();
    let mut words = narrow.trim().split([' ', 'T']).filter(|word| !word.is_empty()).peekable();
    let mut kept = String::new();
    let mut supposed = false;
    while let Some(word) = words.next() {
        // `2011-06-14 00:00:00`, as databases export a day.
        if !kept.is_empty() && word.contains(':') && words.peek().is_none() {
            break;
        }
        for c in word.chars() {
            match c {
                '[' | ']' | '〔' | '〕' | '【' | '】' | '?' => supposed = true,
                '—' | '–' | '―' | '−' | '‐' => kept.push('-'),
                '~' | '〜' | '∼' => kept.push('至'),
                '·' | '。' | '、' => kept.push('.'),
                c if c.is_whitespace() => {}
                c => kept.push(c),
            }
        }
    }
    (kept, supposed)
}

/// Two dates: joined by 至 or `~`, or eight digits on either side of a hyphen.
fn span(text: &str) -> Option<(&str, &str)> {
    text.split_once('至').or_else(|| {
        let (from, until) = text.split_once('-')?;
        let is_day = |part: &str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_digit());
        (is_day(from) && is_day(until)).then_some((from, until))
    })
}

fn one(text: &str) -> Result<Dated, DateFault> {
    if text.is_empty() {
        return Err(DateFault::NotADate);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text);
    }
    if text.contains('年') {
        return in_words(text);
    }
    for separator in ['-', '/', '.'] {
        if text.contains(separator) {
            return parted(&text.trim_end_matches(separator).split(separator).collect::<Vec<_>>());
        }
    }
    // 二〇一一 without its 年.
    match numeral::number(text) {
        Some(year) if text.chars().count() == 4 => dated(year, 0, 0),
        _ => Err(DateFault::NotADate),
    }
}

fn digits(text: &str) -> Result<Dated, DateFault> {
    let part = |range: std::ops::Range<usize>| text[range].parse::<u32>().expect("digits only");
    match text.len() {
        4 => dated(part(0..4), 0, 0),
        6 => dated(part(0..4), part(4..6), 0),
        8 => dated(part(0..4), part(4..6), part(6..8)),
        5 => Err(serial(part(0..5)).map_or(DateFault::NotADate, DateFault::Serial)),
        2 => Err(DateFault::Ambiguous),
        _ => Err(DateFault::NotADate),
    }
}

/// `2011年6月14日`, in digits or numerals; month and day may be missing.
fn in_words(text: &str) -> Result<Dated, DateFault> {
    let (year, rest) = text.split_once('年').ok_or(DateFault::NotADate)?;
    let (month, rest) = match rest.split_once('月') {
        Some((month, rest)) => (Some(month), rest),
        None => (None, rest),
    };
    let day = rest.trim_end_matches(['日', '号']);
    if year.chars().count() == 2 {
        return Err(DateFault::Ambiguous);
    }
    let number = |part: &str| numeral::number(part).ok_or(DateFault::NotADate);
    match (month, day) {
        (None, "") => dated(number(year)?, 0, 0),
        (Some(month), "") => dated(number(year)?, number(month)?, 0),
        (Some(month), day) => dated(number(year)?, number(month)?, number(day)?),
        (None, _) => Err(DateFault::NotADate),
    }
}

/// `2011-6-14` or `2011.6`, the year first.
fn parted(parts: &[&str]) -> Result<Dated, DateFault> {
    let numbers: Vec<u32> =
        parts.iter().map(|part| numeral::number(part)).collect::<Option<_>>().ok_or(DateFault::NotADate)?;
    if parts.iter().any(|part| part.chars().count() > 4) {
        return Err(DateFault::NotADate);
    }
    if parts[0].chars().count() != 4 {
        return Err(if matches!(numbers.len(), 2 | 3) { DateFault::Ambiguous } else { DateFault::NotADate });
    }
    match numbers[..] {
        [year] => dated(year, 0, 0),
        [year, month] => dated(year, month, 0),
        [year, month, day] => dated(year, month, day),
        _ => Err(DateFault::NotADate),
    }
}

fn dated(year: u32, month: u32, day: u32) -> Result<Dated, DateFault> {
    let part = |number: u32| u8::try_from(number).map_err(|_| DateFault::NoSuchDay);
    Dated::new(Year::from(year), part(month)?, part(day)?).ok_or(DateFault::NoSuchDay)
}

/// The day Excel would show for this number of days (the epoch of Windows,
/// 1899-12-30 counted back from the missing 1900-02-29); 1927 to 2064 only,
/// where a record's date may plausibly lie.
fn serial(days: u32) -> Option<Dated> {
    if !(10_000..=60_000).contains(&days) {
        return None;
    }
    // Civil date from days, in 400-year eras that begin on 1 March.
    let days = i64::from(days) - 25_569 + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Dated::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: &str) -> Result<Option<When>, DateFault> {
        read(&Cell::from_text(cell.to_owned()))
    }

    #[test]
    fn every_form_people_type_is_read() {
        for (typed, wanted) in [
            ("20110614", "2011-06-14"),
            ("20110600", "2011-06"),
            ("20110000", "2011"),
            ("201106", "2011-06"),
            ("2011", "2011"),
            ("2011-06-14", "2011-06-14"),
            ("2011-6-4", "2011-06-04"),
            ("2011/6/14", "2011-06-14"),
            ("2011.6.14", "2011-06-14"),
            ("2011．06．14", "2011-06-14"),
            ("2011。6。14", "2011-06-14"),
            ("2011.6.14.", "2011-06-14"),
            ("2011-06", "2011-06"),
            ("2011-00-00", "2011"),
            ("2011—06—14", "2011-06-14"),
            ("2011年6月14日", "2011-06-14"),
            ("2011 年 6 月 14 日", "2011-06-14"),
            ("2011年6月14号", "2011-06-14"),
            ("2011年6月", "2011-06"),
            ("2011年", "2011"),
            ("２０１１０６１４", "2011-06-14"),
            ("２０１１年６月１４日", "2011-06-14"),
            ("二〇一一年六月十四日", "2011-06-14"),
            ("二○一一年十二月三十一日", "2011-12-31"),
            ("一九五〇年", "1950"),
            ("二〇一一", "2011"),
            ("2011-06-14 00:00:00", "2011-06-14"),
            ("2011-06-14T08:30:00", "2011-06-14"),
            (" 2012-02-29 ", "2012-02-29"),
        ] {
            let when = text(typed).unwrap_or_else(|fault| panic!("{typed}: {fault:?}")).unwrap();
            assert_eq!((when.dated.to_string().as_str(), when.supposed, when.until), (wanted, false, None), "{typed}");
        }
        assert_eq!(text("  "), Ok(None));
    }

    #[test]
    fn what_is_no_date_says_why() {
        for (typed, fault) in [
            ("20110631", DateFault::NoSuchDay),
            ("2011-02-29", DateFault::NoSuchDay),
            ("2011年13月", DateFault::NoSuchDay),
            ("20110014", DateFault::NoSuchDay),
            ("0011", DateFault::NoSuchDay),
            ("11.6.14", DateFault::Ambiguous),
            ("14/6/2011", DateFault::Ambiguous),
            ("11年6月", DateFault::Ambiguous),
            ("11", DateFault::Ambiguous),
            ("2011061", DateFault::NotADate),
            ("民国三十年", DateFault::NotADate),
            ("不详", DateFault::NotADate),
            ("2011-06-14-1", DateFault::NotADate),
            ("20110614-20100101", DateFault::Backwards),
            ("2011年14日", DateFault::NotADate),
        ] {
            assert_eq!(text(typed), Err(fault), "{typed}");
        }
    }

    #[test]
    fn a_bare_serial_is_proposed_and_not_believed() {
        for (days, day) in [("40708", "2011-06-14"), ("18264", "1950-01-01"), ("40968", "2012-02-29")] {
            assert_eq!(text(days), Err(DateFault::Serial(day.parse().unwrap())), "{days}");
        }
    }

    #[test]
    fn a_supposed_date_and_a_span_are_marked() {
        for (typed, from, until, supposed) in [
            ("[19500000]", "1950", None, true),
            ("[2011]", "2011", None, true),
            ("〔1950年3月〕", "1950-03", None, true),
            ("1950?", "1950", None, true),
            ("20110101-20111231", "2011-01-01", Some("2011-12-31"), false),
            ("2011.1.2至2011.3.4", "2011-01-02", Some("2011-03-04"), false),
            ("2011～2012", "2011", Some("2012"), false),
        ] {
            let when = text(typed).unwrap().unwrap();
            let until = until.map(|until| until.parse().unwrap());
            assert_eq!((when.dated, when.until, when.supposed), (from.parse().unwrap(), until, supposed), "{typed}");
        }
    }
}
