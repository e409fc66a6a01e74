//! Batches on their way back: what was decided, and the step before a batch is withdrawn.

mod words;

pub use words::{refused, status, words};

use crate::{
    app::App,
    ingest::{
        batch::{BatchRow, BatchState},
        wayback::{self, Reckoned, WaybackError},
    },
    kernel::{Batch, Id},
    web::{
        pages::{
            Place, Standing,
            ingest::{DecisionLine, Way, WithdrawPage},
            people::Fault,
            render, render_as,
        },
        refusal::Refusal,
        rooms::typed::Typed,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use std::sync::Arc;

/// What was decided about a batch, and what may be decided now.
pub async fn way(app: &App, lang: Lang, batch: &BatchRow) -> Result<Way, Refusal> {
    let decided = wayback::decisions(&app.db, &batch.id).await?;
    let decisions = decided.into_iter().map(|one| DecisionLine {
        kind: words::decision_words(lang, one.kind),
        at: shown::minute(app, &one.at),
        by: one.by,
        reason: one.reason,
    });
    Ok(Way { id: batch.id.to_string(), decisions: decisions.collect(), withdraws: batch.state == BatchState::Filed })
}

/// How a batch stands of which nothing more will come, whatever its jobs say.
pub fn standing(batch: &BatchRow) -> Option<Standing> {
    let over = matches!(batch.state, BatchState::Withdrawn | BatchState::Abandoned);
    over.then_some(Standing::Closed)
}

/// `GET /batches/{id}/withdraw`: what would go.
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let reckoned = reckon(&app, &asker, &id).await.map_err(refused)?;
    Ok(render(&page(&app, &asker, (&headers, &uri), &reckoned, String::new(), None)))
}

/// `POST /batches/{id}/withdraw`
pub async fn send(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let reckoned = reckon(&app, &asker, &id).await.map_err(refused)?;
    let reason = typed.text("reason");
    let error = match wayback::withdraw(&app.desk(), &asker.guest, &reckoned.batch.id, reason).await {
        Ok(_) => return Ok(Redirect::to(&format!("/batches/{id}")).into_response()),
        Err(error) => error,
    };
    let Some(said) = words(shown::lang(&headers, &uri), &error) else { return Err(refused(error)) };
    let fault = Fault { detail: said.detail, remedy: said.remedy };
    let status = StatusCode::from_u16(status(&error)).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let page = page(&app, &asker, (&headers, &uri), &reckoned, reason.to_owned(), Some(fault));
    Ok(render_as(status, &page))
}

async fn reckon(app: &App, asker: &Asker, id: &str) -> Result<Reckoned, WaybackError> {
    let id = Id::<Batch>::parse(id).ok_or(WaybackError::Missing)?;
    wayback::reckon(&app.desk(), &asker.guest, &id).await
}

fn page(
    app: &App,
    asker: &Asker,
    (headers, uri): (&HeaderMap, &Uri),
    Reckoned { batch, records, amended }: &Reckoned,
    reason: String,
    fault: Option<Fault>,
) -> WithdrawPage {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    WithdrawPage {
        frame: shown::frame(app, Some(asker), headers, uri, Some(Place::Ingest)),
        id: batch.id.to_string(),
        name: batch.name.clone(),
        records: count(*records),
        amended: count(*amended),
        files: count(batch.files),
        size: shown::size(batch.bytes),
        reason,
        fault,
    }
}
