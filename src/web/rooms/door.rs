//! Coming in, and leaving.

use super::{oidc, ours, owed};
use crate::{
    access::{AccessError, Entering, Kind},
    app::App,
    web::{
        limits::Confidential,
        pages::{
            access::{SignInFault, SignInPage},
            render, render_as,
        },
        peer::Peer,
        refusal::Refusal,
        session::{self, Asker},
        shown,
    },
};
use axum::{
    Form,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use std::sync::Arc;

/// Where the password would be refused its field is not shown either: typed in, it would
/// have been on the way already.
pub async fn show(State(app): State<Arc<App>>, peer: Peer, headers: HeaderMap, uri: Uri) -> Result<Response, Refusal> {
    if !peer.keeps_secrets() {
        return Err(Refusal::NotOverHttp);
    }
    let frame = shown::frame(&app, None, &headers, &uri, None);
    Ok(render(&SignInPage { frame, name: String::new(), provider: oidc::offered(&app, &headers), fault: None }))
}

#[derive(serde::Deserialize)]
pub struct Typed {
    name: String,
    password: String,
}

pub async fn enter(
    State(app): State<Arc<App>>,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    uri: Uri,
    jar: CookieJar,
    Form(Typed { name, password }): Form<Typed>,
) -> Result<Response, Refusal> {
    // Signing somebody else in from another site is a trick of its own.
    if !session::same_site(&Method::POST, &headers) {
        return Err(Refusal::other_site());
    }
    let (address, agent) = session::whence(&headers, peer);
    let entering = Entering { name: &name, password: &password, kind: Kind::Browser, address: &address, agent };
    match app.gate.sign_in(entering).await {
        Ok(signed) => {
            let (jar, to) = owed::onward(&app, jar, peer, signed);
            Ok((jar, Redirect::to(to)).into_response())
        }
        Err(AccessError::Unknown) => {
            let frame = shown::frame(&app, None, &headers, &uri, None);
            let provider = oidc::offered(&app, &headers);
            let page = SignInPage { frame, name, provider, fault: Some(SignInFault::Wrong) };
            Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
        Err(AccessError::Shut { until }) => {
            let frame = shown::frame(&app, None, &headers, &uri, None);
            let until = shown::minute(&app, &until.to_string());
            let provider = oidc::offered(&app, &headers);
            let page = SignInPage { frame, name, provider, fault: Some(SignInFault::Shut { until }) };
            Ok(render_as(StatusCode::TOO_MANY_REQUESTS, &page))
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(serde::Deserialize)]
pub struct Leaving {
    csrf: String,
}

pub async fn leave(
    State(app): State<Arc<App>>,
    asker: Asker,
    peer: Peer,
    jar: CookieJar,
    Form(Leaving { csrf }): Form<Leaving>,
) -> Result<Response, Refusal> {
    ours(&asker, &csrf)?;
    app.gate.sign_out(&asker.guest, asker.carried.token()).await?;
    let gone = jar.remove(session::no_cookie(peer, app.config.server.secure_cookie));
    // Pictures of pages may lie in the browser's cache for some minutes more.
    let forget = [("clear-site-data", "\"cache\"")];
    Ok((gone, forget, Redirect::to("/sign-in")).into_response())
}

/// An address that is none.
pub async fn nowhere() -> Refusal {
    Refusal::missing()
}
