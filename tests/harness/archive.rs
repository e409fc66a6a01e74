//! An archive of its own for a test, worked by the real binary.

use super::TestDb;
use serde_json::Value;
use sqlx::Connection as _;
use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

/// An archive in a temporary folder, on the test's database.
pub struct Archive {
    data: PathBuf,
    url: String,
    home: PathBuf,
    /// What `init` gave: name, role, first password.
    accounts: Value,
    _database: Arc<tempfile::TempDir>,
    _folder: Option<tempfile::TempDir>,
}

/// What a command came to.
pub struct Ran {
    status: i32,
    document: Value,
    said: String,
}

impl Archive {
    /// Makes the archive.
    pub fn new(db: &TestDb) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut archive = Self {
            data: folder.path().join("archive"),
            url: db.url.clone(),
            home: folder.path().to_owned(),
            accounts: Value::Null,
            _database: db.folder.clone(),
            _folder: Some(folder),
        };
        archive.accounts = archive.run(&["init"]).expect_status(0)["accounts"].take();
        archive.settle_passwords();
        archive
    }

    /// Takes the passwords given so far as if their owners had chosen them; that a first
    /// one must be changed is tried by tests of its own.
    pub fn settle_passwords(&self) {
        self.sql("UPDATE person SET password_due = NULL");
    }

    /// Carries out a statement past the product.
    pub fn sql(&self, statement: &'static str) {
        let url = self.url.clone();
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
            runtime.block_on(async {
                sqlx::any::install_default_drivers();
                let mut connection = sqlx::AnyConnection::connect(&url).await.expect("the database is there");
                sqlx::query(statement).execute(&mut connection).await.expect("the statement is right");
                connection.close().await.expect("the connection ends");
            });
        });
        done.join().expect("the statement is carried out");
    }

    /// Everything once more, in folders and on a database of its own; nothing may be
    /// running.
    pub fn twin(&self, db: &TestDb) -> Self {
        let (folder, db) = (tempfile::tempdir().expect("a temporary folder can be made"), db.twin());
        let copied = Command::new("cp").arg("-a").arg(self.home.join(".")).arg(folder.path()).status();
        assert!(copied.expect("cp starts").success());
        Self {
            data: folder.path().join("archive"),
            url: db.url.clone(),
            home: folder.path().to_owned(),
            accounts: self.accounts.clone(),
            _database: db.folder.clone(),
            _folder: Some(folder),
        }
    }

    /// The same folders on an empty database, as after the loss of the first.
    pub fn on_another_database(&self, db: &TestDb) -> Self {
        Self {
            data: self.data.clone(),
            url: db.url.clone(),
            home: self.home.clone(),
            accounts: Value::Null,
            _database: db.folder.clone(),
            _folder: None,
        }
    }

    /// Name and first password of the account of this role.
    pub fn account(&self, role: &str) -> (String, String) {
        let accounts = self.accounts.as_array().expect("init names its accounts");
        let account = accounts.iter().find(|account| account["role"] == role).expect("there is one of this role");
        let text = |field: &str| account[field].as_str().expect("it is text").to_owned();
        (text("name"), text("password"))
    }

    /// A token of the command line for this account; a server may be running.
    pub fn token(&self, name: &str, password: &str) -> String {
        let mut child = self.command(&["login", name]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().expect("it was piped");
        writeln!(input, "{password}").expect("the command reads its password");
        drop(input);
        let out = child.wait_with_output().expect("the command ends");
        let answer: Value = serde_json::from_slice(&out.stdout).expect("login answers with JSON");
        answer["token"].as_str().expect("there is a token").to_owned()
    }

    pub fn data(&self) -> &Path {
        &self.data
    }
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        let out = self.command(args).output().expect("the binary starts");
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        let document = serde_json::from_slice(&out.stdout).unwrap_or(Value::Null);
        Ran { status: out.status.code().unwrap_or(-1), document, said: format!("{args:?}: {said}") }
    }

    /// Starts a command and leaves it running.
    pub fn spawn(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary starts")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lantai"));
        command
            .args(args)
            .args(["--json", "--data"])
            .arg(&self.data)
            .env("LANTAI__DATABASE__URL", &self.url)
            .env("HOME", &self.home)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("LANTAI_TOKEN")
            .stdin(Stdio::null());
        command
    }
}

impl Ran {
    /// The document, if the command ended with this status.
    #[track_caller]
    pub fn expect_status(self, wanted: i32) -> Value {
        assert_eq!(self.status, wanted, "{}\n{}", self.said, self.document);
        self.document
    }
}

/// The sample batch of the repository.
pub fn sample() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/sample").to_owned()
}

/// Where the judges written by others lie; without them their tests are skipped,
/// or fail where `CI=true`.
pub fn judges() -> Option<PathBuf> {
    let found = std::env::var_os("LANTAI_JUDGES").map(PathBuf::from);
    if found.is_none() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "LANTAI_JUDGES is not set, and CI=true asks for every judge"
        );
        println!("skipped: LANTAI_JUDGES is not set");
    }
    found
}
