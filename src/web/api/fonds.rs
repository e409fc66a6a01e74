//! Fonds.

use crate::{
    app::App,
    holdings::{self, Fonds},
    web::{refusal::Refusal, session::Asker, shown},
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

/// Those that the asker's reach touches.
pub async fn list(State(app): State<Arc<App>>, asker: Asker) -> Result<Json<Value>, Refusal> {
    let (reach, fonds) = (asker.guest.reach(), holdings::all_fonds(&app.db).await?);
    let known = fonds.iter().filter(|one| reach.touches_fonds(&one.code));
    let all: Vec<_> = known.map(|one| fonds_shape(&app, one)).collect();
    Ok(Json(json!({ "total": all.len(), "items": all, "next": null })))
}

pub async fn show(State(app): State<Arc<App>>, asker: Asker, Path(code): Path<String>) -> Result<Json<Value>, Refusal> {
    let fonds = holdings::fonds_by_code(&app.db, &code).await?;
    let fonds = fonds.filter(|one| asker.guest.reach().touches_fonds(&one.code)).ok_or_else(Refusal::missing)?;
    Ok(Json(fonds_shape(&app, &fonds)))
}
