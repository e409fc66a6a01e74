//! The rows of a batch with what became of each: first what did not pass, then what is filed.

use super::{LINES, count, words_of};
use crate::{
    app::App,
    holdings,
    ingest::{
        batch::{self, BatchRow, FindingRow},
        defects::DefectKind,
    },
    kernel::{Id, Record},
    vault,
    web::{
        pages::{
            Standing,
            ingest::{Picked, RowLine},
        },
        refusal::Refusal,
        session::Asker,
        texts::Lang,
    },
};

/// How many rows there are of each kind.
#[derive(Clone, Copy)]
pub struct Counts {
    /// Findings that keep a row out, those set aside among them.
    pub blocking: i64,
    /// All findings.
    pub findings: i64,
    /// Records of the batch that the asker may know of.
    pub accepted: i64,
}

impl Counts {
    pub async fn of(app: &App, asker: &Asker, batch: &BatchRow) -> Result<Self, Refusal> {
        Ok(Self {
            blocking: batch::count_findings(&app.db, batch, true).await?,
            findings: batch::count_findings(&app.db, batch, false).await?,
            accepted: holdings::count_of_filing(&app.db, &asker.guest.reach(), batch.filing.as_str()).await?,
        })
    }

    pub fn picked(self, picked: Picked) -> i64 {
        match picked {
            Picked::All => self.findings + self.accepted,
            Picked::Defects => self.blocking,
            Picked::Accepted => self.accepted,
        }
    }
}

/// One page of the rows, after the first `skip` of them.
pub async fn page(
    app: &App,
    asker: &Asker,
    batch: &BatchRow,
    (picked, counts): (Picked, Counts),
    skip: i64,
    lang: Lang,
) -> Result<Vec<RowLine>, Refusal> {
    let mut lines = Vec::new();
    if picked != Picked::Accepted {
        let found = batch::findings(&app.db, batch, picked == Picked::Defects, skip, LINES).await?;
        lines.extend(found.into_iter().map(|row| finding(lang, row)));
    }
    let before = if picked == Picked::Accepted { 0 } else { counts.findings };
    let room = LINES - i64::try_from(lines.len()).unwrap_or(LINES);
    if picked != Picked::Defects && room > 0 {
        lines.extend(accepted(app, asker, batch, (skip - before).max(0), room).await?);
    }
    Ok(lines)
}

async fn accepted(app: &App, asker: &Asker, batch: &BatchRow, skip: i64, limit: i64) -> Result<Vec<RowLine>, Refusal> {
    let filing = batch.filing.as_str();
    let records = holdings::window_of_filing(&app.db, &asker.guest.reach(), filing, skip, limit).await?;
    let ids: Vec<Id<Record>> = records.iter().map(|one| one.id.clone()).collect();
    let sealed = vault::sealed_among(&app.db, &ids).await?;
    let line = |one: holdings::RecordView| RowLine {
        row: None,
        standing: if sealed.contains(one.id.as_str()) { Standing::Sealed } else { Standing::Filed },
        record: Some(one.id.to_string()),
        reference: Some(one.code),
        title: one.title,
        check: String::new(),
        clause: None,
        reason: String::new(),
        remedy: String::new(),
    };
    Ok(records.into_iter().map(line).collect())
}

fn finding(lang: Lang, row: FindingRow) -> RowLine {
    let kind = DefectKind::ALL.iter().find(|kind| kind.word() == row.kind);
    let words = words_of(lang);
    let standing = match (row.severity.as_str(), kind) {
        (_, Some(DefectKind::SetAside)) => Standing::Refused,
        ("blocking", _) => Standing::MustMend,
        _ => Standing::Look,
    };
    RowLine {
        row: row.row.map(count),
        record: None,
        reference: row.code,
        title: row.file.unwrap_or_default(),
        standing,
        check: kind.map_or(row.kind, |kind| kind.label(words).to_owned()),
        clause: None,
        reason: row.reason,
        remedy: row.remedy,
    }
}
