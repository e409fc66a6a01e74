//! How far a batch is, from its rows and its jobs.

use crate::{
    app::App,
    ingest::batch::{BatchRow, READ_JOB, SEAL_JOB},
    jobs::{self, Progress as Job},
    kernel::{Instant, Problem},
    web::{
        pages::{
            Standing,
            ingest::{Stage, StageName},
            today::Running,
        },
        refusal::Refusal,
        shown,
    },
};

/// How far a batch is.
pub struct Progress {
    filed: u64,
    to_file: u64,
    begun: Option<Instant>,
    filed_at: Option<Instant>,
    seal: Option<Job>,
    read: Option<Job>,
    read_text: bool,
    now: Instant,
}

/// How fast something goes, and since when it does.
#[derive(Clone, Copy)]
struct Pace {
    done: f64,
    seconds: f64,
}

impl Pace {
    fn between(done: u64, from: Instant, to: Instant) -> Option<Self> {
        let seconds = to.millis().saturating_sub(from.millis()) as f64 / 1_000.0;
        (seconds > 0.0 && done > 0).then_some(Self { done: done as f64, seconds })
    }

    /// Units a second.
    fn rate(self) -> f64 {
        self.done / self.seconds
    }

    fn left(self, rest: u64) -> String {
        shown::span(rest as f64 / self.rate())
    }
}

pub async fn progress(app: &App, batch: &BatchRow) -> Result<Progress, Refusal> {
    let mut jobs = jobs::of_subject(&app.db, batch.filing.as_str()).await?;
    let mut take = |kind: &str| jobs.iter().position(|job| job.kind == kind).map(|at| jobs.remove(at));
    Ok(Progress {
        filed: super::count(batch.filed_rows),
        to_file: super::count(batch.to_file),
        begun: batch.started_at.parse().ok(),
        filed_at: batch.filed_at.as_ref().and_then(|at| at.parse().ok()),
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

    /// What stopped it, in words.
    pub fn problem(&self) -> Option<Problem> {
        self.stopped().map(|job| Problem {
            kind: "job-gave-up",
            status: 500,
            title: "有一步没有办成".to_owned(),
            detail: job.fault.clone().unwrap_or_default(),
            remedy: "排除原因后重试此步".to_owned(),
        })
    }

    pub fn live(&self) -> bool {
        self.stopped().is_none() && (self.filed < self.to_file || self.jobs().any(|job| job.state != "done"))
    }

    pub fn untexted(&self) -> u64 {
        self.read.as_ref().map_or(0, |job| super::count(job.total - job.done))
    }

    pub fn filed(&self) -> u64 {
        self.filed
    }

    pub fn to_file(&self) -> u64 {
        self.to_file
    }

    pub fn done(&self) -> u64 {
        self.seal.as_ref().map_or(0, |job| super::count(job.done)).min(self.filed)
    }

    pub fn standing(&self, defects: u64) -> Standing {
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
            left: self.left(),
        }
    }

    /// How long the step that runs now still takes, in words.
    pub fn left(&self) -> Option<String> {
        match self.filing() {
            Some(pace) => Some(pace.left(self.to_file - self.filed)),
            None => self.jobs().find_map(|job| self.left_of(job)),
        }
    }

    /// From its beginning until now, or until the last of its steps ended, in words.
    pub fn used(&self) -> Option<String> {
        let ended = self.jobs().filter_map(|job| job.ended_at.as_ref()?.parse::<Instant>().ok());
        let until = if self.live() { Some(self.now) } else { ended.chain(self.filed_at).max() };
        let millis = until?.millis().saturating_sub(self.begun?.millis());
        Some(shown::span(millis as f64 / 1_000.0))
    }

    /// While rows are being filed.
    fn filing(&self) -> Option<Pace> {
        let running = self.filed < self.to_file && self.filed_at.is_none();
        running.then(|| Pace::between(self.filed, self.begun?, self.now))?
    }

    /// While the job runs, since a worker last took it; of one that is done, over all.
    fn pace(&self, job: &Job) -> Option<Pace> {
        let at = |said: &Option<String>| said.as_ref()?.parse::<Instant>().ok();
        match job.state.as_str() {
            "running" => Pace::between(super::count(job.done - job.lap_done), at(&job.lap_at)?, self.now),
            "done" => Pace::between(super::count(job.done), at(&job.started_at)?, at(&job.ended_at)?),
            _ => None,
        }
    }

    pub fn stages(&self, batch: &BatchRow) -> Vec<Stage> {
        let rows = super::count(batch.rows);
        let over = |name| Stage { name, done: rows, total: rows, rate: None, left: None, standing: Standing::Finished };
        let pace = self.filing();
        let filing = Stage {
            name: StageName::File,
            done: self.filed,
            total: self.to_file,
            rate: pace.map(|pace| rate(pace.rate())),
            left: pace.map(|pace| pace.left(self.to_file - self.filed)),
            standing: if self.filed < self.to_file { Standing::Running } else { Standing::Finished },
        };
        let mut stages = vec![over(StageName::Count), over(StageName::Check), filing];
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
        let rate = self.pace(job).map(|pace| rate(pace.rate()));
        Stage {
            name,
            done: super::count(job.done),
            total: super::count(job.total),
            rate,
            left: self.left_of(job),
            standing,
        }
    }

    fn left_of(&self, job: &Job) -> Option<String> {
        let rest = super::count(job.total - job.done);
        (job.state == "running" && rest > 0).then(|| self.pace(job).map(|pace| pace.left(rest)))?
    }
}

fn rate(a_second: f64) -> String {
    format!("{a_second:.1} /s")
}
