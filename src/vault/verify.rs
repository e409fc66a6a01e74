//! Fixity: what lies on the disk against inventory, sidecars and catalogue.

use super::{
    Vault,
    digesting::{Wanted, hex_of, pass},
    error::{VaultError, failed},
    layout,
    object::{Algorithm, DECLARATION, INVENTORY, Inventory, number_of, read_inventory, sidecar},
};
use crate::kernel::{Id, Record, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fs::{self, File},
    io,
    path::Path,
    sync::PoisonError,
};

/// What the catalogue says of a content file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    pub content_path: String,
    pub bytes: u64,
    pub sha256: Sha256,
}

/// Something that is not as it was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Relative to the object, or to the root.
    pub path: String,
    pub kind: FindingKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// It should be there.
    Missing,
    /// Nothing names it.
    Surplus,
    /// Its bytes are others; digests as lower-case hex, both by one algorithm.
    Altered { wanted: String, found: String },
    /// It is shorter than it was; sizes in bytes.
    Truncated { wanted: u64, found: u64 },
    /// The disk would not give its bytes; what they are cannot be told.
    Unreadable(String),
    /// It is there and whole, and does not say what it must.
    Invalid(String),
    /// A version written but not yet made the head; the next change finishes it.
    Unfinished,
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Surplus => f.write_str("is named by nothing"),
            Self::Altered { wanted, found } => write!(f, "has digest {found}, not {wanted}"),
            Self::Truncated { wanted, found } => write!(f, "has {found} bytes, not {wanted}"),
            Self::Unreadable(reason) => write!(f, "could not be read ({reason})"),
            Self::Invalid(reason) => write!(f, "is not valid ({reason})"),
            Self::Unfinished => f.write_str("is a version that was not finished"),
        }
    }
}

impl Vault {
    /// Reads every file of a record's object and compares it with the inventory,
    /// the sidecars and what the catalogue says; empty if all is well.
    pub fn verify_object(&self, record: &Id<Record>, expected: &[Expected]) -> Result<Vec<Finding>, VaultError> {
        // A version half moved in would be a finding.
        let _still = self.adopting.read().unwrap_or_else(PoisonError::into_inner);
        Ok(check(&self.object_folder(record), record, expected)?.findings)
    }

    /// Looks at the root's own files and at the place of every object; opens no
    /// object beyond its declaration.
    pub fn verify_root(&self) -> Result<Vec<Finding>, VaultError> {
        let root = self.store.root();
        let mut findings: Vec<Finding> = layout::faults(root)
            .into_iter()
            .map(|(path, reason)| Finding { path: relative(root, &path), kind: FindingKind::Invalid(reason) })
            .collect();
        for (name, is_folder) in names(root)? {
            if layout::ROOT_NAMES.contains(&name.as_str()) {
                continue;
            }
            if !is_folder || name.len() != 2 || !name.bytes().all(|b| b.is_ascii_hexdigit()) {
                findings.push(Finding { path: name, kind: FindingKind::Surplus });
                continue;
            }
            let objects = names(&root.join(&name))?;
            if objects.is_empty() {
                findings.push(Finding { path: name.clone(), kind: FindingKind::Invalid("is empty".to_owned()) });
            }
            findings.extend(objects.into_keys().filter_map(|object| misplaced(root, &name, &object)));
        }
        Ok(findings)
    }
}

fn misplaced(root: &Path, tuple: &str, folder: &str) -> Option<Finding> {
    let record = folder.strip_prefix("urn%3auuid%3a").and_then(Id::parse);
    let path = format!("{tuple}/{folder}");
    let kind = match record {
        None => FindingKind::Surplus,
        Some(record) if layout::key(&record) != path => FindingKind::Invalid("lies in the wrong place".to_owned()),
        Some(_) if !root.join(&path).join(DECLARATION.0).is_file() => {
            FindingKind::Invalid("does not declare itself an object".to_owned())
        }
        Some(_) => return None,
    };
    Some(Finding { path, kind })
}

/// What a check of one object gave.
pub(super) struct Checked {
    pub findings: Vec<Finding>,
    pub files: u64,
    pub bytes: u64,
}

/// Checks the object in `folder`. An absent object is [`VaultError::Unknown`].
pub(super) fn check(folder: &Path, record: &Id<Record>, expected: &[Expected]) -> Result<Checked, VaultError> {
    if !folder.is_dir() {
        return Err(VaultError::Unknown(record.clone()));
    }
    let mut check = Check { folder, checked: Checked { findings: Vec::new(), files: 0, bytes: 0 } };
    let mut present = BTreeSet::new();
    list(folder, "", &mut present)?;
    let mut named = check.structure(record)?;
    for wanted in expected {
        named.entry(wanted.content_path.clone()).or_default().expected = Some(wanted.clone());
    }
    for (path, wanted) in &named {
        if present.remove(path) {
            check.file(path, wanted);
        } else {
            check.find(path, FindingKind::Missing);
        }
    }
    let heads: BTreeSet<&str> = named.keys().filter_map(|path| path.split('/').next()).collect();
    for path in present {
        let version = path.split('/').next().unwrap_or_default();
        let unfinished = number_of(version).is_some() && !heads.contains(version);
        // OCFL §3.2: both folders are allowed and are nobody's content.
        if !matches!(version, "logs" | "extensions") {
            check.find(&path, if unfinished { FindingKind::Unfinished } else { FindingKind::Surplus });
        }
    }
    Ok(check.checked)
}

/// What a file must be.
#[derive(Default)]
struct Wants {
    /// Digest by the inventory's algorithm.
    main: Option<(Algorithm, String)>,
    /// SHA-256 of the fixity block.
    sha256: Option<String>,
    /// The bytes themselves, of files that are small and known.
    text: Option<Vec<u8>>,
    expected: Option<Expected>,
}

struct Check<'a> {
    folder: &'a Path,
    checked: Checked,
}

impl Check<'_> {
    fn find(&mut self, path: &str, kind: FindingKind) {
        self.checked.findings.push(Finding { path: path.to_owned(), kind });
    }

    /// Every file the object must have. An inventory that cannot be used is a
    /// finding, and only what else is known is looked at.
    fn structure(&mut self, record: &Id<Record>) -> Result<BTreeMap<String, Wants>, VaultError> {
        let mut named = BTreeMap::new();
        let text = |text: &[u8]| Wants { text: Some(text.to_vec()), ..Wants::default() };
        named.insert(DECLARATION.0.to_owned(), text(DECLARATION.1.as_bytes()));
        let (inventory, bytes) = match self.inventory("")? {
            Some(root) => root,
            None => match newest(self.folder)? {
                // The newest version tells what the root's files should be, so
                // that the harm is named file by file below.
                Some(newest) => {
                    self.checked.findings.pop();
                    newest
                }
                None => return Ok(named),
            },
        };
        if inventory.id != layout::object_id(record) {
            self.find(INVENTORY, FindingKind::Invalid(format!("it is of {}", inventory.id)));
        }
        self.name_inventory(&mut named, "", &bytes, inventory.digest_algorithm);
        for version in inventory.versions.keys() {
            let prefix = format!("{version}/");
            if *version == inventory.head {
                self.name_inventory(&mut named, &prefix, &bytes, inventory.digest_algorithm);
            } else if let Some((older, bytes)) = self.inventory(&prefix)? {
                self.name_inventory(&mut named, &prefix, &bytes, older.digest_algorithm);
            }
        }
        for (path, digest) in inventory.content() {
            let main = Some((inventory.digest_algorithm, digest.to_owned()));
            named.insert(path.to_owned(), Wants { main, ..Wants::default() });
        }
        for (digest, paths) in inventory.fixity.get("sha256").into_iter().flatten() {
            for path in paths {
                match named.get_mut(path) {
                    Some(wants) => wants.sha256 = Some(digest.clone()),
                    None => self.find(path, FindingKind::Invalid("fixity names it, the manifest does not".to_owned())),
                }
            }
        }
        Ok(named)
    }

    fn inventory(&mut self, prefix: &str) -> Result<Option<(Inventory, Vec<u8>)>, VaultError> {
        let path = format!("{prefix}{INVENTORY}");
        match read_inventory(&self.folder.join(prefix)) {
            Ok(Some((inventory, bytes, _))) => return Ok(Some((inventory, bytes))),
            Ok(None) => self.find(&path, FindingKind::Missing),
            Err(VaultError::Damaged { reason, .. }) => self.find(&path, FindingKind::Invalid(reason)),
            Err(VaultError::Io { path: at, source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                self.find(&relative(self.folder, &at), FindingKind::Missing);
            }
            Err(VaultError::Io { source, .. }) => self.find(&path, FindingKind::Unreadable(source.to_string())),
            Err(other) => return Err(other),
        }
        Ok(None)
    }

    fn name_inventory(&self, named: &mut BTreeMap<String, Wants>, prefix: &str, bytes: &[u8], algorithm: Algorithm) {
        let (name, text) = sidecar(algorithm, bytes);
        let wants = |text: Vec<u8>| Wants { text: Some(text), ..Wants::default() };
        named.insert(format!("{prefix}{INVENTORY}"), wants(bytes.to_vec()));
        named.insert(format!("{prefix}{name}"), wants(text.into_bytes()));
    }

    fn file(&mut self, path: &str, wants: &Wants) {
        let kind = match self.compare(path, wants) {
            Ok(None) => return,
            Ok(Some(kind)) => kind,
            Err(e) => FindingKind::Unreadable(e.to_string()),
        };
        self.find(path, kind);
    }

    fn compare(&mut self, path: &str, wants: &Wants) -> io::Result<Option<FindingKind>> {
        let at = self.folder.join(path);
        self.checked.files += 1;
        if let Some(text) = &wants.text {
            let found = fs::read(at)?;
            self.checked.bytes += found.len() as u64;
            let digest = |bytes: &[u8]| hex_of(Algorithm::Sha256, bytes);
            let altered = || FindingKind::Altered { wanted: digest(text), found: digest(&found) };
            return Ok((found != *text).then(altered));
        }
        let catalogued = wants.expected.as_ref().map(|expected| expected.sha256.to_string());
        let main = wants.main.as_ref().map(|(algorithm, digest)| (*algorithm, digest.clone()));
        let only = Wanted::only(main.as_ref().map_or(Algorithm::Sha256, |(algorithm, _)| *algorithm));
        let wanted = Wanted { sha256: only.sha256 || wants.sha256.is_some() || catalogued.is_some(), ..only };
        let found = pass(&mut File::open(at)?, &mut io::sink(), wanted)?;
        self.checked.bytes += found.bytes;
        if let Some(expected) = wants.expected.as_ref().filter(|expected| found.bytes < expected.bytes) {
            return Ok(Some(FindingKind::Truncated { wanted: expected.bytes, found: found.bytes }));
        }
        let sha256 = |digest: &Option<String>| digest.clone().map(|digest| (Algorithm::Sha256, digest));
        let altered =
            [main, sha256(&wants.sha256), sha256(&catalogued)].into_iter().flatten().find_map(|(by, wanted)| {
                let found = found.hex(by).unwrap_or_default();
                (found != wanted).then_some(FindingKind::Altered { wanted, found })
            });
        Ok(altered)
    }
}

/// The inventory of the newest version whose own files are whole.
fn newest(folder: &Path) -> Result<Option<(Inventory, Vec<u8>)>, VaultError> {
    let versions: BTreeSet<u32> = names(folder)?.keys().filter_map(|name| number_of(name)).collect();
    let read = |version| read_inventory(&folder.join(format!("v{version}"))).ok().flatten();
    Ok(versions.into_iter().rev().find_map(read).map(|(inventory, bytes, _)| (inventory, bytes)))
}

/// Every file below `folder`, relative; a folder without files counts as one,
/// so that it is found surplus. Nothing but files and folders belongs here.
fn list(folder: &Path, prefix: &str, into: &mut BTreeSet<String>) -> Result<(), VaultError> {
    let names = names(&folder.join(prefix))?;
    if names.is_empty() {
        into.insert(prefix.to_owned());
    }
    for (name, is_folder) in names {
        if is_folder {
            list(folder, &format!("{prefix}{name}/"), into)?;
        } else {
            into.insert(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

/// The names in a folder, in order; true for a folder. A link is no folder.
pub(super) fn names(folder: &Path) -> Result<BTreeMap<String, bool>, VaultError> {
    let read = || {
        fs::read_dir(folder)?
            .map(|entry| {
                let entry = entry?;
                Ok((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?.is_dir()))
            })
            .collect::<io::Result<_>>()
    };
    read().map_err(failed("list", folder))
}

fn relative(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}
