//! What a command answers: a document and a status.

use super::{Command, human};
use crate::{app::AppError, kernel::Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{io::Write as _, process::ExitCode};

/// The exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 0: done and whole.
    Done,
    /// 1: done, with findings or refusals that stand in the document.
    Findings,
    /// 2: could not run: usage, configuration, lock.
    CouldNotRun,
    /// 3: refused: permission, state, locked.
    Refused,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Done => 0,
            Status::Findings => 1,
            Status::CouldNotRun => 2,
            Status::Refused => 3,
        })
    }
}

/// A document and a status.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub status: Status,
    pub document: Value,
}

impl Answer {
    pub fn done(document: Value) -> Self {
        Self { status: Status::Done, document }
    }

    /// Done, with findings if there are any.
    pub fn found(findings: bool, document: Value) -> Self {
        Self { status: if findings { Status::Findings } else { Status::Done }, document }
    }

    /// A refusal or a failure, in words.
    pub fn problem(status: Status, problem: &Problem) -> Self {
        let Problem { kind, title, detail, remedy, .. } = problem;
        Self { status, document: json!({ "type": kind, "title": title, "detail": detail, "remedy": remedy }) }
    }

    pub(super) fn refused(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (detail, remedy) = (detail.into(), remedy.into());
        let title = "不能办理".to_owned();
        Self::problem(Status::Refused, &Problem { kind: "refused", status: 403, title, detail, remedy })
    }

    /// The asker's own words cannot be carried out: usage.
    pub(super) fn wrong(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status: Status::CouldNotRun, ..Self::refused(detail, remedy) }
    }

    pub(super) fn print(&self, command: &Command, json: bool) {
        let failed = matches!(self.status, Status::CouldNotRun | Status::Refused);
        if json {
            print(&self.document.to_string());
        }
        if failed {
            eprintln!("{}", human::problem(&self.document));
        } else if !json {
            let text = human::document(command, &self.document);
            if !text.is_empty() {
                print(&text);
            }
        }
    }
}

/// Writes a line to standard output. Whoever closed it has read enough.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{text}").and_then(|()| out.flush())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("lantai: standard output cannot be written: {error}");
    }
}

/// The answer to an error nothing else caught: its chain, once.
pub(super) fn of_error(error: &anyhow::Error) -> Answer {
    let detail = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    let locked = matches!(error.downcast_ref(), Some(AppError::Locked(_)));
    let remedy = match error.downcast_ref() {
        Some(AppError::Locked(_)) => "等另一个命令结束，或先停下服务器",
        Some(AppError::Missing(_)) => "先运行 lantai init，或用 --data 指明档案所在",
        _ => "按上面所说改正后重试",
    };
    let problem = Problem {
        kind: if locked { "locked" } else { "could-not-run" },
        status: 500,
        title: "没有办成".to_owned(),
        detail,
        remedy: remedy.to_owned(),
    };
    Answer::problem(Status::CouldNotRun, &problem)
}
