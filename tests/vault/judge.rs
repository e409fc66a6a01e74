//! What others' validators say of a root we made.

use super::*;
use lantai::vault::{FileNow, VersionDraft};
use std::{env, process::Command};

/// A test without its tool is no test: it fails where the tool must be.
pub(super) fn missing(tool: &str) {
    assert!(env::var("CI").as_deref() != Ok("true"), "{tool} is missing, and CI=true asks for every judge");
    println!("skipped: {tool} is missing");
}

fn judged(program: &Path, arguments: &[&str], path: &Path) -> String {
    let ran = Command::new(program).args(arguments).arg(path).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    said.into_owned()
}

#[test]
fn ocfl_py_finds_root_and_objects_valid_and_remarks_on_sha256_only() {
    let Some(judges) = env::var_os("LANTAI_JUDGES").map(PathBuf::from) else {
        return missing("ocfl-validate.py (LANTAI_JUDGES, the bin folder of a Python with ocfl-py)");
    };
    let house = House::new();
    for number in 1..=3 {
        house.sealed(number);
    }
    let twice = house.stage(4, vec![house.source("a", b"same"), house.source("b", b"same")]).unwrap();
    house.vault.seal(&[intent(&twice)]).remove(0).unwrap();
    // A description, a file in another's place, another order.
    for (number, title) in (2..).zip(["second", "third", "second", "fourth"]) {
        let record_json = format!("{{\"title\":\"{title}\"}}").into_bytes();
        let files = match number {
            2 => vec![FileNow::Kept(1), FileNow::Kept(2)],
            5 => vec![FileNow::Kept(2), FileNow::Kept(1)],
            _ => vec![FileNow::New(house.source(title, title.as_bytes())), FileNow::Kept(2)],
        };
        let (message, user) = ("described".to_owned(), user());
        let describe = |_: &[StoredFile]| record_json;
        let draft = VersionDraft { record: record(1), number, created: at(), message, user, files, describe };
        let staged = house.vault.stage_version(draft, None).unwrap();
        house.vault.adopt_version(&staged.intent).unwrap();
    }
    let said = judged(&judges.join("ocfl-validate.py"), &[], &house.object(1));
    assert!(
        said.contains("VALID")
            && !said.contains("INVALID")
            && said.matches("[W").count() == said.matches("[W004]").count(),
        "{said}"
    );
    let root = house.data().join("store/ocfl");
    let said =
        judged(&judges.join("ocfl-root.py"), &["validate", "--validate-objects", "--check-digests", "--root"], &root);
    assert!(said.contains("is VALID") && said.contains("4 / 4 are VALID"), "{said}");
}
