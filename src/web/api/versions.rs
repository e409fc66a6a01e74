//! Versions of a record: listed, shown, made.

use super::{body::Body, bounded};
use crate::{
    app::App,
    holdings::{RecordView, Version},
    ingest::version::{Amended, Asked, Corrections, Replacement, VersionError, correct, receive, reorder, replace},
    web::{
        refusal::Refusal,
        rooms::{
            record::known,
            versions::{amendable, of, one, refused, sealed_to},
        },
        session::Asker,
    },
};
use axum::{
    Json,
    body::Body as Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// A version as it is shown outside; `sealed` is the newest that lies in the store.
pub fn version_shape(version: &Version, sealed: i64) -> Value {
    let changed: Vec<_> = version
        .changed
        .iter()
        .map(|one| json!({ "field": one.field, "before": one.before, "after": one.after }))
        .collect();
    json!({
        "number": version.number,
        "at": version.at,
        "actor": version.actor,
        "by": version.by,
        "kind": version.kind.word(),
        "reason": version.reason,
        "changed": changed,
        "sealed": version.number <= sealed,
    })
}

/// All that the record said and held.
fn whole_shape(version: &Version, sealed: i64) -> Value {
    let mut shape = version_shape(version, sealed);
    let d = &version.described;
    shape["description"] = json!({
        "title": d.title, "responsible": d.responsible, "docno": d.docno, "date": d.dated,
        "retention": d.retention, "pages": d.pages, "note": d.note, "carrier": d.carrier, "box": d.in_box, "place": d.place,
        "extra": d.extra,
    });
    let files = d.files.iter().map(|file| {
        json!({
            "number": file.number, "name": file.name, "format": file.format, "bytes": file.bytes,
            "sha256": file.sha256, "pages": file.pages,
            "puid": file.puid, "puid_basis": file.puid_basis, "puid_name": file.puid_name,
        })
    });
    shape["files"] = files.collect();
    shape
}

/// Oldest first.
pub async fn list(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let sealed = sealed_to(&app, &record).await?;
    let items: Vec<_> = of(&app, &record).await?.iter().map(|version| version_shape(version, sealed)).collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path((id, number)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let version = one(&app, &record, &number).await?;
    Ok(Json(whole_shape(&version, sealed_to(&app, &record).await?)))
}

/// What the description shall say; what is left out stays, what is blank goes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correcting {
    seen: i64,
    reason: String,
    title: Option<String>,
    responsible: Option<String>,
    docno: Option<String>,
    date: Option<String>,
    retention: Option<String>,
    pages: Option<String>,
    note: Option<String>,
    carrier: Option<String>,
    #[serde(rename = "box")]
    in_box: Option<String>,
    place: Option<String>,
    #[serde(default)]
    extra: BTreeMap<String, String>,
}

pub async fn patch(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    Body(given): Body<Correcting>,
) -> Result<Json<Value>, Refusal> {
    let record = amendable(&app, &asker, &id).await?;
    let fields = [
        ("title", given.title),
        ("responsible", given.responsible),
        ("docno", given.docno),
        ("date", given.date),
        ("retention", given.retention),
        ("pages", given.pages),
        ("note", given.note),
        ("carrier", given.carrier),
        ("box", given.in_box),
        ("place", given.place),
    ];
    let named = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let extra = given.extra.into_iter().map(|(name, value)| (format!("extra:{name}"), value));
    let corrections = Corrections(named.chain(extra).collect());
    let asked = Asked { record: &record.id, seen: Some(given.seen), reason: &given.reason };
    made(&app, &record, correct(&app.desk(), &asker.guest, asked, &corrections).await).await
}

/// The version that was made, whole.
async fn made(app: &App, record: &RecordView, done: Result<Amended, VersionError>) -> Result<Json<Value>, Refusal> {
    let amended = done.map_err(refused)?;
    let version = one(app, record, &amended.version.to_string()).await?;
    Ok(Json(whole_shape(&version, sealed_to(app, record).await?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replacing {
    file: Option<String>,
    name: Option<String>,
    seen: Option<String>,
    #[serde(default)]
    reason: String,
}

/// A file in another's place; the body is its bytes.
pub async fn replace_file(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    Query(asked): Query<Replacing>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let record = amendable(&app, &asker, &id).await?;
    let out_of_bounds = |name| Refusal::OutOfBounds { name, from: 1, to: 9_999 };
    let number = bounded("file", asked.file.as_deref(), 1_i64..=9_999)?.ok_or(out_of_bounds("file"))?;
    let seen = bounded("seen", asked.seen.as_deref(), 1_i64..=999_999)?.ok_or(out_of_bounds("seen"))?;
    let held = record.files.iter().find(|file| file.number == number);
    let name = asked.name.or_else(|| held.map(|file| file.name.clone())).unwrap_or_default();
    let (_received, source) = receive(&app.desk(), body.into_data_stream()).await.map_err(refused)?;
    let replacement = Replacement { number, source, name: &name };
    let who = Asked { record: &record.id, seen: Some(seen), reason: &asked.reason };
    let done = replace(&app.desk(), &asker.guest, who, replacement).await;
    Ok((StatusCode::CREATED, made(&app, &record, done).await?))
}

/// Files in another order.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ordering {
    seen: i64,
    reason: String,
    order: Vec<i64>,
}

pub async fn order(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    Body(Ordering { seen, reason, order }): Body<Ordering>,
) -> Result<Json<Value>, Refusal> {
    let record = amendable(&app, &asker, &id).await?;
    let asked = Asked { record: &record.id, seen: Some(seen), reason: &reason };
    made(&app, &record, reorder(&app.desk(), &asker.guest, asked, &order).await).await
}
