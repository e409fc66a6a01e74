//! The trail for programs of the auditor.

use crate::{
    app::App,
    audit::{self, FindError, Kept},
    web::{
        refusal::Refusal,
        rooms::trail::{self, Asked, Format, Wrong},
        session::Asker,
        shown,
    },
};
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A line as it is shown outside; the export has the salts and the bytes too.
pub fn line_shape(line: &Kept) -> Value {
    let details: Map<String, Value> =
        line.details.iter().map(|detail| (detail.field.clone(), detail.body.clone().into())).collect();
    json!({
        "n": line.n,
        "at": line.at.to_string(),
        "actor": line.actor,
        "verb": line.verb,
        "subjects": line.subjects,
        "details": details,
        "leaf": line.leaf,
    })
}

/// Newest first.
pub async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refusal> {
    let lang = shown::lang(&headers, &uri);
    let wrong = |wrong: Wrong| wrong.refusal(lang);
    let filter = asked.filter(&app).await.map_err(trail::inner)?.map_err(wrong)?;
    let limit = asked.lines().map_err(wrong)?;
    let page = match audit::find(&app.db, &filter, asked.cursor().as_ref(), limit).await {
        Ok(page) => page,
        Err(FindError::Cursor(_)) => return Err(wrong(Wrong::After)),
        Err(error) => return Err(error.into()),
    };
    let items: Vec<_> = page.items.iter().map(line_shape).collect();
    Ok(Json(json!({ "items": items, "next": page.next.map(|next| next.0) })))
}

#[derive(serde::Deserialize)]
pub struct Form {
    #[serde(default)]
    format: String,
}

/// All lines of a filter, oldest first, as a file.
pub async fn export(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(form): Query<Form>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let lang = shown::lang(&headers, &uri);
    let word = if form.format.is_empty() { "jsonl" } else { &form.format };
    let format = Format::of_word(word).ok_or_else(|| Wrong::Format.refusal(lang))?;
    trail::taken(&app, &asker, lang, &asked, format).await
}
