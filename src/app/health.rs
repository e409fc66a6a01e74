//! The health of what the archive stands on: for the command line and for the page of the
//! system administrator, who sees no content. So it holds numbers, never a title, a name
//! of a file or of a batch; and not how many records are held, which would betray those
//! that the reader may not know of.

use super::App;
use crate::{
    audit,
    db::{Engine, MIGRATIONS},
    ingest,
    jobs::{self, Progress},
    vault,
};

/// Every check, and the jobs that are not done, oldest first.
#[derive(Clone, Debug)]
pub struct Health {
    pub checks: Vec<Check>,
    pub jobs: Vec<Progress>,
}

/// One thing looked at, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// Migrations in the database, and those that this program knows.
    Database {
        engine: Engine,
        migrated: i64,
        known: i64,
    },
    /// Records that are filed and not sealed.
    Store {
        unsealed: i64,
    },
    Jobs {
        unfinished: usize,
        gave_up: usize,
    },
    /// Batches that were begun and not filed.
    Batches {
        begun: usize,
    },
    /// Lines of the trail that the index has not followed yet.
    Index {
        behind: i64,
    },
    /// Bytes free on the fullest disk of database and store, and how many must stay free.
    Disk {
        free: u64,
        keep: u64,
    },
    /// Whether the keys lie on another device than the data.
    Keys {
        apart: bool,
    },
}

impl Health {
    pub fn ok(&self) -> bool {
        self.checks.iter().all(Check::ok)
    }
}

impl Check {
    /// A stable word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Database { .. } => "database",
            Self::Store { .. } => "store",
            Self::Jobs { .. } => "jobs",
            Self::Batches { .. } => "batches",
            Self::Index { .. } => "index",
            Self::Disk { .. } => "disk",
            Self::Keys { .. } => "keys",
        }
    }

    /// Whether nothing has to be done about it.
    pub fn ok(&self) -> bool {
        match self {
            Self::Database { migrated, known, .. } => migrated == known,
            Self::Store { unsealed } => *unsealed == 0,
            Self::Jobs { gave_up, .. } => *gave_up == 0,
            Self::Batches { begun } => *begun == 0,
            Self::Index { behind } => *behind == 0,
            Self::Disk { free, keep } => free >= keep,
            Self::Keys { apart } => *apart,
        }
    }
}

/// How far a job is, in hundredths; not of how many records, for the same reason.
pub fn percent(job: &Progress) -> u64 {
    let hundredths = if job.total > 0 { job.done.saturating_mul(100) / job.total } else { 0 };
    u64::try_from(hundredths).unwrap_or(0)
}

/// Looks at everything.
pub async fn health(app: &App) -> anyhow::Result<Health> {
    let jobs = jobs::unfinished(&app.db).await?;
    let gave_up = jobs.iter().filter(|job| job.state == "gave_up").count();
    let device = |path: &std::path::Path| rustix::fs::stat(path).map(|stat| stat.st_dev);
    let (free, keep) = app.room.left()?;
    let checks = vec![
        Check::Database {
            engine: app.db.engine(),
            migrated: app.db.migrated().await?,
            known: i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX),
        },
        Check::Store { unsealed: vault::unsealed(&app.db).await? },
        Check::Jobs { unfinished: jobs.len(), gave_up },
        Check::Batches { begun: ingest::batch::begun(&app.db).await?.len() },
        Check::Index { behind: index_behind(app).await? },
        Check::Disk { free, keep },
        Check::Keys { apart: device(&app.place.keys)? != device(&app.place.data)? },
    ];
    Ok(Health { checks, jobs })
}

/// Lines of the trail that the index has not followed yet; with none, all that is filed and
/// read is findable.
pub async fn index_behind(app: &App) -> anyhow::Result<i64> {
    Ok(audit::last(&app.db).await? - i64::try_from(app.index.payload()?).unwrap_or(0))
}
