//! Posts, and who holds them.

use super::{body::Body, people::person};
use crate::{
    access::{self, AccessError, Guest, Holding, NewHolding, People},
    app::App,
    web::{
        given::{PostGiven, read_if, said},
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
use serde_json::{Value, json};
use std::sync::Arc;

/// Somebody in a post, as it is shown outside.
pub fn holding_shape(one: &Holding) -> Value {
    json!({
        "id": one.id,
        "post": one.post,
        "department": one.department,
        "person": one.person.as_str(),
        "name": one.name,
        "since": one.since,
        "until": one.until,
        "acts_for": one.acts_for,
        "reason": one.reason,
        "ended_at": one.ended_at,
    })
}

/// Whose.
#[derive(serde::Deserialize)]
pub struct Of {
    pub person: Option<String>,
}

impl Of {
    pub(super) async fn person(&self, app: &App) -> Result<Option<People>, Refusal> {
        // An empty one is nobody's id, and is told as an unknown one is.
        match self.person.as_deref() {
            Some(id) => Ok(Some(person(app, id).await?)),
            None => Ok(None),
        }
    }
}

/// The posts there are, and every holding, the newest first; past ones too.
pub async fn list(State(app): State<Arc<App>>, Query(of): Query<Of>) -> Result<Json<Value>, Refusal> {
    let of = of.person(&app).await?;
    let held = access::holdings(&app.db, of.as_ref().map(|one| &one.id)).await.map_err(refused)?;
    let posts = app.profile.posts.iter().map(|post| {
        json!({ "code": post.code, "name": post.name, "name_en": post.name_en, "per_department": post.per_department })
    });
    let items: Vec<_> = held.iter().map(holding_shape).collect();
    Ok(Json(json!({ "posts": posts.collect::<Vec<_>>(), "total": items.len(), "items": items, "next": null })))
}

/// Puts `person` into the post that was given; a post that the profile has not is a word
/// that is none.
pub async fn appoint(app: &App, who: &Guest, person: &People, given: &PostGiven) -> Result<Holding, Refusal> {
    let post = app
        .profile
        .post(given.post.trim())
        .ok_or_else(|| crate::web::given::Unread { field: "post", given: given.post.clone() })?;
    let new = NewHolding {
        post,
        department: said(given.department.as_deref()),
        since: read_if("since", given.since.as_deref())?.unwrap_or_else(|| app.gate.today()),
        until: read_if("until", given.until.as_deref())?,
        acts_for: said(given.acts_for.as_deref()),
        reason: said(given.reason.as_deref()).unwrap_or_default(),
    };
    let id = access::appoint(&app.db, app.clock.as_ref(), who, person, &new).await.map_err(refused)?;
    let held = access::holdings(&app.db, Some(&person.id)).await.map_err(refused)?;
    held.into_iter().find(|one| one.id == id).ok_or_else(|| refused(AccessError::Missing))
}

pub async fn give(
    State(app): State<Arc<App>>,
    asker: Asker,
    Body(given): Body<PostGiven>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let one = person(&app, &given.person).await?;
    let held = appoint(&app, &asker.guest, &one, &given).await?;
    Ok((StatusCode::CREATED, Json(holding_shape(&held))))
}

pub async fn end(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    access::dismiss(&app.db, app.clock.as_ref(), &asker.guest, &id).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
