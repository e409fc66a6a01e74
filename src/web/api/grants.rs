//! Grants.

use super::{body::Body, people::person, posts::Of};
use crate::{
    access::{self, AccessError, GrantLine, Guest, People, Whose},
    app::App,
    web::{given::GrantGiven, refusal::Refusal, refused::refused, session::Asker},
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// A grant as it is shown outside; what is `null` is "any".
pub fn grant_shape(one: &GrantLine) -> Value {
    let (whose, department) = match &one.whose {
        Whose::Any => ("any", None),
        Whose::Own => ("own", None),
        Whose::Named(code) => ("named", Some(code)),
    };
    json!({
        "id": one.id,
        "person": one.person.as_str(),
        "name": one.name,
        "functions": one.functions.split_whitespace().collect::<Vec<_>>(),
        "fonds": one.fonds,
        "category": one.category,
        "whose": whose,
        "department": department,
        "year_from": one.years.0,
        "year_to": one.years.1,
        "secrecy": one.secrecy,
        "opening": one.opening,
        "since": one.since,
        "until": one.until,
        "reason": one.reason,
        "ended_at": one.ended_at,
    })
}

/// The newest first; ended ones too.
pub async fn list(State(app): State<Arc<App>>, Query(of): Query<Of>) -> Result<Json<Value>, Refusal> {
    let of = of.person(&app).await?;
    let held = access::grants(&app.db, of.as_ref().map(|one| &one.id)).await.map_err(refused)?;
    let items: Vec<_> = held.iter().map(grant_shape).collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

/// Gives `person` the grant that was given.
pub async fn give_to(app: &App, who: &Guest, person: &People, given: &GrantGiven) -> Result<GrantLine, Refusal> {
    let grant = given.grant(app.gate.today())?;
    let id = access::give(&app.db, app.clock.as_ref(), who, person, &grant).await.map_err(refused)?;
    let held = access::grants(&app.db, Some(&person.id)).await.map_err(refused)?;
    held.into_iter().find(|one| one.id == id).ok_or_else(|| refused(AccessError::Missing))
}

pub async fn give(
    State(app): State<Arc<App>>,
    asker: Asker,
    Body(given): Body<GrantGiven>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let one = person(&app, &given.person).await?;
    let grant = give_to(&app, &asker.guest, &one, &given).await?;
    Ok((StatusCode::CREATED, Json(grant_shape(&grant))))
}

pub async fn end(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    access::end_grant(&app.db, app.clock.as_ref(), &asker.guest, &id).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
