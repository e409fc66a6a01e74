//! Batches on their way back: what was decided, and the step before a batch is withdrawn or
//! returned.

mod words;

pub use words::{refused, state_words, status, words};

use crate::{
    app::App,
    ingest::{
        batch::{self, BatchRow, BatchState},
        handover,
        wayback::{self, DecisionKind, Reckoned, WaybackError},
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
    let filed = batch.state == BatchState::Filed;
    let sent = batch.way == batch::Way::Upload;
    let handed_over = filed && handover::signatures(&app.db, batch.filing.as_str()).await?.len() == 2;
    Ok(Way {
        id: batch.id.to_string(),
        decisions: decided(app, lang, batch).await?,
        filed,
        handed_over: handed_over.then(|| lang.t("handover-complete")),
        withdraws: filed && !handed_over,
        returns: match batch.state {
            BatchState::Filed => !handed_over && wayback::comes_again(batch),
            BatchState::Checked => sent,
            _ => false,
        },
        again: sent && batch.state == BatchState::Returned,
    })
}

/// What was decided about a batch, oldest first.
pub async fn decided(app: &App, lang: Lang, batch: &BatchRow) -> Result<Vec<DecisionLine>, Refusal> {
    let decided = wayback::decisions(&app.db, &batch.id).await?;
    let lines = decided.into_iter().map(|one| DecisionLine {
        kind: words::decision_words(lang, one.kind),
        at: shown::minute(app, &one.at),
        by: one.by,
        reason: one.reason,
        round: one.round,
    });
    Ok(lines.collect())
}

/// How a batch stands that went back, whatever its jobs say.
pub fn standing(batch: &BatchRow) -> Option<Standing> {
    match batch.state {
        BatchState::Withdrawn | BatchState::Abandoned => Some(Standing::Closed),
        BatchState::Returned => Some(Standing::MustMend),
        _ => None,
    }
}

/// `GET /batches/{id}/withdraw`: what would go.
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    shown_before(&app, &asker, (&headers, &uri), &id, DecisionKind::Withdrawn).await
}

/// `GET /batches/{id}/return`: the same.
pub async fn show_return(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    shown_before(&app, &asker, (&headers, &uri), &id, DecisionKind::Returned).await
}

async fn shown_before(
    app: &App,
    asker: &Asker,
    place: (&HeaderMap, &Uri),
    id: &str,
    kind: DecisionKind,
) -> Result<Response, Refusal> {
    let reckoned = reckon(app, asker, id, kind).await.map_err(refused)?;
    Ok(render(&page(app, asker, place, &reckoned, kind, (String::new(), None))))
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
    decide(&app, &asker, (&headers, &uri), &id, DecisionKind::Withdrawn, form).await
}

/// `POST /batches/{id}/return`
pub async fn send_return(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    decide(&app, &asker, (&headers, &uri), &id, DecisionKind::Returned, form).await
}

async fn decide(
    app: &App,
    asker: &Asker,
    (headers, uri): (&HeaderMap, &Uri),
    id: &str,
    kind: DecisionKind,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(asker, form)?;
    let reckoned = reckon(app, asker, id, kind).await.map_err(refused)?;
    let (desk, batch, reason) = (app.desk(), &reckoned.batch.id, typed.text("reason"));
    let done = match kind {
        DecisionKind::Withdrawn => wayback::withdraw(&desk, &asker.guest, batch, reason).await,
        DecisionKind::Returned => wayback::send_back(&desk, &asker.guest, batch, reason).await,
    };
    let error = match done {
        Ok(_) => return Ok(Redirect::to(&format!("/batches/{id}")).into_response()),
        Err(error) => error,
    };
    let Some(said) = words(shown::lang(headers, uri), &error) else { return Err(refused(error)) };
    let fault = Fault { detail: said.detail, remedy: said.remedy };
    let status = StatusCode::from_u16(status(&error)).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    let back = (reason.to_owned(), Some(fault));
    Ok(render_as(status, &page(app, asker, (headers, uri), &reckoned, kind, back)))
}

async fn reckon(app: &App, asker: &Asker, id: &str, kind: DecisionKind) -> Result<Reckoned, WaybackError> {
    let id = Id::<Batch>::parse(id).ok_or(WaybackError::Missing)?;
    wayback::reckon(&app.desk(), &asker.guest, &id, kind).await
}

fn page(
    app: &App,
    asker: &Asker,
    (headers, uri): (&HeaderMap, &Uri),
    Reckoned { batch, records, amended }: &Reckoned,
    kind: DecisionKind,
    (reason, fault): (String, Option<Fault>),
) -> WithdrawPage {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    WithdrawPage {
        frame: shown::frame(app, Some(asker), headers, uri, Some(Place::Ingest)),
        returns: kind == DecisionKind::Returned,
        filed: batch.state == BatchState::Filed,
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
