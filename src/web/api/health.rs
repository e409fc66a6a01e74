//! Health, without content.

use crate::{
    app::{self, App, Health},
    web::{refusal::Refusal, rooms::health::words, shown, texts::Lang},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Uri},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The health as it is shown outside.
pub fn health_shape(lang: Lang, health: &Health) -> Value {
    let checks = health.checks.iter().map(|check| {
        let (detail, remedy) = words(lang, check);
        let (state, remedy) = if check.ok() { ("ok", String::new()) } else { ("finding", remedy) };
        json!({ "name": check.name(), "state": state, "detail": detail, "remedy": remedy })
    });
    let jobs = health.jobs.iter().map(|job| {
        json!({ "id": job.id.as_str(), "kind": job.kind, "state": job.state, "attempts": job.attempts,
                "percent": app::percent(job), "started_at": job.started_at })
    });
    json!({ "ok": health.ok(), "checks": checks.collect::<Vec<_>>(), "jobs": jobs.collect::<Vec<_>>() })
}

pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Result<Json<Value>, Refusal> {
    let health = app::health(&app).await.map_err(|error| Refusal::fault(error.as_ref()))?;
    Ok(Json(health_shape(shown::lang(&headers, &uri), &health)))
}
