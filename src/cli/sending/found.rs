//! What the check found, and whether it may be taken in so.

use super::{
    blocking,
    door::{Away, Door},
};
use crate::{
    cli::{Answer, args::IngestArgs},
    ingest::defects::{Defect, DefectKind},
};
use anyhow::Context as _;
use serde_json::{Value, json};

/// A batch after its check.
pub(super) struct Found {
    pub batch: Value,
    pub defects: Vec<Defect>,
}

impl Found {
    pub async fn of(door: &Door, at: &str, batch: Value) -> Result<Self, Away> {
        let mut listed = door.get(&format!("{at}/defects")).await?;
        let mut defects: Vec<Defect> =
            serde_json::from_value(listed["items"].take()).context("the server's list of defects")?;
        // The server speaks to people at a page.
        for proposal in defects.iter_mut().filter(|defect| is_proposal(defect)) {
            proposal.remedy = "加 --yes 建立，或先请有权限的人建立".to_owned();
        }
        Ok(Self { batch, defects })
    }

    pub fn state(&self) -> &str {
        self.batch["state"].as_str().unwrap_or_default()
    }

    /// Whether there is nothing to file, and nothing wrong.
    pub fn is_all_there(&self) -> bool {
        self.batch["to_file"] == 0 && blocking(&self.defects).next().is_none()
    }

    /// Whether something stands against taking it in that `args` does not allow.
    pub fn forbids(&self, args: &IngestArgs) -> bool {
        let (brings, wrong): (Vec<_>, Vec<_>) = blocking(&self.defects)
            .filter(|defect| defect.kind != DefectKind::SetAside)
            .partition(|defect| is_proposal(defect));
        self.batch["to_file"] == 0 || (!wrong.is_empty() && !args.accept_good) || (!brings.is_empty() && !args.yes)
    }

    /// The same document as of a batch taken in here; `kept` is whether the server keeps it.
    pub fn answer(mut self, kept: bool, left: &[String], seconds: Value) -> Answer {
        let filed = self.batch["filed_at"].is_string();
        let (proposals, rest): (Vec<_>, Vec<_>) = self.defects.drain(..).partition(is_proposal);
        let open = !filed && !proposals.is_empty();
        let wrong = blocking(&rest).next().is_some() || open;
        let defects: Vec<&Defect> = if open { rest.iter().chain(&proposals).collect() } else { rest.iter().collect() };
        Answer::found(
            wrong,
            json!({
                "batch": kept.then(|| self.batch["batch"].clone()),
                "state": self.batch["state"],
                "rows": self.batch["rows"],
                "records": self.batch["records"],
                "files": self.batch["files"],
                "bytes": self.batch["bytes"],
                "set_aside": self.batch["set_aside"],
                "defects": defects,
                "proposals": proposals,
                "not_sent": left,
                "seconds": seconds,
            }),
        )
    }
}

fn is_proposal(defect: &Defect) -> bool {
    matches!(defect.kind, DefectKind::FondsProposed | DefectKind::SchemeProposed | DefectKind::SchemeWidened)
}
