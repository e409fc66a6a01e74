//! One record: its card, its pages, its life, its files.

use super::{
    fonds::category,
    trail::{field_words, verb_words},
    versions,
};
use crate::{
    access::{Permit, Purpose},
    app::App,
    audit,
    holdings::{self, RecordView},
    ingest::identify::Basis,
    kernel::{Id, Record},
    search::{self, Query as Words},
    vault::{self, Outcome, ReadingRow},
    web::{
        pages::{
            Marked, Place, Standing,
            holdings::{Card, Content, Copy, Event, Fact, File, Image, PageText, RecordPage, Tab, Thumb},
            render,
        },
        refusal::Refusal,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use std::sync::Arc;

/// Pages shown in the strip to each side of the open one.
const STRIP: u32 = 6;
/// Lines of the trail shown.
const LINES: i64 = 500;

#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    tab: String,
    page: Option<u32>,
}

/// The record, if the asker may know of it; else what is not there.
pub async fn known(app: &App, asker: &Asker, id: &str) -> Result<RecordView, Refusal> {
    let id = Id::<Record>::parse(id).ok_or_else(Refusal::missing)?;
    let found = holdings::by_id(&app.db, &asker.guest.reach(), std::slice::from_ref(&id)).await?;
    found.into_iter().next().ok_or_else(Refusal::missing)
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Holdings));
    let copies = vault::copies(&app.db, &record.id).await?;
    let trail = audit::of_subject(&app.db, record.id.as_str(), 0, LINES).await?;
    let events = trail.len() as u64;
    let tab = match asked.tab.as_str() {
        "description" => Tab::Description(facts(&app, frame.lang, &record)),
        "trail" => Tab::Trail(trail.into_iter().map(|line| event(&app, frame.lang, line)).collect()),
        "files" => Tab::Files(files(&app, &record, &copies)),
        "versions" => Tab::Versions(versions::lines(&app, frame.lang, &record).await?),
        _ => {
            let permit = asker.guest.permit(&record.id, &record.facts(), Purpose::Read, app.clock.now());
            match permit {
                Some(permit) => {
                    let page = asked.page.unwrap_or(1);
                    Tab::Content(Box::new(content(&app, permit, &record, page, &asked.q).await?))
                }
                // He may know of it and not read it: the card, and why there is no more.
                None => Tab::Closed,
            }
        }
    };
    let card = card(&app, frame.lang, &record, !copies.is_empty()).await?;
    let files = record.files.len() as u64;
    let newest = holdings::newest_version(&app.db, &record.id).await?;
    let (versions, corrects) = (u64::try_from(newest).unwrap_or(1), versions::may(&asker, &record));
    Ok(render(&RecordPage { frame, id, card, q: asked.q, files, events, versions, corrects, tab }))
}

async fn card(app: &App, lang: Lang, record: &RecordView, sealed: bool) -> Result<Card, Refusal> {
    let fonds = holdings::fonds_by_code(&app.db, &record.fonds).await?;
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(Card {
        reference: Some(record.code.clone()),
        standing: if sealed { Standing::Sealed } else { Standing::Filed },
        title: record.title.clone(),
        responsible: some(&record.responsible),
        docno: some(&record.docno),
        date: record.dated.map(|dated| dated.to_string()),
        pages: record.pages.and_then(|pages| u64::try_from(pages).ok()),
        retention: record.retention.as_deref().map(|code| shown::retention(lang, code)),
        secrecy: some(&record.mark),
        fonds_code: record.fonds.clone(),
        fonds_name: fonds.map_or_else(String::new, |fonds| fonds.name_on(shown::today(app)).to_owned()),
        category: category(app, &record.category),
        year: record.year.map(|year| year.to_string()),
        department: record.department.clone(),
        filed_on: shown::day(app, &record.filed_at),
    })
}

/// Page `page` of the record, its files one after the other.
async fn content(app: &App, permit: Permit, record: &RecordView, page: u32, q: &str) -> Result<Content, Refusal> {
    let readings = vault::readings(&app.db, std::slice::from_ref(&record.id)).await?;
    let readings = readings.get(&record.id).cloned().unwrap_or_default();
    let (vault, view, read, now) = (app.vault.clone(), record.clone(), readings.clone(), app.clock.now());
    let texts = tokio::task::spawn_blocking(move || search::pages_of(&vault, &permit, &view, &read, now))
        .await
        .expect("reading derivatives does not panic")?;
    let pages = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let page = page.clamp(1, pages.max(1));
    let words = Words::parse(q).ok();
    let marks = |text: &str| words.as_ref().map_or_else(Vec::new, |words| search::marks_in(text, words));
    let thumbs = Content::strip(page, pages, STRIP)
        .map(|page| {
            let hits = texts.get(page as usize - 1).map_or(0, |text| marks(text).len());
            Thumb { page, hits: u32::try_from(hits).unwrap_or(u32::MAX) }
        })
        .collect();
    let place = place_of(record, &readings, page);
    let drawn = place.as_ref().is_some_and(|place| shown::is_drawn(&place.format));
    let text = match place.as_ref().and_then(|place| place.reading.as_ref()) {
        None => PageText::Waiting,
        Some(ReadingRow { outcome: Outcome::NotRead, reason, .. }) => PageText::Unread { reason: reason.clone() },
        Some(ReadingRow { outcome: Outcome::NoText, .. }) => PageText::Empty,
        Some(ReadingRow { outcome: Outcome::Text, .. }) => {
            let text = texts.get(page as usize - 1).cloned().unwrap_or_default();
            let bytes = shown::bytes_of(&text, &marks(&text));
            if text.trim().is_empty() { PageText::Empty } else { PageText::Read(Marked::new(text, bytes)) }
        }
    };
    let image = if drawn { Image::Shown } else { Image::None };
    Ok(Content { page, pages, thumbs, image, text })
}

/// Which file a page of the record is in, and which page of that file.
pub struct InFile {
    pub number: i64,
    /// From 1.
    pub page: u32,
    pub format: String,
    pub reading: Option<ReadingRow>,
}

/// Where page `page` (from 1) of the record lies.
pub fn place_of(record: &RecordView, readings: &[ReadingRow], page: u32) -> Option<InFile> {
    let mut before = 0;
    for file in &record.files {
        let reading = readings.iter().find(|reading| reading.number == file.number);
        let count = match reading {
            Some(reading) if reading.outcome == Outcome::Text => reading.pages,
            _ => file.pages.unwrap_or(1).max(1),
        };
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        if page <= before + count {
            let (format, reading) = (file.format.clone(), reading.cloned());
            return Some(InFile { number: file.number, page: page - before, format, reading });
        }
        before += count;
    }
    None
}

fn facts(app: &App, lang: Lang, record: &RecordView) -> Vec<Fact> {
    let mut facts: Vec<Fact> = [
        (lang.t("reference"), Some(record.code.clone())),
        (lang.t("record-title"), Some(record.title.clone())),
        (lang.t("responsible"), Some(record.responsible.clone())),
        (lang.t("docno"), Some(record.docno.clone())),
        (lang.t("date"), record.dated.map(|dated| dated.to_string())),
        (lang.t("retention"), record.retention.as_deref().map(|code| shown::retention(lang, code))),
        (lang.t("ends-on"), record.ends_on.clone()),
        (lang.t("secrecy"), Some(record.mark.clone())),
        (lang.t("pages"), record.pages.map(|pages| pages.to_string())),
        (lang.t("record-note"), Some(record.note.clone())),
        (lang.t("carrier"), record.carrier.as_deref().map(|code| shown::carrier(app, lang, code))),
        (lang.t("box-number"), record.in_box.clone()),
        (lang.t("place-kept"), record.place.clone()),
    ]
    .into_iter()
    .filter_map(|(name, value)| {
        let value = value.filter(|value| !value.is_empty())?;
        Some(Fact { name, value })
    })
    .collect();
    facts.extend(record.extra.iter().map(|(name, value)| Fact { name: name.clone(), value: value.clone() }));
    facts
}

fn event(app: &App, lang: Lang, line: audit::Line) -> Event {
    let who = match line.actor.split_once(':') {
        Some(("machine", work)) => lang.with("deed-by-machine", "work", work),
        Some(_) => lang.t("deed-by-person"),
        None => lang.t("deed-by-operator"),
    };
    let act = verb_words(lang, &line.verb);
    let note = line.details.iter().map(|(name, body)| format!("{}：{body}", field_words(lang, name)));
    let note = note.collect::<Vec<_>>().join("；");
    let at = line.at.local(&app.config.archive.zone).unwrap_or_else(|| line.at.to_string());
    Event { at, act, who, note }
}

fn files(app: &App, record: &RecordView, copies: &[vault::CopyRow]) -> Vec<File> {
    let copies = || {
        copies
            .iter()
            .map(|copy| Copy {
                store: copy.store.clone(),
                standing: match (&copy.fault, &copy.verified_at) {
                    (Some(_), _) => Standing::Differs,
                    (None, Some(_)) => Standing::Agrees,
                    (None, None) => Standing::Unverified,
                },
                verified_on: copy.verified_at.as_deref().map(|at| shown::day(app, at)),
            })
            .collect()
    };
    record
        .files
        .iter()
        .map(|file| File {
            number: u32::try_from(file.number).unwrap_or(0),
            name: file.name.clone(),
            role: String::new(),
            format: file
                .puid_name
                .clone()
                .or_else(|| Some(file.format.to_uppercase()).filter(|format| format != "OTHER")),
            puid: file.puid.clone(),
            by_ending: file.puid_basis.as_deref() == Some(Basis::Extension.word()),
            bytes: u64::try_from(file.bytes).unwrap_or(0),
            sha256: file.sha256.clone(),
            copies: copies(),
        })
        .collect()
}
