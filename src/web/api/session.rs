//! Signing in for programs and pages.

use crate::{
    access::{Entering, Kind, Proof},
    app::App,
    web::{
        limits::Confidential,
        peer::Peer,
        refusal::Refusal,
        refused::refused,
        session::{self, Asker},
    },
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method, StatusCode},
};
use axum_extra::extract::cookie::CookieJar;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    name: String,
    password: String,
    /// In the place of a first password, which must be changed.
    new_password: Option<String>,
    /// Of the app, where a second factor is owed.
    code: Option<String>,
}

/// Sets the cookie; answers until when the session lasts, and whether the password must
/// be changed before anything else.
pub async fn enter(
    State(app): State<Arc<App>>,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    jar: CookieJar,
    Json(Signing { name, password, new_password, code }): Json<Signing>,
) -> Result<(CookieJar, Json<Value>), Refusal> {
    if !session::same_site(&Method::POST, &headers) {
        return Err(Refusal::other_site());
    }
    let (address, agent) = session::whence(&headers, peer);
    let entering = Entering { name: &name, password: &password, kind: Kind::Browser, address: &address, agent };
    let mut signed = app.gate.sign_in(entering).await.map_err(refused)?;
    if signed.pending {
        let code = code.ok_or(Refusal::FactorOwed)?;
        signed = app.gate.prove(&signed.token, Proof::Code(&code), entering).await.map_err(refused)?;
    }
    let mut guest = app.gate.of_token(&signed.token).await?.ok_or(Refusal::NotKnown)?;
    if let Some(new) = new_password {
        if let Err(error) = app.gate.change_password(&guest, &signed.token, &address, &password, &new).await {
            // Nobody would hold the session.
            app.gate.sign_out(&guest, &signed.token).await.map_err(refused)?;
            return Err(refused(error));
        }
        guest = app.gate.of_token(&signed.token).await?.ok_or(Refusal::NotKnown)?;
    }
    let body = json!({ "until": signed.until.to_string(), "password_due": guest.password_due() });
    Ok((jar.add(session::cookie(signed.token, peer, app.config.server.secure_cookie)), Json(body)))
}

/// Signs out: the session that is asked with ends.
pub async fn leave(
    State(app): State<Arc<App>>,
    asker: Asker,
    peer: Peer,
    jar: CookieJar,
) -> Result<(CookieJar, StatusCode), Refusal> {
    app.gate.sign_out(&asker.guest, asker.carried.token()).await.map_err(refused)?;
    Ok((jar.remove(session::no_cookie(peer, app.config.server.secure_cookie)), StatusCode::NO_CONTENT))
}
