//! The order people number pages in: 2 before 10.

use std::{cmp::Ordering, iter::Peekable, str::Chars};

/// Compares names so that numbers in them count as numbers: `p2` before `p10`,
/// `第2页` before `第10页`, full-width digits as their plain ones, `2` beside
/// `002`. Case does not matter. Names that are equal so far are ordered by
/// their bytes, so that the order is total.
pub fn natural(a: &str, b: &str) -> Ordering {
    by_numbers(a, b).then_with(|| a.as_bytes().cmp(b.as_bytes()))
}

fn by_numbers(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.chars().peekable(), b.chars().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(l), Some(r)) if digit(*l).is_some() && digit(*r).is_some() => numbers(&mut left, &mut right),
            (Some(l), Some(r)) => {
                let order = sign(*l).cmp(&sign(*r));
                left.next();
                right.next();
                order
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Compares two runs of digits of any length: how many count, then which. Both
/// are taken.
fn numbers(left: &mut Peekable<Chars<'_>>, right: &mut Peekable<Chars<'_>>) -> Ordering {
    while left.next_if(|c| digit(*c) == Some('0')).is_some() {}
    while right.next_if(|c| digit(*c) == Some('0')).is_some() {}
    let mut first = Ordering::Equal;
    loop {
        let l = left.next_if(|c| digit(*c).is_some()).and_then(digit);
        let r = right.next_if(|c| digit(*c).is_some()).and_then(digit);
        match (l, r) {
            (None, None) => return first,
            // The longer number is the larger one.
            (l, r) if l.is_none() || r.is_none() => return l.is_some().cmp(&r.is_some()),
            (l, r) => first = first.then(l.cmp(&r)),
        }
    }
}

/// The plain digit of a plain or full-width one.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => None,
    }
}

/// What a character counts as: a folder's end before everything else, so that
/// the files of one folder stay together.
fn sign(c: char) -> (bool, char) {
    (c != '/', c.to_lowercase().next().unwrap_or(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_stand_in_the_order_they_were_numbered() {
        for wanted in [
            &["p1", "p2", "p10", "p100"][..],
            &["X-001.jpg", "X-002.jpg", "X-010.jpg", "X-100.jpg"],
            &["x_1.tif", "x_2.tif", "x_10.tif"],
            &["第1页.jpg", "第2页.jpg", "第10页.jpg"],
            &["１.jpg", "2.jpg", "１０.jpg"],
            &["a/10.jpg", "a b/1.jpg", "b/2.jpg"],
            &["002", "2", "3"],
            &["99999999999999999999998", "99999999999999999999999"],
            &["A.jpg", "b.jpg", "C.jpg"],
        ] {
            let mut sorted: Vec<&str> = wanted.iter().rev().copied().collect();
            sorted.sort_by(|a, b| natural(a, b));
            assert_eq!(sorted, wanted);
        }
    }

    #[test]
    fn only_the_same_name_is_equal() {
        assert_eq!(natural("p1", "p1"), Ordering::Equal);
        assert_eq!(natural("p01", "p1"), Ordering::Less);
        assert_eq!(natural("P1", "p1"), Ordering::Less);
    }
}
