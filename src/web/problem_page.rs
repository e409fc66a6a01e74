//! A problem as an answer: a page for people, `application/problem+json` for programs.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::access::AccessError;
use crate::app::App;
use crate::kernel::Problem;
use crate::web::pages::{Frame, render_as};
use crate::web::refusal::Refusal;
use crate::web::refused;
use crate::web::rooms::{handover, uploads, versions, wayback};
use crate::web::texts::Lang;

/// The problem in words. One page for every kind, so that what does not exist and
/// what is forbidden look alike.
#[derive(Template)]
#[template(path = "problem/show.html", config = "config/askama.toml")]
pub struct ProblemPage {
    pub frame: Frame,
    pub kind: &'static str,
    pub status: u16,
    pub title: String,
    pub detail: String,
    pub remedy: String,
}

impl ProblemPage {
    pub fn new(frame: Frame, problem: Problem) -> ProblemPage {
        let Problem { kind, status, title, detail, remedy } = problem;
        ProblemPage { frame, kind, status, title, detail, remedy }
    }
}

/// A refusal in words of the asker's language.
pub(super) fn problem(app: &App, lang: Lang, refusal: &Refusal, status: u16) -> Problem {
    let (kind, title, detail, remedy) = match refusal {
        Refusal::Missing => ("not-found", lang.t("not-found"), lang.t("not-found-detail"), lang.t("not-found-remedy")),
        Refusal::Nobody => ("sign-in", lang.t("no-session"), lang.t("no-session-detail"), lang.t("no-session-remedy")),
        Refusal::NotKnown => {
            ("not-known", lang.t("sign-in-wrong"), lang.t("not-known-detail"), lang.t("not-known-remedy"))
        }
        Refusal::PasswordDue => {
            ("password-due", lang.t("password-due"), lang.t("password-due-detail"), lang.t("password-due-remedy"))
        }
        Refusal::FactorDue => {
            ("factor-due", lang.t("factor-due"), lang.t("factor-due-detail"), lang.t("factor-due-remedy"))
        }
        Refusal::FactorOwed => {
            let kind = "second-factor";
            (kind, lang.t("factor-owed"), lang.t("factor-owed-detail"), lang.t("factor-owed-remedy"))
        }
        Refusal::FactorWrong => {
            let kind = "second-factor-wrong";
            (kind, lang.t("factor-wrong"), lang.t("factor-wrong-detail"), lang.t("factor-wrong-remedy"))
        }
        Refusal::Shut { until } => {
            ("shut", lang.t("shut"), lang.with("shut-detail", "until", until), lang.t("shut-remedy"))
        }
        Refusal::OtherSite => {
            ("other-site", lang.t("not-done"), lang.t("other-site-detail"), lang.t("other-site-remedy"))
        }
        Refusal::NotOverHttp => {
            ("not-over-http", lang.t("not-over-http"), lang.t("not-over-http-detail"), lang.t("not-over-http-remedy"))
        }
        Refusal::TooMany { seconds } => (
            "too-many",
            lang.t("too-many"),
            lang.t("too-many-detail"),
            lang.with("too-many-remedy", "seconds", seconds),
        ),
        Refusal::LongAddress => {
            ("long-address", lang.t("not-done"), lang.t("long-address-detail"), lang.t("long-address-remedy"))
        }
        Refusal::TooLarge => ("too-large", lang.t("not-done"), lang.t("too-large-detail"), lang.t("too-large-remedy")),
        Refusal::Wrong { detail, remedy } => ("wrong", lang.t("not-done"), detail.clone(), remedy.clone()),
        Refusal::OutOfBounds { name, from, to } => {
            let bounds = format!("{name}: {from}–{to}");
            ("out-of-bounds", lang.t("not-done"), lang.with("bounds-detail", "bounds", bounds), lang.t("unread-remedy"))
        }
        Refusal::Unread { status: 405, .. } => {
            ("method", lang.t("not-done"), lang.t("method-detail"), lang.t("unread-remedy"))
        }
        Refusal::Act(error) => match refused::words(app, lang, error) {
            Some(said) => (said.kind, lang.t("not-done"), said.detail, said.remedy),
            None => ("fault", lang.t("fault"), lang.t("fault-detail"), lang.t("fault-remedy")),
        },
        Refusal::Amend(error) => match versions::words(lang, error) {
            Some(said) => (said.kind, lang.t("not-done"), said.detail, said.remedy),
            None => ("fault", lang.t("fault"), lang.t("fault-detail"), lang.t("fault-remedy")),
        },
        Refusal::Back(error) => match wayback::words(lang, error) {
            Some(said) => (said.kind, lang.t("not-done"), said.detail, said.remedy),
            None => ("fault", lang.t("fault"), lang.t("fault-detail"), lang.t("fault-remedy")),
        },
        Refusal::Send(error) => match uploads::words(lang, error) {
            Some(said) => (said.kind, lang.t("not-done"), said.detail, said.remedy),
            None => ("fault", lang.t("fault"), lang.t("fault-detail"), lang.t("fault-remedy")),
        },
        Refusal::Hand(error) => match handover::words(lang, error) {
            Some(said) => (said.kind, lang.t("not-done"), said.detail, said.remedy),
            None => ("fault", lang.t("fault"), lang.t("fault-detail"), lang.t("fault-remedy")),
        },
        Refusal::Word(word) => {
            let said = refused::unread(lang, word);
            (said.kind, lang.t("not-done"), said.detail, said.remedy)
        }
        Refusal::Unread { detail, .. } => ("unread", lang.t("not-done"), detail.clone(), lang.t("unread-remedy")),
        Refusal::Late => ("late", lang.t("not-done"), lang.t("late-detail"), lang.t("fault-remedy")),
        Refusal::Fault => ("fault", lang.t("fault"), lang.t("fault-detail"), lang.t("fault-remedy")),
    };
    Problem { kind, status, title, detail, remedy }
}

/// The problem as a page with its status.
pub fn as_page(frame: Frame, problem: Problem) -> Response {
    let page = ProblemPage::new(frame, problem);
    render_as(status(page.status), &page)
}

/// What a program is told besides the words (RFC 9457 §3.2): the list of what is in hand.
pub(super) fn more(refusal: &Refusal) -> Option<(&'static str, Value)> {
    let Refusal::Act(error) = refusal else { return None };
    let AccessError::InHand(held) = &**error else { return None };
    let held: Vec<_> = held.iter().map(|one| json!({ "kind": one.kind, "name": one.name })).collect();
    Some(("in_hand", held.into()))
}

/// The problem as RFC 9457 JSON with its status.
pub fn as_json(problem: &Problem, more: Option<(&'static str, Value)>) -> Response {
    let mut json = json!({
        "type": problem.kind, "status": problem.status, "title": problem.title,
        "detail": problem.detail, "remedy": problem.remedy,
    });
    if let Some((name, value)) = more {
        json[name] = value;
    }
    let mut answer = Response::new(Body::from(json.to_string()));
    *answer.status_mut() = status(problem.status);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.status == 401 {
        // RFC 9110 §15.5.2: a 401 says how to come in. No browser asks for a password on it.
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    answer
}

/// A number that is no HTTP status is our own fault, hence 500.
fn status(number: u16) -> StatusCode {
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
pub(crate) fn sample() -> Problem {
    Problem {
        kind: "store-full",
        status: 507,
        title: "副本二已满".into(),
        detail: "归档到第 812 件时副本二只余 12 MB。已归档的 811 件不受影响。".into(),
        remedy: "为副本二扩容，然后重新开始本批次；它从第 812 件接着做。".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_keeps_its_status_and_type() {
        let json = as_json(&sample(), None);
        assert_eq!(json.status().as_u16(), 507);
        assert_eq!(json.headers()[header::CONTENT_TYPE], "application/problem+json");
        let page = as_page(Frame::sample(Lang::En, None), sample());
        assert_eq!(page.status().as_u16(), 507);
        assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }
}
