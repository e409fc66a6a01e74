//! 首次设置 and 系统设置.

use super::ours;
use crate::{
    app::{App, Settings, SettingsError},
    audit::{self, Change, Event},
    holdings,
    kernel::Secrecy,
    web::{
        pages::{
            Place, render, render_as,
            settings::{SettingsFault, SettingsPage},
        },
        refusal::Refusal,
        session::Asker,
        shown,
    },
};
use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use std::sync::Arc;

/// Whether nobody has set anything yet: then the first page of the system administrator
/// is this one.
pub async fn unset(app: &App) -> Result<bool, Refusal> {
    Ok(audit::lines_of(&app.db, &["settings.changed", "settings.kept"], 0, i64::MAX, 1).await?.is_empty())
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&app.settings());
    Ok(render(&page(&app, &asker, &headers, &uri, typed, None, None).await?))
}

#[derive(Clone, serde::Deserialize)]
pub struct Typed {
    name: String,
    ceiling: String,
    rules: String,
    store: String,
    #[serde(default)]
    fonds: String,
    #[serde(default)]
    fonds_name: String,
    #[serde(default)]
    csrf: String,
}

impl Typed {
    fn of(settings: &Settings) -> Self {
        Self {
            name: settings.name.clone(),
            ceiling: settings.ceiling.to_string(),
            rules: settings.rules.clone(),
            store: settings.store.display().to_string(),
            fonds: String::new(),
            fonds_name: String::new(),
            csrf: String::new(),
        }
    }
}

pub async fn change(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Form(typed): Form<Typed>,
) -> Result<Response, Refusal> {
    ours(&asker, &typed.csrf)?;
    match save(&app, &asker, &typed).await? {
        Ok(waits) => Ok(render(&page(&app, &asker, &headers, &uri, typed, Some(waits), None).await?)),
        Err(fault) => {
            let page = page(&app, &asker, &headers, &uri, typed, None, Some(fault)).await?;
            Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// The first fonds, while there is none, then the settings; whether anything waits for
/// the next start.
async fn save(app: &App, asker: &Asker, typed: &Typed) -> Result<Result<bool, SettingsFault>, Refusal> {
    let Some(ceiling) = Secrecy::parse(&typed.ceiling).filter(|_| !typed.ceiling.trim().is_empty()) else {
        return Ok(Err(SettingsFault::Ceiling));
    };
    let (code, name) = (typed.fonds.trim(), typed.fonds_name.trim());
    let wanted = !code.is_empty() || !name.is_empty();
    if wanted && (holdings::check_fonds(code, name).is_err() || !holdings::all_fonds(&app.db).await?.is_empty()) {
        return Ok(Err(SettingsFault::Fonds));
    }
    let first = unset(app).await?;
    let new = Settings {
        name: typed.name.trim().to_owned(),
        ceiling,
        rules: typed.rules.clone(),
        store: typed.store.trim().into(),
    };
    let waits = match app.change_settings(&asker.guest, &new).await {
        Ok(waits) => waits,
        Err(error) => return fault(error).map(Err),
    };
    if wanted {
        let mut change = Change::begin(&app.db, app.clock.as_ref(), asker.guest.actor()).await?;
        let named = [(shown::today(app), name.to_owned())];
        let id = holdings::add_fonds(&mut change, code, &named).await?;
        change.commit(Event::new("fonds.opened", id)).await?;
    }
    if first && unset(app).await? {
        // All was left as it was: said, so that it is not asked again.
        let change = Change::begin(&app.db, app.clock.as_ref(), asker.guest.actor()).await?;
        change.commit(Event::new("settings.kept", "archive")).await?;
    }
    Ok(Ok(waits))
}

fn fault(error: SettingsError) -> Result<SettingsFault, Refusal> {
    Ok(match error {
        SettingsError::Denied(_) => return Err(Refusal::missing()),
        SettingsError::Name => SettingsFault::Name,
        SettingsError::Ceiling(_) => SettingsFault::Ceiling,
        SettingsError::NoRules(_) | SettingsError::App(_) | SettingsError::Config(_) => SettingsFault::Rules,
        SettingsError::StorePath | SettingsError::NotMoved(_) | SettingsError::Vault(_) => SettingsFault::Store,
        SettingsError::Outside(key) => SettingsFault::Outside(key),
        other => return Err(Refusal::fault(&other)),
    })
}

async fn page(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    typed: Typed,
    saved: Option<bool>,
    fault: Option<SettingsFault>,
) -> Result<SettingsPage, Refusal> {
    let none = holdings::all_fonds(&app.db).await?.is_empty();
    Ok(SettingsPage {
        frame: shown::frame(app, Some(asker), headers, uri, Some(Place::Settings)),
        first: unset(app).await?,
        name: typed.name,
        ceiling: typed.ceiling,
        rules: typed.rules,
        store: typed.store,
        store_now: app.place.folders(&app.config.store.path).store().display().to_string(),
        own_rules: app.place.own_rules().display().to_string(),
        fonds: none.then_some((typed.fonds, typed.fonds_name)),
        saved,
        fault,
    })
}
