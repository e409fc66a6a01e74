//! Batches on their way back.

use super::Answer;
use crate::{
    access::Guest,
    app::{self, App},
    ingest::{
        batch::{self, BatchRow},
        handover,
        wayback::{self, DecisionKind, WaybackError},
    },
    jobs,
    kernel::{Batch, Id},
    web::{api::handover_shape, handover_words, texts::Lang, wayback_words},
};
use serde_json::json;
use std::sync::Arc;

/// The batch of this id, name or folder, as far as the asker sees it.
async fn named(app: &App, guest: &Guest, name: &str) -> anyhow::Result<Result<BatchRow, Answer>> {
    let seen = batch::seen_by(guest);
    if let Some(id) = Id::<Batch>::parse(name)
        && let Some(found) = batch::by_id(&app.db, &seen, &id).await?
    {
        return Ok(Ok(found));
    }
    let mut found = batch::named(&app.db, &seen, name).await?;
    Ok(match found.len() {
        0 => Err(Answer::refused(format!("没有批次 {name}"), "用送交时给出的批次编号、批次名称或文件夹")),
        1 => Ok(found.remove(0)),
        _ => {
            let ids = found.iter().map(|one| format!("{}（{}）", one.id, one.state.word()));
            let ids = ids.collect::<Vec<_>>().join("、");
            Err(Answer::refused(format!("叫 {name} 的批次不止一个：{ids}"), "用批次编号指明是哪一个"))
        }
    })
}

/// Withdraws or returns a batch; comes back when nothing of it is left.
pub(super) async fn go_back(
    app: &Arc<App>,
    guest: &Guest,
    name: &str,
    reason: &str,
    kind: DecisionKind,
) -> anyhow::Result<Answer> {
    let batch = match named(app, guest, name).await? {
        Ok(batch) => batch,
        Err(refused) => return Ok(refused),
    };
    // Broken off before, it goes on.
    let jobs = jobs::of_subject(&app.db, batch.filing.as_str()).await?;
    let unfinished = jobs.iter().any(|job| job.kind == wayback::JOB && job.state != "done");
    if unfinished {
        jobs::retry(&app.db, app.clock.as_ref(), wayback::JOB, batch.filing.as_str()).await?;
    }
    let done = match kind {
        _ if unfinished => Ok(batch.filed_rows),
        DecisionKind::Withdrawn => wayback::withdraw(&app.desk(), guest, &batch.id, reason).await,
        DecisionKind::Returned => wayback::send_back(&app.desk(), guest, &batch.id, reason).await,
    };
    let records = match done {
        Ok(records) => records,
        Err(error) => return refused(error),
    };
    app::catch_up(app).await;
    app::run_kind(app, wayback::JOB, batch.filing.as_str()).await?;
    app::catch_up(app).await;
    let now = batch::by_id(&app.db, &batch::seen_by(guest), &batch.id).await?;
    let state = now.map_or("", |now| now.state.word());
    Ok(Answer::done(json!({ "batch": batch.id.as_str(), "state": state, "records": records })))
}

/// The list, and who signed.
pub(super) async fn handover(app: &App, guest: &Guest, name: &str) -> anyhow::Result<Answer> {
    let batch = match named(app, guest, name).await? {
        Ok(batch) => batch,
        Err(refused) => return Ok(refused),
    };
    match handover::handover(&app.desk(), guest, &batch.id).await {
        Ok(now) => Ok(Answer::done(handover_shape(&now))),
        Err(error) => match handover_words(Lang::Zh, &error) {
            Some(said) => Ok(Answer::refused(said.detail, said.remedy)),
            None => Err(error.into()),
        },
    }
}

fn refused(error: WaybackError) -> anyhow::Result<Answer> {
    match wayback_words(Lang::Zh, &error) {
        Some(said) => Ok(Answer::refused(said.detail, said.remedy)),
        None => Err(error.into()),
    }
}
