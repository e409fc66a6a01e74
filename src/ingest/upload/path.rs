//! The path that a sender gives a file: below the batch, and of this batch alone.

use super::{PathFault, UploadError};
use crate::ingest::folder::is_unseen;
use unicode_normalization::UnicodeNormalization as _;

/// Longest path and longest name in it, in bytes: what file systems take.
const LONGEST: usize = 1_024;
const LONGEST_NAME: usize = 255;

/// The path as it is kept.
pub(super) fn checked(path: &str) -> Result<String, UploadError> {
    fault(path).map_or_else(
        || Ok(path.to_owned()),
        |fault| Err(UploadError::Path { path: path.chars().take(200).collect(), fault }),
    )
}

/// What two paths have alike that stand for one file: senders write the same name composed or not.
pub fn same(path: &str) -> String {
    path.nfc().collect()
}

fn fault(path: &str) -> Option<PathFault> {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.starts_with('/') || drive || path.split('/').any(|part| matches!(part.trim(), "." | "..")) {
        return Some(PathFault::Outside);
    }
    if path.chars().any(|c| is_unseen(c) || c == '\\') {
        return Some(PathFault::Character);
    }
    if path.split('/').any(|part| part.trim().is_empty()) {
        return Some(PathFault::Empty);
    }
    let long = path.len() > LONGEST || path.split('/').any(|part| part.len() > LONGEST_NAME);
    long.then_some(PathFault::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_its_batch() {
        for good in ["目录.xlsx", "files/2011/甲 (1).pdf", ".hidden", "a..b/c…", "xy:z/w", &"a".repeat(255)] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, wanted) in [
            ("", PathFault::Empty),
            ("a//b", PathFault::Empty),
            ("a/", PathFault::Empty),
            ("a/ /b", PathFault::Empty),
            ("/etc/passwd", PathFault::Outside),
            ("//host/share", PathFault::Outside),
            ("C:/x", PathFault::Outside),
            ("c:x", PathFault::Outside),
            ("..", PathFault::Outside),
            ("a/../../b", PathFault::Outside),
            ("a/ .. /b", PathFault::Outside),
            ("./a", PathFault::Outside),
            ("a\\..\\b", PathFault::Character),
            ("a\0b", PathFault::Character),
            ("a\nb", PathFault::Character),
            ("a\u{85}", PathFault::Character),
            (&"a".repeat(256), PathFault::TooLong),
            (&"a/".repeat(600).replace("a/a/", "aa/a/"), PathFault::TooLong),
        ] {
            let bad = bad.strip_suffix('/').filter(|_| bad.len() > 100).unwrap_or(bad);
            assert_eq!(fault(bad), Some(wanted), "{bad:?}");
        }
        assert_eq!(same("e\u{301}.pdf"), same("é.pdf"));
    }
}
