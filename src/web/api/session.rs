//! Signing in for programs and pages.

use crate::{
    access::{self, AccessError, Kind},
    app::App,
    web::{refusal::Refusal, session},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method},
};
use axum_extra::extract::cookie::CookieJar;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(serde::Deserialize)]
pub struct Entering {
    name: String,
    password: String,
}

/// Sets the cookie; answers until when the session lasts.
pub async fn enter(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    jar: CookieJar,
    Json(Entering { name, password }): Json<Entering>,
) -> Result<(CookieJar, Json<Value>), Refusal> {
    if !session::same_site(&Method::POST, &headers) {
        return Err(Refusal::other_site());
    }
    match access::sign_in(&app.db, app.clock.as_ref(), &name, &password, Kind::Browser).await {
        Ok(signed) => {
            let until = signed.until.to_string();
            let cookie = session::cookie(signed.token, app.config.server.secure_cookie);
            Ok((jar.add(cookie), Json(json!({ "until": until }))))
        }
        Err(AccessError::Unknown) => Err(Refusal::NotKnown),
        Err(error) => Err(Refusal::fault(&error)),
    }
}
