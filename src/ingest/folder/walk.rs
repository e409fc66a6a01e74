//! Every file below a batch folder.

use super::natural;
use crate::ingest::catalogue::is_catalogue;
use crate::{kernel::Instant, vault::Source};
use encoding_rs::GB18030;
use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Folders within folders (ours); deeper is a forged or looping tree.
const DEEPEST: usize = 64;

/// Extensions of what tools leave in the top folder beside the catalogue: sums, lists,
/// logs. With one of these, or with none, a file of the top folder is no content. Below
/// the top folder every file is content: whoever made a folder meant it.
const COMPANIONS: [&str; 12] =
    ["md5", "sha1", "sha256", "sha512", "sums", "sfv", "json", "jsonl", "tsv", "log", "md", "ini"];

#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("cannot list {}", path.display())]
    List { path: PathBuf, source: io::Error },
}

/// A file that is content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    pub source: Source,
    /// Below the batch folder, joined by `/`; a name that is not UTF-8 is read
    /// as GB18030.
    pub relative: String,
    pub bytes: u64,
    /// `None` where the file system does not say.
    pub modified: Option<Instant>,
}

/// Why something is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Link,
    /// A pipe, socket or device.
    Special,
    /// Its name is neither UTF-8 nor GB18030, or too long.
    Name,
    /// Its name holds what nobody sees: control characters, or those that turn the
    /// direction of writing, so that `exe.pdf` may be read where `fdp.exe` stands.
    Unseen,
    TooDeep,
    /// A folder that cannot be listed, or a file that cannot be looked at.
    Denied,
    /// Of a package: its name leads out of it.
    Outside,
    /// Of a package: it opens with a password only.
    Encrypted,
    /// Of a package: packed in a way that is not read here.
    Method,
    /// Larger than a file may be.
    TooLarge,
    /// Of a package: it would unpack to far more than it weighs.
    Bomb,
    /// Of a package: another member has the same name.
    Double,
    /// Of a package: its bytes are not what the package says of them.
    Damaged,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub relative: String,
    pub why: Refusal,
}

/// Why a file is no content and yet no fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside {
    /// The catalogue, or a copy of it.
    Catalogue,
    /// Hidden, or made by an operating system or Office.
    System,
    /// In the top folder, and what tools leave there (sums, lists).
    Companion,
}

/// What a folder holds, each list in natural order.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    pub files: Vec<FoundFile>,
    pub refused: Vec<Refused>,
    pub beside: Vec<(String, Beside)>,
}

/// Lists everything below `dir` without following a link. What cannot be looked
/// at is listed as refused.
///
/// Errors: `List`, if `dir` itself cannot be listed.
pub fn walk(dir: &Path) -> Result<Walked, FolderError> {
    let mut walked = Walked::default();
    let mut folders = Vec::new();
    let top = fs::read_dir(dir).map_err(|source| FolderError::List { path: dir.to_owned(), source })?;
    walked.take(top, "", 0, &mut folders);
    while let Some((path, relative, depth)) = folders.pop() {
        match fs::read_dir(&path) {
            Ok(entries) => walked.take(entries, &relative, depth, &mut folders),
            Err(_) => walked.refused.push(Refused { relative, why: Refusal::Denied }),
        }
    }
    walked.settle();
    Ok(walked)
}

type Folder = (PathBuf, String, usize);

impl Walked {
    fn take(&mut self, entries: fs::ReadDir, within: &str, depth: usize, folders: &mut Vec<Folder>) {
        for entry in entries {
            match entry {
                Ok(entry) => self.take_one(&entry.path(), within, depth, folders),
                Err(_) => self.refuse(within.to_owned(), Refusal::Denied),
            }
        }
    }

    fn take_one(&mut self, path: &Path, within: &str, depth: usize, folders: &mut Vec<Folder>) {
        let (name, decoded) = decode(path.file_name().unwrap_or_default());
        let relative = if within.is_empty() { name.clone() } else { format!("{within}/{name}") };
        if !decoded {
            return self.refuse(relative, Refusal::Name);
        }
        if name.chars().any(is_unseen) {
            return self.refuse(relative.escape_debug().to_string(), Refusal::Unseen);
        }
        let Ok(about) = fs::symlink_metadata(path) else { return self.refuse(relative, Refusal::Denied) };
        let kind = about.file_type();
        if kind.is_symlink() {
            self.refuse(relative, Refusal::Link);
        } else if is_system(&name) {
            self.beside.push((relative, Beside::System));
        } else if kind.is_dir() && depth >= DEEPEST {
            self.refuse(relative, Refusal::TooDeep);
        } else if kind.is_dir() {
            folders.push((path.to_owned(), relative, depth + 1));
        } else if !kind.is_file() {
            self.refuse(relative, Refusal::Special);
        } else {
            self.place(FoundFile {
                source: Source::Plain(path.to_owned()),
                relative,
                bytes: about.len(),
                modified: modified(&about),
            });
        }
    }

    /// Puts a file where it belongs: content, or beside it. Its name may come from anywhere.
    pub fn place(&mut self, file: FoundFile) {
        let name = file.relative.rsplit('/').next().unwrap_or_default();
        let top = name.len() == file.relative.len();
        let beside = if file.relative.split('/').any(is_system) {
            Beside::System
        } else if top && is_catalogue(name) {
            Beside::Catalogue
        } else if top && !is_payload(name) {
            Beside::Companion
        } else {
            return self.files.push(file);
        };
        self.beside.push((file.relative, beside));
    }

    /// Brings each list into natural order.
    pub fn settle(&mut self) {
        self.files.sort_by(|a, b| natural(&a.relative, &b.relative).then_with(|| a.source.cmp(&b.source)));
        self.refused.sort_by(|a, b| natural(&a.relative, &b.relative));
        self.beside.sort_by(|a, b| natural(&a.0, &b.0));
    }

    fn refuse(&mut self, relative: String, why: Refusal) {
        self.refused.push(Refused { relative, why });
    }
}

fn modified(about: &fs::Metadata) -> Option<Instant> {
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Instant::from_millis(u64::try_from(since.as_millis()).ok()?)
}

/// Control characters, and those that steer the direction of writing (Unicode Annex 9,
/// section 2). Joiners within a word stay allowed.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Hidden files, and what Windows, macOS and Office leave about.
fn is_system(name: &str) -> bool {
    name.starts_with('.')
        || name.starts_with("~$")
        || ["thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "$recycle.bin"]
            .contains(&name.to_lowercase().as_str())
}

fn is_payload(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase());
    extension.is_some_and(|extension| !COMPANIONS.contains(&extension.as_str()))
}

/// The name as text, and whether it could be read. A name that could not is
/// shown with `\xNN` for each byte beyond ASCII.
fn decode(name: &OsStr) -> (String, bool) {
    if let Some(name) = name.to_str() {
        return (name.to_owned(), true);
    }
    let bytes = name.as_encoded_bytes();
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(name) => (name.into_owned(), true),
        None => (bytes.escape_ascii().to_string(), false),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener};

    fn batch(names: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        dir
    }

    fn names(walked: &Walked) -> Vec<&str> {
        walked.files.iter().map(|file| file.relative.as_str()).collect()
    }

    #[test]
    fn content_is_told_from_what_lies_beside_it() {
        let dir = batch(&[
            "catalogue.xlsx",
            "catalogue.gb18030.csv",
            "SHA256SUMS",
            "notes.jsonl",
            "top.pdf",
            "files/2011/a.pdf",
            "files/2011/p10.jpg",
            "files/2011/p2.jpg",
            "files/catalogue.xlsx",
            "files/odd",
            ".hidden/x.pdf",
            "files/.DS_Store",
            "files/Thumbs.db",
            "files/~$a.docx",
            "desktop.ini",
        ]);
        let walked = walk(dir.path()).unwrap();
        assert_eq!(
            names(&walked),
            [
                "files/2011/a.pdf",
                "files/2011/p2.jpg",
                "files/2011/p10.jpg",
                "files/catalogue.xlsx",
                "files/odd",
                "top.pdf"
            ]
        );
        let companions: Vec<_> = walked.beside.iter().filter(|(_, why)| *why == Beside::Companion).collect();
        assert_eq!(companions.len(), 2);
        assert_eq!(walked.beside.iter().filter(|(_, why)| *why == Beside::System).count(), 5);
        assert_eq!(walked.files[0].bytes, 16);
        assert!(walked.files[0].modified.is_some());
    }

    #[test]
    fn links_and_sockets_are_refused_and_not_followed() {
        let dir = batch(&["files/a.pdf"]);
        symlink("/etc", dir.path().join("files/etc")).unwrap();
        symlink("a.pdf", dir.path().join("files/b.pdf")).unwrap();
        symlink(".", dir.path().join("files/loop")).unwrap();
        let _socket = UnixListener::bind(dir.path().join("files/s")).unwrap();
        let walked = walk(dir.path()).unwrap();
        assert_eq!(names(&walked), ["files/a.pdf"]);
        let refused: Vec<_> = walked.refused.iter().map(|r| (r.relative.as_str(), r.why)).collect();
        assert_eq!(
            refused,
            [
                ("files/b.pdf", Refusal::Link),
                ("files/etc", Refusal::Link),
                ("files/loop", Refusal::Link),
                ("files/s", Refusal::Special)
            ]
        );
    }

    #[test]
    fn names_of_old_windows_are_read_as_gb18030() {
        let dir = batch(&["files/x.pdf"]);
        let (gbk, _, _) = GB18030.encode("档案.pdf");
        fs::write(dir.path().join("files").join(OsStr::from_bytes(&gbk)), "").unwrap();
        fs::write(dir.path().join("files").join(OsStr::from_bytes(b"bad\xff.pdf")), "").unwrap();
        let walked = walk(dir.path()).unwrap();
        assert_eq!(names(&walked), ["files/x.pdf", "files/档案.pdf"]);
        assert!(walked.files[1].source.open().is_ok());
        assert_eq!(walked.refused, [Refused { relative: r"files/bad\xff.pdf".into(), why: Refusal::Name }]);
    }

    #[test]
    fn names_that_mislead_the_eye_are_refused() {
        let dir =
            batch(&["files/档号\u{202e}fdp.exe", "files/tab\t.pdf", "files/\u{2067}x/y.pdf", "files/👨\u{200d}👩.pdf"]);
        let walked = walk(dir.path()).unwrap();
        assert_eq!(names(&walked), ["files/👨\u{200d}👩.pdf"], "a joiner misleads nobody");
        let refused: Vec<_> = walked.refused.iter().map(|r| (r.relative.as_str(), r.why)).collect();
        let shown = [r"files/\u{2067}x", r"files/tab\t.pdf", r"files/档号\u{202e}fdp.exe"];
        assert_eq!(refused, shown.map(|name| (name, Refusal::Unseen)));
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(walk(Path::new("/nonexistent/batch")).unwrap_err().to_string().contains("/nonexistent/batch"));
    }
}
