//! LibreOffice, for the forms that only it reads: from a copy in memory to a PDF.
//!
//! It runs with a home of its own in a file system in memory, so that nothing of the file
//! stays on a disk; with bounds on memory and time, set by the shell that starts it; in a
//! process group of its own, killed whole when it takes too long. Macros do not run in its
//! headless form. The network is not taken from it.

use crate::vault::Source;
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    ffi::OsStr,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// File systems in memory, where copies are made.
const MEMORY: [&str; 2] = ["/dev/shm", "/run/shm"];
/// Where packages put it.
const USUAL: [&str; 5] = [
    "/usr/bin/soffice",
    "/usr/bin/libreoffice",
    "/usr/local/bin/soffice",
    "/opt/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
];
/// The largest file that is converted, in bytes: copy and answer lie in memory.
const LARGEST: u64 = 256 << 20;
/// What it may address, in KiB: it maps far more than it uses.
const ADDRESSES: u64 = 6 << 20;

/// LibreOffice, if there is one.
#[derive(Clone, Debug)]
pub(super) struct Office {
    program: Option<PathBuf>,
    patience: Duration,
}

/// A converted file; gone when it is dropped.
pub(super) struct Converted {
    pub pdf: PathBuf,
    _folder: tempfile::TempDir,
}

impl Office {
    /// `program` is what the configuration names; empty looks in the usual places.
    pub fn new(program: &Path, patience: Duration) -> Self {
        let program = match program.as_os_str().is_empty() {
            true => USUAL.iter().map(PathBuf::from).find(|path| path.exists()),
            false => Some(program.to_owned()),
        };
        Self { program, patience }
    }

    /// Converts `file`, whose form has this `ending`, to a PDF.
    pub async fn convert(&self, file: &Source, ending: &'static str) -> Result<Converted, String> {
        let Some(program) = &self.program else {
            return Err(
                "未读取：此格式要用 LibreOffice 读取，本机没有安装；请管理员安装，之后归档的文件即可读取".to_owned()
            );
        };
        let memory = MEMORY.iter().find(|path| Path::new(path).is_dir());
        let memory = memory.ok_or("未读取：本机没有内存文件系统（/dev/shm），不能安全地转换此格式")?;
        let folder =
            tempfile::Builder::new().prefix("lantai-").tempdir_in(memory).map_err(|error| error.to_string())?;
        let copy = folder.path().join(format!("in.{ending}"));
        let (from, to) = (file.clone(), copy.clone());
        tokio::task::spawn_blocking(move || copy_in(&from, &to)).await.expect("copying does not panic")?;
        self.run(program, folder.path(), &copy).await?;
        let pdf = folder.path().join("in.pdf");
        if !pdf.is_file() {
            return Err("未读取：LibreOffice 打不开此文件，多半已损坏或有口令".to_owned());
        }
        Ok(Converted { pdf, _folder: folder })
    }

    async fn run(&self, program: &Path, home: &Path, copy: &Path) -> Result<(), String> {
        let profile = format!("-env:UserInstallation=file://{}/profile", home.display());
        let seconds = self.patience.as_secs().max(1);
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", "ulimit -c 0; ulimit -v \"$1\"; ulimit -t \"$2\"; shift 2; exec \"$@\"", "sh"])
            .args([ADDRESSES.to_string(), seconds.to_string()])
            .arg(program)
            .args(["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"])
            .arg(profile)
            .args(["--convert-to", "pdf", "--outdir"])
            .args([home.as_os_str(), copy.as_os_str()])
            .env_clear()
            .env("HOME", home)
            .env("TMPDIR", home)
            .env("PATH", OsStr::new("/usr/local/bin:/usr/bin:/bin"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("未读取：LibreOffice 无法启动：{error}"))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let waited = tokio::time::timeout(self.patience, child.wait()).await;
        // Whatever it started goes with it, also after it ended by itself.
        if let Some(group) = group {
            kill_process_group(group, Signal::KILL).ok();
        }
        match waited {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(format!("未读取：LibreOffice 打不开此文件（{status}）")),
            Ok(Err(error)) => Err(format!("未读取：LibreOffice 中途退出：{error}")),
            Err(_) => Err(format!("未读取：LibreOffice 超过 {seconds} 秒")),
        }
    }
}

fn copy_in(from: &Source, to: &Path) -> Result<(), String> {
    let mut bytes = from.open().map_err(|error| error.to_string())?.take(LARGEST + 1);
    let mut file = File::create_new(to).map_err(|error| error.to_string())?;
    let count = std::io::copy(&mut bytes, &mut file).map_err(|error| error.to_string())?;
    if count > LARGEST {
        return Err(format!("未读取：文件超过 {} MiB，不转换", LARGEST >> 20));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt as _, time::Instant};

    /// An office that does what `script` says; `$0` to `$9` are LibreOffice's arguments.
    async fn tried(script: &str, patience: Duration) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("soffice");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let file = folder.path().join("sent.doc");
        fs::write(&file, "as sent").unwrap();
        let converted = Office::new(&program, patience).convert(&Source::Plain(file), "doc").await?;
        let (bytes, home) = (fs::read(&converted.pdf).unwrap(), converted.pdf.parent().unwrap().to_owned());
        drop(converted);
        assert!(!home.exists(), "nothing stays of it");
        Ok(bytes)
    }

    #[tokio::test]
    async fn a_copy_is_converted_in_memory_and_nothing_stays() {
        // --headless … --outdir HOME FILE: the last two.
        let script = "while [ $# -gt 2 ]; do shift; done; case $1 in /dev/shm/*) cat \"$2\" > \"$1/in.pdf\";; esac";
        assert_eq!(tried(script, Duration::from_secs(20)).await.unwrap(), b"as sent");
    }

    #[tokio::test]
    async fn one_that_fails_or_gives_nothing_is_a_reason() {
        for script in ["exit 3", "exit 0"] {
            assert!(tried(script, Duration::from_secs(20)).await.unwrap_err().contains("打不开此文件"), "{script}");
        }
    }

    #[tokio::test]
    async fn one_that_takes_too_long_is_killed_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("lives");
        let script = format!("(sleep 4; touch {}) & sleep 60", mark.display());
        let begun = Instant::now();
        assert!(tried(&script, Duration::from_secs(1)).await.unwrap_err().contains("超过 1 秒"));
        assert!(begun.elapsed() < Duration::from_secs(4));
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!mark.exists(), "what it started lives on");
    }

    #[tokio::test]
    async fn without_one_the_remedy_is_named() {
        let none = Office { program: None, patience: Duration::from_secs(1) };
        let said = none.convert(&Source::Plain("/nonexistent".into()), "doc").await.err().unwrap();
        assert!(said.contains("LibreOffice") && said.contains("安装"), "{said}");
    }
}
