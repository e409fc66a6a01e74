//! The versions of a record: the list, what it said at each time, and correcting it.

pub mod correct;
mod words;

pub use words::{changed_words, field_words, kind_words, refused, status, words};

use super::record::{self, known};
use crate::{
    app::App,
    holdings::{RecordView, Version},
    ingest::version::{VersionError, history, may_amend},
    vault,
    web::{
        pages::{
            Place,
            holdings::{ChangeLine, Fact, OldFile, VersionLine, VersionPage},
            render,
        },
        refusal::Refusal,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use std::sync::Arc;

/// The versions of a record that is known to the asker, oldest first.
pub async fn of(app: &App, record: &RecordView) -> Result<Vec<Version>, Refusal> {
    history(&app.db, &app.vault, &record.id).await.map_err(refused)
}

/// One of them; else what is not there.
pub async fn one(app: &App, record: &RecordView, number: &str) -> Result<Version, Refusal> {
    let versions = of(app, record).await?;
    let found = versions.into_iter().find(|version| version.number.to_string() == number);
    found.ok_or_else(Refusal::missing)
}

/// The number of the newest version that lies in the store; 0 where none does.
pub async fn sealed_to(app: &App, record: &RecordView) -> Result<i64, Refusal> {
    let copies = vault::copies(&app.db, &record.id).await?;
    Ok(copies.iter().map(|copy| copy.version).min().unwrap_or(0))
}

/// Whether the asker may put this record right.
pub fn may(asker: &Asker, record: &RecordView) -> bool {
    may_amend(&asker.guest, &record.facts())
}

/// The list, newest first.
pub async fn lines(app: &App, lang: Lang, record: &RecordView) -> Result<Vec<VersionLine>, Refusal> {
    let sealed = sealed_to(app, record).await?;
    let mut lines: Vec<VersionLine> =
        of(app, record).await?.iter().map(|version| line(app, lang, version, sealed)).collect();
    lines.reverse();
    Ok(lines)
}

fn line(app: &App, lang: Lang, version: &Version, sealed: i64) -> VersionLine {
    let changed = version.changed.iter().map(|one| {
        let (before, after) = changed_words(lang, one);
        ChangeLine { field: field_words(lang, &one.field), before, after }
    });
    VersionLine {
        number: version.number,
        at: shown::minute(app, &version.at),
        by: version.by.clone(),
        kind: kind_words(lang, version.kind),
        reason: version.reason.clone(),
        changed: changed.collect(),
        sealed: version.number <= sealed,
    }
}

/// `/records/{id}/versions/{number}`: what the record said and held then.
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let version = one(&app, &record, &number).await?;
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Holdings));
    let lang = frame.lang;
    let described = &version.described;
    let files = described.files.iter().map(|file| OldFile {
        number: file.number,
        name: file.name.clone(),
        format: file.puid_name.clone().unwrap_or_else(|| file.format.to_uppercase()),
        bytes: u64::try_from(file.bytes).unwrap_or(0),
        sha256: file.sha256.clone(),
    });
    let files = files.collect();
    let facts = facts(&app, lang, &version);
    let sealed = sealed_to(&app, &record).await?;
    let line = line(&app, lang, &version, sealed);
    let (code, title) = (record.code.clone(), described.title.clone());
    Ok(render(&VersionPage { frame, id: record.id.to_string(), code, title, line, facts, files }))
}

fn facts(app: &App, lang: Lang, version: &Version) -> Vec<Fact> {
    let d = &version.described;
    let pages = d.pages.map(|pages| pages.to_string()).unwrap_or_default();
    let retention = d.retention.as_deref().map(|code| shown::retention(lang, code)).unwrap_or_default();
    let mut facts: Vec<Fact> = [
        ("title", d.title.clone()),
        ("responsible", d.responsible.clone()),
        ("docno", d.docno.clone()),
        ("date", d.dated.clone().unwrap_or_default()),
        ("retention", retention),
        ("pages", pages),
        ("note", d.note.clone()),
        ("carrier", d.carrier.as_deref().map(|code| shown::carrier(app, lang, code)).unwrap_or_default()),
        ("box", d.in_box.clone().unwrap_or_default()),
        ("place", d.place.clone().unwrap_or_default()),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(field, value)| Fact { name: field_words(lang, field), value })
    .collect();
    facts.extend(d.extra.iter().map(|(name, value)| Fact { name: name.clone(), value: value.clone() }));
    facts
}

/// The record that somebody may put right; else what is not there.
pub(in crate::web) async fn amendable(app: &App, asker: &Asker, id: &str) -> Result<RecordView, Refusal> {
    let record = record::known(app, asker, id).await?;
    if may(asker, &record) { Ok(record) } else { Err(refused(VersionError::Missing)) }
}
