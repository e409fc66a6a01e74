//! Signing in at another provider: there, and back.

use super::owed;
use crate::{
    access::{AccessError, Entering, Kind, OidcError},
    app::App,
    web::{
        pages::{
            access::{OnwardPage, SignInFault, SignInPage},
            render, render_as,
        },
        peer::Peer,
        refusal::Refusal,
        session, shown, site,
    },
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use std::sync::Arc;

/// The cookie that says which question this browser left with.
const AWAY: &str = "lantai-away";
const BACK: &str = "/sign-in/oidc/back";

/// What the button says, where the provider is named and can send people back.
pub(in crate::web) fn offered(app: &App, headers: &HeaderMap) -> Option<String> {
    let can = app.gate.has_provider() && site::address(app, headers).is_some();
    can.then(|| app.config.oidc.name.clone())
}

pub async fn leave(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    uri: Uri,
    jar: CookieJar,
) -> Result<Response, Refusal> {
    let address = site::address(&app, &headers).filter(|_| app.gate.has_provider()).ok_or(Refusal::Missing)?;
    match app.gate.ask_provider(&format!("{address}{BACK}")).await {
        Ok((to, state)) => {
            let secure = app.config.server.secure_cookie || address.starts_with("https://");
            // Lax: the provider's page sends the browser back, and a strict cookie stays away then.
            let cookie = away(state, secure);
            Ok((jar.add(cookie), Redirect::to(&to)).into_response())
        }
        Err(error) => {
            tracing::warn!("nobody can be sent to the provider: {error}");
            Ok(at_the_door(&app, &headers, &uri, StatusCode::BAD_GATEWAY, SignInFault::Provider))
        }
    }
}

#[derive(serde::Deserialize)]
pub struct Said {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    error: String,
}

pub async fn back(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
    uri: Uri,
    jar: CookieJar,
    Query(Said { code, state, error }): Query<Said>,
) -> Result<Response, Refusal> {
    if !app.gate.has_provider() {
        return Err(Refusal::Missing);
    }
    // Another's answer signs nobody in: this browser left with this question, or it did not.
    let left_with = jar.get(AWAY).map(|cookie| cookie.value().to_owned()).unwrap_or_default();
    super::same(&left_with, &state)?;
    let jar = jar.remove(away(String::new(), false));
    let refused = |status, fault| (jar.clone(), at_the_door(&app, &headers, &uri, status, fault)).into_response();
    if !error.is_empty() {
        tracing::info!("the provider let nobody in: {}", error.chars().take(80).collect::<String>());
        return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, SignInFault::Provider));
    }
    let (address, agent) = session::whence(&headers, peer);
    let entering = Entering { name: "", password: "", kind: Kind::Browser, address: &address, agent };
    match app.gate.came_back(&state, &code, entering).await {
        Ok(signed) => {
            let (jar, to) = owed::onward(&app, jar.clone(), peer, signed);
            // A page and no redirect: on a way that began at the provider the browser would
            // not send the strict cookie that it was just given.
            let mut frame = shown::frame(&app, None, &headers, &uri, None);
            frame.here = "/".to_owned();
            Ok((jar, render(&OnwardPage { frame, to })).into_response())
        }
        Err(AccessError::Oidc(OidcError::Unasked)) => Err(Refusal::other_site()),
        Err(AccessError::Oidc(error)) => {
            tracing::info!("somebody came back from the provider and was not let in: {error}");
            let (status, fault) = match error {
                OidcError::Nobody(_) => (StatusCode::FORBIDDEN, SignInFault::Nobody),
                _ => (StatusCode::BAD_GATEWAY, SignInFault::Provider),
            };
            Ok(refused(status, fault))
        }
        Err(AccessError::Shut { until }) => {
            let until = shown::minute(&app, &until.to_string());
            Ok(refused(StatusCode::TOO_MANY_REQUESTS, SignInFault::Shut { until }))
        }
        Err(error) => Err(error.into()),
    }
}

fn away(state: String, secure: bool) -> Cookie<'static> {
    Cookie::build((AWAY, state)).path("/sign-in/oidc").http_only(true).same_site(SameSite::Lax).secure(secure).build()
}

/// The sign-in page with what went wrong: passwords go on.
fn at_the_door(app: &App, headers: &HeaderMap, uri: &Uri, status: StatusCode, fault: SignInFault) -> Response {
    let mut frame = shown::frame(app, None, headers, uri, None);
    frame.here = "/sign-in".to_owned();
    let provider = offered(app, headers);
    render_as(status, &SignInPage { frame, name: String::new(), provider, fault: Some(fault) })
}
