//! Batches: how far they are, and what did not pass.

use crate::{
    app::App,
    ingest::{
        batch::{self, BatchRow, FindingRow, READ_JOB, SEAL_JOB},
        defects::{DefectKind, Lang as DefectLang},
    },
    jobs::{self, Progress as Job},
    kernel::{Batch, Id, Instant},
    web::{
        pages::{
            Pager, Place, Standing,
            ingest::{BatchLine, BatchPage, BatchesPage, Defect, Stage, StageName, Tally},
            render,
            today::{Defective, Running},
        },
        refusal::Refusal,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Lines a page.
const LINES: i64 = 50;

/// How far a batch is, from its rows and its jobs.
pub struct Progress {
    filed: u64,
    to_file: u64,
    seal: Option<Job>,
    read: Option<Job>,
    read_text: bool,
    now: Instant,
}

pub async fn progress(app: &App, batch: &BatchRow) -> Result<Progress, Refusal> {
    let mut jobs = jobs::of_subject(&app.db, batch.filing.as_str()).await?;
    let mut take = |kind: &str| jobs.iter().position(|job| job.kind == kind).map(|at| jobs.remove(at));
    Ok(Progress {
        filed: count(batch.filed_rows),
        to_file: count(batch.to_file),
        seal: take(SEAL_JOB),
        read: take(READ_JOB),
        read_text: batch.read_text,
        now: app.clock.now(),
    })
}

impl Progress {
    fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.seal.iter().chain(&self.read)
    }

    fn stopped(&self) -> Option<&Job> {
        self.jobs().find(|job| job.state == "gave_up")
    }

    pub fn live(&self) -> bool {
        self.stopped().is_none() && (self.filed < self.to_file || self.jobs().any(|job| job.state != "done"))
    }

    pub fn untexted(&self) -> u64 {
        self.read.as_ref().map_or(0, |job| count(job.total - job.done))
    }

    fn done(&self) -> u64 {
        self.seal.as_ref().map_or(0, |job| count(job.done)).min(self.filed)
    }

    fn standing(&self, defects: u64) -> Standing {
        if self.stopped().is_some() {
            Standing::Stopped
        } else if self.live() {
            Standing::Running
        } else if defects > 0 {
            Standing::FinishedWithDefects
        } else {
            Standing::Finished
        }
    }

    pub fn line(&self, batch: &BatchRow) -> Running {
        Running {
            id: batch.id.to_string(),
            name: batch.name.clone(),
            done: self.done(),
            total: self.to_file,
            left: self.jobs().find_map(|job| self.left(job)),
        }
    }

    /// Units a second since the job began.
    fn rate(&self, job: &Job) -> Option<f64> {
        let begun: Instant = job.started_at.as_ref()?.parse().ok()?;
        let until = match &job.ended_at {
            Some(ended) => ended.parse().ok()?,
            None => self.now,
        };
        let seconds = (until.millis().saturating_sub(begun.millis())) as f64 / 1_000.0;
        (seconds > 0.0 && job.done > 0).then(|| job.done as f64 / seconds)
    }

    fn left(&self, job: &Job) -> Option<String> {
        let rest = (job.total - job.done) as f64;
        (job.state == "running" && rest > 0.0).then(|| self.rate(job).map(|rate| shown::span(rest / rate)))?
    }

    fn stages(&self, batch: &BatchRow) -> Vec<Stage> {
        let rows = count(batch.rows);
        let whole =
            |name, done: u64, total: u64, standing| Stage { name, done, total, rate: None, left: None, standing };
        let filing = if self.filed < self.to_file { Standing::Running } else { Standing::Finished };
        let mut stages = vec![
            whole(StageName::Count, rows, rows, Standing::Finished),
            whole(StageName::Check, rows, rows, Standing::Finished),
            whole(StageName::File, self.filed, self.to_file, filing),
        ];
        stages.push(self.stage(StageName::Seal, self.seal.as_ref()));
        if self.read_text {
            stages.push(self.stage(StageName::Text, self.read.as_ref()));
        }
        stages
    }

    fn stage(&self, name: StageName, job: Option<&Job>) -> Stage {
        let Some(job) = job else {
            return Stage { name, done: 0, total: self.to_file, rate: None, left: None, standing: Standing::Waiting };
        };
        let standing = match job.state.as_str() {
            "done" => Standing::Finished,
            "gave_up" => Standing::Stopped,
            "running" => Standing::Running,
            _ => Standing::Waiting,
        };
        let rate = self.rate(job).map(|rate| format!("{rate:.1} /s"));
        Stage { name, done: count(job.done), total: count(job.total), rate, left: self.left(job), standing }
    }
}

pub fn defective(app: &App, batch: &BatchRow, defects: i64) -> Defective {
    Defective {
        id: batch.id.to_string(),
        name: batch.name.clone(),
        sent_by: batch.received_by.clone(),
        sent_on: shown::day(app, &batch.started_at),
        defects: count(defects),
    }
}

#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    only: String,
    page: Option<u32>,
}

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Ingest));
    let page = asked.page.unwrap_or(1).max(1);
    let total = batch::count(&app.db, &batch::seen_by(&asker.guest)).await?;
    let mut batches = Vec::new();
    for one in batch::page(&app.db, &batch::seen_by(&asker.guest), i64::from(page - 1) * LINES, LINES).await? {
        let defects = count(batch::count_findings(&app.db, &one, true).await?);
        let progress = progress(&app, &one).await?;
        batches.push(BatchLine {
            id: one.id.to_string(),
            name: one.name.clone(),
            sent_by: one.received_by.clone(),
            sent_at: shown::minute(&app, &one.started_at),
            done: progress.done(),
            total: progress.to_file,
            defects,
            standing: progress.standing(defects),
        });
    }
    let pager = Pager { page, pages: pages(total), base: "/batches".to_owned() };
    Ok(render(&BatchesPage { frame, batches, pager }))
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Ingest));
    let progress = progress(&app, &batch).await?;
    let (all, blocking) =
        (batch::count_findings(&app.db, &batch, false).await?, batch::count_findings(&app.db, &batch, true).await?);
    let only_defects = asked.only == "defects";
    let total = if only_defects { blocking } else { all };
    let page = asked.page.unwrap_or(1).max(1);
    let skip = i64::from(page - 1) * LINES;
    let rows = batch::findings(&app.db, &batch, only_defects, skip, LINES).await?;
    let lang = frame.lang;
    let base = if only_defects { format!("/batches/{id}?only=defects") } else { format!("/batches/{id}") };
    Ok(render(&BatchPage {
        id: id.clone(),
        name: batch.name.clone(),
        sent_by: batch.received_by.clone(),
        sent_at: shown::minute(&app, &batch.started_at),
        files: count(batch.files),
        size: shown::size(batch.bytes),
        standing: progress.standing(count(blocking)),
        done: progress.done(),
        total: progress.to_file,
        tally: Tally {
            accepted: progress.filed,
            must_mend: count(blocking - batch.set_aside),
            refused: count(batch.set_aside),
            look: count(all - blocking),
        },
        used: None,
        left: progress.jobs().find_map(|job| progress.left(job)),
        stages: progress.stages(&batch),
        problem: progress.stopped().map(|job| crate::kernel::Problem {
            kind: "job-gave-up",
            status: 500,
            title: "有一步没有办成".to_owned(),
            detail: job.fault.clone().unwrap_or_default(),
            remedy: "排除原因后重试此步".to_owned(),
        }),
        only_defects,
        defect_total: count(blocking),
        rows: rows.into_iter().map(|row| line(lang, row)).collect(),
        pager: Pager { page, pages: pages(total), base },
        frame,
    }))
}

/// The findings as an Excel sheet: reason and remedy a row.
pub async fn defects(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let lang = words_of(shown::lang(&headers, &uri));
    let rows = batch::findings(&app.db, &batch, false, 0, i64::MAX).await?;
    let bytes = tokio::task::spawn_blocking(move || batch::sheet(&rows, lang))
        .await
        .expect("writing a sheet does not panic")?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let disposition = "attachment; filename=\"defects.xlsx\"";
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

async fn found(app: &App, asker: &Asker, id: &str) -> Result<BatchRow, Refusal> {
    let id = Id::<Batch>::parse(id).ok_or_else(Refusal::missing)?;
    batch::by_id(&app.db, &batch::seen_by(&asker.guest), &id).await?.ok_or_else(Refusal::missing)
}

fn words_of(lang: Lang) -> DefectLang {
    match lang {
        Lang::Zh => DefectLang::Zh,
        Lang::En => DefectLang::En,
    }
}

fn line(lang: Lang, row: FindingRow) -> Defect {
    let kind = DefectKind::ALL.iter().find(|kind| kind.word() == row.kind);
    let words = words_of(lang);
    let standing = match (row.severity.as_str(), kind) {
        (_, Some(DefectKind::SetAside)) => Standing::Refused,
        ("blocking", _) => Standing::MustMend,
        _ => Standing::Look,
    };
    Defect {
        row: row.row.map_or(0, count),
        reference: row.code,
        title: row.file.unwrap_or_default(),
        standing,
        check: kind.map_or(row.kind, |kind| kind.label(words).to_owned()),
        clause: None,
        reason: row.reason,
        remedy: row.remedy,
    }
}

fn pages(total: i64) -> u32 {
    u32::try_from((total + LINES - 1) / LINES).unwrap_or(u32::MAX)
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
