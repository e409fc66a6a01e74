//! Catalogues before they are handed in: looked at, explained once for all, and empty ones.

use crate::{
    app::App,
    ingest::{
        catalogue::{Field, InMemory, Preview, SeenSecrecy},
        preset::{self, Preset},
        template,
    },
    kernel::{self, Id},
    web::{
        api::body::Body,
        given::Unread,
        refusal::Refusal,
        rooms::catalogues::{looked_at, refused, told},
        session::Asker,
        shown,
    },
};
use axum::{
    Json,
    body::to_bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::timeout};

/// The most of a catalogue that is looked at, in bytes: of a CSV its beginning will do, a
/// workbook cannot be opened without its end.
pub const LARGEST_PREVIEW: usize = 16 << 20;

/// How many are looked at beside one another, and how long one may take to come (ours).
static TURNS: Semaphore = Semaphore::const_new(4);
const PATIENCE: Duration = Duration::from_secs(60);

/// A catalogue looked at, as it is shown outside.
pub fn preview_shape(preview: &Preview) -> Value {
    let columns = preview.columns.iter().map(|one| {
        json!({ "column": one.letters, "header": one.header, "field": one.field.map(Field::word), "how": one.how.word() })
    });
    let rows = preview.rows.iter().map(|row| {
        let faults = row.faults.iter().map(|fault| {
            json!({ "column": fault.column, "kind": fault.kind, "reason": fault.reason, "remedy": fault.remedy })
        });
        let secrecy = match row.secrecy {
            SeenSecrecy::Open => "open",
            SeenSecrecy::Above(_) => "above",
            SeenSecrecy::Unknown => "unknown",
        };
        json!({ "row": row.number, "cells": row.cells, "secrecy": secrecy, "faults": faults.collect::<Vec<_>>() })
    });
    json!({
        "header_row": preview.header_row,
        "columns": columns.collect::<Vec<_>>(),
        "rows": rows.collect::<Vec<_>>(),
        "missing": preview.missing.iter().map(|field| field.word()).collect::<Vec<_>>(),
        "unread": preview.unread.as_ref().map(|(row, why)| json!({ "row": row, "why": why })),
    })
}

/// A preset as it is shown outside.
pub fn preset_shape(preset: &Preset) -> Value {
    let told = preset.told.iter().map(|(header, field)| (header.clone(), json!(field.map(Field::word))));
    json!({
        "id": preset.id.as_str(),
        "name": preset.name,
        "sender": preset.sender,
        "columns": told.collect::<Map<_, _>>(),
        "saved_by": preset.saved_by,
        "saved_at": preset.saved_at,
    })
}

/// The body is the catalogue; `name` says by its ending what it is.
pub async fn preview(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Vec<(String, String)>>,
    body: axum::body::Body,
) -> Result<Json<Value>, Refusal> {
    let lang = shown::lang(&headers, &uri);
    let said = |field: &str| asked.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str());
    if let Some((unknown, _)) = asked.iter().find(|(name, _)| !["name", "preset", "map"].contains(&name.as_str())) {
        return Err(Refusal::Unread { status: 400, detail: format!("unknown field {unknown}") });
    }
    let maps: Vec<&str> = asked.iter().filter(|(name, _)| name == "map").map(|(_, map)| map.as_str()).collect();
    let told = told(&app, lang, said("preset"), &maps).await?;
    // Held while it comes and while it is read: it lies in memory.
    let _turn = TURNS.acquire().await.expect("nobody closes it");
    let sent = timeout(PATIENCE, to_bytes(body, LARGEST_PREVIEW)).await.map_err(|_| Refusal::Late)?;
    let bytes = sent.map_err(|_| Refusal::TooLarge)?;
    let preview = looked_at(&app, lang, said("name"), InMemory(bytes), told).await?;
    Ok(Json(preview_shape(&preview)))
}

pub async fn presets(State(app): State<Arc<App>>) -> Result<Json<Value>, Refusal> {
    let items: Vec<_> = preset::all(&app.db).await?.iter().map(preset_shape).collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

/// A preset to keep.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keeping {
    name: String,
    #[serde(default)]
    sender: String,
    columns: Map<String, Value>,
}

/// Keeps a preset; one of the same name says this from now on.
pub async fn keep(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Body(given): Body<Keeping>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let lang = shown::lang(&headers, &uri);
    let mut told = Vec::with_capacity(given.columns.len());
    for (header, field) in given.columns {
        let field = match &field {
            Value::Null => None,
            Value::String(word) if Field::from_word(word).is_some() => Field::from_word(word),
            other => return Err(Unread { field: "columns", given: other.to_string() }.into()),
        };
        told.push((header, field));
    }
    let kept = preset::save(&app.db, app.clock.as_ref(), &asker.guest, &given.name, &given.sender, &told).await;
    let kept = kept.map_err(|error| refused(lang, &error))?;
    Ok((StatusCode::CREATED, Json(preset_shape(&kept))))
}

async fn found(app: &App, id: &str) -> Result<Preset, Refusal> {
    let id = Id::<kernel::Preset>::parse(id).ok_or_else(Refusal::missing)?;
    preset::by_id(&app.db, &id).await?.ok_or_else(Refusal::missing)
}

pub async fn one(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    Ok(Json(preset_shape(&found(&app, &id).await?)))
}

pub async fn remove(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let preset = found(&app, &id).await?;
    let lang = shown::lang(&headers, &uri);
    let gone = preset::remove(&app.db, app.clock.as_ref(), &asker.guest, &preset.id).await;
    gone.map_err(|error| refused(lang, &error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The empty catalogue of a category; `.xlsx` may follow its code.
pub async fn template(State(app): State<Arc<App>>, Path(category): Path<String>) -> Result<Response, Refusal> {
    let code = category.strip_suffix(".xlsx").unwrap_or(&category);
    let category = app.profile.category(code).ok_or_else(Refusal::missing)?.clone();
    let (profile, code) = (app.profile.clone(), code.to_owned());
    let written = tokio::task::spawn_blocking(move || template::write(&profile, &code));
    let bytes = written.await.expect("writing a sheet does not panic")?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let disposition = format!("attachment; filename=\"catalogue-{}.xlsx\"", category.code);
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}
