//! The order of writes, syncs and renames, as the kernel sees it.

use super::*;
use std::{env, process::Command};

const CHILD: &str = "LANTAI_TEST_SYNC_CHILD";
const CALLS: &str = "trace=openat,mkdir,mkdirat,write,fsync,fdatasync,rename,renameat,renameat2";

/// What the kernel was asked, in order; paths are absolute.
#[derive(Debug)]
enum Call {
    Made(String),
    Wrote(String),
    Synced(String),
    Moved { to: String },
}

#[test]
fn everything_is_synced_before_the_move_and_its_parents_after() {
    if let Some(folder) = env::var_os(CHILD) {
        return stage_and_seal(Path::new(&folder));
    }
    if Command::new("strace").arg("-V").output().is_err() {
        return judge::missing("strace");
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let log = folder.join("calls");
    let this = "vault::sync::everything_is_synced_before_the_move_and_its_parents_after";
    let ran = Command::new("strace")
        .args(["-f", "-y", "-s", "300", "-e", CALLS, "-o"])
        .arg(&log)
        .arg(env::current_exe().unwrap())
        .args(["--exact", this, "--test-threads=1"])
        .env(CHILD, &folder)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let faults = faults(&folder.display().to_string(), &calls(&fs::read_to_string(log).unwrap()));
    assert!(faults.is_empty(), "{faults:#?}");
}

fn stage_and_seal(folder: &Path) {
    let vault = Vault::create(&Folders::in_archive(&folder.join("data"), &folder.join("keys"))).unwrap();
    fs::write(folder.join("a"), b"page one").unwrap();
    let staged = vault
        .stage(ObjectDraft {
            record: record(1),
            created: at(),
            message: "filed".to_owned(),
            user: user(),
            files: (0..25)
                .map(|_| SourceFile { source: Source::Plain(folder.join("a")), name: "a".to_owned() })
                .collect(),
            describe: |files: &[StoredFile]| describe(files),
        })
        .unwrap();
    vault.seal(&[intent(&staged)]).remove(0).unwrap();
}

fn calls(log: &str) -> Vec<Call> {
    log.lines().filter_map(call).collect()
}

/// Reads one line of strace; `None` for what does not matter or failed.
fn call(line: &str) -> Option<Call> {
    let (_, line) = line.split_once(' ')?;
    let (name, rest) = line.trim_start().split_once('(')?;
    let (arguments, result) = rest.rsplit_once(") = ")?;
    if result.starts_with('-') {
        return None;
    }
    let quoted: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
    let held = || arguments.split_once('<')?.1.split_once('>').map(|(path, _)| path.to_owned());
    match name {
        "openat" => arguments.contains("O_CREAT").then(|| Call::Made(quoted[0].to_owned())),
        "mkdir" | "mkdirat" => Some(Call::Made(quoted[0].to_owned())),
        "write" => held().map(Call::Wrote),
        "fsync" | "fdatasync" => held().map(Call::Synced),
        "rename" | "renameat" | "renameat2" => Some(Call::Moved { to: quoted[1].to_owned() }),
        _ => None,
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// What was not durable when it had to be.
fn faults(folder: &str, calls: &[Call]) -> Vec<String> {
    let root = format!("{folder}/data/store/ocfl");
    let staging = format!("{folder}/data/staging");
    let is_move = |call: &Call| matches!(call, Call::Moved { to } if to.starts_with(&root));
    let moved = calls.iter().position(is_move).expect("the object was moved into the root");
    let Call::Moved { to } = &calls[moved] else { unreachable!("found as a move") };
    let (before, after) = calls.split_at(moved);
    let made: Vec<&str> = before
        .iter()
        .filter_map(|call| match call {
            Call::Made(path) if path.starts_with(&format!("{staging}/")) => Some(&**path),
            _ => None,
        })
        .collect();
    // 25 contents, record.json, two inventories with sidecars, the declaration; three folders.
    let mut faults: Vec<String> = Vec::new();
    if made.len() != 25 + 1 + 4 + 1 + 3 {
        faults.push(format!("the log shows {} files and folders made: {made:?}", made.len()));
    }
    let synced = |path: &str| {
        let mut at =
            (0..).zip(before).filter(|(_, call)| matches!(call, Call::Synced(p) if p == path)).map(|(at, _)| at);
        (at.next(), at.next().is_some())
    };
    let last_change = |path: &str| {
        let touches = |call: &Call| match call {
            Call::Made(p) => p == path || parent(p) == path,
            Call::Wrote(p) => p == path,
            Call::Synced(p) => parent(p) == path,
            Call::Moved { .. } => false,
        };
        before.iter().rposition(touches)
    };
    for path in made {
        match synced(path) {
            (None, _) => faults.push(format!("{path} is not synced before the move")),
            (Some(at), _) if Some(at) < last_change(path) => {
                faults.push(format!("{path} is synced before its last change"));
            }
            (_, true) => faults.push(format!("{path} is synced more than once")),
            _ => {}
        }
    }
    // The name of the staged folder, and then the names above its place.
    let object = before.iter().filter(|call| matches!(call, Call::Synced(p) if *p == staging)).count();
    if object == 0 {
        faults.push("the staging is not synced before the move".to_owned());
    }
    for above in [parent(to), &root] {
        if !after.iter().any(|call| matches!(call, Call::Synced(p) if p == above)) {
            faults.push(format!("{above} is not synced after the move"));
        }
    }
    faults
}
