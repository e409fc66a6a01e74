//! Making look-alikes canonical, for import and search. Never on write.

/// The text as a code would be written: look-alikes of `·` and `-` replaced,
/// full-width letters and digits made ASCII, small letters capitals, spaces and
/// invisible signs dropped. The result need not be a code.
///
/// Source: standards-cn §1.3 *Character traps*. NFKC does not do this: it leaves
/// `•` and `—` as they are and turns `･` into `・`.
pub fn fold(raw: &str) -> String {
    raw.chars().filter_map(fold_char).collect()
}

/// The canonical character; `None` for one that is dropped.
pub(super) fn fold_char(c: char) -> Option<char> {
    match c {
        '.' | '\u{30FB}' | '\u{2022}' | '\u{2027}' | '\u{22C5}' | '\u{FF65}' | '\u{FF0E}' => Some('·'),
        '\u{FF0D}' | '\u{2013}' | '\u{2014}' | '\u{2010}' | '\u{2212}' => Some('-'),
        // The non-breaking hyphen of word processors: ours.
        '\u{2011}' => Some('-'),
        '\u{FF10}'..='\u{FF19}' | '\u{FF21}'..='\u{FF3A}' | '\u{FF41}'..='\u{FF5A}' => {
            char::from_u32(u32::from(c) - 0xFEE0).map(|c| c.to_ascii_uppercase())
        }
        // Zero-width signs and the byte order mark come along in copied text.
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => None,
        c if c.is_whitespace() => None,
        c => Some(c.to_ascii_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_alike_becomes_canonical_and_stays_so() {
        for dot in ".・•‧⋅･．".chars() {
            assert_eq!(fold(&format!("WS{dot}2011")), "WS·2011", "{dot}");
        }
        for dash in "－–—‐−\u{2011}".chars() {
            assert_eq!(fold(&format!("Z109{dash}WS")), "Z109-WS", "{dash}");
        }
        assert_eq!(fold("\u{FEFF}ｚ１０９-ws ·\u{3000}2011\t"), "Z109-WS·2011");
        assert_eq!(fold("Z109-WS·2011·Y·办公室-0001"), "Z109-WS·2011·Y·办公室-0001");
        assert_eq!(fold("Z109/WS_1"), "Z109/WS_1");
    }
}
