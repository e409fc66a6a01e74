use askama::Template;

use super::Way;
use crate::kernel::Problem;
use crate::web::pages::{Frame, Pager, Standing};

/// One batch: how far it is, and what did not pass. GET `/batches/{id}?only=defects|accepted&page=`.
#[derive(Template)]
#[template(path = "ingest/batch.html", config = "config/askama.toml")]
pub struct BatchPage {
    pub frame: Frame,
    pub id: String,
    pub name: String,
    pub sent_by: String,
    pub sent_at: String,
    pub files: u64,
    /// Size with its unit, `18.42 GB`.
    pub size: String,
    pub standing: Standing,
    /// Records done, out of `total`.
    pub done: u64,
    pub total: u64,
    pub tally: Tally,
    /// Time used and time left in words; `None` where unknown or over.
    pub used: Option<String>,
    pub left: Option<String>,
    pub stages: Vec<Stage>,
    /// What stopped the batch.
    pub problem: Option<Problem>,
    /// Each choice of rows with how many it has.
    pub picks: [(Picked, u64); 3],
    pub picked: Picked,
    /// Findings, which the Excel sheet lists.
    pub finding_total: u64,
    pub rows: Vec<RowLine>,
    pub pager: Pager,
    pub way: Way,
}

impl BatchPage {
    fn live(&self) -> bool {
        matches!(self.standing, Standing::Running | Standing::Waiting)
    }
}

/// Which rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    All,
    /// Those that keep a row out.
    Defects,
    /// Those that became records.
    Accepted,
}

impl Picked {
    /// As `?only=` says; whatever else it says is all.
    pub fn of(only: &str) -> Picked {
        match only {
            "defects" => Picked::Defects,
            "accepted" => Picked::Accepted,
            _ => Picked::All,
        }
    }

    /// The page of this choice.
    pub fn base(self, batch: &str) -> String {
        match self {
            Picked::All => format!("/batches/{batch}"),
            Picked::Defects => format!("/batches/{batch}?only=defects"),
            Picked::Accepted => format!("/batches/{batch}?only=accepted"),
        }
    }

    fn key(self) -> &'static str {
        match self {
            Picked::All => "rows-all",
            Picked::Defects => "rows-defects",
            Picked::Accepted => "rows-accepted",
        }
    }
}

/// Rows by their result.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub accepted: u64,
    pub must_mend: u64,
    pub refused: u64,
    pub look: u64,
}

/// One stage as a row. `unit` counts are records, files or pages.
pub struct Stage {
    pub name: StageName,
    pub done: u64,
    pub total: u64,
    /// With its unit, `214 MB/s`.
    pub rate: Option<String>,
    pub left: Option<String>,
    pub standing: Standing,
}

/// The stages in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageName {
    /// 清点: the catalogue is read, the files are counted and digested.
    Count,
    /// 检测: every row and file is checked.
    Check,
    /// 归档: records are written.
    File,
    /// 封存: their objects lie in the store, read back equal.
    Seal,
    /// 文字: text is read and indexed.
    Text,
}

impl StageName {
    fn key(self) -> &'static str {
        match self {
            StageName::Count => "stage-count",
            StageName::Check => "stage-check",
            StageName::File => "stage-file",
            StageName::Seal => "stage-seal",
            StageName::Text => "stage-text",
        }
    }
}

/// One row of the catalogue with what became of it; an accepted row has no reason.
pub struct RowLine {
    /// Row of the catalogue as the spreadsheet counts it; of a record it is not kept.
    pub row: Option<u64>,
    /// The record that it became.
    pub record: Option<String>,
    pub reference: Option<String>,
    pub title: String,
    pub standing: Standing,
    /// Which check, in words, and its clause (`GD-1-7`).
    pub check: String,
    pub clause: Option<String>,
    pub reason: String,
    pub remedy: String,
}

#[cfg(test)]
impl BatchPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, BatchPage)> {
        use Standing::{
            Filed, Finished, FinishedWithDefects, Look, MustMend, Refused, Running, Sealed, Stopped, Waiting,
        };
        let stage = |name, done, total, rate: Option<&str>, standing| Stage {
            name,
            done,
            total,
            rate: rate.map(Into::into),
            left: rate.map(|_| "1 min 25 s".into()),
            standing,
        };
        let row = |row, standing, reason: &str, remedy: &str| RowLine {
            row: Some(row),
            record: None,
            reference: (row != 88).then(|| "X099-WS·2025-D30-TDC-0036".into()),
            title: "关于调整北岭用地范围的函".into(),
            standing,
            check: "档号规范性".into(),
            clause: (row != 88).then(|| "GD-1-7".into()),
            reason: reason.into(),
            remedy: remedy.into(),
        };
        let page = |standing, done, rows: Vec<RowLine>, picked| BatchPage {
            frame: Frame::sample(lang, Some(crate::web::pages::Place::Ingest)),
            id: "b1".into(),
            name: "土地处 2025年度归档文件".into(),
            sent_by: "吴辛".into(),
            sent_at: "2026-11-23 09:28".into(),
            files: 3861,
            size: "18.42 GB".into(),
            standing,
            done,
            total: 1204,
            tally: Tally { accepted: done.saturating_sub(19), must_mend: 13, refused: 1, look: 5 },
            used: Some("2 min 57 s".into()),
            left: (standing == Running).then(|| "1 min 25 s".into()),
            stages: vec![
                stage(StageName::Count, 1204, 1204, None, Finished),
                stage(StageName::Check, done, 1204, Some("4.6 /s"), standing),
                stage(StageName::File, 0, 1204, None, Waiting),
                stage(StageName::Seal, 0, 1204, None, Waiting),
                stage(StageName::Text, 0, 0, None, Waiting),
            ],
            problem: None,
            picks: [(Picked::All, 1209), (Picked::Defects, 14), (Picked::Accepted, 1190)],
            picked,
            finding_total: 19,
            rows,
            pager: Pager { page: 1, pages: 2, base: "/batches/b1?only=defects".into() },
            way: Way::sample(standing == FinishedWithDefects),
        };
        let rows = || {
            vec![
                row(37, MustMend, "档号中用了英文句点（.），应为间隔号（·）。", "改为 X099-WS·2025-D30-TDC-0036。"),
                row(
                    88,
                    Refused,
                    "密级“机密”高于本库所能存放的“内部”。文件未保存。",
                    "立即报安全保密员，按保密规定移出。",
                ),
                row(419, Look, "著录 12 页，文件实有 11 页。", "清点后改页数，或补扫缺页。"),
            ]
        };
        let mut waiting = page(Waiting, 0, vec![], Picked::All);
        (waiting.total, waiting.stages, waiting.finding_total) = (0, vec![], 0);
        waiting.picks = waiting.picks.map(|(picked, _)| (picked, 0));
        waiting.tally = Tally::default();
        let mut stopped = page(Stopped, 812, rows(), Picked::Defects);
        stopped.problem = Some(crate::web::problem_page::sample());
        let mut all = page(FinishedWithDefects, 1204, rows(), Picked::All);
        for (standing, code) in [(Sealed, "0037"), (Filed, "0038")] {
            all.rows.push(RowLine {
                row: None,
                record: Some("r1".into()),
                reference: Some(format!("X099-WS·2025-D30-TDC-{code}")),
                check: String::new(),
                clause: None,
                ..row(420, standing, "", "")
            });
        }
        vec![
            ("running", page(Running, 812, rows(), Picked::Defects)),
            ("defects", all),
            ("waiting", waiting),
            ("stopped", stopped),
        ]
    }
}
