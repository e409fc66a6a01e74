//! PUIDs in their order.

/// Ours first, then `fmt` before `x-fmt`, the lower number first.
pub(super) fn rank(puid: &str) -> (u8, u32, &str) {
    let (space, number) = puid.split_once('/').unwrap_or((puid, ""));
    let space = match space {
        "fmt" => 1,
        "x-fmt" => 2,
        _ => 0,
    };
    (space, number.parse().unwrap_or(u32::MAX), puid)
}

/// Whether it is written as one: a name and a number.
pub(super) fn is_puid(text: &str) -> bool {
    let name = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
    text.len() <= 32 && text.split_once('/').is_some_and(|(space, number)| name(space) && number.parse::<u32>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_come_first_and_numbers_count() {
        let mut all = ["x-fmt/9", "fmt/100", "lantai/1", "fmt/20", "x-fmt/111"];
        all.sort_by_key(|puid| rank(puid));
        assert_eq!(all, ["lantai/1", "fmt/20", "fmt/100", "x-fmt/9", "x-fmt/111"]);
        assert!(is_puid("x-fmt/111") && !is_puid("fmt/") && !is_puid("fmt/1 2") && !is_puid("/1"));
    }
}
