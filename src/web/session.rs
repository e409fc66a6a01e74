//! Who asks: the session behind a cookie, a token, or nobody.

use super::{peer::Peer, refusal::Refusal, routes::Needs};
use crate::{
    access::{AccessError, Guest},
    app::App,
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use std::sync::Arc;

/// The cookie's name over HTTPS: a browser takes one of this name only from this very
/// host, over HTTPS, for all of it, so that nobody beside us can plant one.
const COOKIE_SECURE: &str = "__Host-lantai";
/// The cookie's name over plain HTTP, where `__Host-` is not taken: within this machine.
const COOKIE_PLAIN: &str = "lantai";

/// The cookie of a pending session: the password was right, the second factor is owed.
pub const OWED: &str = "lantai-owed";

/// The token a request carries, and how.
#[derive(Clone, Debug)]
pub enum Carried {
    Cookie(String),
    Bearer(String),
}

impl Carried {
    pub fn token(&self) -> &str {
        match self {
            Self::Cookie(token) | Self::Bearer(token) => token,
        }
    }
}

/// Somebody signed in; a handler that takes one is never reached by nobody.
#[derive(Clone, Debug)]
pub struct Asker {
    pub guest: Guest,
    pub carried: Carried,
}

/// Lets through who holds the right, sends nobody to the sign-in page, and shows
/// everybody else the page of a thing that is not there.
pub async fn guard(State((app, needs)): State<(Arc<App>, Needs)>, mut request: Request, next: Next) -> Response {
    // A NUL stands in no id, code or word of ours, and PostgreSQL takes none.
    if request.uri().path().contains("%00") || request.uri().query().is_some_and(|query| query.contains("%00")) {
        return Refusal::missing().into_response();
    }
    if needs == Needs::Nobody {
        return next.run(request).await;
    }
    let peer = Peer::in_extensions(request.extensions());
    let Some(carried) = carried(request.headers(), peer) else { return nobody(&request) };
    let guest = match app.gate.of_token(carried.token()).await {
        Ok(Some(guest)) => guest,
        Ok(None) => return nobody(&request),
        Err(error) => return Refusal::fault(&error).into_response(),
    };
    if needs != Needs::Account {
        match owed(&app, &guest).await {
            Ok(None) => {}
            Ok(Some(refusal)) => return refusal.at(&request),
            Err(error) => return Refusal::fault(&error).into_response(),
        }
    }
    if let Needs::Right(right) = needs
        && !guest.may(right)
    {
        return Refusal::missing().into_response();
    }
    if let Carried::Cookie(_) = carried
        && !same_site(request.method(), request.headers())
    {
        return Refusal::other_site().into_response();
    }
    request.extensions_mut().insert(Asker { guest, carried });
    next.run(request).await
}

/// What somebody must do at his account before anything else is answered.
async fn owed(app: &App, guest: &Guest) -> Result<Option<Refusal>, AccessError> {
    if guest.password_due() {
        return Ok(Some(Refusal::PasswordDue));
    }
    Ok(app.gate.owes_factor(guest).await?.then_some(Refusal::FactorDue))
}

/// Whether a request that writes came from a page of ours: `Sec-Fetch-Site` where
/// the browser sends it, else `Origin` against `Host`.
pub fn same_site(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return true;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        // "none" is an address typed or a bookmark: nothing that has an origin.
        return site == "same-origin" || (site == "none" && !headers.contains_key(header::ORIGIN));
    }
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (None, _) => !headers.contains_key(header::ORIGIN),
        _ => false,
    }
}

/// Where a request comes from, and what its browser calls itself.
pub fn whence(headers: &HeaderMap, peer: Peer) -> (String, &str) {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    (peer.address.to_string(), agent)
}

/// The cookie that carries `token` to `peer`. `secure` asks for HTTPS on the way back
/// where we do not see it on the way here.
pub fn cookie(token: String, peer: Peer, secure: bool) -> Cookie<'static> {
    Cookie::build((name(peer), token))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(peer.secure || secure)
        .build()
}

/// The cookie that carries the token of a pending session; it goes to the door alone.
pub fn owed_cookie(token: String, peer: Peer, secure: bool) -> Cookie<'static> {
    let mut cookie = cookie(token, peer, secure);
    // Bound to a path, so no `__Host-`.
    cookie.set_name(OWED);
    cookie.set_path("/sign-in");
    cookie
}

/// What takes the cookie away again; a browser heeds it only with the marks it was set with.
pub fn no_cookie(peer: Peer, secure: bool) -> Cookie<'static> {
    cookie(String::new(), peer, secure)
}

fn name(peer: Peer) -> &'static str {
    if peer.secure { COOKIE_SECURE } else { COOKIE_PLAIN }
}

/// Only the cookie whose name fits the way the request came is looked at.
fn carried(headers: &HeaderMap, peer: Peer) -> Option<Carried> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok()?.strip_prefix("Bearer ")?;
        return Some(Carried::Bearer(token.to_owned()));
    }
    let jar = CookieJar::from_headers(headers);
    Some(Carried::Cookie(jar.get(name(peer))?.value().to_owned()))
}

fn nobody(request: &Request) -> Response {
    if request.uri().path().starts_with("/api/") || !request.method().is_safe() {
        return Refusal::nobody().into_response();
    }
    Redirect::to("/sign-in").into_response()
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Refusal::nobody)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_from_another_site_is_told_apart() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(k, v)| (header::HeaderName::from_static(k), v.parse().unwrap())).collect::<HeaderMap>()
        };
        for (method, pairs, ours) in [
            (Method::GET, &[("sec-fetch-site", "cross-site")][..], true),
            (Method::POST, &[("sec-fetch-site", "same-origin")], true),
            (Method::POST, &[("sec-fetch-site", "cross-site")], false),
            (Method::POST, &[("sec-fetch-site", "same-site")], false),
            (Method::POST, &[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], true),
            (Method::POST, &[("origin", "http://evil.example"), ("host", "127.0.0.1:8080")], false),
            (Method::POST, &[("origin", "null"), ("host", "127.0.0.1:8080")], false),
            (Method::POST, &[("host", "127.0.0.1:8080")], true),
        ] {
            assert_eq!(same_site(&method, &headers(pairs)), ours, "{method} {pairs:?}");
        }
    }
}
