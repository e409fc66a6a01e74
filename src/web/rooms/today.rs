//! 今日: what waits.

use crate::{
    access::Right,
    app::App,
    holdings,
    ingest::batch,
    vault,
    web::{
        pages::{
            Place, render,
            today::{Held, TodayPage},
        },
        refusal::Refusal,
        session::Asker,
        shown,
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use std::sync::Arc;

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    // An officer's day begins at his own work.
    if let Some(first) = shown::first_page(asker.guest.role()) {
        let configures = asker.guest.may(Right::Configure);
        let first = if configures && super::settings::unset(&app).await? { "/settings" } else { first };
        return Ok(Redirect::to(first).into_response());
    }
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Today));
    let totals = holdings::totals(&app.db, &asker.guest.reach()).await?;
    let (mut running, mut defective, mut unsealed, mut untexted) = (Vec::new(), Vec::new(), 0, 0);
    if asker.guest.may(Right::Ingest) {
        // Of everything: said to whoever may take in everything.
        if asker.guest.reach_for(Right::Ingest).is_whole() {
            unsealed = vault::unsealed(&app.db).await?;
        }
        for batch in batch::list(&app.db, &batch::seen_by(&asker.guest), None, 20).await?.items {
            let progress = super::batches::progress(&app, &batch).await?;
            if progress.live() {
                running.push(progress.line(&batch));
                untexted += progress.untexted();
            }
            let defects = batch::count_findings(&app.db, &batch, true).await?;
            if defects > 0 {
                defective.push(super::batches::defective(&app, &batch, defects));
            }
        }
    }
    let held = Held {
        records: u64::try_from(totals.records).unwrap_or(0),
        size: shown::size(totals.bytes),
        verified_on: vault::verified_since(&app.db).await?.map(|at| shown::day(&app, &at)),
    };
    let date = shown::day(&app, &app.clock.now().to_string());
    Ok(render(&TodayPage {
        frame,
        date,
        running,
        defective,
        unsealed: u64::try_from(unsealed).unwrap_or(0),
        untexted,
        held,
    }))
}
