//! Handover: the list, and signing it; the records one by one; which department is late.

mod catalogue;
mod sheet;
mod yearly;

pub use catalogue::{show as catalogue, xlsx as catalogue_xlsx};
pub use yearly::{Asked as YearlyAsked, of as yearly_of, show as yearly};

use super::{fonds::category, typed::Typed};
use crate::{
    access::AccessError,
    app::App,
    holdings::Quantity,
    ingest::handover::{self, Handover, HandoverError, Side, Signature},
    kernel::{Batch, Id},
    web::{
        limits::Confidential,
        pages::{
            Place,
            ingest::{HandoverPage, QuantityLine, SideLine},
            people::Fault,
            render, render_as,
        },
        refusal::Refusal,
        refused::Words,
        session::{self, Asker},
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

/// `GET /batches/{id}/handover`
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let now = of(&app, &asker, &id).await.map_err(refused)?;
    Ok(render(&page(&app, &asker, (&headers, &uri), &now, None)))
}

/// `POST /batches/{id}/handover`
pub async fn send(
    State(app): State<Arc<App>>,
    asker: Asker,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let now = of(&app, &asker, &id).await.map_err(refused)?;
    let side = Side::from_word(typed.text("side")).ok_or_else(Refusal::missing)?;
    let lang = shown::lang(&headers, &uri);
    let (address, _) = session::whence(&headers, peer);
    let again = |status: StatusCode, said: Words| {
        let fault = Fault { detail: said.detail, remedy: said.remedy };
        render_as(status, &page(&app, &asker, (&headers, &uri), &now, Some(fault)))
    };
    match app.gate.confirm_password(&asker.guest, &address, typed.text("password")).await {
        Ok(()) => {}
        Err(AccessError::Unknown) => {
            let (detail, remedy) = (lang.t("handover-wrong-password"), lang.t("handover-wrong-password-remedy"));
            return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, Words { kind: "wrong", detail, remedy }));
        }
        Err(error) => return Err(crate::web::refused::refused(error)),
    }
    match handover::sign(&app.desk(), &asker.guest, &now.batch.id, side).await {
        Ok(_) => Ok(Redirect::to(&format!("/batches/{id}/handover")).into_response()),
        Err(error) => match words(lang, &error) {
            Some(said) => Ok(again(StatusCode::CONFLICT, said)),
            None => Err(refused(error)),
        },
    }
}

pub async fn of(app: &App, asker: &Asker, id: &str) -> Result<Handover, HandoverError> {
    let id = Id::<Batch>::parse(id).ok_or(HandoverError::Missing)?;
    handover::handover(&app.desk(), &asker.guest, &id).await
}

/// The refusal that an error comes to.
pub fn refused(error: HandoverError) -> Refusal {
    match words(Lang::Zh, &error) {
        _ if matches!(error, HandoverError::Missing) => Refusal::Missing,
        Some(_) => Refusal::Hand(Arc::new(error)),
        None => Refusal::fault(&error),
    }
}

/// What was refused, and what to do; `None` for what has no words of its own.
pub fn words(lang: Lang, error: &HandoverError) -> Option<Words> {
    let (kind, detail, remedy) = match error {
        HandoverError::State(state) => {
            let state = super::wayback::state_words(lang, state);
            ("state", lang.with("back-state", "state", state), lang.t("handover-state-remedy"))
        }
        HandoverError::Unsealed => ("unsealed", lang.t("handover-unsealed"), lang.t("handover-unsealed-remedy")),
        HandoverError::NotYours => ("not-yours", lang.t("handover-not-yours"), lang.t("handover-not-yours-remedy")),
        HandoverError::Changed => ("changed", lang.t("handover-changed"), lang.t("handover-changed-remedy")),
        HandoverError::Missing | HandoverError::Holdings(_) | HandoverError::Db(_) => return None,
    };
    Some(Words { kind, detail, remedy })
}

fn page(
    app: &App,
    asker: &Asker,
    (headers, uri): (&HeaderMap, &Uri),
    now: &Handover,
    fault: Option<Fault>,
) -> HandoverPage {
    let frame = shown::frame(app, Some(asker), headers, uri, Some(Place::Ingest));
    let lang = frame.lang;
    let lines = now.list.iter().map(|line| quantity(app, lang, line)).collect();
    let whole = now
        .list
        .iter()
        .fold((0, 0, 0, 0), |sum, one| (sum.0 + one.records, sum.1 + one.files, sum.2 + one.pages, sum.3 + one.bytes));
    let (records, files, pages, bytes) = whole;
    let sum = Quantity { category: String::new(), retention: String::new(), records, files, pages, bytes };
    HandoverPage {
        id: now.batch.id.to_string(),
        name: now.batch.name.clone(),
        sent_by: now.batch.received_by.clone(),
        filed_at: now.batch.filed_at.as_ref().map(|at| shown::minute(app, at)).unwrap_or_default(),
        lines,
        sum: quantity(app, lang, &sum),
        sides: sides(app, lang, now),
        complete: now.is_complete(),
        fault,
        frame,
    }
}

/// Both sides, the sender first.
fn sides(app: &App, lang: Lang, now: &Handover) -> Vec<SideLine> {
    let side = |side: Side| {
        let signed = now.signatures.iter().find(|one| one.side == side);
        let signed = signed.map(|Signature { by, at, .. }| (by.clone(), shown::minute(app, at)));
        let word = match side {
            Side::Sender => lang.t("handover-sender"),
            Side::Archive => lang.t("handover-archive"),
        };
        SideLine { side: side.word(), word, signed, mine: now.mine.contains(&side) }
    };
    Side::ALL.into_iter().map(side).collect()
}

fn quantity(app: &App, lang: Lang, line: &Quantity) -> QuantityLine {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    QuantityLine {
        category: if line.category.is_empty() { String::new() } else { category(app, &line.category) },
        retention: if line.retention.is_empty() { "—".to_owned() } else { shown::retention(lang, &line.retention) },
        records: count(line.records),
        files: count(line.files),
        pages: count(line.pages),
        size: shown::size(line.bytes),
    }
}
