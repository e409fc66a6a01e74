//! Lines into running text.

/// Whether a character is written without blanks around it.
pub(super) fn is_cjk(c: char) -> bool {
    matches!(u32::from(c),
        0x2e80..=0x303f | 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff
        | 0xff00..=0xffef | 0x2_0000..=0x3_23af)
}

/// Appends `line` to `text`: no blank where either side is CJK.
pub(super) fn join(text: &mut String, line: &str) {
    let line = line.trim();
    if line.is_empty() {
        return;
    }
    let before = text.chars().next_back();
    let after = line.chars().next();
    if let (Some(before), Some(after)) = (before, after)
        && !is_cjk(before)
        && !is_cjk(after)
        && !before.is_whitespace()
    {
        text.push(' ');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_wrapped_over_a_line_end_stands_whole() {
        let mut text = String::new();
        for line in ["关于印发土地", "确权办法的通知", "", "OCFL", "object 3", "件"] {
            join(&mut text, line);
        }
        assert_eq!(text, "关于印发土地确权办法的通知OCFL object 3件");
    }
}
