//! One's own account. What a program's token stands for may look at it and change nothing.

use super::{
    body::Body, grants::grant_shape, people::person_shape, posts::holding_shape, sessions::session_shape,
    tokens::token_shape,
};
use crate::{
    access::{self, People, SessionLine, TokenLine},
    app::App,
    kernel::{Id, Person},
    web::{
        limits::Confidential,
        refusal::Refusal,
        refused::refused,
        session::{self, Asker},
    },
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Whose account it is; nobody's for a program.
pub fn owner(asker: &Asker) -> Result<&Id<Person>, Refusal> {
    asker.guest.person().filter(|_| asker.guest.in_person()).ok_or_else(Refusal::missing)
}

/// The owner's own sessions.
pub async fn own_sessions(app: &App, asker: &Asker) -> Result<Vec<SessionLine>, Refusal> {
    app.gate.sessions(Some(owner(asker)?), asker.carried.token()).await.map_err(refused)
}

/// The owner's own tokens.
pub async fn own_tokens(app: &App, asker: &Asker) -> Result<Vec<TokenLine>, Refusal> {
    app.gate.tokens(Some(owner(asker)?)).await.map_err(refused)
}

/// Ends a session of the owner's.
pub async fn end_own_session(app: &App, asker: &Asker, id: &str) -> Result<(), Refusal> {
    if !own_sessions(app, asker).await?.iter().any(|one| one.id == id) {
        return Err(Refusal::missing());
    }
    app.gate.end_session(&asker.guest, id).await.map_err(refused)
}

/// Who asks, as a row.
pub async fn myself(app: &App, asker: &Asker) -> Result<People, Refusal> {
    let id = asker.guest.person().ok_or_else(Refusal::missing)?;
    access::by_id(&app.db, id).await.map_err(refused)?.ok_or_else(Refusal::missing)
}

/// What one is and may.
pub async fn show(State(app): State<Arc<App>>, asker: Asker) -> Result<Json<Value>, Refusal> {
    let me = myself(&app, &asker).await?;
    let rights = access::Right::ALL.into_iter().filter(|right| asker.guest.may(*right));
    let grants = access::grants(&app.db, Some(&me.id)).await.map_err(refused)?;
    let posts = access::holdings(&app.db, Some(&me.id)).await.map_err(refused)?;
    let mut body = person_shape(&me);
    body["functions"] = rights.map(|right| right.word()).collect();
    body["grants"] = grants.iter().filter(|one| one.ended_at.is_none()).map(grant_shape).collect();
    body["posts"] = posts.iter().filter(|one| one.ended_at.is_none()).map(holding_shape).collect();
    Ok(Json(body))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changing {
    old: String,
    new: String,
}

pub async fn password(
    State(app): State<Arc<App>>,
    asker: Asker,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    Body(Changing { old, new }): Body<Changing>,
) -> Result<StatusCode, Refusal> {
    owner(&asker)?;
    let (address, _) = session::whence(&headers, peer);
    let token = asker.carried.token();
    app.gate.change_password(&asker.guest, token, &address, &old, &new).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn sessions(State(app): State<Arc<App>>, asker: Asker) -> Result<Json<Value>, Refusal> {
    let items: Vec<_> = own_sessions(&app, &asker).await?.iter().map(session_shape).collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

pub async fn end_session(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    end_own_session(&app, &asker, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn tokens(State(app): State<Arc<App>>, asker: Asker) -> Result<Json<Value>, Refusal> {
    let items: Vec<_> = own_tokens(&app, &asker).await?.iter().map(token_shape).collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

/// Answers with the secret, once.
pub async fn draw(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let secret = app.gate.draw_token(&asker.guest, &id).await.map_err(refused)?;
    Ok(Json(json!({ "id": id, "token": secret })))
}
