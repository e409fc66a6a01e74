//! Batches.

use crate::{
    app::{self, App},
    ingest::{
        batch::{self, BatchRow},
        wayback,
    },
    jobs,
    kernel::{Batch, Cursor, Id},
    web::{
        api::{bounded, wayback::decision_shape},
        refusal::Refusal,
        session::Asker,
    },
};
use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(serde::Deserialize)]
pub struct Asked {
    next: Option<String>,
    limit: Option<String>,
}

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refusal> {
    let limit = bounded("limit", asked.limit.as_deref(), 1_u32..=500)?.unwrap_or(50);
    let after = asked.next.map(Cursor);
    let page = batch::list(&app.db, &batch::seen_by(&asker.guest), after.as_ref(), limit as usize).await?;
    let items: Vec<_> = page.items.iter().map(shape).collect();
    Ok(Json(json!({ "items": items, "next": page.next.map(|next| next.0) })))
}

/// State and progress.
pub async fn show(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let jobs: Vec<_> = jobs::of_subject(&app.db, batch.filing.as_str())
        .await?
        .iter()
        .map(|job| {
            json!({ "kind": job.kind, "state": job.state, "done": job.done, "total": job.total, "fault": job.fault })
        })
        .collect();
    let mut body = shape(&batch);
    body["jobs"] = jobs.into();
    let decided = wayback::decisions(&app.db, &batch.id).await?;
    let behind = app::index_behind(&app).await.map_err(|error| Refusal::fault(error.as_ref()))?;
    body["index_behind"] = behind.max(0).into();
    body["decisions"] = decided.iter().map(decision_shape).collect();
    Ok(Json(body))
}

pub async fn defects(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let items: Vec<_> = batch::findings(&app.db, &batch, false, 0, i64::MAX)
        .await?
        .iter()
        .map(|row| {
            json!({ "row": row.row, "code": row.code, "file": row.file, "kind": row.kind, "reason": row.reason,
                    "remedy": row.remedy, "severity": row.severity })
        })
        .collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

pub(super) async fn found(app: &App, asker: &Asker, id: &str) -> Result<BatchRow, Refusal> {
    let missing = || Refusal::missing();
    let id = Id::<Batch>::parse(id).ok_or_else(missing)?;
    batch::by_id(&app.db, &batch::seen_by(&asker.guest), &id).await?.ok_or_else(missing)
}

pub(super) fn shape(batch: &BatchRow) -> Value {
    json!({
        "batch": batch.id.as_str(),
        "name": batch.name,
        "state": batch.state.word(),
        "round": batch.round,
        "rows": batch.rows,
        "records": batch.filed_rows,
        "to_file": batch.to_file,
        "set_aside": batch.set_aside,
        "files": batch.files,
        "bytes": batch.bytes,
        "received_by": batch.received_by,
        "started_at": batch.started_at,
        "filed_at": batch.filed_at,
    })
}
