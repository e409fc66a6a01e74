//! Work in the background: jobs, the follower of the index, broken-off batches.

use super::App;
use crate::{
    access::{Guest, Reach},
    ingest::{
        batch::{self, BatchState, Handed, Way},
        upload, version,
        watched::{self, Became, Watched},
        wayback,
    },
    jobs::{self, Leased},
    search,
};
use anyhow::Context as _;
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a worker with nothing to do waits before it looks again.
const IDLE: Duration = Duration::from_millis(400);

/// How often the lease of a running job is renewed; well below how long it lasts.
const RENEW: Duration = Duration::from_secs(20);

/// How often the index follows while a job is at work: the objects of a million records
/// take long, and what is filed shall be found before they lie in the store.
const FOLLOW: Duration = Duration::from_secs(5);

/// How often the watched folder is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How often it is looked for uploads to which nothing comes any more.
const EXPIRE: Duration = Duration::from_secs(3_600);

/// What became of the jobs that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    pub done: u64,
    pub failed: u64,
}

/// Runs jobs until none is due, the index following.
///
/// # Errors
/// Among others, that the disks have no room for more.
pub async fn drain(app: &Arc<App>) -> anyhow::Result<Drained> {
    let mut drained = Drained::default();
    loop {
        // The trail, sign-ins and the database keep what room there is.
        app.room.check(0)?;
        let Some(job) = jobs::lease(&app.db, app.clock.as_ref()).await? else { break };
        match run_beside_the_index(app, &job).await {
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

/// Runs a job, the index following meanwhile. (Never broken off in the middle: what is
/// being put would be put beside what is put next.)
async fn run_beside_the_index(app: &Arc<App>, job: &Leased) -> anyhow::Result<()> {
    let (ended, mut end) = tokio::sync::oneshot::channel::<()>();
    let work = async {
        let worked = run(app, job).await;
        drop(ended);
        worked
    };
    let index = async {
        while tokio::time::timeout(FOLLOW, &mut end).await.is_err() {
            catch_up(app).await;
        }
    };
    tokio::join!(work, index).0
}

/// Works until the process ends: one job at a time, then the index.
pub async fn work_for_ever(app: Arc<App>) {
    let (mut waits, mut expired) = (false, std::time::Instant::now());
    loop {
        let worked = drain(&app).await;
        let waited = std::mem::replace(&mut waits, app.room.check(0).is_err());
        match worked {
            Ok(Drained { done: 0, failed: 0 }) => {}
            // Said once, and not at every look.
            Err(_) if waited && waits => {}
            Ok(drained) => tracing::info!(drained.done, drained.failed, "worked through the queue"),
            Err(error) => tracing::error!("the queue cannot be worked through: {error:#}"),
        }
        if expired.elapsed() > EXPIRE {
            expired = std::time::Instant::now();
            if let Err(error) = upload::expire(&app.desk()).await {
                tracing::error!("uploads to which nothing comes any more cannot be given up: {error}");
            }
        }
        if app.room.regained() {
            go_on(&app).await;
        }
        if let Err(error) = app.gate.write_seen().await {
            tracing::error!("when sessions were used cannot be written: {error}");
        }
        tokio::time::sleep(IDLE).await;
    }
}

/// Looks after the watched folder until the process ends; ends at once where there is none.
pub async fn watch_for_ever(app: Arc<App>) {
    let settings = &app.config.ingest;
    if settings.drop.as_os_str().is_empty() {
        return;
    }
    let mut watched = Watched::new(settings.drop.clone(), settings.drop_settle);
    tracing::info!("watching {}", watched.folder().display());
    let mut said = String::new();
    loop {
        let now = match watch(&app, &mut watched).await {
            Ok(()) => String::new(),
            Err(error) => format!("{error:#}"),
        };
        // Said once, and not at every look.
        if !now.is_empty() && now != said {
            tracing::error!("the watched folder {} cannot be worked through: {now}", watched.folder().display());
        }
        said = now;
        tokio::time::sleep(LOOK).await;
    }
}

/// Works through one batch, if one is there.
async fn watch(app: &Arc<App>, watched: &mut Watched) -> anyhow::Result<()> {
    app.room.check(0)?;
    let settled = tokio::task::block_in_place(|| watched.settled(Instant::now()))?;
    let Some((path, stood)) = settled else { return Ok(()) };
    let worked = async {
        let became = watched::take(&app.desk(), &path).await?;
        let place = tokio::task::block_in_place(|| watched.put_away(&path, &stood, &became))?;
        anyhow::Ok((became, place))
    };
    match worked.await {
        Ok((_, None)) => tracing::info!("{} changed meanwhile, and is looked at again", path.display()),
        Ok((Became::Taken { records }, Some(place))) => {
            tracing::info!(records, "took in what now lies in {}", place.display());
        }
        Ok((Became::Defects(_) | Became::Refused(_), Some(place))) => {
            tracing::warn!("what was laid in goes back, with the reasons beside it: {}", place.display());
        }
        Err(error) => {
            tracing::error!("{} cannot be worked through now: {error:#}", path.display());
            watched.pause(&path, Instant::now());
        }
    }
    Ok(())
}

/// Brings the index up to the trail.
pub async fn follow(app: &Arc<App>) -> anyhow::Result<()> {
    search::follow(&app.db, &app.vault, &app.index).await?;
    Ok(())
}

/// Brings the index up to the trail, or says in the log why it stays behind.
pub async fn catch_up(app: &Arc<App>) {
    if let Err(error) = follow(app).await {
        tracing::error!("the index cannot follow the trail: {error:#}");
    }
}

/// Goes on with batches that were broken off, where their folder still is. One that
/// cannot go on is said in the log and stays visible as not filed.
pub async fn go_on(app: &Arc<App>) {
    let begun = match batch::begun(&app.db).await {
        // One that was sent has a job, which goes on by itself.
        Ok(begun) => begun.into_iter().filter(|one| one.way != Way::Upload),
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
    let _turn = desk.turn.lock().await;
    // Somebody may have gone on with it, or given it up, while we waited.
    let Some(begun) =
        batch::by_id(&app.db, &batch::Seen::All, &begun.id).await?.filter(|now| now.state == BatchState::Filing)
    else {
        return Ok(0);
    };
    let handed = Handed::open(&desk, Path::new(&begun.source)).await?;
    let handed = Handed { told: begun.told.clone(), ..handed };
    let plan = batch::plan(&desk, handed, &Reach::nothing(), Some(begun.filing.as_str())).await?;
    batch::goes_on(&begun, &plan)?;
    let (accept_good, read_text) = (begun.accept_good, begun.read_text);
    let committed = batch::commit(&desk, &Guest::machine("ingest"), plan, Some(begun), accept_good, read_text).await?;
    Ok(committed.records)
}

/// Has the one job of `kind` on `subject` done, whoever else waits: runs it, or waits
/// for the worker that has it in hand.
///
/// # Errors
/// What made it fail now, or made it give up before.
pub async fn run_kind(app: &Arc<App>, kind: &str, subject: &str) -> anyhow::Result<()> {
    loop {
        if let Some(job) = jobs::lease_of(&app.db, app.clock.as_ref(), kind, subject).await?
            && let Err(error) = run(app, &job).await
        {
            failed(app, &job, &error).await?;
            return Err(error);
        }
        let jobs = jobs::of_subject(&app.db, subject).await?;
        match jobs.iter().find(|job| job.kind == kind) {
            Some(job) if job.state == "gave_up" => {
                anyhow::bail!("job {kind} of {subject} gave up: {}", job.fault.as_deref().unwrap_or_default())
            }
            Some(job) if job.state != "done" => tokio::time::sleep(IDLE).await,
            _ => return Ok(()),
        }
    }
}

async fn run(app: &Arc<App>, job: &Leased) -> anyhow::Result<()> {
    let desk = app.desk();
    let work = async {
        match job.kind.as_str() {
            batch::SEAL_JOB => batch::seal(&desk, job).await?,
            batch::READ_JOB => batch::read(&desk, job).await?,
            version::JOB => version::seal_version(&desk, job).await?,
            wayback::JOB => wayback::erase(&desk, job).await?,
            upload::CHECK_JOB => upload::check(&desk, &asker(app, job).await?, job).await?,
            upload::TAKE_IN_JOB => upload::take_in(&desk, &asker(app, job).await?, job).await?,
            other => anyhow::bail!("no room does jobs of kind {other}"),
        }
        Ok(())
    };
    // Both are polled together: the work may hold the turn to write that a beat waits for.
    tokio::select! {
        worked = work => worked?,
        lost = keep_lease(app, job) => return lost,
    }
    jobs::finish(&app.db, app.clock.as_ref(), &job.id).await?;
    Ok(())
}

/// For whom an upload is checked or taken in, with the rights he has now.
async fn asker(app: &App, job: &Leased) -> anyhow::Result<Guest> {
    let person = upload::asked_by(&app.db, &job.subject).await?.context("nobody asked for this job")?;
    app.gate.of_person(&person).await?.with_context(|| format!("person {person}, who asked for this, has left"))
}

/// Renews the lease until it is dropped; comes back only with an error.
async fn keep_lease(app: &Arc<App>, job: &Leased) -> anyhow::Result<()> {
    loop {
        tokio::time::sleep(RENEW).await;
        jobs::renew(&app.db, app.clock.as_ref(), &job.id).await?;
    }
}

async fn failed(app: &Arc<App>, job: &Leased, error: &anyhow::Error) -> anyhow::Result<()> {
    let fault = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    tracing::warn!(job.kind, job.subject, job.attempts, "job {} failed: {fault}", job.id);
    jobs::fail(&app.db, app.clock.as_ref(), job, &fault).await?;
    Ok(())
}
