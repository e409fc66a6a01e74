//! What the members of a package are called.

use crate::ingest::folder::{Refusal, is_unseen};
use encoding_rs::GB18030;
use std::borrow::Cow;

/// The longest part of a name and the longest name, in bytes (ours; what file systems bear).
const LONGEST_PART: usize = 255;
const LONGEST: usize = 4_096;

/// Whether names that do not say what they are written in are UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unflagged {
    pub utf8: bool,
}

/// The name as text: `None` where it is neither.
pub(super) fn decode(raw: &[u8], flagged: bool, unflagged: Unflagged) -> Option<Cow<'_, str>> {
    if flagged || unflagged.utf8 || raw.is_ascii() {
        return std::str::from_utf8(raw).ok().map(Cow::Borrowed);
    }
    GB18030.decode_without_bom_handling_and_without_replacement(raw)
}

/// A name that could not be read, as it is shown: `\xNN` for each byte beyond ASCII.
pub(super) fn escaped(raw: &[u8]) -> String {
    raw.escape_ascii().to_string()
}

/// The path below the package that a name means, joined by `/`, or why it is refused.
/// Windows programs have written `\` for `/`.
pub(super) fn relative(name: &str) -> Result<String, Refusal> {
    if name.chars().any(is_unseen) {
        return Err(Refusal::Unseen);
    }
    if name.len() > LONGEST {
        return Err(Refusal::Name);
    }
    let name = if name.contains('/') { Cow::Borrowed(name) } else { Cow::Owned(name.replace('\\', "/")) };
    let drive = name.as_bytes().get(1) == Some(&b':') && name.as_bytes()[0].is_ascii_alphabetic();
    if name.starts_with('/') || drive {
        return Err(Refusal::Outside);
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.iter().any(|part| *part == ".." || part.split('\\').any(|part| part == "..")) {
        return Err(Refusal::Outside);
    }
    if parts.is_empty() || parts.iter().any(|part| part.len() > LONGEST_PART) {
        return Err(Refusal::Name);
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_the_package() {
        for name in ["../a", "a/../../b", "..\\..\\win.ini", "/etc/passwd", "C:\\x.txt", "c:/x", "a/..\\b"] {
            assert_eq!(relative(name), Err(Refusal::Outside), "{name}");
        }
        for name in ["", "/", "a\0b", "a\nb", "\u{202e}fdp.exe", &"a".repeat(300)] {
            assert!(relative(name).is_err(), "{name:?}");
        }
        for (name, wanted) in [
            ("2011/./a.pdf", "2011/a.pdf"),
            ("2011\\案卷\\a.pdf", "2011/案卷/a.pdf"),
            ("a//b", "a/b"),
            ("..a/b..", "..a/b.."),
            ("CON", "CON"),
        ] {
            assert_eq!(relative(name).as_deref(), Ok(wanted), "{name}");
        }
    }

    #[test]
    fn names_without_a_flag_are_read_together() {
        let (gbk, _, _) = GB18030.encode("档案");
        let old = Unflagged { utf8: false };
        assert_eq!(decode(&gbk, false, old).as_deref(), Some("档案"));
        assert_eq!(decode("档案".as_bytes(), true, old).as_deref(), Some("档案"));
        assert_eq!(decode("档案".as_bytes(), false, Unflagged { utf8: true }).as_deref(), Some("档案"));
        assert_eq!(decode(b"bad\xff", false, old), None);
    }
}
