//! Batches on their way back.

use super::body::Body;
use crate::{
    app::App,
    ingest::wayback::{self, Decision},
    kernel::{Batch, Id},
    web::{refusal::Refusal, rooms::wayback::refused, session::Asker},
};
use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    reason: String,
}

/// `POST /api/v1/batches/{id}/withdraw`: nobody sees a record of it any more; its bytes go
/// in the background.
pub async fn withdraw(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    Body(given): Body<Reason>,
) -> Result<Json<Value>, Refusal> {
    let id = Id::<Batch>::parse(&id).ok_or_else(Refusal::missing)?;
    let records = wayback::withdraw(&app.desk(), &asker.guest, &id, &given.reason).await.map_err(refused)?;
    Ok(Json(json!({ "batch": id.as_str(), "state": "withdrawn", "records": records })))
}

/// `POST /api/v1/batches/{id}/return`: the same, and it comes again as its next round.
pub async fn send_back(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    Body(given): Body<Reason>,
) -> Result<Json<Value>, Refusal> {
    let id = Id::<Batch>::parse(&id).ok_or_else(Refusal::missing)?;
    let records = wayback::send_back(&app.desk(), &asker.guest, &id, &given.reason).await.map_err(refused)?;
    Ok(Json(json!({ "batch": id.as_str(), "state": "returned", "records": records })))
}

/// A decision as it is shown outside.
pub fn decision_shape(one: &Decision) -> Value {
    json!({ "kind": one.kind.word(), "round": one.round, "at": one.at, "by": one.by, "reason": one.reason })
}
