//! One's own second factors.

use super::ours;
use crate::{
    access::{AccessError, FactorLine, Proof, Site},
    app::App,
    web::{
        limits::Confidential,
        pages::{
            access::{DrawnPage, FactorRow, FactorsFault, FactorsPage},
            render, render_as,
        },
        refusal::Refusal,
        refused::refused,
        session::{self, Asker},
        shown, site,
    },
};
use axum::{
    Form, Json,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use qrcodegen::{QrCode, QrCodeEcc};
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(serde::Deserialize)]
pub struct Did {
    #[serde(default)]
    done: String,
}

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(Did { done }): Query<Did>,
) -> Result<Response, Refusal> {
    let mut page = page(&app, &asker, &headers, &uri, None).await?;
    page.done = !done.is_empty();
    Ok(render(&page))
}

#[derive(serde::Deserialize)]
pub struct Adding {
    label: String,
    password: String,
    csrf: String,
}

/// Draws a secret for an app.
pub async fn draw(
    State(app): State<Arc<App>>,
    asker: Asker,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    uri: Uri,
    Form(Adding { label, password, csrf }): Form<Adding>,
) -> Result<Response, Refusal> {
    ours(&asker, &csrf)?;
    let (address, _) = session::whence(&headers, peer);
    let fault = match app.gate.draw_totp(&asker.guest, &address, &password, &label).await {
        Ok(id) => return Ok(Redirect::to(&format!("/account/factors/{id}")).into_response()),
        Err(AccessError::Unknown) => FactorsFault::Password,
        Err(AccessError::Factor) => FactorsFault::Label,
        Err(error) => return Err(refused(error)),
    };
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &asker, &headers, &uri, Some(fault)).await?))
}

/// The secret that waits for its first code.
pub async fn drawn(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    Ok(render(&waiting(&app, &asker, &headers, &uri, id, false).await?))
}

/// The same as a QR code.
pub async fn picture(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Response, Refusal> {
    let house = &app.settings().name;
    let drawn = app.gate.drawn_totp(&asker.guest, &id, house).await.map_err(refused)?;
    let code = QrCode::encode_text(&drawn.uri, QrCodeEcc::Medium).map_err(|_| Refusal::Missing)?;
    let kind = [(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "no-store")];
    Ok((kind, Body::from(svg(&code))).into_response())
}

#[derive(serde::Deserialize)]
pub struct Confirming {
    code: String,
    csrf: String,
}

pub async fn confirm(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    Form(Confirming { code, csrf }): Form<Confirming>,
) -> Result<Response, Refusal> {
    ours(&asker, &csrf)?;
    match app.gate.confirm_totp(&asker.guest, &id, &code).await {
        Ok(()) => Ok(Redirect::to("/account/factors?done=1").into_response()),
        Err(AccessError::Proof) => {
            let page = waiting(&app, &asker, &headers, &uri, id, true).await?;
            Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(error) => Err(refused(error)),
    }
}

#[derive(serde::Deserialize)]
pub struct Removing {
    id: String,
    password: String,
    #[serde(default)]
    code: String,
    /// The answer of a passkey, JSON.
    #[serde(default)]
    passkey: String,
    csrf: String,
}

pub async fn remove(
    State(app): State<Arc<App>>,
    asker: Asker,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    uri: Uri,
    Form(Removing { id, password, code, passkey, csrf }): Form<Removing>,
) -> Result<Response, Refusal> {
    ours(&asker, &csrf)?;
    let (address, _) = session::whence(&headers, peer);
    let site = site::site(&app, &headers);
    let proof = match &site {
        Some(site) if !passkey.is_empty() => Proof::Passkey(site, &passkey),
        _ => Proof::Code(&code),
    };
    let named = (address.as_str(), password.as_str());
    let fault = match app.gate.remove_own_factor(&asker.guest, asker.carried.token(), named, proof, &id).await {
        Ok(()) => return Ok(Redirect::to("/account/factors?done=1").into_response()),
        Err(AccessError::Unknown) => FactorsFault::RemovePassword,
        Err(AccessError::Proof) => FactorsFault::RemoveProof,
        Err(error) => return Err(refused(error)),
    };
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &asker, &headers, &uri, Some(fault)).await?))
}

/// What the browser is asked, to make a passkey; or why not, in words for the page.
pub async fn ask_for_new(
    State(app): State<Arc<App>>,
    asker: Asker,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    uri: Uri,
    Form(Adding { label, password, csrf }): Form<Adding>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    ours(&asker, &csrf)?;
    let site = site::site(&app, &headers).ok_or(Refusal::Missing)?;
    let (address, _) = session::whence(&headers, peer);
    let named = (address.as_str(), password.as_str());
    let lang = shown::lang(&headers, &uri);
    let why = match app.gate.ask_for_new_passkey(&asker.guest, asker.carried.token(), &site, named, &label).await {
        Ok(options) => return Ok((StatusCode::OK, Json(options))),
        Err(AccessError::Unknown) => lang.t("password-old-wrong"),
        Err(AccessError::Factor) => lang.t("factor-label-wrong"),
        Err(error) => return Err(refused(error)),
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "fault": why }))))
}

#[derive(serde::Deserialize)]
pub struct Keeping {
    label: String,
    passkey: String,
    csrf: String,
}

pub async fn keep(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Form(Keeping { label, passkey, csrf }): Form<Keeping>,
) -> Result<Response, Refusal> {
    ours(&asker, &csrf)?;
    let site = site::site(&app, &headers).ok_or(Refusal::Missing)?;
    let fault = match app.gate.keep_passkey(&asker.guest, asker.carried.token(), &site, &label, &passkey).await {
        Ok(()) => return Ok(Redirect::to("/account/factors?done=1").into_response()),
        Err(AccessError::Proof) => FactorsFault::Passkey,
        Err(AccessError::Factor) => FactorsFault::Label,
        Err(error) => return Err(refused(error)),
    };
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &asker, &headers, &uri, Some(fault)).await?))
}

#[derive(serde::Deserialize)]
pub struct Asking {
    csrf: String,
}

/// What a passkey is asked to sign, before a factor is removed.
pub async fn ask(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    Form(Asking { csrf }): Form<Asking>,
) -> Result<Json<Value>, Refusal> {
    ours(&asker, &csrf)?;
    let site: Site = site::site(&app, &headers).ok_or(Refusal::Missing)?;
    let person = asker.guest.person().ok_or(Refusal::Missing)?;
    let options = app.gate.ask_for_passkey(person, asker.carried.token(), &site).await;
    Ok(Json(options.map_err(refused)?))
}

async fn waiting(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    id: String,
    wrong: bool,
) -> Result<DrawnPage, Refusal> {
    let house = &app.settings().name;
    let drawn = app.gate.drawn_totp(&asker.guest, &id, house).await.map_err(refused)?;
    let frame = shown::frame(app, Some(asker), headers, uri, None);
    let fours: Vec<_> = drawn.base32.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    Ok(DrawnPage { frame, id, label: drawn.label, uri: drawn.uri, secret: fours.join(" "), wrong })
}

async fn page(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    fault: Option<FactorsFault>,
) -> Result<FactorsPage, Refusal> {
    let mut frame = shown::frame(app, Some(asker), headers, uri, None);
    frame.here = "/account/factors".to_owned();
    let lines = match asker.guest.person() {
        Some(person) => app.gate.factors(person).await?,
        None => Vec::new(),
    };
    let due = app.gate.owes_factor(&asker.guest).await?;
    let rows = lines.into_iter().map(|line| factor_row(app, line)).collect();
    let passkeys = site::site(app, headers).is_some();
    let may = asker.guest.in_person() && !asker.guest.password_due();
    Ok(FactorsPage { frame, rows, passkeys, due, may, done: false, fault })
}

/// Black on white with the quiet zone of four modules (ISO/IEC 18004).
fn svg(code: &QrCode) -> String {
    const QUIET: i32 = 4;
    let side = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    )
}

/// A second factor as it is listed, on its owner's page and on the security officer's.
pub(super) fn factor_row(app: &App, line: FactorLine) -> FactorRow {
    FactorRow {
        id: line.id,
        is_passkey: line.kind == "passkey",
        label: line.label,
        since: shown::day(app, &line.confirmed_at),
        used: line.used_at.map(|at| shown::minute(app, &at)),
    }
}
