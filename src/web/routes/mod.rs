//! The table of routes. A route is registered with what it needs, or not at all.

mod account;
mod catalogues;
mod handover;
mod people;
mod uploads;
mod versions;
mod wayback;

use super::{api, assets, headers, limits, peer, refusal, rooms, session};
use crate::{access::Right, app::App};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path},
    http::{Extensions, HeaderMap, Method, StatusCode, Version, header},
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodRouter, get, post},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate as _},
    limit::RequestBodyLimitLayer,
    timeout::TimeoutLayer,
};

/// What a route needs of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Open to nobody in particular: signing in, assets, whether the server lives.
    Nobody,
    /// Somebody signed in, at his own account: also while a first password must be changed.
    Account,
    /// Somebody signed in, whoever it is.
    Person,
    Right(Right),
}

/// Whether the server serves yet.
#[derive(Clone, Debug, Default)]
pub struct Started(Arc<AtomicBool>);

impl Started {
    pub fn ready(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// The most a body may weigh, in bytes, but for files.
const LARGEST_BODY: usize = 1 << 20;
/// How long an answer may take, but to whoever sends a file.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a file may take to come and to be taken in (ours).
const PATIENCE_WITH_FILES: Duration = Duration::from_secs(3_600);
/// Routes that take files: their handlers stop at the largest that is taken in.
const TAKE_FILES: [(Method, &str); 3] =
    [(Method::POST, "/api/v1/records/{id}/versions"), (Method::POST, "/api/v1/catalogues/preview"), uploads::PIECES];

type Row = (Method, &'static str, Needs, MethodRouter<Arc<App>>);

fn rows(started: Started) -> Vec<Row> {
    let (see, read, take, arrange, audit) = (
        Needs::Right(Right::Search),
        Needs::Right(Right::Read),
        Needs::Right(Right::Ingest),
        Needs::Right(Right::Arrange),
        Needs::Right(Right::Trail),
    );
    let ready = move || {
        let up = started.0.load(Ordering::Acquire);
        std::future::ready(if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE })
    };
    let mut rows = vec![
        (Method::GET, "/healthz", Needs::Nobody, get(StatusCode::OK)),
        (Method::GET, "/readyz", Needs::Nobody, get(ready)),
        (Method::GET, "/assets/{file}", Needs::Nobody, get(asset)),
        (Method::GET, "/sign-in", Needs::Nobody, get(rooms::door::show)),
        (Method::POST, "/sign-in", Needs::Nobody, post(rooms::door::enter)),
        (Method::GET, "/sign-in/code", Needs::Nobody, get(rooms::owed::show)),
        (Method::POST, "/sign-in/code", Needs::Nobody, post(rooms::owed::enter)),
        (Method::POST, "/sign-in/passkey", Needs::Nobody, post(rooms::owed::ask)),
        (Method::GET, "/sign-in/oidc", Needs::Nobody, get(rooms::oidc::leave)),
        (Method::GET, "/sign-in/oidc/back", Needs::Nobody, get(rooms::oidc::back)),
        (Method::POST, "/sign-out", Needs::Account, post(rooms::door::leave)),
        (Method::GET, "/account/factors", Needs::Account, get(rooms::factors::list)),
        (Method::POST, "/account/factors", Needs::Account, post(rooms::factors::draw)),
        (Method::POST, "/account/factors/remove", Needs::Account, post(rooms::factors::remove)),
        (Method::GET, "/account/factors/{id}", Needs::Account, get(rooms::factors::drawn)),
        (Method::POST, "/account/factors/{id}", Needs::Account, post(rooms::factors::confirm)),
        (Method::GET, "/account/factors/{id}/qr.svg", Needs::Account, get(rooms::factors::picture)),
        (Method::POST, "/account/passkeys", Needs::Account, post(rooms::factors::keep)),
        (Method::POST, "/account/passkeys/new", Needs::Account, post(rooms::factors::ask_for_new)),
        (Method::POST, "/account/passkeys/use", Needs::Account, post(rooms::factors::ask)),
        (Method::GET, "/", Needs::Person, get(rooms::today::show)),
        (Method::GET, "/search", see, get(rooms::search::show)),
        (Method::GET, "/records/{id}", see, get(rooms::record::show)),
        (Method::GET, "/records/{id}/pages/{page}", read, get(rooms::content::page)),
        (Method::GET, "/records/{id}/files/{number}", read, get(rooms::content::file)),
        (Method::GET, "/batches", take, get(rooms::batches::list)),
        (Method::GET, "/batches/{id}", take, get(rooms::batches::show)),
        (Method::GET, "/batches/{id}/defects.xlsx", take, get(rooms::batches::defects)),
        (Method::GET, "/fonds", see, get(rooms::fonds::list)),
        (Method::POST, "/fonds", arrange, post(rooms::fonds::add)),
        (Method::GET, "/fonds/{code}", see, get(rooms::fonds::show)),
        (Method::POST, "/fonds/{code}/rename", arrange, post(rooms::fonds::rename)),
        (Method::GET, "/settings", Needs::Right(Right::Configure), get(rooms::settings::show)),
        (Method::POST, "/settings", Needs::Right(Right::Configure), post(rooms::settings::change)),
        (Method::GET, "/schemes", see, get(rooms::fonds::schemes)),
        (Method::GET, "/api/v1/openapi.json", Needs::Nobody, get(api::document::show)),
        (Method::GET, "/trail", audit, get(rooms::trail::show)),
        (Method::GET, "/trail.jsonl", audit, get(rooms::trail::jsonl)),
        (Method::GET, "/trail.xlsx", audit, get(rooms::trail::xlsx)),
        (Method::POST, "/api/v1/session", Needs::Nobody, post(api::session::enter)),
        (Method::GET, "/api/v1/search", see, get(api::records::search)),
        (Method::GET, "/api/v1/records/{id}", see, get(api::records::show)),
        (Method::GET, "/api/v1/records/{id}/trail", see, get(api::records::trail)),
        (Method::GET, "/api/v1/records/{id}/text", read, get(api::records::text)),
        (Method::GET, "/api/v1/records/{id}/pages/{page}", read, get(rooms::content::page)),
        (Method::GET, "/api/v1/records/{id}/files/{number}", read, get(rooms::content::file)),
        (Method::GET, "/api/v1/fonds", see, get(api::fonds::list)),
        (Method::GET, "/api/v1/fonds/{code}", see, get(api::fonds::show)),
        (Method::GET, "/api/v1/trail", audit, get(api::trail::list)),
        (Method::GET, "/api/v1/trail/export", audit, get(api::trail::export)),
        (Method::GET, "/api/v1/batches", take, get(api::batches::list)),
        (Method::GET, "/api/v1/batches/{id}", take, get(api::batches::show)),
        (Method::GET, "/api/v1/batches/{id}/defects", take, get(api::batches::defects)),
        (Method::GET, "/health", Needs::Right(Right::Health), get(rooms::health::show)),
        (Method::GET, "/api/v1/health", Needs::Right(Right::Health), get(api::health::show)),
    ];
    rows.extend(account::rows());
    rows.extend(catalogues::rows());
    rows.extend(handover::rows());
    rows.extend(people::rows());
    rows.extend(uploads::rows());
    rows.extend(versions::rows());
    rows.extend(wayback::rows());
    rows
}

/// Every route: method, path, what it needs.
pub fn table() -> Vec<(Method, &'static str, Needs)> {
    rows(Started::default()).into_iter().map(|(method, path, needs, _)| (method, path, needs)).collect()
}

/// The routes over an open archive.
pub fn router(app: Arc<App>, started: Started) -> Router {
    let mut router = Router::new();
    let limits = Arc::new(limits::Limits::new(&app.config.limits));
    for (method, path, needs, handler) in rows(started) {
        // Not round the answer to another method: that one is 405 for whoever asks.
        let guarded = handler.route_layer(from_fn_with_state((app.clone(), needs), session::guard));
        let late = StatusCode::SERVICE_UNAVAILABLE;
        let bounded: MethodRouter<Arc<App>> = if TAKE_FILES.contains(&(method, path)) {
            let patience = TimeoutLayer::with_status_code(late, PATIENCE_WITH_FILES);
            guarded.layer(ServiceBuilder::new().layer(patience).layer(DefaultBodyLimit::disable()))
        } else {
            // The first for whoever sends a body at all, the second for handlers that read it.
            let (sent, read) = (RequestBodyLimitLayer::new(LARGEST_BODY), DefaultBodyLimit::max(LARGEST_BODY));
            let patience = TimeoutLayer::with_status_code(late, PATIENCE);
            guarded.layer(ServiceBuilder::new().layer(patience).layer(sent).layer(read))
        };
        router = router.route(path, bounded);
    }
    router
        .fallback(rooms::door::nowhere)
        .with_state(app.clone())
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(has_no_ranges)))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(limits, limits::guard))
        .layer(from_fn_with_state(app.clone(), refusal::draw))
        .layer(from_fn(headers::guard))
        .layer(from_fn_with_state(app, peer::resolve))
}

/// What can be had in parts goes out byte for byte: its ranges, its length and its ETag
/// are those of the file as it was handed in.
fn has_no_ranges(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ACCEPT_RANGES)
}

async fn asset(Path(file): Path<String>, headers: HeaderMap) -> axum::response::Response {
    assets::answer(&file, &headers)
}
