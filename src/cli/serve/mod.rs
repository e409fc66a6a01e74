//! Serving the archive: pages on an address, commands on a socket.

mod listen;
mod socket;
mod tls;

use super::{
    Answer, Command, archive,
    args::{IngestArgs, ToldArgs, Wait},
    ingest,
};
use crate::{
    access::Guest,
    app::{self, App, Place},
    config::Config,
    web,
};
use serde_json::{Value, json};
use std::{net::SocketAddr, path::Path, sync::Arc};
use tls::Tls;
use tokio::net::TcpListener;

/// Serves until the process is told to stop (SIGTERM, SIGINT).
pub(super) async fn serve(place: &Place, listen: Option<SocketAddr>) -> anyhow::Result<Answer> {
    let _lock = place.lock()?;
    let config = Config::load(&place.config(), crate::config::environment())?;
    let front = Front::open(place, &config, listen).await?;
    let app = Arc::new(App::open(place.clone(), config).await?);
    run(app, front, |_| {}).await?;
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
    let front = Front::open(place, &config, listen).await?;
    let app = Arc::new(App::open_or_found(place.clone(), config).await?);
    let mut document = json!({ "data": place.data.display().to_string(), "keys": place.keys.display().to_string() });
    if fresh {
        document = archive::first_accounts(&app, None).await?;
        if !json {
            Answer::done(document.clone()).print(&Command::Demo { listen, sample: sample.to_owned() }, json);
        }
        let args = IngestArgs {
            server: None,
            told: ToldArgs::default(),
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
        let sample = ingest::run(&app, &Guest::operator(), args.clone()).await?;
        if !json {
            sample.print(&Command::Ingest(args), json);
        }
        document["sample"] = sample.document;
    }
    let command = Command::Demo { listen, sample: sample.to_owned() };
    run(app, front, |address| {
        document["address"] = address.into();
        if json {
            Answer::done(document).print(&command, json);
        } else {
            println!("打开 {address}");
        }
    })
    .await?;
    Ok(Answer::done(Value::Null))
}

/// Where the server is reached, open and not yet answering.
struct Front {
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
}

impl Front {
    async fn open(place: &Place, config: &Config, listen: Option<SocketAddr>) -> anyhow::Result<Self> {
        let tls = Tls::open(place, &config.server)?.map(Arc::new);
        let listener = listen::bind(listen.unwrap_or(config.server.listen)).await?;
        Ok(Self { listener, tls })
    }

    /// `https://127.0.0.1:8443/`
    fn address(&self) -> anyhow::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}/", self.listener.local_addr()?))
    }

    /// Says so where passwords of others would be heard on the way.
    fn warn(&self) -> anyhow::Result<()> {
        let address = self.listener.local_addr()?;
        if self.tls.is_none() && !address.ip().to_canonical().is_loopback() {
            tracing::warn!(
                "plain HTTP on {address}: what others send can be read on the way, and only who comes through a \
                 trusted proxy may sign in; set server.certificate and server.key, or listen on loopback behind a \
                 TLS proxy"
            );
        }
        Ok(())
    }
}

async fn run(app: Arc<App>, front: Front, ready: impl FnOnce(&str)) -> anyhow::Result<()> {
    let address = front.address()?;
    front.warn()?;
    app.settle().await?;
    let socket = socket::bind(&app.place)?;
    let started = web::Started::default();
    let pages = web::router(app.clone(), started.clone());
    let commands = socket::commands(app.clone());
    let worker = app.clone();
    let background = tokio::spawn(async move {
        app::go_on(&worker).await;
        app::work_for_ever(worker).await;
    });
    let watching = tokio::spawn(app::watch_for_ever(app.clone()));
    let _served = tokio::spawn(async move { axum::serve(socket, commands).await });
    let followed = front.tls.clone().map(|tls| tokio::spawn(async move { tls.follow().await }));
    started.ready();
    tracing::info!(%address, "serving on {address}");
    ready(&address);
    listen::listen(front.listener, front.tls, pages).await;
    background.abort();
    watching.abort();
    if let Some(followed) = followed {
        followed.abort();
    }
    std::fs::remove_file(app.place.socket())?;
    app.close().await;
    Ok(())
}
