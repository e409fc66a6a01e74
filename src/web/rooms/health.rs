//! Health: for the system administrator, without content.

use crate::{
    app::{self, App, Check},
    web::{
        pages::{
            Place,
            health::{CheckLine, HealthPage, JobLine, JobState},
            render,
        },
        refusal::Refusal,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use std::sync::Arc;

/// What was found, and what to do about it.
pub fn words(lang: Lang, check: &Check) -> (String, String) {
    match check {
        Check::Database { engine, migrated, .. } => (
            lang.with2("health-database-detail", "engine", format!("{engine:?}"), "count", migrated),
            lang.t("health-database-remedy"),
        ),
        Check::Store { unsealed } => {
            (lang.with("health-store-detail", "count", unsealed), lang.t("health-store-remedy"))
        }
        Check::Jobs { unfinished, gave_up } => {
            (lang.with2("health-jobs-detail", "count", unfinished, "gave", gave_up), lang.t("health-jobs-remedy"))
        }
        Check::Batches { begun } => {
            (lang.with("health-batches-detail", "count", begun), lang.t("health-batches-remedy"))
        }
        Check::Index { behind } => (lang.with("health-index-detail", "count", behind), lang.t("health-index-remedy")),
        Check::Disk { free, keep } => (
            lang.with2("health-disk-detail", "free", shown::size(bytes(*free)), "keep", shown::size(bytes(*keep))),
            lang.t("health-disk-remedy"),
        ),
        Check::Keys { apart: true } => (lang.t("health-keys-apart"), String::new()),
        Check::Keys { apart: false } => (lang.t("health-keys-beside"), lang.t("health-keys-remedy")),
    }
}

fn bytes(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn name(lang: Lang, check: &Check) -> String {
    match check {
        Check::Database { .. } => lang.t("health-database"),
        Check::Store { .. } => lang.t("health-store"),
        Check::Jobs { .. } => lang.t("health-jobs"),
        Check::Batches { .. } => lang.t("health-batches"),
        Check::Index { .. } => lang.t("health-index"),
        Check::Disk { .. } => lang.t("health-disk"),
        Check::Keys { .. } => lang.t("health-keys"),
    }
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Health));
    let lang = frame.lang;
    let health = app::health(&app).await.map_err(|error| Refusal::fault(error.as_ref()))?;
    let checks = health.checks.iter().map(|check| {
        let (detail, remedy) = words(lang, check);
        CheckLine { name: name(lang, check), ok: check.ok(), detail, remedy }
    });
    let jobs = health.jobs.iter().map(|job| JobLine {
        kind: match job.kind.as_str() {
            "seal" => lang.t("job-seal"),
            "read" => lang.t("job-read"),
            other => other.to_owned(),
        },
        state: match job.state.as_str() {
            "gave_up" => JobState::GaveUp,
            "running" => JobState::Running,
            _ => JobState::Waiting,
        },
        attempts: u64::try_from(job.attempts).unwrap_or(0),
        percent: app::percent(job),
        since: job.started_at.as_ref().map_or_else(|| "—".to_owned(), |at| shown::minute(&app, at)),
    });
    Ok(render(&HealthPage { checks: checks.collect(), jobs: jobs.collect(), frame }))
}
