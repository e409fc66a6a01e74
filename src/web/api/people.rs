//! People, for the security officer.

use super::{body::Body, bounded};
use crate::{
    access::{self, NewPerson, People, PeopleFilter},
    app::{self, App},
    kernel::{Cursor, Id, Person},
    web::{
        given::{PersonGiven, read, read_if, said},
        refusal::Refusal,
        refused::refused,
        session::Asker,
    },
};
use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::sync::Arc;

/// Somebody as he is shown outside.
pub fn person_shape(one: &People) -> Value {
    json!({
        "id": one.id.as_str(),
        "name": one.name,
        "role": one.role.word(),
        "department": one.department,
        "clearance": one.clearance,
        "created_at": one.created_at,
        "left_at": one.left_at,
        "password_due": one.password_due.is_some(),
    })
}

/// Somebody by his id; one that is malformed is one that is not there.
pub async fn person(app: &App, id: &str) -> Result<People, Refusal> {
    let id = Id::<Person>::parse(id).ok_or_else(Refusal::missing)?;
    access::by_id(&app.db, &id).await.map_err(refused)?.ok_or_else(Refusal::missing)
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    name: String,
    role: Option<String>,
    department: Option<String>,
    #[serde(default)]
    left: bool,
    next: Option<String>,
    limit: Option<String>,
}

pub async fn list(State(app): State<Arc<App>>, Query(asked): Query<Asked>) -> Result<Json<Value>, Refusal> {
    let filter = PeopleFilter {
        name: asked.name,
        role: read_if("role", asked.role.as_deref())?,
        department: said(asked.department.as_deref()).map(str::to_owned),
        left: asked.left,
    };
    let after = asked.next.map(Cursor);
    let limit = bounded("limit", asked.limit.as_deref(), 1..=500_u32)?.unwrap_or(50) as usize;
    let page = access::list(&app.db, &filter, after.as_ref(), limit).await.map_err(refused)?;
    let items: Vec<_> = page.items.iter().map(person_shape).collect();
    Ok(Json(json!({ "items": items, "next": page.next.map(|next| next.0) })))
}

/// Answers with the first password, which stands nowhere else.
pub async fn add(
    State(app): State<Arc<App>>,
    asker: Asker,
    Body(given): Body<PersonGiven>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let new = NewPerson {
        name: &given.name,
        role: given.role()?,
        department: said(given.department.as_deref()),
        clearance: given.clearance,
        password: None,
    };
    let added = access::add(&app.db, app.clock.as_ref(), &asker.guest, app.gate.today(), new).await;
    let (id, password) = added.map_err(refused)?;
    let mut body = person_shape(&person(&app, id.as_str()).await?);
    body["password"] = password.into();
    Ok((StatusCode::CREATED, Json(body)))
}

pub async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let one = person(&app, &id).await?;
    let mut body = person_shape(&one);
    let held = app::in_hand(&app, &one).await.map_err(|error| Refusal::fault(error.as_ref()))?;
    body["in_hand"] = held.iter().map(|one| json!({ "kind": one.kind, "name": one.name })).collect();
    Ok(Json(body))
}

/// What is left out stays as it is; a department that is `null` is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changing {
    role: Option<String>,
    #[serde(default, deserialize_with = "even_null")]
    department: Option<Option<String>>,
    clearance: Option<i64>,
}

fn even_null<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

pub async fn change(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    Body(given): Body<Changing>,
) -> Result<Json<Value>, Refusal> {
    let one = person(&app, &id).await?;
    let role = given.role.as_deref().map_or(Ok(one.role), |role| read("role", role))?;
    let department = given.department.unwrap_or_else(|| one.department.clone());
    let to = (role, said(department.as_deref()), given.clearance.unwrap_or(one.clearance));
    let (clock, today) = (app.clock.as_ref(), app.gate.today());
    access::change(&app.db, clock, &asker.guest, today, &one.id, to).await.map_err(refused)?;
    Ok(Json(person_shape(&person(&app, &id).await?)))
}

/// Answers with a new first password.
pub async fn reset(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let one = person(&app, &id).await?;
    let password = app.gate.reset_password(&asker.guest, &one.id).await.map_err(refused)?;
    Ok(Json(json!({ "id": one.id.as_str(), "name": one.name, "password": password })))
}

/// Refused with the list while something is in his hands.
pub async fn leave(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let one = person(&app, &id).await?;
    let (clock, held) = (app.clock.as_ref(), || app::in_hand(&app, &one));
    access::leave(&app.db, clock, &asker.guest, &one.id, held).await.map_err(refused)?;
    Ok(Json(person_shape(&person(&app, &id).await?)))
}
