//! 审计: the trail as its auditor reads it and takes it away. He changes nothing; that he
//! took it away is noted.

mod asked;
mod export;
mod sheet;
mod words;

pub use asked::{Asked, Wrong};
pub use export::{Export, Format};
pub use words::{field as field_words, verb_words};

use crate::{
    app::App,
    audit::{self, FindError, Kept, TrailFilter},
    web::{
        pages::{
            Place,
            audit::{Fault, Group, Line, Shown, TrailPage, Typed, Verb},
            href, render, render_as,
        },
        refusal::Refusal,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use std::{collections::HashMap, sync::Arc};

/// Up to how many lines a filter's lines are counted for the page; ours.
const COUNTED: i64 = 100_000;

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Trail));
    let lang = frame.lang;
    let verbs = groups(lang, audit::verbs(&app.db).await?);
    let typed = Typed {
        person: if asked.person.is_empty() { asked.actor.clone() } else { asked.person.clone() },
        subject: asked.subject.clone(),
        verb: asked.verb.clone(),
        from: asked.from.clone(),
        to: asked.to.clone(),
    };
    let fault = |wrong: Wrong| {
        let (message, _) = wrong.words(lang);
        Fault { field: wrong.field(), message }
    };
    let page = |shown, fault| TrailPage { frame: frame.clone(), typed, verbs, fault, shown };
    let (filter, lines) = match (asked.filter(&app).await.map_err(inner)?, asked.lines()) {
        (Ok(filter), Ok(lines)) => (filter, lines),
        (Err(wrong), _) | (_, Err(wrong)) => {
            return Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page(Shown::default(), Some(fault(wrong)))));
        }
    };
    let found = match audit::find(&app.db, &filter, asked.cursor().as_ref(), lines).await {
        Ok(found) => found,
        Err(FindError::Cursor(_)) => return Err(Wrong::After.refusal(lang)),
        Err(error) => return Err(error.into()),
    };
    let names = words::names(&app, &found.items).await?;
    let shown = Shown {
        total: total(&app, &filter).await?,
        lines: found.items.iter().map(|kept| line(&app, lang, kept, &names)).collect(),
        first: asked.after.is_empty(),
        newest: href("/trail", &asked.pairs()),
        next: found.next.map(|next| href(&href("/trail", &asked.pairs()), &[("after", &next.0)])),
        jsonl: href("/trail.jsonl", &asked.pairs()),
        xlsx: href("/trail.xlsx", &asked.pairs()),
        filtered: filter != TrailFilter::default(),
    };
    Ok(render(&page(shown, None)))
}

/// How many lines there are, where an index alone says so and they are few enough.
async fn total(app: &App, filter: &TrailFilter) -> Result<Option<u64>, Refusal> {
    if *filter == TrailFilter::default() {
        return Ok(u64::try_from(audit::last(&app.db).await?).ok());
    }
    if !filter.is_plain() {
        return Ok(None);
    }
    let counted = audit::count(&app.db, filter, COUNTED).await?;
    Ok(u64::try_from(counted).ok().filter(|_| counted < COUNTED))
}

/// The verbs there are, below what they are of.
fn groups(lang: Lang, verbs: Vec<String>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for verb in verbs {
        let group = verb.split_inclusive('.').next().unwrap_or_default().to_owned();
        let words = verb_words(lang, &verb);
        match groups.last_mut() {
            Some(last) if last.value == group => last.verbs.push(Verb { value: verb, words }),
            _ => groups.push(Group { value: group, verbs: vec![Verb { value: verb, words }] }),
        }
    }
    groups
}

fn line(app: &App, lang: Lang, kept: &Kept, names: &HashMap<String, String>) -> Line {
    let subject = kept.subjects.first().cloned().unwrap_or_default();
    Line {
        n: u64::try_from(kept.n).unwrap_or(0),
        at: kept.at.local(&app.config.archive.zone).unwrap_or_else(|| kept.at.to_string()),
        who: words::actor(lang, &kept.actor, names),
        deed: verb_words(lang, &kept.verb),
        verb: kept.verb.clone(),
        name: names.get(&subject).cloned(),
        others: kept.subjects.len().saturating_sub(1) as u64,
        life: href("/trail", &[("subject", &subject)]),
        subject,
        details: words::details(lang, &kept.details),
    }
}

pub async fn jsonl(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    taken(&app, &asker, shown::lang(&headers, &uri), &asked, Format::JsonLines).await
}

pub async fn xlsx(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    taken(&app, &asker, shown::lang(&headers, &uri), &asked, Format::Xlsx).await
}

/// The lines of a filter as a file: `trail-2026-11-24.jsonl`.
pub async fn taken(
    app: &Arc<App>,
    asker: &Asker,
    lang: Lang,
    asked: &Asked,
    format: Format,
) -> Result<Response, Refusal> {
    let filter = asked.filter(app).await.map_err(inner)?.map_err(|wrong| wrong.refusal(lang))?;
    let begun = Export::begin(app, asker.guest.actor(), filter, format).await.map_err(inner)?;
    let export = begun.map_err(|too_many| {
        let (detail, remedy) = too_many.words(lang);
        Refusal::Wrong { detail, remedy }
    })?;
    let (kind, body) = match format {
        Format::JsonLines => ("application/jsonl", Body::from_stream(export.stream())),
        Format::Xlsx => {
            use std::io::Seek as _;
            let mut file = export.write_sheet(app, lang, tempfile::tempfile()?).await.map_err(inner)?;
            file.rewind()?;
            let stream = tokio_util::io::ReaderStream::new(tokio::fs::File::from_std(file));
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body::from_stream(stream))
        }
    };
    let disposition = format!("attachment; filename=\"trail-{}.{}\"", shown::today(app), format.word());
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

/// An error that is our own fault.
pub fn inner(error: anyhow::Error) -> Refusal {
    Refusal::fault(error.as_ref())
}

impl Wrong {
    /// The field of the form.
    fn field(self) -> &'static str {
        match self {
            Self::Person | Self::Actor => "person",
            Self::Subject => "subject",
            Self::Verb => "verb",
            Self::From => "from",
            Self::To => "to",
            Self::After | Self::Limit | Self::Format => "",
        }
    }

    /// What is wrong, and what to do.
    pub fn words(self, lang: Lang) -> (String, String) {
        match self {
            Self::Person => (lang.t("trail-no-person"), lang.t("trail-no-person-how")),
            Self::Actor => (lang.t("trail-no-actor"), lang.t("trail-no-actor-how")),
            Self::Subject => (lang.t("trail-no-thing"), lang.t("trail-no-thing-how")),
            Self::Verb => (lang.t("trail-no-verb"), lang.t("trail-no-verb-how")),
            Self::From | Self::To => (lang.t("trail-no-day"), lang.t("trail-no-day-how")),
            Self::After => (lang.t("trail-no-place"), lang.t("trail-no-place-how")),
            Self::Limit => (lang.t("trail-no-limit"), lang.t("trail-no-limit-how")),
            Self::Format => (lang.t("trail-no-format"), lang.t("trail-no-format-how")),
        }
    }

    pub fn refusal(self, lang: Lang) -> Refusal {
        let (detail, remedy) = self.words(lang);
        Refusal::Wrong { detail, remedy }
    }
}
