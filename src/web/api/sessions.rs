//! Sessions of others: seen and ended by the security officer.

use super::posts::Of;
use crate::{
    access::SessionLine,
    app::App,
    web::{refusal::Refusal, refused::refused, session::Asker},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A session as it is shown outside.
pub fn session_shape(one: &SessionLine) -> Value {
    json!({
        "id": one.id,
        "person": one.person.as_str(),
        "name": one.name,
        "kind": one.kind,
        "address": one.address,
        "agent": one.agent,
        "created_at": one.created_at,
        "seen_at": one.seen_at,
        "until": one.until,
        "here": one.here,
    })
}

/// Those that have not ended, the newest first.
pub async fn list(State(app): State<Arc<App>>, asker: Asker, Query(of): Query<Of>) -> Result<Json<Value>, Refusal> {
    let of = of.person(&app).await?;
    let sessions = app.gate.sessions(of.as_ref().map(|one| &one.id), asker.carried.token()).await.map_err(refused)?;
    let items: Vec<_> = sessions.iter().map(session_shape).collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

pub async fn end(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    app.gate.end_session(&asker.guest, &id).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
