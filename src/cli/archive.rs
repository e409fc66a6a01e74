//! The archive as a whole: made, migrated, checked, rebuilt.

use super::Answer;
use crate::{
    access::{self, Guest, NewPerson, Role},
    app::{self, App, AppError, Place},
    config::Config,
    db::{Db, MIGRATIONS},
    holdings,
    ingest::wayback,
    jobs, preservation,
    web::{api::health_shape, texts::Lang},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Makes an archive and its first accounts.
pub(super) async fn init(place: &Place, fonds: Option<(String, String)>, url: &str) -> anyhow::Result<Answer> {
    // What can be wrong is found before anything is made: the passwords are shown once.
    if let Some((code, name)) = &fonds
        && let Err(error) = holdings::check_fonds(code, name)
    {
        return Ok(Answer::wrong(error.to_string(), "改正后再办；什么都没有建立"));
    }
    if !url.is_empty() {
        Db::connect(url).await?.close().await;
    }
    App::make(place, url)?;
    let _lock = place.lock()?;
    let config = Config::load(&place.config(), crate::config::environment())?;
    let app = App::open_or_found(place.clone(), config).await?;
    let document = first_accounts(&app, fonds).await;
    app.close().await;
    Ok(Answer::done(document?))
}

/// The accounts of the first day, with their passwords, and a fonds if one is named.
pub(super) async fn first_accounts(app: &App, fonds: Option<(String, String)>) -> anyhow::Result<Value> {
    let mut accounts = Vec::new();
    for (name, role) in [
        ("系统管理员", Role::SystemAdministrator),
        ("安全保密员", Role::SecurityOfficer),
        ("安全审计员", Role::Auditor),
        ("档案员", Role::Archivist),
        ("利用者", Role::Staff),
    ] {
        let new = NewPerson { name, role, department: None, clearance: 0, password: None };
        let (clock, today) = (app.clock.as_ref(), app.gate.today());
        let (_, password) = access::add(&app.db, clock, &Guest::operator(), today, new).await?;
        accounts.push(json!({ "name": name, "role": role.word(), "password": password }));
    }
    if let Some((code, name)) = fonds {
        super::fonds::add(app, &Guest::operator(), &code, &name).await?;
    }
    Ok(json!({
        "data": app.place.data.display().to_string(),
        "keys": app.place.keys.display().to_string(),
        "accounts": accounts,
    }))
}

/// Brings the database up to this program; says what state it was in.
pub(super) async fn migrate(place: &Place) -> anyhow::Result<Answer> {
    if !place.exists() {
        return Err(AppError::Missing(place.data.clone()).into());
    }
    let _lock = place.lock()?;
    let config = Config::load(&place.config(), crate::config::environment())?;
    let url = app::database_url(place, &config);
    let before = Db::connect(&url).await?;
    let from = before.migrated().await?;
    before.close().await;
    let db = Db::open(&url).await?;
    let to = db.migrated().await?;
    db.close().await;
    Ok(Answer::done(json!({ "from": from, "to": to, "known": MIGRATIONS.len() })))
}

/// Fixity over the local store.
pub(super) async fn verify(app: &App, guest: &Guest, sample: Option<u8>) -> anyhow::Result<Answer> {
    let begun = std::time::Instant::now();
    let verified =
        preservation::verify(&app.db, app.clock.as_ref(), &app.vault, guest.actor(), sample.unwrap_or(100)).await?;
    let findings: Vec<_> = verified
        .found
        .iter()
        .map(|found| {
            json!({ "record": found.record, "medium": found.medium, "path": found.path, "kind": found.kind,
                    "repaired": false })
        })
        .collect();
    Ok(Answer::found(
        !findings.is_empty(),
        json!({
            "objects": verified.objects,
            "files": verified.files,
            "bytes": verified.bytes,
            "findings": findings,
            "seconds": begun.elapsed().as_secs_f64(),
        }),
    ))
}

/// The refusal where a rebuild from the store would bring back what goes back, or stand
/// beside what is held. To be asked before anything is made room for.
pub(super) async fn not_to_be_rebuilt(db: &Db) -> anyhow::Result<Option<Answer>> {
    let jobs = jobs::unfinished(db).await?;
    let going = jobs.iter().filter(|job| job.kind == wayback::JOB).count();
    if going > 0 {
        let detail = format!("有 {going} 个批次正在撤回或退回，字节还没有清完；现在重建会把撤回的档案找回来");
        let remedy = "先启动服务器，或对该批次再运行一次 lantai withdraw（退回的用 lantai return）；\
                      lantai doctor 不再列出未完成的作业时再重建";
        return Ok(Some(Answer::refused(detail, remedy)));
    }
    let held = preservation::held_beside(db).await?;
    let detail = format!("数据库里已有 {held} 件档案（含尚未归档完成、谁也看不见的）；从存储重建要从空的数据库开始");
    let remedy =
        "数据库完好时用 lantai rebuild 重建索引；确要从存储重建，先把数据库移开，或让 database.url 指向空的数据库";
    Ok((held > 0).then(|| Answer::refused(detail, remedy)))
}

/// Before a rebuild from the store: an archive whose database is gone gets an empty
/// one; the index is made anew in any case.
pub(super) async fn make_room_for_rebuild(place: &Place) -> anyhow::Result<()> {
    match std::fs::remove_dir_all(place.index()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Builds the index again; from the store, the database too.
pub(super) async fn rebuild(app: &Arc<App>, guest: &Guest, from_store: bool) -> anyhow::Result<Answer> {
    let begun = std::time::Instant::now();
    if !from_store {
        let records = crate::search::rebuild(&app.db, &app.vault, &app.index).await?;
        return Ok(Answer::done(json!({ "records": records, "seconds": begun.elapsed().as_secs_f64() })));
    }
    if let Some(refused) = not_to_be_rebuilt(&app.db).await? {
        return Ok(refused);
    }
    let rebuilt = preservation::rebuild(&app.db, app.clock.as_ref(), &app.vault, guest.actor()).await?;
    // Page text is no truth of the store: it is read again from the files.
    crate::ingest::batch::read_again(&app.desk(), std::slice::from_ref(&rebuilt.filing)).await?;
    app::drain(app).await?;
    let faults: Vec<_> = rebuilt.faults.iter().map(|(object, why)| json!({ "object": object, "why": why })).collect();
    Ok(Answer::found(
        !faults.is_empty(),
        json!({
            "records": rebuilt.records,
            "fonds": rebuilt.fonds,
            "schemes": rebuilt.schemes,
            "faults": faults,
            "not_in_the_store": [
                "codes given out and never filed, and those of withdrawn batches",
                "fonds and schemes without a record, and names given to a fonds after its last filing",
                "batches and what was found wrong with them",
                "people",
                "sessions",
                "settings",
                "the trail before this rebuild",
            ],
            "seconds": begun.elapsed().as_secs_f64(),
        }),
    ))
}

/// The health of what the archive stands on.
pub(super) async fn doctor(app: &App) -> anyhow::Result<Answer> {
    let health = app::health(app).await?;
    Ok(Answer::found(!health.ok(), health_shape(Lang::Zh, &health)))
}
