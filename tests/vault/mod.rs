//! The vault from outside: what lies on the disk after each act.

mod judge;
mod objects;
mod receiving;
mod sync;
mod tampering;
mod versions;

use lantai::{
    kernel::{Id, Instant, Record},
    vault::{Folders, Intent, ObjectDraft, Source, SourceFile, Staged, StoredFile, User, Vault, VaultError},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A data folder with a vault in it, gone at the end of the test.
struct House {
    folder: tempfile::TempDir,
    vault: Vault,
}

fn at() -> Instant {
    "2026-11-24T08:00:00.000Z".parse().unwrap()
}

fn record(number: u32) -> Id<Record> {
    Id::parse(&format!("0197c3a0-0000-7000-8000-{number:012}")).unwrap()
}

fn user() -> User {
    User { name: "operator".to_owned(), address: Some("urn:lantai:operator".to_owned()) }
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("keys")).unwrap();
        let vault = Vault::create(&Folders::in_archive(&folder.path().join("data"), &folder.path().join("keys")));
        Self { folder, vault: vault.unwrap() }
    }

    fn folders(&self) -> Folders {
        Folders::in_archive(&self.data(), &self.folder.path().join("keys"))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn source(&self, name: &str, bytes: &[u8]) -> SourceFile {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        SourceFile { source: Source::Plain(path), name: format!("原名 {name}") }
    }

    fn stage(&self, number: u32, files: Vec<SourceFile>) -> Result<Staged, VaultError> {
        self.vault.stage(ObjectDraft {
            record: record(number),
            created: at(),
            message: "filed".to_owned(),
            user: user(),
            files,
            describe: |files: &[StoredFile]| describe(files),
        })
    }

    /// A sealed record of the files `a` and `b`.
    fn sealed(&self, number: u32) -> Staged {
        let files = vec![self.source("a", b"page one"), self.source("b", b"page two")];
        let staged = self.stage(number, files).unwrap();
        assert!(self.vault.seal(&[intent(&staged)])[0].as_ref().unwrap().adopted);
        staged
    }

    /// The folder of a record's object.
    fn object(&self, number: u32) -> PathBuf {
        let name = format!("urn%3auuid%3a{}", record(number));
        let tuples = fs::read_dir(self.data().join("store/ocfl")).unwrap();
        tuples.map(|entry| entry.unwrap().path().join(&name)).find(|path| path.exists()).unwrap()
    }
}

fn describe(files: &[StoredFile]) -> Vec<u8> {
    let names: Vec<&str> = files.iter().map(|file| &*file.name).collect();
    serde_json::to_vec(&serde_json::json!({ "title": "关于档案的通知", "files": names })).unwrap()
}

fn intent(staged: &Staged) -> Intent {
    Intent {
        record: staged.record.clone(),
        token: staged.token.clone(),
        inventory_digest: staged.inventory_digest.clone(),
    }
}

/// Every file and empty folder below, relative, in order.
fn tree(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, prefix: &str, into: &mut Vec<String>) {
        let entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
        if entries.is_empty() {
            into.push(format!("{prefix} (empty)"));
        }
        for entry in entries {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.file_type().unwrap().is_dir() {
                true => walk(&entry.path(), &format!("{name}/"), into),
                false => into.push(name),
            }
        }
    }
    let mut paths = Vec::new();
    walk(folder, "", &mut paths);
    paths.sort();
    paths
}
