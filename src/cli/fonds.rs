//! Fonds.

use super::{Answer, args::FondsCommand};
use crate::{
    access::Guest,
    app::App,
    audit::{Change, Event},
    holdings::{self, HoldingsError},
    web::api::fonds_shape,
};
use serde_json::{Value, json};

pub(super) async fn run(app: &App, guest: &Guest, command: FondsCommand) -> anyhow::Result<Answer> {
    let arranged = match &command {
        FondsCommand::Add { .. } => guest.arranges(None),
        FondsCommand::Rename { code, .. } => guest.arranges(Some(code)),
        FondsCommand::Gaps { code } => guest.reach().holds_fonds(code),
        FondsCommand::List => true,
    };
    if !arranged {
        return Ok(Answer::refused("此全宗不在你的授权范围内", "请安全保密员授权，或请有权限的人办理"));
    }
    let done = match command {
        FondsCommand::Add { code, name } => add(app, guest, &code, &name).await,
        FondsCommand::List => list(app, guest).await,
        FondsCommand::Rename { code, name, since } => {
            let Ok(since) = since.parse() else {
                return Ok(Answer::refused(format!("{since} 不是日期"), "写作 2026-01-31"));
            };
            match holdings::rename_fonds(&app.db, app.clock.as_ref(), guest.actor(), &code, &name, since).await {
                Ok(()) => one(app, &code).await,
                Err(error) => Err(error),
            }
        }
        FondsCommand::Gaps { code } => gaps(app, &code).await,
    };
    match done {
        Ok(document) => Ok(Answer::done(document)),
        Err(HoldingsError::Db(error)) => Err(error.into()),
        Err(error) => Ok(Answer::refused(error.to_string(), "改正后再办")),
    }
}

/// Adds a fonds named so since today.
pub(super) async fn add(app: &App, guest: &Guest, code: &str, name: &str) -> Result<Value, HoldingsError> {
    let mut change = Change::begin(&app.db, app.clock.as_ref(), guest.actor()).await?;
    let today = change.at.day_in(&app.config.archive.zone).expect("the configuration's zone was checked");
    let id = holdings::add_fonds(&mut change, code, &[(today, name.to_owned())]).await?;
    change.commit(Event::new("fonds.opened", &id)).await?;
    one(app, code).await
}

async fn one(app: &App, code: &str) -> Result<Value, HoldingsError> {
    let fonds = holdings::fonds_by_code(&app.db, code).await?;
    fonds.map(|fonds| fonds_shape(app, &fonds)).ok_or_else(|| HoldingsError::NoFonds(code.to_owned()))
}

async fn list(app: &App, guest: &Guest) -> Result<Value, HoldingsError> {
    let (reach, fonds) = (guest.reach(), holdings::all_fonds(&app.db).await?);
    let known = fonds.iter().filter(|one| reach.touches_fonds(&one.code));
    let all: Vec<_> = known.map(|one| fonds_shape(app, one)).collect();
    Ok(json!({ "total": all.len(), "items": all, "next": null }))
}

async fn gaps(app: &App, code: &str) -> Result<Value, HoldingsError> {
    let gaps = holdings::gaps_of(&app.db, code).await?;
    let items: Vec<_> = gaps
        .iter()
        .map(|gap| json!({ "scope": gap.scope, "used": gap.used, "last": gap.last, "missing": gap.missing }))
        .collect();
    Ok(json!({ "total": items.len(), "items": items, "next": null }))
}
