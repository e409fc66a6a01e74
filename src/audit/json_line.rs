//! A line of the trail as a line of JSON, whole enough for a stranger to check.

use super::Kept;
use serde_json::{Map, Value, json};

/// One JSON object (RFC 8259) without white space or line end:
///
/// ```json
/// {"n":7,"at":"…","actor":"operator","verb":"fonds.added","subjects":["…"],
///  "commitments":["<64 hex>"],"leaf":"<64 hex>",
///  "details":{"name":{"salt":"<32 hex>","body":"…"}},"entry":"{\"v\":1,…}"}
/// ```
///
/// # How a stranger checks it
///
/// With nothing but this line and SHA-256, in any language:
///
/// 1. `leaf` is SHA-256(0x00 ‖ the bytes of the string `entry`), in hex (RFC 6962 §2.1).
/// 2. `entry` is itself a JSON object whose `n`, `at`, `actor`, `verb`, `subjects` and
///    `commitments` equal those beside it.
/// 3. `commitments` has one digest a detail, in the order of the details' names by bytes;
///    for each detail it holds SHA-256("lantai-detail-v1" ‖ 0x00 ‖ salt ‖ field ‖ 0x00 ‖
///    body), with the 16 bytes of `salt`, and `field` and `body` in UTF-8. A detail that
///    was erased is missing from `details`, and its commitment stays: then there are more
///    commitments than details, and each detail's digest is still one of them.
///
/// In a file of the whole trail `n` counts 1, 2, 3 … without a gap.
pub fn json_line(line: &Kept) -> String {
    let details: Map<String, Value> = line
        .details
        .iter()
        .map(|detail| (detail.field.clone(), json!({ "salt": detail.salt, "body": detail.body })))
        .collect();
    json!({
        "n": line.n,
        "at": line.at.to_string(),
        "actor": line.actor,
        "verb": line.verb,
        "subjects": line.subjects,
        "commitments": line.commitments,
        "leaf": line.leaf,
        "details": details,
        "entry": line.entry,
    })
    .to_string()
}
