//! Commands of the command line, on a socket in the archive's folder.

use crate::{
    access::Guest,
    app::{App, Place},
    cli::{
        Answer, Command, answer,
        carry_out::{carry_out, other_person, refused},
        remote, token, versions,
    },
    ingest::version::receive,
    web::{texts::Lang, version_words},
};
use anyhow::Context as _;
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use data_encoding::BASE64;
use std::{os::unix::fs::PermissionsExt as _, sync::Arc};

/// What is answered there.
pub(super) fn commands(app: Arc<App>) -> Router {
    // A file has a bound of its own, at which it is no longer read.
    let replace = post(replace).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/command", post(command))
        .route("/login", post(login))
        .route("/replace", replace)
        .with_state(app)
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
    // Its file comes with it, at a place of its own.
    if let Command::Replace { .. } = command {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let guest = match asking(&app, &headers, person.as_deref()).await {
        Ok(guest) => guest,
        Err(response) => return response,
    };
    let answer = match carry_out(&app, &guest, command).await {
        Ok(answer) => answer,
        Err(error) => answer::of_error(&error),
    };
    Json(answer).into_response()
}

/// The command to put a file in another's place, its bytes as the body: they are received
/// first, and no path of the caller's is opened.
async fn replace(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    let said = headers.get(remote::COMMAND).and_then(|said| BASE64.decode(said.as_bytes()).ok());
    let asked = said.and_then(|said| serde_json::from_slice::<remote::Asked>(&said).ok());
    let Some(remote::Asked { command: command @ Command::Replace { .. }, person }) = asked else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let guest = match asking(&app, &headers, person.as_deref()).await {
        Ok(guest) => guest,
        Err(response) => return response,
    };
    let answer = replace_by(&app, &guest, command, body).await;
    Json(answer.unwrap_or_else(|error| answer::of_error(&error))).into_response()
}

async fn replace_by(app: &Arc<App>, guest: &Guest, command: Command, body: Body) -> anyhow::Result<Answer> {
    if let Some(refused) = refused(app, guest, &command).await? {
        return Ok(refused);
    }
    let Command::Replace { record, file, path, name, reason, seen } = command else {
        anyhow::bail!("only a replacement comes with its file");
    };
    let (_received, source) = match receive(&app.desk(), body.into_data_stream()).await {
        Ok(received) => received,
        Err(error) => {
            return Ok(match version_words(Lang::Zh, &error) {
                Some(said) => Answer::refused(said.detail, said.remedy),
                None => answer::of_error(&error.into()),
            });
        }
    };
    let name = name.unwrap_or_else(|| versions::name_of(&path));
    versions::replace(app, guest, &record, (file, &name, source), &reason, seen).await
}

/// Whose token it is, and that of the person who must be asking.
async fn asking(app: &App, headers: &HeaderMap, person: Option<&str>) -> Result<Guest, Response> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else { return Err(StatusCode::UNAUTHORIZED.into_response()) };
    let guest = match app.gate.of_token(token).await {
        Ok(Some(guest)) => guest,
        Ok(None) => return Err(StatusCode::UNAUTHORIZED.into_response()),
        Err(error) => return Err(Json(answer::of_error(&error.into())).into_response()),
    };
    match other_person(&guest, person) {
        Some(refused) => Err(Json(refused).into_response()),
        None => Ok(guest),
    }
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
