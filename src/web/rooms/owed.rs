//! The second factor at the door: the password was right, a pending session waits.

use super::{oidc, same};
use crate::{
    access::{AccessError, Entering, Kind, Pending, Proof, Signed},
    app::App,
    web::{
        limits::Confidential,
        pages::{
            access::{OwedPage, SignInFault, SignInPage},
            render, render_as,
        },
        peer::Peer,
        refusal::Refusal,
        refused::refused,
        session::{self, OWED},
        shown, site,
    },
};
use axum::{
    Form, Json,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde_json::Value;
use std::sync::Arc;

/// The way for somebody whose password was right: in, or to his second factor.
pub(in crate::web) fn onward(app: &App, jar: CookieJar, peer: Peer, signed: Signed) -> (CookieJar, &'static str) {
    let secure = app.config.server.secure_cookie;
    if signed.pending {
        (jar.add(session::owed_cookie(signed.token, peer, secure)), "/sign-in/code")
    } else {
        (jar.add(session::cookie(signed.token, peer, secure)), "/")
    }
}

pub async fn show(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    uri: Uri,
    jar: CookieJar,
) -> Result<Response, Refusal> {
    let Some((_, pending)) = waiting(&app, &jar).await? else { return Ok(Redirect::to("/sign-in").into_response()) };
    Ok(render(&page(&app, &headers, &uri, pending, false)))
}

#[derive(serde::Deserialize)]
pub struct Shown {
    csrf: String,
    #[serde(default)]
    code: String,
    /// The answer of a passkey, JSON.
    #[serde(default)]
    passkey: String,
}

pub async fn enter(
    State(app): State<Arc<App>>,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    uri: Uri,
    jar: CookieJar,
    Form(Shown { csrf, code, passkey }): Form<Shown>,
) -> Result<Response, Refusal> {
    if !session::same_site(&Method::POST, &headers) {
        return Err(Refusal::other_site());
    }
    let Some((token, pending)) = waiting(&app, &jar).await? else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    same(&pending.csrf, &csrf)?;
    let site = site::site(&app, &headers);
    let proof = match &site {
        Some(site) if !passkey.is_empty() => Proof::Passkey(site, &passkey),
        _ => Proof::Code(&code),
    };
    let (address, agent) = session::whence(&headers, peer);
    let entering = Entering { name: "", password: "", kind: Kind::Browser, address: &address, agent };
    let (status, fault) = match app.gate.prove(&token, proof, entering).await {
        Ok(signed) => {
            let gone = jar.remove(session::owed_cookie(String::new(), peer, app.config.server.secure_cookie));
            let (jar, to) = onward(&app, gone, peer, signed);
            return Ok((jar, Redirect::to(to)).into_response());
        }
        Err(AccessError::Proof) => match app.gate.pending(&token).await? {
            Some(pending) => {
                let page = page(&app, &headers, &uri, pending, true);
                return Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page));
            }
            None => (StatusCode::UNPROCESSABLE_ENTITY, SignInFault::GivenUp),
        },
        Err(AccessError::Missing) => (StatusCode::UNPROCESSABLE_ENTITY, SignInFault::Ended),
        Err(AccessError::Shut { until }) => {
            let until = shown::minute(&app, &until.to_string());
            (StatusCode::TOO_MANY_REQUESTS, SignInFault::Shut { until })
        }
        Err(error) => return Err(error.into()),
    };
    let frame = shown::frame(&app, None, &headers, &uri, None);
    let provider = oidc::offered(&app, &headers);
    Ok(render_as(status, &SignInPage { frame, name: pending.name, provider, fault: Some(fault) }))
}

#[derive(serde::Deserialize)]
pub struct Asking {
    csrf: String,
}

/// What a passkey is asked to sign.
pub async fn ask(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    jar: CookieJar,
    Form(Asking { csrf }): Form<Asking>,
) -> Result<Json<Value>, Refusal> {
    if !session::same_site(&Method::POST, &headers) {
        return Err(Refusal::other_site());
    }
    let (token, pending) = waiting(&app, &jar).await?.ok_or(Refusal::Missing)?;
    same(&pending.csrf, &csrf)?;
    let site = site::site(&app, &headers).ok_or(Refusal::Missing)?;
    Ok(Json(app.gate.ask_for_passkey(&pending.person, &token, &site).await.map_err(refused)?))
}

async fn waiting(app: &App, jar: &CookieJar) -> Result<Option<(String, Pending)>, Refusal> {
    let Some(cookie) = jar.get(OWED) else { return Ok(None) };
    let token = cookie.value().to_owned();
    Ok(app.gate.pending(&token).await?.map(|pending| (token, pending)))
}

fn page(app: &App, headers: &HeaderMap, uri: &Uri, pending: Pending, wrong: bool) -> OwedPage {
    let mut frame = shown::frame(app, None, headers, uri, None);
    frame.csrf = pending.csrf;
    let passkeys = pending.passkeys && site::site(app, headers).is_some();
    OwedPage { frame, name: pending.name, codes: pending.codes, passkeys, wrong }
}
