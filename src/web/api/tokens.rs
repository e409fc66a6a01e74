//! Tokens for programs: allowed and ended by the security officer, who never sees one.

use super::{body::Body, people::person, posts::Of};
use crate::{
    access::{AccessError, Guest, People, TokenLine},
    app::App,
    web::{given::TokenGiven, refusal::Refusal, refused::refused, session::Asker},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A token as it is shown outside, without its secret.
pub fn token_shape(one: &TokenLine) -> Value {
    json!({
        "id": one.id,
        "person": one.person.as_str(),
        "name": one.name,
        "label": one.label,
        "functions": one.functions.split_whitespace().collect::<Vec<_>>(),
        "created_at": one.created_at,
        "until": one.until,
        "drawn_at": one.drawn_at,
        "ended_at": one.ended_at,
    })
}

/// The newest first; ended ones too.
pub async fn list(State(app): State<Arc<App>>, Query(of): Query<Of>) -> Result<Json<Value>, Refusal> {
    let of = of.person(&app).await?;
    let tokens = app.gate.tokens(of.as_ref().map(|one| &one.id)).await.map_err(refused)?;
    let items: Vec<_> = tokens.iter().map(token_shape).collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

/// Allows `person` the token that was given.
pub async fn allow_to(app: &App, who: &Guest, person: &People, given: &TokenGiven) -> Result<TokenLine, Refusal> {
    let id = app.gate.allow_token(who, person, given.token()?).await.map_err(refused)?;
    let tokens = app.gate.tokens(Some(&person.id)).await.map_err(refused)?;
    tokens.into_iter().find(|one| one.id == id).ok_or_else(|| refused(AccessError::Missing))
}

pub async fn allow(
    State(app): State<Arc<App>>,
    asker: Asker,
    Body(given): Body<TokenGiven>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let one = person(&app, &given.person).await?;
    let token = allow_to(&app, &asker.guest, &one, &given).await?;
    Ok((StatusCode::CREATED, Json(token_shape(&token))))
}

pub async fn end(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    app.gate.end_token(&asker.guest, &id).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
