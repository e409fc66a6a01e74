//! The accept loop.

use super::tls::Tls;
use crate::web;
use anyhow::Context as _;
use axum::{Router, body::Body, http::Request};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tower::ServiceExt as _;

/// Connections at once; further ones wait to be accepted.
const CONNECTIONS: usize = 512;
/// How long TLS may take to be agreed on.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a request may take to say its headers, and how long one at work may go on
/// after the server was told to stop.
const HEADERS: Duration = Duration::from_secs(15);
const FAREWELL: Duration = Duration::from_secs(10);
/// What is read of a request before its headers must be whole, in bytes; beyond it (at
/// twice that, at the latest) the answer is 431. There may be a hundred of them.
const LARGEST_HEAD: usize = 64 << 10;

pub(super) async fn bind(wanted: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(wanted).await.with_context(|| format!("cannot listen on {wanted}"))
}

/// Serves until the process is told to stop; then those at work get [`FAREWELL`]. (By
/// hand, because axum's own loop bounds neither connections nor slow headers.)
pub(super) async fn listen(listener: TcpListener, tls: Option<Arc<Tls>>, pages: Router) {
    let mut server = Builder::new(TokioExecutor::new()).http1_only();
    server.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(LARGEST_HEAD);
    let (graceful, room) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    let stop = told_to_stop();
    tokio::pin!(stop);
    loop {
        let seat = room.clone().acquire_owned().await.expect("the semaphore is never closed");
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: one that ends makes room.
                tracing::warn!("a connection cannot be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (server, tls, pages, watcher) = (server.clone(), tls.clone(), pages.clone(), graceful.watcher());
        tokio::spawn(async move {
            if let Err(error) = converse(&server, stream, from, tls, pages, watcher).await {
                tracing::debug!("a connection ended early: {error:#}");
            }
            drop(seat);
        });
    }
    if tokio::time::timeout(FAREWELL, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in {} s and are cut", FAREWELL.as_secs());
    }
}

/// One connection from its first byte to its last. TLS is agreed on here and not in the
/// accept loop: whoever is slow at it holds up himself alone.
async fn converse(
    server: &Builder<TokioExecutor>,
    stream: TcpStream,
    from: SocketAddr,
    tls: Option<Arc<Tls>>,
    pages: Router,
    watcher: Watcher,
) -> anyhow::Result<()> {
    let connection = web::Connection::new(from, tls.is_some());
    match tls {
        None => answer(server, stream, connection, pages, watcher).await,
        Some(tls) => {
            let agreed = tokio::time::timeout(HANDSHAKE, tls.acceptor().accept(stream)).await;
            let stream = agreed.context("TLS was not agreed on in time")?.context("TLS was not agreed on")?;
            answer(server, stream, connection, pages, watcher).await
        }
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    server: &Builder<TokioExecutor>,
    stream: S,
    connection: web::Connection,
    pages: Router,
    watcher: Watcher,
) -> anyhow::Result<()> {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(connection);
        pages.clone().oneshot(request)
    });
    let served = server.serve_connection(TokioIo::new(stream), service);
    watcher.watch(served.into_owned()).await.map_err(|error| anyhow::anyhow!("{error}"))
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(term), Ok(int)) => (term, int),
        _ => return std::future::pending().await,
    };
    tokio::select! { _ = term.recv() => {} _ = int.recv() => {} }
}
