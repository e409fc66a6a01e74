//! One character to one character: what the index and the query see, never what is shown.

use std::{collections::HashMap, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;

/// The pairs of OpenCC (Apache-2.0); the header of the file says how it was made.
const SIMPLIFIED: &str = include_str!("simplified.txt");

struct Table {
    /// One entry for each code point of the BMP.
    basic: Vec<char>,
    beyond: HashMap<char, char>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let simplified: HashMap<char, char> = SIMPLIFIED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut chars = line.chars();
            Some((chars.next()?, chars.next()?))
        })
        .collect();
    let settle = |c: char| {
        let mut now = c;
        // Two steps settle every known character; the bound keeps a loop in the table harmless.
        for _ in 0..4 {
            now = step(now, &simplified);
        }
        now
    };
    let basic = (0..0x1_0000_u32).map(|code| char::from_u32(code).map_or('\u{fffd}', settle)).collect();
    let beyond = (0x1_0000..0x11_0000_u32)
        .filter_map(char::from_u32)
        .map(|c| (c, settle(c)))
        .filter(|(c, folded)| c != folded)
        .collect();
    Table { basic, beyond }
});

/// Folds width, case, compatibility forms (NFKC where it is 1:1), traditional
/// to simplified, and the look-alikes of brackets, dots and dashes.
pub fn fold(c: char) -> char {
    match TABLE.basic.get(c as usize) {
        Some(folded) => *folded,
        None => TABLE.beyond.get(&c).copied().unwrap_or(c),
    }
}

fn step(c: char, simplified: &HashMap<char, char>) -> char {
    let c = alike(only(std::iter::once(c).nfkc()).unwrap_or(c));
    let c = only(c.to_lowercase()).unwrap_or(c);
    simplified.get(&c).copied().unwrap_or(c)
}

/// Separators of 档号 (DA/T 13-2022) and brackets of 文号 (GB/T 9704-2012).
fn alike(c: char) -> char {
    match c {
        '.' | '・' | '•' | '‧' | '⋅' | '･' | '．' => '·',
        '－' | '–' | '—' | '‐' | '‑' | '−' => '-',
        '〔' | '［' | '【' | '（' | '[' | '﹝' => '(',
        '〕' | '］' | '】' | '）' | ']' | '﹞' => ')',
        _ => c,
    }
}

fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    chars.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_fold_to_one_and_folding_twice_changes_nothing() {
        for (from, to) in [
            ('檔', '档'),
            ('Ａ', 'a'),
            ('９', '9'),
            ('〔', '('),
            ('】', ')'),
            ('・', '·'),
            ('.', '·'),
            ('—', '-'),
            ('𠀀', '𠀀'),
        ] {
            assert_eq!(fold(from), to, "{from}");
        }
        for c in ('\0'..=char::MAX).filter(|c| fold(*c) != *c) {
            assert_eq!(fold(fold(c)), fold(c), "{c}");
        }
    }
}
