//! Commands of the command line, on a socket in the archive's folder.

use crate::{
    app::{App, Place},
    cli::{
        answer,
        carry_out::{carry_out, other_person},
        remote, token,
    },
};
use anyhow::Context as _;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use std::{os::unix::fs::PermissionsExt as _, sync::Arc};

/// What is answered there.
pub(super) fn commands(app: Arc<App>) -> Router {
    Router::new().route("/command", post(command)).route("/login", post(login)).with_state(app)
}

/// The socket in the archive's folder, for its owner alone. Left behind by a killed
/// server it is replaced: the lock says that nobody else serves.
pub(super) fn bind(place: &Place) -> anyhow::Result<tokio::net::UnixListener> {
    let path = place.socket();
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let socket = tokio::net::UnixListener::bind(&path).with_context(|| {
        format!("the socket {} cannot be made; a path of a socket has 107 bytes at most", path.display())
    })?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(socket)
}

/// A command of the command line, for the owner of its token.
async fn command(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(remote::Asked { command, person }): Json<remote::Asked>,
) -> Response {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else { return StatusCode::UNAUTHORIZED.into_response() };
    let guest = match app.gate.of_token(token).await {
        Ok(Some(guest)) => guest,
        Ok(None) => return StatusCode::UNAUTHORIZED.into_response(),
        Err(error) => return Json(answer::of_error(&error.into())).into_response(),
    };
    if let Some(refused) = other_person(&guest, person.as_deref()) {
        return Json(refused).into_response();
    }
    let answer = match carry_out(&app, &guest, command).await {
        Ok(answer) => answer,
        Err(error) => answer::of_error(&error),
    };
    Json(answer).into_response()
}

async fn login(State(app): State<Arc<App>>, Json(typed): Json<token::Typed>) -> Response {
    match token::sign_in(&app, &typed).await {
        Ok(ended) => Json(ended).into_response(),
        Err(error) => {
            tracing::error!("signing in failed: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
