//! Small things as they are shown.

use super::{
    pages::{Frame, Place, Who},
    session::Asker,
    texts::Lang,
};
use crate::{
    access::{InHand, Right, Role},
    app::App,
    kernel::{Day, Instant},
};
use axum::http::{HeaderMap, Uri, header};
use axum_extra::extract::cookie::CookieJar;
use std::ops::Range;

/// What a carrier (载体) is called; a code that the rules no longer name stands for itself.
pub(super) fn carrier(app: &App, lang: Lang, code: &str) -> String {
    app.profile
        .carrier(code)
        .map_or(code, |carrier| match lang {
            Lang::Zh => &carrier.name,
            Lang::En => &carrier.english,
        })
        .to_owned()
}

/// What stands round a page for `asker`.
pub(super) fn frame(app: &App, asker: Option<&Asker>, headers: &HeaderMap, uri: &Uri, place: Option<Place>) -> Frame {
    let lang = lang(headers, uri);
    let who = asker.map(|asker| Who {
        name: asker.guest.actor().name().to_owned(),
        role: role(lang, asker.guest.role()),
        places: places(asker),
    });
    Frame {
        lang,
        house: app.settings().name,
        who,
        place,
        here: uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        csrf: asker.map(|asker| asker.guest.csrf.clone()).unwrap_or_default(),
    }
}

/// The language asked for in the address, else of the cookie, else of the browser.
pub(super) fn lang(headers: &HeaderMap, uri: &Uri) -> Lang {
    let query = uri.query().unwrap_or_default();
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    let jar = CookieJar::from_headers(headers);
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::choose(asked, jar.get("lang").map(|cookie| cookie.value()), accepted)
}

/// Where the work of one of the three officers begins; `None` for everybody else.
pub(super) fn first_page(role: Role) -> Option<&'static str> {
    match role {
        Role::SystemAdministrator => Some("/health"),
        Role::SecurityOfficer => Some("/people"),
        Role::Auditor => Some("/trail"),
        Role::Archivist | Role::Staff => None,
    }
}

/// Where somebody may go: nobody is shown a way that ends at nothing.
fn places(asker: &Asker) -> Vec<Place> {
    let mut places = Vec::new();
    if first_page(asker.guest.role()).is_none() {
        places.push(Place::Today);
    }
    for (right, place) in [
        (Right::Search, Place::Search),
        (Right::Ingest, Place::Ingest),
        (Right::Search, Place::Holdings),
        (Right::People, Place::People),
        (Right::People, Place::Departments),
        (Right::People, Place::Posts),
        (Right::People, Place::Grants),
        (Right::Health, Place::Health),
        (Right::Trail, Place::Trail),
        (Right::Configure, Place::Settings),
    ] {
        if asker.guest.may(right) {
            places.push(place);
        }
    }
    places
}

/// Something in somebody's hands, in words.
pub(super) fn in_hand(app: &App, lang: Lang, held: &InHand) -> String {
    match held.kind {
        "post" => {
            // Code, and the department of a post that has one.
            let (code, department) = held.name.split_once(' ').unwrap_or((&held.name, ""));
            lang.with("hand-post", "name", format!("{} {department}", post(app, lang, code)).trim_end())
        }
        "batch" => lang.with("hand-batch", "name", &held.name),
        _ => held.name.clone(),
    }
}

/// What a post is called.
pub(super) fn post(app: &App, lang: Lang, code: &str) -> String {
    match (app.profile.post(code), lang) {
        (Some(post), Lang::Zh) => post.name.clone(),
        (Some(post), Lang::En) => post.name_en.clone(),
        (None, _) => code.to_owned(),
    }
}

/// What somebody is, in words.
pub(super) fn role(lang: Lang, role: Role) -> String {
    match role {
        Role::Archivist => lang.t("role-archivist"),
        Role::Staff => lang.t("role-staff"),
        Role::SystemAdministrator => lang.t("role-sysadmin"),
        Role::SecurityOfficer => lang.t("role-security"),
        Role::Auditor => lang.t("role-auditor"),
    }
}

/// An instant to the minute, in the archive's zone.
pub(super) fn minute(app: &App, at: &str) -> String {
    let local = at.parse::<Instant>().ok().and_then(|at| at.local(&app.config.archive.zone));
    local.map_or_else(|| at.to_owned(), |local| local[..16].to_owned())
}

/// The day of an instant, in the archive's zone.
pub(super) fn day(app: &App, at: &str) -> String {
    minute(app, at).chars().take(10).collect()
}

/// The day it is, in the archive's zone.
pub(super) fn today(app: &App) -> Day {
    let now = app.clock.now();
    now.day_in(&app.config.archive.zone).unwrap_or_else(|| now.day_in("UTC").expect("UTC is built in"))
}

/// Whether pages of this format can be drawn.
pub(super) fn is_drawn(format: &str) -> bool {
    matches!(format, "pdf" | "jpeg" | "png" | "tiff")
}

/// A size with its unit.
pub(super) fn size(bytes: i64) -> String {
    let bytes = bytes as f64;
    for (unit, factor) in [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)] {
        if bytes >= factor {
            return format!("{:.2} {unit}", bytes / factor);
        }
    }
    format!("{bytes} B")
}

/// Seconds in words.
pub(super) fn span(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A retention period in words.
pub(super) fn retention(lang: Lang, code: &str) -> String {
    match code.strip_prefix('D') {
        Some(years) => lang.with("retention-years", "years", years),
        None if code == "Y" => lang.t("retention-permanent"),
        None => code.to_owned(),
    }
}

/// Ranges of characters as ranges of bytes.
pub(super) fn bytes_of(text: &str, marks: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    starts.push(text.len());
    marks.iter().filter_map(|mark| Some(*starts.get(mark.start)?..*starts.get(mark.end)?)).collect()
}
