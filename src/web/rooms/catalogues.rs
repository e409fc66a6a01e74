//! Catalogues before they are handed in: a look at some rows, presets, empty ones.

use super::typed::Typed;
use crate::{
    app::App,
    ingest::{
        catalogue::{
            self, CatalogueError, Field, How, InMemory, Mapping, Opens, Preview, SeenSecrecy, Told, read_told,
        },
        defects::Lang as DefectLang,
        preset::{self, PresetError},
    },
    kernel::{self, Id},
    web::{
        given::Unread,
        pages::{
            Place,
            ingest::{CataloguesPage, ColumnShown, Looked, PresetLine, RowShown, TemplateLine},
            people::Fault,
            render, render_as,
        },
        refusal::Refusal,
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
use std::{path::PathBuf, sync::Arc};

/// `GET /catalogues`
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    Ok(render(&page(&app, &asker, &headers, &uri).await?))
}

async fn page(app: &App, asker: &Asker, headers: &HeaderMap, uri: &Uri) -> Result<CataloguesPage, Refusal> {
    let frame = shown::frame(app, Some(asker), headers, uri, Some(Place::Ingest));
    let lang = frame.lang;
    let presets = preset::all(&app.db).await?.into_iter().map(|preset| PresetLine {
        id: preset.id.to_string(),
        name: preset.name,
        sender: preset.sender,
        told: preset
            .told
            .iter()
            .map(|(header, field)| format!("{header} → {}", field_shown(app, lang, *field)))
            .collect(),
        saved_by: preset.saved_by,
        saved_on: shown::day(app, &preset.saved_at),
    });
    let templates = app.profile.categories.iter().map(|category| TemplateLine {
        code: category.code.clone(),
        name: match lang {
            Lang::Zh => category.name.clone(),
            Lang::En => category.english.clone(),
        },
        source: app.profile.templates.of(&category.code).map(|one| one.source.clone()).unwrap_or_default(),
    });
    let (presets, templates) = (presets.collect(), templates.collect());
    Ok(CataloguesPage {
        frame,
        presets,
        templates,
        fields: app.profile.columns.iter().map(|column| (column.field.word(), named(lang, column))).collect(),
        rows: String::new(),
        told: String::new(),
        preset: String::new(),
        looked: None,
        name: String::new(),
        sender: String::new(),
        fault: None,
    })
}

fn named(lang: Lang, column: &crate::profile::Column) -> String {
    match lang {
        Lang::Zh => column.name.clone(),
        Lang::En => column.english.clone(),
    }
}

fn field_shown(app: &App, lang: Lang, field: Option<Field>) -> String {
    let column = field.and_then(|field| app.profile.columns.iter().find(|column| column.field == field));
    column.map_or_else(|| lang.t("column-kept"), |column| named(lang, column))
}

/// The lines of a box, each `列名=字段`.
pub(super) fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// `POST /catalogues`: rows that were copied from a workbook are tabs and lines.
pub async fn preview(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let mut page = page(&app, &asker, &headers, &uri).await?;
    let lang = page.frame.lang;
    page.rows = typed.text("rows").to_owned();
    page.told = typed.text("told").to_owned();
    page.preset = typed.text("preset").to_owned();
    let looked = async {
        let told = told(&app, lang, &page.preset, &lines(&page.told)).await?;
        looked_at(&app, lang, "copied.csv", InMemory(page.rows.clone().into()), told).await
    };
    match looked.await {
        Ok(preview) => {
            page.looked = Some(looked_shape(&app, lang, &preview));
            Ok(render(&page))
        }
        Err(refusal) => Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &back(page, lang, refusal)?)),
    }
}

/// The page again with what was wrong with the words typed into it.
fn back(mut page: CataloguesPage, lang: Lang, refusal: Refusal) -> Result<CataloguesPage, Refusal> {
    page.fault = Some(fault_of(lang, refusal)?);
    Ok(page)
}

/// What was wrong with words about a catalogue; any other refusal as it is.
pub(super) fn fault_of(lang: Lang, refusal: Refusal) -> Result<Fault, Refusal> {
    match refusal {
        Refusal::Wrong { detail, remedy } => Ok(Fault { detail, remedy }),
        Refusal::Word(unread) => {
            let words = crate::web::refused::unread(lang, &unread);
            Ok(Fault { detail: words.detail, remedy: lang.t("told-how") })
        }
        other => Err(other),
    }
}

pub(super) fn looked_shape(app: &App, lang: Lang, preview: &Preview) -> Looked {
    let columns = preview.columns.iter().map(|one| ColumnShown {
        letters: one.letters.clone(),
        header: one.header.clone(),
        meaning: field_shown(app, lang, one.field),
        how: match one.how {
            How::Told => lang.t("column-told"),
            How::Guessed => lang.t("column-guessed"),
            How::Kept => String::new(),
        },
        understood: one.field.is_some(),
    });
    let rows = preview.rows.iter().map(|row| RowShown {
        number: row.number,
        cells: row.cells.clone(),
        closed: match row.secrecy {
            SeenSecrecy::Open => None,
            SeenSecrecy::Above(_) => Some(lang.t("preview-above")),
            SeenSecrecy::Unknown => Some(lang.t("preview-unknown")),
        },
        faults: row
            .faults
            .iter()
            .map(|fault| format!("{}：{}；{}", fault.column, fault.reason, fault.remedy))
            .collect(),
    });
    let missing: Vec<String> = preview.missing.iter().map(|field| field_shown(app, lang, Some(*field))).collect();
    Looked {
        header_row: preview.header_row,
        columns: columns.collect(),
        rows: rows.collect(),
        missing: missing.join(&lang.t("list-comma")),
    }
}

/// `POST /catalogues/presets`
pub async fn keep(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let lang = shown::lang(&headers, &uri);
    let mut read = Vec::new();
    let mut unread = None;
    for line in lines(typed.text("told")) {
        match read_told(line) {
            Ok(one) => read.push(one),
            Err(_) => unread = Some(Unread { field: "map", given: line.to_owned() }),
        }
    }
    let (name, sender) = (typed.text("name"), typed.text("sender"));
    let kept = match unread {
        Some(unread) => Err(Refusal::Word(unread)),
        None => preset::save(&app.db, app.clock.as_ref(), &asker.guest, name, sender, &read)
            .await
            .map_err(|error| refused(lang, &error)),
    };
    match kept {
        Ok(_) => Ok(Redirect::to("/catalogues").into_response()),
        Err(refusal) => {
            let mut page = page(&app, &asker, &headers, &uri).await?;
            page.told = typed.text("told").to_owned();
            (page.name, page.sender) = (name.to_owned(), sender.to_owned());
            Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &back(page, lang, refusal)?))
        }
    }
}

/// `POST /catalogues/presets/{id}/remove`
pub async fn remove(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    let id = Id::<kernel::Preset>::parse(&id).ok_or_else(Refusal::missing)?;
    let lang = shown::lang(&headers, &uri);
    let gone = preset::remove(&app.db, app.clock.as_ref(), &asker.guest, &id).await;
    gone.map_err(|error| refused(lang, &error))?;
    Ok(Redirect::to("/catalogues").into_response())
}

/// The words of a catalogue that cannot be read at all.
fn unreadable(lang: Lang, error: &CatalogueError) -> Refusal {
    match error {
        CatalogueError::Source(_) | CatalogueError::Io { .. } => Refusal::fault(error),
        error => {
            Refusal::wrong(&lang.with("catalogue-unreadable", "why", error), &lang.t("catalogue-unreadable-remedy"))
        }
    }
}

/// The refusal that an error of presets comes to.
pub fn refused(lang: Lang, error: &PresetError) -> Refusal {
    match error {
        PresetError::Name => Refusal::wrong(&lang.t("preset-name-wrong"), &lang.t("preset-name-wrong-remedy")),
        PresetError::Headers => Refusal::wrong(&lang.t("preset-headers-wrong"), &lang.t("preset-headers-wrong-remedy")),
        PresetError::Missing => Refusal::missing(),
        PresetError::Db(_) => Refusal::fault(error),
    }
}

/// What was told: by a preset, and by words of its own, which go before it.
pub async fn told(app: &App, lang: Lang, name: &str, maps: &[&str]) -> Result<Told, Refusal> {
    let mut told = match name.trim() {
        "" => Vec::new(),
        name => match preset::by_name(&app.db, name).await? {
            Some(preset) => preset.told,
            None => {
                return Err(Refusal::wrong(
                    &lang.with("preset-unknown", "name", name),
                    &lang.t("preset-unknown-remedy"),
                ));
            }
        },
    };
    for map in maps {
        let read = read_told(map).map_err(|_| Unread { field: "map", given: (*map).to_owned() })?;
        told.retain(|(header, _)| *header != read.0);
        told.push(read);
    }
    Ok(told)
}

/// Looks at a catalogue of this name.
pub async fn looked_at(
    app: &App,
    lang: Lang,
    name: &str,
    file: impl Opens + Send + 'static,
    told: Told,
) -> Result<Preview, Refusal> {
    let (desk, name) = (app.desk(), PathBuf::from(name));
    let mapping = Mapping::new(told).by(&app.profile);
    let words = match lang {
        Lang::Zh => DefectLang::Zh,
        Lang::En => DefectLang::En,
    };
    let looked =
        tokio::task::spawn_blocking(move || catalogue::preview(&name, &file, &mapping, &desk.profile, &desk, words));
    looked.await.expect("looking at a catalogue does not panic").map_err(|error| unreadable(lang, &error))
}
