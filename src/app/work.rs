//! Work in the background: jobs, the follower of the index, broken-off batches.

use super::App;
use crate::{
    access::{Guest, Reach},
    ingest::batch,
    jobs::{self, Leased},
    search,
};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// How long a worker with nothing to do waits before it looks again.
const IDLE: Duration = Duration::from_millis(400);

/// What became of the jobs that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    pub done: u64,
    pub failed: u64,
}

/// Runs jobs until none is due, the index following.
pub async fn drain(app: &Arc<App>) -> anyhow::Result<Drained> {
    let mut drained = Drained::default();
    while let Some(job) = jobs::lease(&app.db, app.clock.as_ref()).await? {
        match run(app, &job).await {
            Ok(()) => {
                drained.done += 1;
                follow(app).await?;
            }
            Err(error) => {
                drained.failed += 1;
                failed(app, &job, &error).await?;
            }
        }
    }
    follow(app).await?;
    Ok(drained)
}

/// Works until the process ends: one job at a time, then the index.
pub async fn work_for_ever(app: Arc<App>) {
    loop {
        match drain(&app).await {
            Ok(Drained { done: 0, failed: 0 }) => {}
            Ok(drained) => tracing::info!(drained.done, drained.failed, "worked through the queue"),
            Err(error) => tracing::error!("the queue cannot be worked through: {error:#}"),
        }
        tokio::time::sleep(IDLE).await;
    }
}

/// Brings the index up to the trail.
pub async fn follow(app: &Arc<App>) -> anyhow::Result<()> {
    search::follow(&app.db, &app.vault, &app.index).await?;
    Ok(())
}

/// Brings the index up to the trail, or says in the log why it stays behind.
pub(super) async fn catch_up(app: &Arc<App>) {
    if let Err(error) = follow(app).await {
        tracing::error!("the index cannot follow the trail: {error:#}");
    }
}

/// Goes on with batches that were broken off, where their folder still is. One that
/// cannot go on is said in the log and stays visible as not filed.
pub(super) async fn go_on(app: &Arc<App>) {
    let begun = match batch::begun(&app.db).await {
        Ok(begun) => begun,
        Err(error) => return tracing::error!("broken-off batches cannot be listed: {error}"),
    };
    for one in begun {
        let (id, name) = (one.id.clone(), one.name.clone());
        match resume(app, one).await {
            Ok(records) => tracing::info!(batch.id = %id, records, "went on with batch {name}"),
            Err(error) => tracing::error!(batch.id = %id, "batch {name} cannot go on: {error:#}"),
        }
    }
}

async fn resume(app: &Arc<App>, begun: batch::BatchRow) -> anyhow::Result<u64> {
    let desk = app.desk();
    let source = PathBuf::from(&begun.source);
    let plan = batch::plan(&desk, &source, &Reach::nothing(), Some(begun.filing.as_str())).await?;
    batch::same_catalogue(&begun, &plan)?;
    let (accept_good, read_text) = (begun.accept_good, begun.read_text);
    let committed = batch::commit(&desk, &Guest::operator(), plan, Some(begun), accept_good, read_text).await?;
    Ok(committed.records)
}

/// Runs the one job of `kind` on `subject`, whoever else waits, if it is not done.
pub async fn run_kind(app: &Arc<App>, kind: &str, subject: &str) -> anyhow::Result<()> {
    while let Some(job) = jobs::lease_of(&app.db, app.clock.as_ref(), kind, subject).await? {
        if let Err(error) = run(app, &job).await {
            failed(app, &job, &error).await?;
            return Err(error);
        }
    }
    Ok(())
}

async fn run(app: &Arc<App>, job: &Leased) -> anyhow::Result<()> {
    let desk = app.desk();
    match job.kind.as_str() {
        batch::SEAL_JOB => batch::seal(&desk, job).await?,
        batch::READ_JOB => batch::read(&desk, job).await?,
        other => anyhow::bail!("no room does jobs of kind {other}"),
    }
    jobs::finish(&app.db, app.clock.as_ref(), &job.id).await?;
    Ok(())
}

async fn failed(app: &Arc<App>, job: &Leased, error: &anyhow::Error) -> anyhow::Result<()> {
    let fault = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    tracing::warn!(job.kind, job.subject, job.attempts, "job {} failed: {fault}", job.id);
    jobs::fail(&app.db, app.clock.as_ref(), job, &fault).await?;
    Ok(())
}
