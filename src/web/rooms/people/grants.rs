//! Grants: all of them.

use super::words;
use crate::{
    access,
    app::App,
    web::{
        pages::{Place, people::GrantsPage, render},
        refusal::Refusal,
        refused::refused,
        session::Asker,
        shown,
    },
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use std::sync::Arc;

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    /// A part of the name.
    person: String,
    ended: String,
}

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Grants));
    let (part, ended) = (asked.person.trim(), asked.ended == "true");
    // A whole name is asked of the rows, so that a long list never hides anybody.
    let exact = access::by_name(&app.db, part).await.map_err(refused)?;
    let all = access::grants(&app.db, exact.as_ref().map(|one| &one.id)).await.map_err(refused)?;
    let shown = all.iter().filter(|one| one.name.contains(part) && (ended || one.ended_at.is_none()));
    let grants = shown.map(|one| words::grant(&app, frame.lang, one)).collect();
    Ok(render(&GrantsPage { frame, person: part.to_owned(), ended, grants }))
}
