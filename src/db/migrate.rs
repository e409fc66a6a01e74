//! The migrations, compiled in, in their order.

use super::{Db, DbError};
use sqlx::{
    AnyPool, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        /// File name and text of each migration. Forward only; a published one never changes.
        pub const MIGRATIONS: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../migrations/", $name, ".sql")))),+];
    };
}
migrations!(
    "0001_db_write_turn",
    "0002_audit_trail",
    "0003_jobs_queue",
    "0004_access_people",
    "0005_holdings_records",
    "0006_vault_copies",
    "0007_ingest_batches",
    "0008_access_permission",
    "0009_holdings_opening",
    "0010_audit_reading",
    "0011_ingest_ways",
    "0012_holdings_formats",
    "0013_vault_describing",
    "0014_vault_versions",
    "0015_jobs_laps",
    "0016_holdings_withdrawn",
    "0017_ingest_decisions",
    "0018_holdings_carriers",
    "0019_ingest_presets",
    "0020_ingest_uploads",
    "0021_ingest_handover",
    "0022_ingest_told",
);

/// Brings the database up to the newest migration. May be called twice.
pub(super) async fn run(pool: &AnyPool) -> Result<(), DbError> {
    let migrations = MIGRATIONS
        .iter()
        .zip(1..)
        .map(|((name, sql), version)| {
            Migration::new(version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    Ok(Migrator::with_migrations(migrations).run(pool).await?)
}

/// How many migrations stand applied; 0 where there is no list of them yet.
pub(super) async fn applied(db: &Db) -> Result<i64, DbError> {
    let seen: Result<i64, _> = sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations").fetch_one(db.read()).await;
    match seen {
        Ok(count) => Ok(count),
        Err(sqlx::Error::Database(_)) => Ok(0),
        Err(error) => Err(error.into()),
    }
}
