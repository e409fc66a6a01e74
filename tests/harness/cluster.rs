//! One throw-away PostgreSQL for the whole run: its own folder, its own socket, no
//! network. It stops when the test process dies, however it dies.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);

struct Cluster {
    bin: PathBuf,
    /// Of the socket; short, because a socket's path may have 107 bytes.
    folder: PathBuf,
}

/// Makes an empty database that sorts by bytes; gives its address.
pub fn fresh_database() -> String {
    let cluster = CLUSTER.get_or_init(Cluster::start);
    let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let made = cluster.as_owner("createdb").arg("-h").arg(&cluster.folder).arg(&name).output();
    let made = made.expect("createdb starts");
    assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
    let host = cluster.folder.display().to_string().replace('/', "%2F");
    format!("postgres://postgres@{host}/{name}")
}

/// Makes a database that holds what the one at this address holds; nobody may be
/// connected to that. Gives its address.
pub fn copy_of(url: &str) -> String {
    let cluster = CLUSTER.get().expect("the first database made the cluster");
    let (host, of) = url.rsplit_once('/').expect("an address ends with the name");
    let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let made = cluster.as_owner("createdb").arg("-h").arg(&cluster.folder).args(["-T", of]).arg(&name).output();
    let made = made.expect("createdb starts");
    assert!(made.status.success(), "createdb: {}", String::from_utf8_lossy(&made.stderr));
    format!("{host}/{name}")
}

impl Cluster {
    fn start() -> Self {
        let folder = PathBuf::from(format!("/tmp/lantai-pg-{}", std::process::id()));
        let cluster = Self { bin: newest_bin(), folder };
        fs::create_dir(&cluster.folder).expect("the folder of the cluster is new");
        if as_root() {
            let out = Command::new("chown").arg("postgres").arg(&cluster.folder).status();
            assert!(out.expect("chown starts").success(), "there is no user postgres to run the cluster as");
        }
        fs::set_permissions(&cluster.folder, fs::Permissions::from_mode(0o755)).expect("the folder is ours");
        let data = cluster.folder.join("data");
        cluster.must("initdb", &["--auth=trust", "--locale=C", "--encoding=UTF8", "--username=postgres", "-D"], &data);
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories={} -c fsync=off -c max_connections=400",
            cluster.folder.display()
        );
        let log = cluster.folder.join("log").display().to_string();
        cluster.must("pg_ctl", &["-w", "-l", &log, "-o", &options, "start", "-D"], &data);
        cluster.stop_when_we_die(&data);
        cluster
    }

    /// A shell that waits for our end of its standard input to close.
    fn stop_when_we_die(&self, data: &Path) {
        let script = format!(
            "trap '' INT TERM; read _; {} -m immediate -D {} stop; rm -rf {}",
            self.bin.join("pg_ctl").display(),
            data.display(),
            self.folder.display()
        );
        let mut watcher = if as_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "sh", "-c", &script]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", &script]);
            command
        };
        let watcher =
            watcher.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/").spawn();
        // Never waited for: its input stays open as long as this process lives.
        std::mem::forget(watcher.expect("a shell starts"));
    }

    fn must(&self, program: &str, args: &[&str], data: &Path) {
        let out =
            self.as_owner(program).args(args).arg(data).stdin(Stdio::null()).output().expect("the program starts");
        assert!(
            out.status.success(),
            "{program}: {}{}",
            String::from_utf8_lossy(&out.stdout),
            String::from_utf8_lossy(&out.stderr)
        );
    }

    /// PostgreSQL refuses to be run by root.
    fn as_owner(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = if as_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.env("PGUSER", "postgres").current_dir("/");
        command
    }
}

fn as_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn newest_bin() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    let (_, bin) = found.pop().expect("PostgreSQL is not installed: apt-get install postgresql");
    bin
}
