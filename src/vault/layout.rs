//! Where things lie: the OCFL storage root and the place of an object in it.

use super::{
    durable::Writes,
    error::{VaultError, failed},
};
use crate::kernel::{Id, Record, Sha256};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

const DECLARATION: (&str, &str) = ("0=ocfl_1.1", "ocfl_1.1\n");
const EXTENSION: &str = "0003-hash-and-id-n-tuple-storage-layout";
/// Hex digits of a tuple folder, and how many of them stand above an object.
const TUPLE: usize = 2;

/// Folders and files of the root that are no objects.
pub(super) const ROOT_NAMES: [&str; 3] = [DECLARATION.0, "ocfl_layout.json", "extensions"];

/// The OCFL id of a record: `urn:uuid:<id>`.
pub(super) fn object_id(record: &Id<Record>) -> String {
    format!("urn:uuid:{record}")
}

/// The record an OCFL id stands for; `None` for an id that is not ours.
pub(super) fn record_of(object_id: &str) -> Option<Id<Record>> {
    Id::parse(object_id.strip_prefix("urn:uuid:")?)
}

/// The tuple folder of a record, and its object's folder below that; both are
/// one path segment. Extension 0003: the start of SHA-256 of the id, then the
/// id with everything but letters, digits, `-` and `_` percent-encoded.
pub(super) fn place(record: &Id<Record>) -> (String, String) {
    let id = object_id(record);
    let mut tuple = Sha256::of(id.as_bytes()).to_string();
    tuple.truncate(TUPLE);
    let mut folder = String::with_capacity(id.len() + 4);
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            folder.push(char::from(byte));
        } else {
            write!(folder, "%{byte:02x}").expect("a string takes every text");
        }
    }
    (tuple, folder)
}

/// The folder of a record's object in the store, as the store's path.
pub(super) fn key(record: &Id<Record>) -> String {
    let (tuple, folder) = place(record);
    format!("{tuple}/{folder}")
}

/// Writes an empty storage root, synced. `root` exists and is empty.
pub(super) fn found(root: &Path) -> Result<(), VaultError> {
    let extension = root.join("extensions").join(EXTENSION);
    fs::create_dir_all(&extension).map_err(failed("make", &extension))?;
    let mut writes = Writes::default();
    writes.bytes(extension.join("config.json"), &pretty(&config()))?;
    writes.bytes(root.join("ocfl_layout.json"), &pretty(&layout()))?;
    writes.bytes(root.join(DECLARATION.0), DECLARATION.1.as_bytes())?;
    writes.finish(&[&extension, &root.join("extensions"), root])
}

/// What is wrong with the declaration or the layout of `root`, as
/// `(path, reason)`; empty if it is a root of ours.
pub(super) fn faults(root: &Path) -> Vec<(PathBuf, String)> {
    let mut faults = Vec::new();
    let declaration = root.join(DECLARATION.0);
    match fs::read(&declaration) {
        Ok(bytes) if bytes == DECLARATION.1.as_bytes() => {}
        Ok(_) => faults.push((declaration, "does not say ocfl_1.1".to_owned())),
        Err(e) => faults.push((declaration, e.to_string())),
    }
    for (path, key, wanted) in [
        (root.join("ocfl_layout.json"), "extension", layout()),
        (root.join("extensions").join(EXTENSION).join("config.json"), "tupleSize", config()),
        (root.join("extensions").join(EXTENSION).join("config.json"), "numberOfTuples", config()),
        (root.join("extensions").join(EXTENSION).join("config.json"), "digestAlgorithm", config()),
    ] {
        let said = fs::read(&path)
            .map_err(|e| e.to_string())
            .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).map_err(|e| e.to_string()));
        match said {
            Ok(said) if said[key] == wanted[key] => {}
            Ok(said) => faults.push((path, format!("says {key} is {}, not {}", said[key], wanted[key]))),
            Err(reason) => faults.push((path, reason)),
        }
    }
    faults
}

fn layout() -> serde_json::Value {
    serde_json::json!({
        "extension": EXTENSION,
        "description": "One folder by the first two hex digits of SHA-256 of the object id, below it the id itself.",
    })
}

fn config() -> serde_json::Value {
    serde_json::json!({
        "extensionName": EXTENSION,
        "digestAlgorithm": "sha256",
        "tupleSize": TUPLE,
        "numberOfTuples": 1,
    })
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = format!("{value:#}");
    text.push('\n');
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_lies_where_extension_0003_puts_it() {
        let record = Id::known("0197c3a0-0000-7000-8000-000000000001");
        let (tuple, folder) = place(&record);
        assert_eq!(folder, "urn%3auuid%3a0197c3a0-0000-7000-8000-000000000001");
        assert_eq!(tuple, Sha256::of(b"urn:uuid:0197c3a0-0000-7000-8000-000000000001").to_string()[..2]);
        assert_eq!(record_of(&object_id(&record)), Some(record));
    }

    #[test]
    fn no_id_leads_out_of_the_root() {
        for hostile in ["../../etc", "a/b", "..", ""] {
            let (_, folder) = place(&Id::known(hostile));
            assert!(!folder.contains(['/', '.']), "{folder}");
        }
    }
}
