//! The handover of a batch.

use super::body::Body;
use crate::{
    access::AccessError,
    app::App,
    ingest::handover::{self, Handover, Side},
    web::{
        limits::Confidential,
        refusal::Refusal,
        refused::refused as not_let_in,
        rooms::handover::{of, refused},
        session::{self, Asker},
    },
};
use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A handover as it is shown outside.
pub fn handover_shape(now: &Handover) -> Value {
    let list = now.list.iter().map(|one| {
        json!({ "category": one.category, "retention": one.retention, "records": one.records, "files": one.files,
                "pages": one.pages, "bytes": one.bytes })
    });
    let signatures = now.signatures.iter().map(|one| json!({ "side": one.side.word(), "by": one.by, "at": one.at }));
    json!({
        "batch": now.batch.id.as_str(),
        "list": list.collect::<Vec<_>>(),
        "signatures": signatures.collect::<Vec<_>>(),
        "handed_over": now.is_complete(),
        "mine": now.mine.iter().map(|side| side.word()).collect::<Vec<_>>(),
    })
}

/// `GET /api/v1/batches/{id}/handover`
pub async fn show(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    Ok(Json(handover_shape(&of(&app, &asker, &id).await.map_err(refused)?)))
}

/// For which side, and the password once more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    side: String,
    password: String,
}

/// `POST /api/v1/batches/{id}/handover`: signs it; a token signs nothing.
pub async fn sign(
    State(app): State<Arc<App>>,
    asker: Asker,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    Path(id): Path<String>,
    Body(given): Body<Signing>,
) -> Result<Json<Value>, Refusal> {
    let now = of(&app, &asker, &id).await.map_err(refused)?;
    let unread = || Refusal::Word(crate::web::given::Unread { field: "side", given: given.side.clone() });
    let side = Side::from_word(&given.side).ok_or_else(unread)?;
    let (address, _) = session::whence(&headers, peer);
    match app.gate.confirm_password(&asker.guest, &address, &given.password).await {
        // The session is good; what was shown besides is not.
        Err(AccessError::Unknown) => return Err(Refusal::Word(wrong_password())),
        done => done.map_err(not_let_in)?,
    }
    handover::sign(&app.desk(), &asker.guest, &now.batch.id, side).await.map_err(refused)?;
    Ok(Json(handover_shape(&of(&app, &asker, &id).await.map_err(refused)?)))
}

fn wrong_password() -> crate::web::given::Unread {
    crate::web::given::Unread { field: "password", given: String::new() }
}
