//! Fonds and schemes.

use super::ours;
use crate::{
    app::App,
    audit::{Change, Event},
    holdings::{self, HoldingsError},
    profile::{Kind, Separator},
    web::{
        pages::{
            Place,
            holdings::{FondsLine, FondsListPage, FondsPage, Gap, NameSpan, NewFonds, Rename, SchemeSpan},
            profile::{Scheme, SchemesPage},
            render, render_as,
        },
        refusal::Refusal,
        session::Asker,
        shown,
    },
};
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Redirect, Response},
};
use std::sync::Arc;

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let form = asker.guest.arranges(None).then(NewFonds::default);
    Ok(render(&list_page(&app, &asker, &headers, &uri, form).await?))
}

async fn list_page(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    form: Option<NewFonds>,
) -> Result<FondsListPage, Refusal> {
    let held = holdings::held_by_fonds(&app.db, &asker.guest.reach()).await?;
    let fonds = holdings::all_fonds(&app.db).await?;
    let reach = asker.guest.reach();
    let fonds = fonds
        .iter()
        .filter(|one| reach.touches_fonds(&one.code))
        .map(|one| {
            let held = held.iter().find(|held| held.fonds == one.code);
            FondsLine {
                code: one.code.clone(),
                name: one.name_on(shown::today(app)).to_owned(),
                records: held.map_or(0, |held| u64::try_from(held.records).unwrap_or(0)),
                years: held.and_then(|held| held.years.map(|(from, to)| format!("{from}–{to}"))),
            }
        })
        .collect();
    Ok(FondsListPage { frame: shown::frame(app, Some(asker), headers, uri, Some(Place::Holdings)), fonds, form })
}

#[derive(serde::Deserialize)]
pub struct Adding {
    code: String,
    name: String,
    csrf: String,
}

pub async fn add(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Form(Adding { code, name, csrf }): Form<Adding>,
) -> Result<Response, Refusal> {
    ours(&asker, &csrf)?;
    if !asker.guest.arranges(None) {
        return Err(Refusal::missing());
    }
    let mut change = Change::begin(&app.db, app.clock.as_ref(), asker.guest.actor()).await?;
    let today = change.at.day_in(&app.config.archive.zone).ok_or_else(Refusal::missing)?;
    let added = holdings::add_fonds(&mut change, code.trim(), &[(today, name.trim().to_owned())]).await;
    let mut form = NewFonds { code: code.clone(), name: name.clone(), ..NewFonds::default() };
    match added {
        Ok(id) => {
            change.commit(Event::new("fonds.opened", id)).await?;
            return Ok(Redirect::to(&format!("/fonds/{}", code.trim())).into_response());
        }
        Err(HoldingsError::FondsTaken(code)) => form.code_fault = Some(format!("全宗号 {code} 已有。")),
        Err(HoldingsError::FondsCode(_)) => form.code_fault = Some("全宗号是四个大写字母或数字，如 X001。".to_owned()),
        Err(HoldingsError::FondsName) => form.name_fault = Some("名称须为 1 至 200 个字。".to_owned()),
        Err(error) => return Err(error.into()),
    }
    drop(change);
    let page = list_page(&app, &asker, &headers, &uri, Some(form)).await?;
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(code): Path<String>,
) -> Result<Response, Refusal> {
    let form = asker.guest.arranges(Some(&code)).then(Rename::default);
    Ok(render(&fonds_page(&app, &asker, &headers, &uri, &code, form).await?))
}

async fn fonds_page(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    code: &str,
    form: Option<Rename>,
) -> Result<FondsPage, Refusal> {
    let reach = asker.guest.reach();
    let fonds = holdings::fonds_by_code(&app.db, code).await?.filter(|one| reach.touches_fonds(&one.code));
    let fonds = fonds.ok_or_else(Refusal::missing)?;
    let held = holdings::held_by_fonds(&app.db, &asker.guest.reach()).await?;
    let schemes = holdings::all_schemes(&app.db).await?;
    // A gap tells of records: of those of the whole fonds.
    let gaps = if reach.holds_fonds(code) { holdings::gaps_of(&app.db, code).await? } else { Vec::new() };
    let mut names = Vec::new();
    for (at, (since, name)) in fonds.names.iter().enumerate() {
        let until = fonds.names.get(at + 1).map(|(next, _)| next.to_string());
        names.push(NameSpan { name: name.clone(), since: since.to_string(), until });
    }
    names.reverse();
    Ok(FondsPage {
        frame: shown::frame(app, Some(asker), headers, uri, Some(Place::Holdings)),
        code: fonds.code.clone(),
        name: fonds.name_on(shown::today(app)).to_owned(),
        records: held.iter().find(|h| h.fonds == code).map_or(0, |held| u64::try_from(held.records).unwrap_or(0)),
        names,
        form,
        schemes: schemes
            .iter()
            .filter(|row| row.fonds == code)
            .map(|row| SchemeSpan {
                category: category(app, &row.category),
                scheme: row.scheme.preset().to_owned(),
                from_year: row.from_year.to_string(),
            })
            .collect(),
        gaps: gaps
            .iter()
            .map(|gap| Gap {
                series: gap.scope.clone(),
                missing: gap.missing.iter().map(|run| span(*run)).collect::<Vec<_>>().join("、"),
                count: gap.missing.iter().map(|(from, to)| u64::try_from(to - from + 1).unwrap_or(0)).sum(),
                reason: None,
            })
            .collect(),
    })
}

#[derive(serde::Deserialize)]
pub struct Renaming {
    name: String,
    since: String,
    csrf: String,
}

pub async fn rename(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(code): Path<String>,
    Form(Renaming { name, since, csrf }): Form<Renaming>,
) -> Result<Response, Refusal> {
    ours(&asker, &csrf)?;
    if !asker.guest.arranges(Some(&code)) {
        return Err(Refusal::missing());
    }
    let mut form = Rename { name: name.clone(), since: since.clone(), ..Rename::default() };
    match since.parse() {
        Err(_) => form.since_fault = Some("日期写作 2026-01-31。".to_owned()),
        Ok(day) => {
            let who = asker.guest.actor();
            match holdings::rename_fonds(&app.db, app.clock.as_ref(), who, &code, name.trim(), day).await {
                Ok(()) => return Ok(Redirect::to(&format!("/fonds/{code}")).into_response()),
                Err(HoldingsError::NoFonds(_)) => return Err(Refusal::missing()),
                Err(HoldingsError::FondsName) => form.name_fault = Some("名称须为 1 至 200 个字。".to_owned()),
                Err(HoldingsError::RenamedThatDay { day, .. }) => {
                    form.since_fault = Some(format!("{day} 已经改过一次名。"));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    let page = fonds_page(&app, &asker, &headers, &uri, &code, Some(form)).await?;
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

pub async fn schemes(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Holdings));
    let schemes = app.profile.presets.iter().map(preset).collect();
    Ok(render(&SchemesPage { frame, schemes }))
}

fn preset(preset: &crate::profile::Preset) -> Scheme {
    Scheme {
        code: preset.id.clone(),
        name: preset.name.clone(),
        pattern: pattern(preset),
        example: preset.example.clone(),
        source: preset.source.clone(),
    }
}

/// The elements of its first form with what stands before each; an optional one in
/// brackets.
fn pattern(preset: &crate::profile::Preset) -> String {
    let mut pattern = String::new();
    for element in preset.forms.first().map_or(&[][..], |form| &form.elements) {
        let before = match element.before {
            None => "",
            Some(Separator::Level) => "-",
            Some(Separator::Part) => "·",
        };
        let word = word(element.kind);
        if element.optional {
            pattern.push_str(&format!("[{before}{word}]"));
        } else {
            pattern.push_str(&format!("{before}{word}"));
        }
    }
    pattern
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Fonds => "全宗号",
        Kind::Category => "门类",
        Kind::Subcategory => "类别",
        Kind::Project => "项目号",
        Kind::Catalogue => "目录号",
        Kind::Year => "年度",
        Kind::Retention => "保管期限",
        Kind::Department => "机构",
        Kind::Volume => "案卷号",
        Kind::Item => "件号",
        Kind::Page => "页号",
    }
}

pub(super) fn category(app: &App, code: &str) -> String {
    app.profile.category(code).map_or_else(|| code.to_owned(), |category| format!("{code} {}", category.name))
}

fn span((from, to): (i64, i64)) -> String {
    if from == to { format!("{from:04}") } else { format!("{from:04}–{to:04}") }
}
