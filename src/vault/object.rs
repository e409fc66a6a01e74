//! One record = one OCFL 1.1 object: its inventory and the names of its files.

use super::{
    digesting::hex_of,
    error::{VaultError, failed},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::Path};

pub(super) const DECLARATION: (&str, &str) = ("0=ocfl_object_1.1", "ocfl_object_1.1\n");
pub(super) const INVENTORY: &str = "inventory.json";
pub(super) const RECORD_JSON: &str = "record.json";
const KIND: &str = "https://ocfl.io/1.1/spec/#inventory";

/// The digest new objects are addressed by; see the room's page for why.
pub(super) const MAIN: Algorithm = Algorithm::Sha256;

/// A digest that OCFL 1.1 lets an inventory be addressed by (§3.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    Sha256,
    Sha512,
}

impl Algorithm {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

/// Digest (lower-case hex) to paths.
pub type Paths = BTreeMap<String, Vec<String>>;

/// The inventory of an object (OCFL 1.1 §3.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inventory {
    pub id: String,
    #[serde(rename = "type")]
    kind: String,
    pub digest_algorithm: Algorithm,
    /// `v1`, `v2` …: the version that counts.
    pub head: String,
    /// Digest to content paths, over all versions.
    pub manifest: Paths,
    pub versions: BTreeMap<String, Version>,
    /// More digests of the content: algorithm to digest to content paths.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fixity: BTreeMap<String, Paths>,
}

/// One version of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// RFC 3339.
    pub created: String,
    /// Digest to logical paths.
    pub state: Paths,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
}

/// Who made a version; the address is a URI.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A file about to be named by an inventory.
pub(super) struct Listed<'a> {
    pub logical: String,
    pub content_path: String,
    /// By [`Inventory::digest_algorithm`].
    pub digest: &'a str,
    pub sha256: String,
}

impl Inventory {
    /// An inventory without versions.
    pub(super) fn new(id: String) -> Self {
        Self {
            id,
            kind: KIND.to_owned(),
            digest_algorithm: MAIN,
            head: "v0".to_owned(),
            manifest: Paths::new(),
            versions: BTreeMap::new(),
            fixity: BTreeMap::new(),
        }
    }

    /// Enters a file that lies at its content path.
    pub(super) fn add(&mut self, file: &Listed) {
        self.manifest.entry(file.digest.to_owned()).or_default().push(file.content_path.clone());
        if self.digest_algorithm != Algorithm::Sha256 {
            let fixity = self.fixity.entry(Algorithm::Sha256.name().to_owned()).or_default();
            fixity.entry(file.sha256.clone()).or_default().push(file.content_path.clone());
        }
    }

    /// The number of the head version; 0 without one.
    pub fn head_number(&self) -> u32 {
        number_of(&self.head).unwrap_or(0)
    }

    /// Where in the object the logical path of a version (`v1`) lies.
    pub fn content_path(&self, version: &str, logical: &str) -> Option<&str> {
        let state = &self.versions.get(version)?.state;
        let (digest, _) = state.iter().find(|(_, names)| names.iter().any(|name| name == logical))?;
        self.manifest.get(digest)?.first().map(String::as_str)
    }

    /// Every content path with its digest, in the order of the paths.
    pub fn content(&self) -> BTreeMap<&str, &str> {
        let pairs = self.manifest.iter().flat_map(|(digest, paths)| paths.iter().map(move |p| (&**p, &**digest)));
        pairs.collect()
    }

    /// The bytes as they are written.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an inventory has string keys only")
    }

    /// Reads an inventory; the reason if it does not say what it must.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let inventory: Self = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        if inventory.kind != KIND {
            return Err(format!("its type is {:?}", inventory.kind));
        }
        let newest = inventory.versions.keys().filter_map(|version| number_of(version)).max();
        if newest.is_none() || newest != number_of(&inventory.head) || newest != Some(inventory.versions.len() as u32) {
            return Err(format!("its head {:?} is not its newest version", inventory.head));
        }
        if let Some(path) = inventory.content().keys().find(|path| !is_content_path(path)) {
            return Err(format!("it names {path:?}, which is no content path"));
        }
        let unknown = inventory.versions.values().flat_map(|version| version.state.keys());
        if let Some(digest) = unknown.into_iter().find(|digest| !inventory.manifest.contains_key(*digest)) {
            return Err(format!("a version names digest {digest}, which the manifest lacks"));
        }
        Ok(inventory)
    }
}

/// `v12` → 12. Padded numbers are not ours.
pub(super) fn number_of(version: &str) -> Option<u32> {
    let digits = version.strip_prefix('v')?;
    (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// Whether `path` is `vN/content/…` and stays inside the object.
pub(super) fn is_content_path(path: &str) -> bool {
    let mut segments = path.split('/');
    segments.next().is_some_and(|version| number_of(version).is_some())
        && segments.next() == Some("content")
        && segments.clone().next().is_some()
        && segments.all(|segment| !matches!(segment, "" | "." | ".."))
}

/// The name of the sidecar, and what it holds for these bytes of an inventory.
pub(super) fn sidecar(algorithm: Algorithm, inventory: &[u8]) -> (String, String) {
    (format!("{INVENTORY}.{}", algorithm.name()), format!("{} {INVENTORY}\n", hex_of(algorithm, inventory)))
}

/// The inventory in `folder` (an object's root or a version's folder), its
/// bytes and its digest, checked against its sidecar. `None` without inventory.
pub(super) fn read_inventory(folder: &Path) -> Result<Option<(Inventory, Vec<u8>, String)>, VaultError> {
    let path = folder.join(INVENTORY);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed("read", path)(e)),
    };
    let damaged = |reason: String| VaultError::Damaged { path: path.clone(), reason };
    let inventory = Inventory::parse(&bytes).map_err(damaged)?;
    let (name, wanted) = sidecar(inventory.digest_algorithm, &bytes);
    let side = folder.join(&name);
    let said = fs::read_to_string(&side).map_err(failed("read", &side))?;
    let (digest, _) = wanted.split_once(' ').expect("a sidecar has a space");
    if said.split_whitespace().next() != Some(digest) {
        return Err(damaged(format!("{name} says {:?}, its digest is {digest}", said.trim_end())));
    }
    let digest = digest.to_owned();
    Ok(Some((inventory, bytes, digest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_paths_stay_inside_their_object() {
        for good in ["v1/content/0001", "v12/content/a/b"] {
            assert!(is_content_path(good), "{good}");
        }
        for bad in [
            "v1/content",
            "v1/content/",
            "v1/content/../x",
            "v0/content/a",
            "v01/content/a",
            "/v1/content/a",
            "v1/inventory.json",
            "v+1/content/a",
        ] {
            assert!(!is_content_path(bad), "{bad}");
        }
    }
}
