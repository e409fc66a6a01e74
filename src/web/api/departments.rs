//! Departments.

use super::body::Body;
use crate::{
    access::{self, Department},
    app::App,
    web::{given::said, refusal::Refusal, refused::refused, session::Asker},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A department as it is shown outside.
pub fn department_shape(one: &Department) -> Value {
    json!({ "code": one.code, "name": one.name, "parent": one.parent, "closed_at": one.closed_at })
}

/// The department of this code.
pub async fn department(app: &App, code: &str) -> Result<Department, Refusal> {
    let all = access::departments(&app.db).await.map_err(refused)?;
    all.into_iter().find(|one| one.code == code).ok_or_else(Refusal::missing)
}

pub async fn list(State(app): State<Arc<App>>) -> Result<Json<Value>, Refusal> {
    let all = access::departments(&app.db).await.map_err(refused)?;
    let items: Vec<_> = all.iter().map(department_shape).collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    code: String,
    name: String,
    parent: Option<String>,
}

pub async fn open(
    State(app): State<Arc<App>>,
    asker: Asker,
    Body(Opening { code, name, parent }): Body<Opening>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let (clock, parent) = (app.clock.as_ref(), said(parent.as_deref()));
    access::open_department(&app.db, clock, &asker.guest, &code, &name, parent).await.map_err(refused)?;
    Ok((StatusCode::CREATED, Json(department_shape(&department(&app, code.trim()).await?))))
}

/// The whole of what may change: a parent that is left out is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changing {
    name: String,
    parent: Option<String>,
}

pub async fn change(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(code): Path<String>,
    Body(Changing { name, parent }): Body<Changing>,
) -> Result<Json<Value>, Refusal> {
    let (clock, parent) = (app.clock.as_ref(), said(parent.as_deref()));
    access::change_department(&app.db, clock, &asker.guest, &code, &name, parent).await.map_err(refused)?;
    Ok(Json(department_shape(&department(&app, &code).await?)))
}

/// Closes it: a department is never deleted.
pub async fn close(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(code): Path<String>,
) -> Result<Json<Value>, Refusal> {
    access::close_department(&app.db, app.clock.as_ref(), &asker.guest, &code).await.map_err(refused)?;
    Ok(Json(department_shape(&department(&app, &code).await?)))
}
