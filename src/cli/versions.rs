//! Versions of a record: listed, made.

use super::Answer;
use crate::{
    access::Guest,
    app::{self, App},
    holdings::{self, RecordView, code::fold},
    ingest::version::{self, Amended, Asked, Corrections, Replacement, VersionError, history},
    kernel::{Id, Record},
    vault::{self, Source},
    web::{api::version_shape, texts::Lang, version_words},
};
use serde_json::json;
use std::{path::Path, sync::Arc};

/// The record of this code or id, as far as the asker knows.
async fn named(app: &App, guest: &Guest, name: &str) -> anyhow::Result<Result<RecordView, Answer>> {
    let mut found = holdings::by_code(&app.db, &guest.reach(), &fold(name)).await?;
    if let (None, Some(id)) = (&found, Id::<Record>::parse(name)) {
        found = holdings::by_id(&app.db, &guest.reach(), &[id]).await?.pop();
    }
    Ok(found.ok_or_else(|| Answer::refused(format!("没有档号为 {name} 的档案"), "核对档号，或用 lantai search 查找")))
}

pub(super) async fn list(app: &App, guest: &Guest, name: &str) -> anyhow::Result<Answer> {
    let record = match named(app, guest, name).await? {
        Ok(record) => record,
        Err(refused) => return Ok(refused),
    };
    let sealed = sealed_to(app, &record.id).await?;
    let items: Vec<_> =
        history(&app.db, &app.vault, &record.id).await?.iter().map(|version| version_shape(version, sealed)).collect();
    Ok(Answer::done(json!({
        "id": record.id.as_str(), "code": record.code, "total": items.len(), "items": items, "next": null,
    })))
}

pub(super) async fn correct(
    app: &Arc<App>,
    guest: &Guest,
    name: &str,
    set: &[String],
    reason: &str,
    seen: Option<i64>,
) -> anyhow::Result<Answer> {
    let mut corrections = Corrections::default();
    for pair in set {
        let Some((field, value)) = pair.split_once('=') else {
            return Ok(Answer::wrong(format!("“{pair}”不是 字段=内容"), "写作 --set title=新题名"));
        };
        // As a catalogue calls it: what is no field of ours is a column without a name here.
        corrections.0.push((field.trim().to_owned(), value.to_owned()));
    }
    let record = match named(app, guest, name).await? {
        Ok(record) => record,
        Err(refused) => return Ok(refused),
    };
    let asked = Asked { record: &record.id, seen, reason };
    let done = version::correct(&app.desk(), guest, asked, &corrections).await;
    answer(app, &record, done).await
}

pub(super) async fn reorder(
    app: &Arc<App>,
    guest: &Guest,
    name: &str,
    order: &[i64],
    reason: &str,
    seen: Option<i64>,
) -> anyhow::Result<Answer> {
    let record = match named(app, guest, name).await? {
        Ok(record) => record,
        Err(refused) => return Ok(refused),
    };
    let done = version::reorder(&app.desk(), guest, Asked { record: &record.id, seen, reason }, order).await;
    answer(app, &record, done).await
}

/// With a file that is called `file` from now on.
pub(super) async fn replace(
    app: &Arc<App>,
    guest: &Guest,
    name: &str,
    (number, file, source): (i64, &str, Source),
    reason: &str,
    seen: Option<i64>,
) -> anyhow::Result<Answer> {
    let record = match named(app, guest, name).await? {
        Ok(record) => record,
        Err(refused) => return Ok(refused),
    };
    let replacement = Replacement { number, source, name: file };
    let done = version::replace(&app.desk(), guest, Asked { record: &record.id, seen, reason }, replacement).await;
    answer(app, &record, done).await
}

/// What a file is called, without its folders.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The new version, once it lies in the store and is found.
async fn answer(app: &Arc<App>, record: &RecordView, done: Result<Amended, VersionError>) -> anyhow::Result<Answer> {
    let amended = match done {
        Ok(amended) => amended,
        Err(VersionError::Missing) => {
            return Ok(Answer::refused("此件不在你可以整理的范围内", "请安全保密员授权，或请有权限的人办理"));
        }
        Err(error) => {
            return match version_words(Lang::Zh, &error) {
                Some(said) => Ok(Answer::refused(said.detail, said.remedy)),
                None => Err(error.into()),
            };
        }
    };
    app::run_kind(app, version::JOB, &amended.subject()).await?;
    app::catch_up(app).await;
    let versions = history(&app.db, &app.vault, &record.id).await?;
    let sealed = sealed_to(app, &record.id).await?;
    let made = versions.iter().find(|version| version.number == amended.version);
    let mut document = made.map(|version| version_shape(version, sealed)).unwrap_or_default();
    document["id"] = record.id.as_str().into();
    document["code"] = record.code.as_str().into();
    Ok(Answer::done(document))
}

async fn sealed_to(app: &App, record: &Id<Record>) -> anyhow::Result<i64> {
    Ok(vault::copies(&app.db, record).await?.iter().map(|copy| copy.version).min().unwrap_or(0))
}
