//! The bytes of an entry, version 1. They may never change: the vectors below
//! are of entries that lie in archives.

use crate::kernel::{Instant, Sha256};
use sha2::Digest as _;

/// What an entry says, before it is bytes.
pub struct Entry<'a> {
    /// Its place in the trail, from 1.
    pub n: i64,
    pub at: Instant,
    /// [`crate::kernel::Actor::id_text`].
    pub actor: &'a str,
    /// Subject and past tense: `record.filed`.
    pub verb: &'a str,
    /// Ids of what it happened to, the main one first.
    pub subjects: &'a [String],
    /// One commitment a detail, in the order of the details' names.
    pub commitments: &'a [Sha256],
}

impl Entry<'_> {
    /// The canonical bytes: one JSON object (RFC 8259) on one line, no white
    /// space, keys in exactly this order, ASCII only:
    ///
    /// ```json
    /// {"v":1,"n":7,"at":"2026-11-24T08:00:00.000Z","actor":"operator","verb":"fonds.added","subjects":["…"],"commitments":["<64 hex>"]}
    /// ```
    ///
    /// Ids, verbs and actors never hold a character that JSON would escape.
    pub fn bytes(&self) -> String {
        let list = |items: Vec<String>| items.iter().map(|item| format!("\"{item}\"")).collect::<Vec<_>>().join(",");
        let subjects = list(self.subjects.to_vec());
        let commitments = list(self.commitments.iter().map(ToString::to_string).collect());
        format!(
            r#"{{"v":1,"n":{},"at":"{}","actor":"{}","verb":"{}","subjects":[{subjects}],"commitments":[{commitments}]}}"#,
            self.n, self.at, self.actor, self.verb
        )
    }
}

/// Whether `text` may stand in an entry as it is.
pub fn plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\')
}

/// The leaf of an entry: SHA-256(0x00 ‖ bytes). Source: RFC 6962 §2.1.
pub fn leaf(bytes: &str) -> Sha256 {
    let mut hasher = sha2::Sha256::new();
    hasher.update([0]);
    hasher.update(bytes.as_bytes());
    Sha256(hasher.finalize().into())
}

/// The commitment to a detail: SHA-256("lantai-detail-v1" ‖ 0x00 ‖ salt ‖ field ‖ 0x00 ‖ body),
/// with a salt of 16 random bytes.
pub fn commitment(salt: &[u8; 16], field: &str, body: &str) -> Sha256 {
    let mut hasher = sha2::Sha256::new();
    hasher.update(b"lantai-detail-v1\0");
    hasher.update(salt);
    hasher.update(field.as_bytes());
    hasher.update([0]);
    hasher.update(body.as_bytes());
    Sha256(hasher.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These vectors may never change.
    #[test]
    fn the_bytes_of_version_1_stand() {
        let at: Instant = "2026-11-24T08:00:00.000Z".parse().unwrap();
        let subjects = ["0197c3a0-0000-7000-8000-000000000001".to_owned()];
        let plain = Entry { n: 1, at, actor: "operator", verb: "archive.made", subjects: &subjects, commitments: &[] };
        assert_eq!(
            plain.bytes(),
            r#"{"v":1,"n":1,"at":"2026-11-24T08:00:00.000Z","actor":"operator","verb":"archive.made","subjects":["0197c3a0-0000-7000-8000-000000000001"],"commitments":[]}"#
        );
        assert_eq!(
            leaf(&plain.bytes()).to_string(),
            "2f595ffd3a6dd4331aaf4c6c659b16e81b69cefc32012786ad00459fe2812433"
        );

        let salt = *b"0123456789abcdef";
        let commitments = [commitment(&salt, "name", "子虚县档案馆")];
        assert_eq!(commitments[0].to_string(), "8813feb2e1a6517b75a13f991e7a4b40a9b948d45ee3f9d8071de6b454b8d591");
        let two = ["a".to_owned(), "b".to_owned()];
        let full = Entry {
            n: 42,
            at,
            actor: "person:0197c3a0-0000-7000-8000-000000000002",
            verb: "fonds.renamed",
            subjects: &two,
            commitments: &commitments,
        };
        assert_eq!(leaf(&full.bytes()).to_string(), "6fa6d0773daf2f4a0a3a7d49d5146bb03a783602eb266e94ad0cf63df1e60d4c");
    }

    #[test]
    fn nothing_that_json_would_escape_is_plain() {
        assert!(plain("record.filed") && plain("person:0197c3a0"));
        for bad in ["a\"b", "a\\b", "a\nb", "张三", "\u{7f}"] {
            assert!(!plain(bad), "{bad:?}");
        }
    }
}
