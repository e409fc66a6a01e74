//! Days as Excel counts them.

use super::super::Cell;
use crate::kernel::Dated;
use jiff::{ToSpan as _, civil::date};

/// Half of the millisecond that Excel counts to, in days.
const ROUND: f64 = 0.5 / 86_400_000.0;

/// The day of a serial number. 1900-02-29, which Excel believes in, is broken; below 1
/// there is a time and no day.
pub(super) fn day_of(serial: f64, from_1904: bool) -> Cell {
    if serial.is_nan() || serial < 1.0 {
        return Cell::Number(serial);
    }
    // Beyond the year 9999 there is nothing, whatever the number.
    let days = (serial + ROUND).floor().min(3_000_000.0) as i64;
    let first = match (from_1904, days) {
        (true, _) => date(1904, 1, 1),
        (false, ..60) => date(1899, 12, 31),
        (false, 60) => return Cell::Broken("1900-02-29".to_owned()),
        (false, _) => date(1899, 12, 30),
    };
    let Ok(day) = first.checked_add(days.days()) else { return Cell::Broken(serial.to_string()) };
    let (month, of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
    match Dated::new(day.year().into(), month, of_month) {
        Some(dated) => Cell::Day(dated),
        None => Cell::Broken(day.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1900_or_1904_with_the_day_that_never_was() {
        for (serial, from_1904, wanted) in [
            (1.0, false, "1900-01-01"),
            (59.0, false, "1900-02-28"),
            (60.0, false, "1900-02-29"),
            (61.0, false, "1900-03-01"),
            (40_708.0, false, "2011-06-14"),
            (40_708.75, false, "2011-06-14"),
            (40_708.999_999_999_9, false, "2011-06-15"),
            (39_246.0, true, "2011-06-14"),
            (0.5, false, "0.5"),
            (3_000_000.0, false, "3000000"),
        ] {
            assert_eq!(day_of(serial, from_1904).text(), wanted, "{serial}");
        }
        for serial in [60.0, 3_000_000.0, 1e300, f64::INFINITY] {
            assert!(matches!(day_of(serial, false), Cell::Broken(_)), "{serial}");
        }
        assert!(matches!(day_of(61.0, false), Cell::Day(_)));
    }
}
