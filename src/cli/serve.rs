//! Serving the archive: pages on an address, commands on a socket.

use super::{
    Answer, Command, archive,
    args::{IngestArgs, Wait},
    carry_out::{carry_out, other_person},
    ingest, remote, token,
};
use crate::{
    access::Guest,
    app::{self, App, Place},
    config::Config,
    web,
};
use anyhow::Context as _;
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use serde_json::{Value, json};
use std::{net::SocketAddr, os::unix::fs::PermissionsExt as _, path::Path, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore};

/// Serves until the process is told to stop (SIGTERM, SIGINT).
pub(super) async fn serve(place: &Place, listen: Option<SocketAddr>) -> anyhow::Result<Answer> {
    let _lock = place.lock()?;
    let config = Config::load(&place.config(), crate::config::environment())?;
    let listener = bind(listen.unwrap_or(config.server.listen)).await?;
    let app = Arc::new(App::open(place.clone(), config).await?);
    run(app, listener, |_| {}).await?;
    Ok(Answer::done(json!({ "stopped": true })))
}

/// Makes an archive, takes the sample batch in, serves it. An archive that is there
/// already is served as it is.
pub(super) async fn demo(
    place: &Place,
    listen: Option<SocketAddr>,
    sample: &Path,
    json: bool,
) -> anyhow::Result<Answer> {
    let fresh = !place.exists();
    if fresh {
        App::make(place, "")?;
    }
    let _lock = place.lock()?;
    let config = Config::load(&place.config(), crate::config::environment())?;
    // Before anything that is shown once: a port in use is the likeliest fault.
    let listener = bind(listen.unwrap_or(config.server.listen)).await?;
    let app = Arc::new(App::open_or_found(place.clone(), config).await?);
    let mut document = json!({ "data": place.data.display().to_string(), "keys": place.keys.display().to_string() });
    if fresh {
        document = archive::first_accounts(&app, None).await?;
        if !json {
            Answer::done(document.clone()).print(&Command::Demo { listen, sample: sample.to_owned() }, json);
        }
        let args = IngestArgs {
            batch: std::path::absolute(sample)?,
            dry_run: false,
            yes: true,
            accept_good: true,
            abandon: false,
            report: None,
            no_text: false,
            no_ocr: true,
            wait: Wait::Read,
        };
        document["sample"] = ingest::run(&app, &Guest::operator(), args).await?.document;
    }
    let command = Command::Demo { listen, sample: sample.to_owned() };
    run(app, listener, |address| {
        document["address"] = format!("http://{address}/").into();
        if json {
            Answer::done(document).print(&command, json);
        } else {
            println!("打开 http://{address}/");
        }
    })
    .await?;
    Ok(Answer::done(Value::Null))
}

async fn bind(wanted: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(wanted).await.with_context(|| format!("cannot listen on {wanted}"))
}

async fn run(app: Arc<App>, listener: TcpListener, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    app.settle().await?;
    let socket = bind_socket(&app.place)?;
    let started = web::Started::default();
    let pages = web::router(app.clone(), started.clone());
    let commands = Router::new().route("/command", post(command)).route("/login", post(login)).with_state(app.clone());
    let worker = app.clone();
    let background = tokio::spawn(async move {
        app::go_on(&worker).await;
        app::work_for_ever(worker).await;
    });
    let _served = tokio::spawn(async move { axum::serve(socket, commands).await });
    started.ready();
    tracing::info!(%address, "serving on http://{address}/");
    ready(address);
    listen(listener, pages).await;
    background.abort();
    std::fs::remove_file(app.place.socket())?;
    app.close().await;
    Ok(())
}

/// The socket in the archive's folder, for its owner alone. Left behind by a killed
/// server it is replaced: the lock says that nobody else serves.
fn bind_socket(place: &Place) -> anyhow::Result<tokio::net::UnixListener> {
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

/// Connections at once; further ones wait to be accepted.
const CONNECTIONS: usize = 512;
/// How long a request may take to say its headers, and how long one at work may go on
/// after the server was told to stop.
const HEADERS: Duration = Duration::from_secs(15);
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until the process is told to stop; then those at work get [`FAREWELL`]. (By
/// hand, because axum's own loop bounds neither connections nor slow headers.)
async fn listen(listener: TcpListener, pages: Router) {
    let mut server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new()).http1_only();
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let (graceful, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    let stop = told_to_stop();
    tokio::pin!(stop);
    loop {
        let seat = room.clone().acquire_owned().await.expect("the semaphore is never closed");
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, mostly: one that ends makes room.
                tracing::warn!("a connection cannot be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let served = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(pages.clone()));
        let served = graceful.watch(served.into_owned());
        tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::debug!("a connection ended early: {error}");
            }
            drop(seat);
        });
    }
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in {} s and are cut", FAREWELL.as_secs());
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(term), Ok(int)) => (term, int),
        _ => return std::future::pending().await,
    };
    tokio::select! { _ = term.recv() => {} _ = int.recv() => {} }
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
        Err(error) => return Json(super::answer::of_error(&error.into())).into_response(),
    };
    if let Some(refused) = other_person(&guest, person.as_deref()) {
        return Json(refused).into_response();
    }
    let answer = match carry_out(&app, &guest, command).await {
        Ok(answer) => answer,
        Err(error) => super::answer::of_error(&error),
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
