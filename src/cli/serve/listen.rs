//! The accept loop.

use anyhow::Context as _;
use axum::Router;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore};

pub(super) async fn bind(wanted: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(wanted).await.with_context(|| format!("cannot listen on {wanted}"))
}

/// Connections at once; further ones wait to be accepted.
const CONNECTIONS: usize = 512;
/// How long a request may take to say its headers, and how long one at work may go on
/// after the server was told to stop.
const HEADERS: Duration = Duration::from_secs(15);
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until the process is told to stop; then those at work get [`FAREWELL`]. (By
/// hand, because axum's own loop bounds neither connections nor slow headers.)
pub(super) async fn listen(listener: TcpListener, pages: Router) {
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
