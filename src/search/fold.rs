//! One character to one character: what the index and the query see, never what is shown.

use std::{collections::HashMap, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;

/// The pairs of OpenCC (Apache-2.0); the header of the file says how it was made.
const SIMPLIFIED: &str = include_str!("simplified.txt");

/// Traditional to simplified, one character to one.
static PAIRS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    SIMPLIFIED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut chars = line.chars();
            Some((chars.next()?, chars.next()?))
        })
        .collect()
});

/// What each code point of the Basic Multilingual Plane folds to; the few beyond it
/// are settled when they are met.
static BASIC: LazyLock<Vec<char>> = LazyLock::new(|| {
    (0..0x1_0000_u32).map(|code| char::from_u32(code).map_or(char::REPLACEMENT_CHARACTER, settle)).collect()
});

/// Two steps settle every known character; the bound keeps a loop in the table harmless.
fn settle(c: char) -> char {
    let mut now = c;
    for _ in 0..4 {
        let next = step(now, &PAIRS);
        if next == now {
            break;
        }
        now = next;
    }
    now
}

/// Folds width, case, compatibility forms (NFKC where it is 1:1), traditional
/// to simplified, and the look-alikes of brackets, dots and dashes.
pub fn fold(c: char) -> char {
    BASIC.get(c as usize).copied().unwrap_or_else(|| settle(c))
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
