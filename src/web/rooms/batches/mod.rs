//! Batches: how far they are, and what did not pass.

mod progress;
mod rows;

pub use progress::progress;

use crate::{
    app::App,
    ingest::{
        batch::{self, BatchRow, BatchState},
        defects::Lang as DefectLang,
    },
    kernel::{Batch, Id},
    web::{
        pages::{
            Pager, Place,
            ingest::{BatchLine, BatchPage, BatchesPage, Picked, Tally},
            render,
            today::Defective,
        },
        refusal::Refusal,
        rooms::wayback,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use rows::Counts;
use std::sync::Arc;

/// Lines a page.
const LINES: i64 = 50;

pub fn defective(app: &App, batch: &BatchRow, defects: i64) -> Defective {
    Defective {
        id: batch.id.to_string(),
        name: batch.name.clone(),
        sent_by: batch.received_by.clone(),
        sent_on: shown::day(app, &batch.started_at),
        defects: count(defects),
    }
}

#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    only: String,
    page: Option<u32>,
}

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Ingest));
    let page = asked.page.unwrap_or(1).max(1);
    let total = batch::count(&app.db, &batch::seen_by(&asker.guest)).await?;
    let mut batches = Vec::new();
    for one in batch::page(&app.db, &batch::seen_by(&asker.guest), i64::from(page - 1) * LINES, LINES).await? {
        let defects = count(batch::count_findings(&app.db, &one, true).await?);
        let progress = progress(&app, &one).await?;
        batches.push(BatchLine {
            id: one.id.to_string(),
            name: one.name.clone(),
            sent_by: one.received_by.clone(),
            sent_at: shown::minute(&app, &one.started_at),
            done: progress.done(),
            total: progress.to_file(),
            defects,
            standing: wayback::standing(&one).unwrap_or_else(|| progress.standing(defects)),
        });
    }
    let pager = Pager { page, pages: pages(total), base: "/batches".to_owned() };
    Ok(render(&BatchesPage { frame, batches, pager }))
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    if matches!(batch.state, BatchState::Receiving | BatchState::Checking) {
        return Ok(Redirect::to(&format!("/batches/{id}/send")).into_response());
    }
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Ingest));
    let progress = progress(&app, &batch).await?;
    let counts = Counts::of(&app, &asker, &batch).await?;
    let picked = Picked::of(&asked.only);
    let page = asked.page.unwrap_or(1).max(1);
    let skip = i64::from(page - 1) * LINES;
    let rows = rows::page(&app, &asker, &batch, (picked, counts), skip, frame.lang).await?;
    Ok(render(&BatchPage {
        name: batch.name.clone(),
        sent_by: batch.received_by.clone(),
        sent_at: shown::minute(&app, &batch.started_at),
        files: count(batch.files),
        size: shown::size(batch.bytes),
        standing: wayback::standing(&batch).unwrap_or_else(|| progress.standing(count(counts.blocking))),
        way: wayback::way(&app, frame.lang, &batch).await?,
        done: progress.done(),
        total: progress.to_file(),
        tally: Tally {
            accepted: progress.filed(),
            must_mend: count(counts.blocking - batch.set_aside),
            refused: count(batch.set_aside),
            look: count(counts.findings - counts.blocking),
        },
        used: progress.used(),
        left: progress.left(),
        stages: progress.stages(&batch),
        problem: progress.problem(),
        picks: [Picked::All, Picked::Defects, Picked::Accepted].map(|one| (one, count(counts.picked(one)))),
        picked,
        finding_total: count(counts.findings),
        rows,
        pager: Pager { page, pages: pages(counts.picked(picked)), base: picked.base(&id) },
        id,
        frame,
    }))
}

/// The findings as an Excel sheet: reason and remedy a row.
pub async fn defects(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let lang = words_of(shown::lang(&headers, &uri));
    let rows = batch::findings(&app.db, &batch, false, 0, i64::MAX).await?;
    let bytes = tokio::task::spawn_blocking(move || batch::sheet(&rows, lang))
        .await
        .expect("writing a sheet does not panic")?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let disposition = "attachment; filename=\"defects.xlsx\"";
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}

pub(super) async fn found(app: &App, asker: &Asker, id: &str) -> Result<BatchRow, Refusal> {
    let id = Id::<Batch>::parse(id).ok_or_else(Refusal::missing)?;
    batch::by_id(&app.db, &batch::seen_by(&asker.guest), &id).await?.ok_or_else(Refusal::missing)
}

fn words_of(lang: Lang) -> DefectLang {
    match lang {
        Lang::Zh => DefectLang::Zh,
        Lang::En => DefectLang::En,
    }
}

fn pages(total: i64) -> u32 {
    u32::try_from((total + LINES - 1) / LINES).unwrap_or(u32::MAX)
}

pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
