//! Fonds.

use crate::{
    app::App,
    holdings::{self, Fonds},
    web::{refusal::Refusal, shown},
};
use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A fonds as it is shown outside, with its name of today.
pub fn fonds_shape(app: &App, fonds: &Fonds) -> Value {
    let names: Vec<_> =
        fonds.names.iter().map(|(since, name)| json!({ "since": since.to_string(), "name": name })).collect();
    json!({ "code": fonds.code, "name": fonds.name_on(shown::today(app)), "names": names })
}

pub async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Refusal> {
    let all: Vec<_> = holdings::all_fonds(&app.db).await?.iter().map(|one| fonds_shape(&app, one)).collect();
    Ok(Json(json!({ "total": all.len(), "items": all, "next": null })))
}

pub async fn show(State(app): State<Arc<App>>, Path(code): Path<String>) -> Result<Json<Value>, Refusal> {
    let fonds = holdings::fonds_by_code(&app.db, &code).await?;
    let fonds = fonds.ok_or_else(Refusal::missing)?;
    Ok(Json(fonds_shape(&app, &fonds)))
}
