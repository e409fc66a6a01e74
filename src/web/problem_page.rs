//! A problem as an answer: a page for people, `application/problem+json` for programs.

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::kernel::Problem;
use crate::web::pages::{Frame, render_as};
use crate::web::refusal::Refusal;
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
    /// 403 and 404 lose their own words and become one page: a difference would
    /// tell that the thing exists.
    pub fn new(frame: Frame, problem: Problem) -> ProblemPage {
        if matches!(problem.status, 403 | 404) {
            let (title, detail, remedy) =
                (frame.t("not-found"), frame.t("not-found-detail"), frame.t("not-found-remedy"));
            return ProblemPage { kind: "not-found", status: 404, title, detail, remedy, frame };
        }
        let Problem { kind, status, title, detail, remedy } = problem;
        ProblemPage { frame, kind, status, title, detail, remedy }
    }
}

/// A refusal in words of the asker's language.
pub(super) fn problem(lang: Lang, refusal: &Refusal, status: u16) -> Problem {
    let (kind, title, detail, remedy) = match refusal {
        Refusal::Missing => ("not-found", lang.t("not-found"), lang.t("not-found-detail"), lang.t("not-found-remedy")),
        Refusal::Nobody => ("sign-in", lang.t("no-session"), lang.t("no-session-detail"), lang.t("no-session-remedy")),
        Refusal::OtherSite => {
            ("other-site", lang.t("not-done"), lang.t("other-site-detail"), lang.t("other-site-remedy"))
        }
        Refusal::Wrong { detail, remedy } => ("wrong", lang.t("not-done"), detail.clone(), remedy.clone()),
        Refusal::Unread { detail, .. } => ("unread", lang.t("not-done"), detail.clone(), lang.t("unread-remedy")),
        Refusal::Fault => ("fault", lang.t("fault"), lang.t("fault-detail"), lang.t("fault-remedy")),
    };
    Problem { kind, status, title, detail, remedy }
}

/// The problem as a page with its status.
pub fn as_page(frame: Frame, problem: Problem) -> Response {
    let page = ProblemPage::new(frame, problem);
    render_as(status(page.status), &page)
}

/// The problem as RFC 9457 JSON with its status; 403 is answered as 404 here too.
pub fn as_json(problem: &Problem) -> Response {
    let hidden = matches!(problem.status, 403 | 404);
    let json = if hidden {
        serde_json::json!({ "type": "not-found", "status": 404, "title": "not found or not open to you" })
    } else {
        serde_json::json!({
            "type": problem.kind, "status": problem.status, "title": problem.title,
            "detail": problem.detail, "remedy": problem.remedy,
        })
    };
    let mut answer = Response::new(Body::from(json.to_string()));
    *answer.status_mut() = if hidden { StatusCode::NOT_FOUND } else { status(problem.status) };
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
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

    fn problem(kind: &'static str, status: u16) -> Problem {
        Problem { kind, status, ..sample() }
    }

    #[test]
    fn what_is_forbidden_looks_like_what_does_not_exist() {
        let page = |problem| ProblemPage::new(Frame::sample(Lang::Zh, None), problem).render().unwrap();
        let forbidden = page(problem("not-yours", 403));
        assert_eq!(forbidden, page(problem("no-such-record", 404)));
        assert!(!forbidden.contains("副本二"));
        assert_eq!(as_json(&problem("not-yours", 403)).status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn a_problem_keeps_its_status_and_type() {
        let json = as_json(&sample());
        assert_eq!(json.status().as_u16(), 507);
        assert_eq!(json.headers()[header::CONTENT_TYPE], "application/problem+json");
        let page = as_page(Frame::sample(Lang::En, None), sample());
        assert_eq!(page.status().as_u16(), 507);
        assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }
}
