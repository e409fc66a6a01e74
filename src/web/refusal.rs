//! An answer that is no. A handler says what was refused; how it looks is decided at
//! the edge, by [`draw`]: a page in the asker's language, or problem+json (RFC 9457)
//! below `/api/`.

use super::{api, given::Unread, problem_page, refused, rooms, session::Asker, shown};
use crate::{
    access::AccessError,
    app::App,
    ingest::{handover::HandoverError, upload::UploadError, version::VersionError, wayback::WaybackError},
    kernel::Instant,
};
use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

/// Why something was refused.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Not there, or not for the asker: the same words.
    Missing,
    /// Nobody is signed in.
    Nobody,
    /// Name or password is wrong: which, is not said.
    NotKnown,
    /// The password is one that somebody else knows: change it first.
    PasswordDue,
    /// A second factor is asked for here, and there is none yet.
    FactorDue,
    /// The password was right; the second factor is owed, or is wrong.
    FactorOwed,
    FactorWrong,
    /// Too many failed attempts to sign in.
    Shut {
        until: Instant,
    },
    /// A write that no page of ours sent.
    OtherSite,
    /// A password over plain HTTP, where somebody on the way could read it.
    NotOverHttp,
    /// More requests of one address than [`crate::config::Limits`] allow; again in so
    /// many seconds.
    TooMany {
        seconds: u64,
    },
    /// A path with its query beyond what is read.
    LongAddress,
    /// A body beyond what is taken in.
    TooLarge,
    /// The request itself is wrong: what, and what to do.
    Wrong {
        detail: String,
        remedy: String,
    },
    /// A number of the request that is none, or lies outside its bounds.
    OutOfBounds {
        name: &'static str,
        from: i64,
        to: i64,
    },
    /// An act on people was refused: [`refused::words`] has the words.
    Act(Arc<AccessError>),
    /// A record was not changed: [`rooms::versions::words`] has the words.
    Amend(Arc<VersionError>),
    /// A batch did not go back: [`rooms::wayback::words`] has the words.
    Back(Arc<WaybackError>),
    /// Something was not received: [`rooms::uploads::words`] has the words.
    Send(Arc<UploadError>),
    /// A handover was not signed: [`rooms::handover::words`] has the words.
    Hand(Arc<HandoverError>),
    /// A word that is none of those it may be.
    Word(Unread),
    /// The request cannot be read at all; the words are the framework's.
    Unread {
        status: u16,
        detail: String,
    },
    /// It took longer than an answer may take.
    Late,
    /// Our own fault: logged, and shown without its inside.
    Fault,
}

/// The longest explanation taken over from the framework, in bytes.
const LONGEST: usize = 4_096;

impl Refusal {
    pub fn missing() -> Self {
        Self::Missing
    }
    pub fn nobody() -> Self {
        Self::Nobody
    }
    pub fn other_site() -> Self {
        Self::OtherSite
    }
    pub fn wrong(detail: &str, remedy: &str) -> Self {
        Self::Wrong { detail: detail.to_owned(), remedy: remedy.to_owned() }
    }

    /// Logs the error with its causes.
    pub fn fault(error: &dyn std::error::Error) -> Self {
        let mut said = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            said = format!("{said}: {cause}");
            source = cause.source();
        }
        tracing::error!("a request failed: {said}");
        Self::Fault
    }

    /// The refusal, or for a page that is looked at, the way to where it can be mended.
    pub fn at(self, request: &Request) -> Response {
        let page = request.method().is_safe() && !request.uri().path().starts_with("/api/");
        if page { Redirect::to("/account").into_response() } else { self.into_response() }
    }

    fn status(&self) -> u16 {
        match self {
            Self::Missing => 404,
            Self::Nobody | Self::NotKnown | Self::FactorOwed | Self::FactorWrong => 401,
            Self::PasswordDue | Self::FactorDue | Self::NotOverHttp => 403,
            Self::Shut { .. } | Self::TooMany { .. } => 429,
            Self::OtherSite | Self::OutOfBounds { .. } => 400,
            Self::LongAddress => 414,
            Self::TooLarge => 413,
            Self::Wrong { .. } | Self::Word(_) => 422,
            Self::Act(error) => refused::status(error),
            Self::Amend(error) => rooms::versions::status(error),
            Self::Hand(_) => 409,
            Self::Back(error) => rooms::wayback::status(error),
            Self::Send(error) => rooms::uploads::status(error),
            Self::Unread { status, .. } => *status,
            Self::Late => 503,
            Self::Fault => 500,
        }
    }
}

impl From<Unread> for Refusal {
    fn from(unread: Unread) -> Self {
        Self::Word(unread)
    }
}

impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::fault(&error)
    }
}

impl IntoResponse for Refusal {
    /// The bare status; [`draw`] gives it its words.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every refusal its words, and those of the framework ours.
pub(super) async fn draw(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let response = next.run(request).await;
    let allowed = response.headers().get(header::ALLOW).cloned();
    let spoken = response.headers().get("tus-version").cloned();
    let refusal = match response.extensions().get::<Refusal>() {
        Some(refusal) => refusal.clone(),
        None if is_bare(&response) => match unread(response, uri.path()).await {
            Ok(refusal) => refusal,
            Err(response) => return response,
        },
        None => return response,
    };
    // A page that is not there looks the same to everybody: no name, no navigation.
    let mut frame = shown::frame(&app, None::<&Asker>, &headers, &uri, None);
    frame.here = "/".to_owned();
    let problem = problem_page::problem(&app, frame.lang, &refusal, refusal.status());
    let mut drawn = if is_api(uri.path()) {
        problem_page::as_json(&problem, problem_page::more(&refusal))
    } else {
        problem_page::as_page(frame, problem)
    };
    // A 405 says which methods there are (RFC 9110 §15.5.6).
    if let Some(allowed) = allowed {
        drawn.headers_mut().insert(header::ALLOW, allowed);
    }
    if api::uploads::is_spoken(uri.path()) {
        api::uploads::mark(&mut drawn);
    }
    if let Some(version) = spoken {
        drawn.headers_mut().insert("tus-version", version);
    }
    if let Refusal::TooMany { seconds } = refusal {
        drawn.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    drawn
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Whether the answer is a refusal of the framework's: a status, and at most a line
/// of plain text.
fn is_bare(response: &Response) -> bool {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    (status.is_client_error() || status.is_server_error())
        && status != StatusCode::RANGE_NOT_SATISFIABLE
        && kind.is_none_or(|kind| kind.starts_with(b"text/plain"))
}

async fn unread(response: Response, path: &str) -> Result<Refusal, Response> {
    let (parts, body) = response.into_parts();
    match parts.status {
        StatusCode::NOT_FOUND => return Ok(Refusal::Missing),
        StatusCode::PAYLOAD_TOO_LARGE => return Ok(Refusal::TooLarge),
        status if status.is_server_error() && status != StatusCode::SERVICE_UNAVAILABLE => return Ok(Refusal::Fault),
        StatusCode::SERVICE_UNAVAILABLE if is_api(path) => return Ok(Refusal::Late),
        // Not ready, or out of time: said by the status alone.
        StatusCode::SERVICE_UNAVAILABLE => return Err(Response::from_parts(parts, body)),
        _ => {}
    }
    let bytes = to_bytes(body, LONGEST).await.unwrap_or_default();
    Ok(Refusal::Unread { status: parts.status.as_u16(), detail: String::from_utf8_lossy(&bytes).into_owned() })
}
