//! Sending a batch from a browser: opened by a form, its files sent by the page's script.

use super::{refused, status, words};
use crate::{
    app::App,
    ingest::{
        batch::{self, BatchRow, BatchState, Said},
        catalogue::Field,
        defects::DefectKind,
        preset,
        upload::{self, Filing, NewBatch, UploadError},
    },
    web::{
        api::catalogues::LARGEST_PREVIEW,
        pages::{
            Place,
            ingest::{SendPage, SendStage, Sending, SentFile, Telling},
            people::Fault,
            render, render_as,
        },
        refusal::Refusal,
        rooms::{
            batches::found,
            catalogues::{fault_of, lines, looked_at, looked_shape, told},
            typed::Typed,
            wayback,
        },
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

/// `GET /batches/new`
pub async fn form(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Ingest));
    let (name, department) = (String::new(), String::new());
    Ok(render(&SendPage { frame, batch: None, name, department, fault: None }))
}

/// `POST /batches/new`
pub async fn open(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let (name, department) = (typed.text("name").to_owned(), typed.text("department").to_owned());
    let new = NewBatch { name: &name, department: Some(&department), said: Said::default() };
    let error = match upload::open(&app.desk(), &asker.guest, new).await {
        Ok(batch) => return Ok(Redirect::to(&format!("/batches/{}/send", batch.id)).into_response()),
        Err(error) => error,
    };
    let (status, fault) = fault(shown::lang(&headers, &uri), error)?;
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Ingest));
    Ok(render_as(status, &SendPage { frame, batch: None, name, department, fault: Some(fault) }))
}

/// `GET /batches/{id}/send`
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    page(&app, &asker, (&headers, &uri), &batch, None, None).await
}

/// `POST /batches/{id}/send`: checked, taken in, or given up.
pub async fn act(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let batch = found(&app, &asker, &id).await?;
    let (desk, ticked) = (app.desk(), |name| !typed.text(name).is_empty());
    let (done, onward) = match typed.text("act") {
        "check" => {
            let lang = shown::lang(&headers, &uri);
            // A page without a catalogue asks for no words: then what was told before stays.
            let asked = typed.pairs().any(|(name, _)| name == "told");
            let told = match told(&app, lang, typed.text("preset"), &lines(typed.text("told"))).await {
                Ok(told) => asked.then_some(told),
                Err(refusal) => {
                    let said = (StatusCode::UNPROCESSABLE_ENTITY, fault_of(lang, refusal)?);
                    let words = Some(typed.text("told"));
                    return page(&app, &asker, (&headers, &uri), &batch, Some(said), words).await;
                }
            };
            let asked = upload::ask_for_check(&desk, &asker.guest, &batch, told.as_deref()).await;
            (asked, format!("/batches/{id}/send"))
        }
        "commit" => {
            let how = Filing {
                accept_good: ticked("accept_good"),
                make_missing: ticked("make_missing"),
                read_text: ticked("read_text"),
            };
            (upload::ask_to_take_in(&desk, &asker.guest, &batch, how).await, format!("/batches/{id}"))
        }
        "abandon" => (upload::abandon(&desk, &asker.guest, &batch).await, "/batches".to_owned()),
        other => return Err(crate::web::given::Unread { field: "act", given: other.to_owned() }.into()),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&onward).into_response()),
        Err(error) => {
            let said = fault(shown::lang(&headers, &uri), error)?;
            page(&app, &asker, (&headers, &uri), &batch, Some(said), None).await
        }
    }
}

fn fault(lang: Lang, error: UploadError) -> Result<(StatusCode, Fault), Refusal> {
    let Some(said) = words(lang, &error) else { return Err(refused(error)) };
    let status = StatusCode::from_u16(status(&error)).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    Ok((status, Fault { detail: said.detail, remedy: said.remedy }))
}

/// The catalogue looked at, where it has come.
async fn telling(app: &App, lang: Lang, batch: &BatchRow) -> Result<Telling, Refusal> {
    if batch.state == BatchState::Checking {
        return Ok(Telling::default());
    }
    let Some((name, source, bytes)) = upload::catalogue_of(&app.desk(), batch).await.map_err(refused)? else {
        return Ok(Telling::default());
    };
    let looked = if bytes > LARGEST_PREVIEW as u64 {
        Err(Fault { detail: lang.t("send-catalogue-large"), remedy: lang.t("send-catalogue-large-remedy") })
    } else {
        match looked_at(app, lang, &name, source, batch.told.clone()).await {
            Ok(preview) => Ok(looked_shape(app, lang, &preview)),
            Err(refusal) => Err(fault_of(lang, refusal)?),
        }
    };
    let told = batch.told.iter().map(|(header, field)| format!("{header}={}", field.map_or("-", Field::word)));
    let presets = preset::all(&app.db).await?.into_iter().map(|preset| preset.name).collect();
    let (looked, unread) = looked.map_or_else(|fault| (None, Some(fault)), |looked| (Some(looked), None));
    Ok(Telling { has: true, looked, unread, told: told.collect::<Vec<_>>().join("\n"), presets })
}

/// `words` are those typed about the headers, where they are shown again.
async fn page(
    app: &App,
    asker: &Asker,
    (headers, uri): (&HeaderMap, &Uri),
    batch: &BatchRow,
    said: Option<(StatusCode, Fault)>,
    words: Option<&str>,
) -> Result<Response, Refusal> {
    let stage = match batch.state {
        BatchState::Receiving => SendStage::Receiving,
        BatchState::Checking => SendStage::Checking,
        BatchState::Checked => SendStage::Checked,
        BatchState::Returned if batch.way == batch::Way::Upload => SendStage::Returned,
        // From here on it is a batch like any other.
        _ => return Ok(Redirect::to(&format!("/batches/{}", batch.id)).into_response()),
    };
    let files = upload::files(&app.desk(), batch).await.map_err(refused)?;
    let whole = files.iter().filter(|file| file.whole).count() as u64;
    let files = files.into_iter().map(|file| SentFile {
        size: shown::size(i64::try_from(file.bytes).unwrap_or(i64::MAX)),
        percent: (file.received * 100).checked_div(file.bytes).unwrap_or(100),
        whole: file.whole,
        path: file.path,
    });
    let brings = [DefectKind::FondsProposed, DefectKind::SchemeProposed, DefectKind::SchemeWidened];
    let brings = batch::count_findings_of(&app.db, batch, &brings).await?;
    let blocking = batch::count_findings(&app.db, batch, true).await? - batch.set_aside - brings;
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let frame = shown::frame(app, Some(asker), headers, uri, Some(Place::Ingest));
    let mut telling = telling(app, frame.lang, batch).await?;
    if let Some(words) = words {
        words.clone_into(&mut telling.told);
    }
    let sending = Sending {
        id: batch.id.to_string(),
        name: batch.name.clone(),
        stage,
        files: files.collect(),
        whole,
        to_file: count(batch.to_file),
        blocking: count(blocking),
        brings: count(brings),
        telling,
        decisions: wayback::decided(app, frame.lang, batch).await?,
    };
    let (status, fault) = said.map_or((StatusCode::OK, None), |(status, fault)| (status, Some(fault)));
    let (name, department) = (String::new(), String::new());
    Ok(render_as(status, &SendPage { frame, batch: Some(sending), name, department, fault }))
}
