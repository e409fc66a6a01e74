//! Records: found, shown, read.

use crate::{
    app::App,
    audit,
    holdings::{self, RecordView},
    search::{self, Asked},
    vault,
    web::{
        api::bounded,
        refusal::Refusal,
        rooms::{content::permit, record::known, search::narrow_of},
        session::Asker,
    },
};
use axum::{
    Json,
    extract::{Path, Query, RawQuery, State},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a search found, as it is shown outside.
pub fn found_shape(found: &search::Found) -> Value {
    let hits: Vec<_> = found
        .hits
        .iter()
        .map(|hit| {
            json!({
                "id": hit.record.id.as_str(),
                "code": hit.record.code,
                "title": hit.record.title,
                "page": hit.snippet.as_ref().and_then(|snippet| snippet.page),
                "snippet": hit.snippet.as_ref().map(|snippet| snippet.text.clone()),
                "marks": hit.snippet.as_ref().map(|s| s.marks.iter().map(|m| [m.start, m.end]).collect::<Vec<_>>()),
            })
        })
        .collect();
    json!({ "total": found.total, "hits": hits, "took_ms": found.took.as_secs_f64() * 1_000.0 })
}

/// A record as it is shown outside.
pub async fn record_shape(app: &App, record: &RecordView) -> Result<Value, crate::db::DbError> {
    let copies: Vec<_> = vault::copies(&app.db, &record.id)
        .await?
        .into_iter()
        .map(|copy| {
            json!({ "store": copy.store, "version": copy.version, "sealed_at": copy.sealed_at,
                    "verified_at": copy.verified_at, "fault": copy.fault })
        })
        .collect();
    let readings = vault::readings(&app.db, std::slice::from_ref(&record.id)).await?;
    let readings = readings.get(&record.id).map_or(&[][..], Vec::as_slice);
    let files: Vec<_> = record
        .files
        .iter()
        .map(|file| {
            let reading = readings.iter().find(|reading| reading.number == file.number);
            json!({
                "number": file.number, "name": file.name, "path": file.path, "format": file.format,
                "bytes": file.bytes, "sha256": file.sha256, "pages": file.pages,
                "puid": file.puid, "puid_basis": file.puid_basis, "puid_name": file.puid_name,
                "text": reading.map(|reading| json!({ "outcome": reading.outcome.word(), "reason": reading.reason })),
            })
        })
        .collect();
    let version = holdings::newest_version(&app.db, &record.id).await?;
    Ok(json!({
        "id": record.id.as_str(),
        "version": version,
        "code": record.code,
        "title": record.title,
        "responsible": record.responsible,
        "docno": record.docno,
        "date": record.dated.map(|dated| dated.to_string()),
        "fonds": record.fonds,
        "category": record.category,
        "department": record.department,
        "year": record.year,
        "retention": record.retention,
        "ends_on": record.ends_on,
        "secrecy": record.mark,
        "pages": record.pages,
        "note": record.note,
        "carrier": record.carrier,
        "box": record.in_box,
        "place": record.place,
        "extra": record.extra,
        "standing": "filed",
        "filed_at": record.filed_at,
        "files": files,
        "copies": copies,
    }))
}

/// The most hits that can be passed over.
const FARTHEST: u32 = 10_000_000;

#[derive(serde::Deserialize)]
pub struct Searching {
    #[serde(default)]
    q: String,
    limit: Option<String>,
    offset: Option<String>,
    year_from: Option<String>,
    year_to: Option<String>,
}

pub async fn search(
    State(app): State<Arc<App>>,
    asker: Asker,
    Query(Searching { q, limit, offset, year_from, year_to }): Query<Searching>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let limit = bounded("limit", limit.as_deref(), 1_u32..=500)?.unwrap_or(20);
    let offset = bounded("offset", offset.as_deref(), 0_u32..=FARTHEST)?.unwrap_or(0);
    bounded("year_from", year_from.as_deref(), 1_u32..=9_999)?;
    bounded("year_to", year_to.as_deref(), 1_u32..=9_999)?;
    let asked = Asked {
        query: &q,
        filters: narrow_of(query.as_deref().unwrap_or_default()),
        sort: search::Sort::default(),
        limit: limit as usize,
        offset: offset as usize,
    };
    match search::find(&app.db, &app.vault, &app.index, &asker.guest, app.clock.now(), asked).await? {
        Ok(found) => Ok(Json(found_shape(&found))),
        Err(fault) => {
            let detail = format!("检索式第 {} 个字处：{}", fault.at + 1, fault.kind.reason());
            Err(Refusal::wrong(&detail, fault.kind.remedy()))
        }
    }
}

pub async fn show(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let record = known(&app, &asker, &id).await?;
    Ok(Json(record_shape(&app, &record).await?))
}

/// The life of the record, oldest line first.
pub async fn trail(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let lines = audit::of_subject(&app.db, record.id.as_str(), 0, 500).await?;
    let items: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({ "n": line.n, "at": line.at.to_string(), "actor": line.actor, "verb": line.verb,
                    "details": line.details })
        })
        .collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

/// The text of every page.
pub async fn text(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let permit = permit(&app, &asker, &record)?;
    let readings = vault::readings(&app.db, std::slice::from_ref(&record.id)).await?;
    let readings = readings.get(&record.id).cloned().unwrap_or_default();
    let (vault, now) = (app.vault.clone(), app.clock.now());
    let pages = tokio::task::spawn_blocking(move || search::pages_of(&vault, &permit, &record, &readings, now))
        .await
        .expect("reading derivatives does not panic")?;
    Ok(Json(json!({ "pages": pages })))
}
