//! Numbers of a query, within their bounds.

use crate::web::refusal::Refusal;
use std::ops::RangeInclusive;

/// The number that `given` writes in digits; `None` where nothing is given.
///
/// # Errors
/// [`Refusal::OutOfBounds`] for what is no number, or none of `bounds`.
pub(in crate::web) fn bounded<N>(
    name: &'static str,
    given: Option<&str>,
    bounds: RangeInclusive<N>,
) -> Result<Option<N>, Refusal>
where
    N: Copy + Into<i64> + TryFrom<i64> + PartialOrd,
{
    let Some(given) = given else { return Ok(None) };
    let digits = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| N::try_from(given.parse::<i64>().ok()?).ok()).flatten();
    match number.filter(|number| bounds.contains(number)) {
        Some(number) => Ok(Some(number)),
        None => Err(Refusal::OutOfBounds { name, from: (*bounds.start()).into(), to: (*bounds.end()).into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_digits_and_lies_within_its_bounds() {
        assert_eq!(bounded("limit", None, 1_u32..=500).ok(), Some(None));
        for (given, wanted) in [("1", 1), ("500", 500), ("007", 7)] {
            assert_eq!(bounded("limit", Some(given), 1_u32..=500).ok(), Some(Some(wanted)), "{given}");
        }
        for given in ["", "0", "501", "-1", "+1", " 1", "1.0", "1e2", "null", "99999999999999999999"] {
            let refused = bounded("limit", Some(given), 1_u32..=500);
            let wanted = matches!(refused, Err(Refusal::OutOfBounds { name: "limit", from: 1, to: 500 }));
            assert!(wanted, "{given}: {refused:?}");
        }
    }
}
