//! Correcting a description: the form, and what it sends.

use super::{amendable, field_words, of, refused, words};
use crate::{
    app::App,
    holdings::{Described, RecordView},
    ingest::version::{Asked, Corrections, FIELDS, correct},
    web::{
        pages::{
            Place,
            holdings::{CorrectPage, FieldShown},
            people::Fault,
            render, render_as,
        },
        refusal::Refusal,
        rooms::typed::Typed,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use std::sync::Arc;

/// `GET /records/{id}/correct`
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let record = amendable(&app, &asker, &id).await?;
    let versions = of(&app, &record).await?;
    // Not sealed yet: the form would come back anyhow, and says so at once.
    let Some(newest) = versions.last() else {
        return Err(refused(crate::ingest::version::VersionError::Unsealed));
    };
    let fields = present(&app, shown::lang(&headers, &uri), &newest.described);
    let (seen, reason) = (newest.number.to_string(), String::new());
    Ok(render(&page(&app, &asker, (&headers, &uri), &record, fields, (seen, reason, None))))
}

/// `POST /records/{id}/correct`
pub async fn send(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let record = amendable(&app, &asker, &id).await?;
    let lang = shown::lang(&headers, &uri);
    let seen = typed.number("seen")?.unwrap_or(0);
    let fields = typed.pairs().filter(|(name, _)| FIELDS.contains(name) || name.starts_with("extra:"));
    let corrections = Corrections(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
    let asked = Asked { record: &record.id, seen: Some(seen), reason: typed.text("reason") };
    let error = match correct(&app.desk(), &asker.guest, asked, &corrections).await {
        Ok(_) => return Ok(Redirect::to(&format!("/records/{}?tab=versions", record.id)).into_response()),
        Err(error) => error,
    };
    let Some(said) = words(lang, &error) else { return Err(refused(error)) };
    let fields = corrections.0.iter().map(|(name, value)| field(lang, name, value)).collect();
    let fault = Fault { detail: said.detail, remedy: said.remedy };
    let back = (seen.to_string(), typed.text("reason").to_owned(), Some(fault));
    let status = StatusCode::from_u16(super::status(&error)).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok(render_as(status, &page(&app, &asker, (&headers, &uri), &record, fields, back)))
}

fn page(
    app: &App,
    asker: &Asker,
    (headers, uri): (&HeaderMap, &Uri),
    record: &RecordView,
    fields: Vec<FieldShown>,
    (seen, reason, fault): (String, String, Option<Fault>),
) -> CorrectPage {
    let frame = shown::frame(app, Some(asker), headers, uri, Some(Place::Holdings));
    let (id, code, title) = (record.id.to_string(), record.code.clone(), record.title.clone());
    CorrectPage { frame, id, code, title, fields, seen, reason, fault }
}

fn field(lang: Lang, name: &str, value: &str) -> FieldShown {
    // What may hold lines of its own has room for them.
    let long = !matches!(name, "date" | "retention" | "pages" | "docno" | "responsible" | "carrier" | "box" | "place");
    FieldShown { name: name.to_owned(), word: field_words(lang, name), value: value.to_owned(), long }
}

/// What the description says now.
fn present(app: &App, lang: Lang, now: &Described) -> Vec<FieldShown> {
    let mut fields: Vec<FieldShown> = [
        ("title", now.title.clone()),
        ("responsible", now.responsible.clone()),
        ("docno", now.docno.clone()),
        ("date", now.dated.clone().unwrap_or_default()),
        ("retention", now.retention.clone().unwrap_or_default()),
        ("pages", now.pages.map(|pages| pages.to_string()).unwrap_or_default()),
        ("note", now.note.clone()),
        ("carrier", now.carrier.as_deref().map(|code| shown::carrier(app, lang, code)).unwrap_or_default()),
        ("box", now.in_box.clone().unwrap_or_default()),
        ("place", now.place.clone().unwrap_or_default()),
    ]
    .into_iter()
    .map(|(name, value)| field(lang, name, &value))
    .collect();
    fields.extend(now.extra.iter().map(|(name, value)| field(lang, &format!("extra:{name}"), value)));
    fields
}
