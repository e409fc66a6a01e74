//! Serving the archive: pages on an address, commands on a socket.

mod listen;
mod socket;

use super::{
    Answer, Command, archive,
    args::{IngestArgs, Wait},
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
use tokio::net::TcpListener;

/// Serves until the process is told to stop (SIGTERM, SIGINT).
pub(super) async fn serve(place: &Place, listen: Option<SocketAddr>) -> anyhow::Result<Answer> {
    let _lock = place.lock()?;
    let config = Config::load(&place.config(), crate::config::environment())?;
    let listener = listen::bind(listen.unwrap_or(config.server.listen)).await?;
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
    let listener = listen::bind(listen.unwrap_or(config.server.listen)).await?;
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

async fn run(app: Arc<App>, listener: TcpListener, ready: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
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
    let _served = tokio::spawn(async move { axum::serve(socket, commands).await });
    started.ready();
    tracing::info!(%address, "serving on http://{address}/");
    ready(address);
    listen::listen(listener, pages).await;
    background.abort();
    std::fs::remove_file(app.place.socket())?;
    app.close().await;
    Ok(())
}
