//! An answer that is no: a page for people, problem+json for programs.

use super::{pages::Frame, problem_page, texts::Lang};
use crate::kernel::Problem;
use axum::response::{IntoResponse, Response};

/// A problem on its way to whoever asked.
#[derive(Debug)]
pub struct Refusal {
    problem: Problem,
    /// A program asked.
    api: bool,
}

impl Refusal {
    /// Not there, or not for the asker: the same words.
    pub fn missing() -> Self {
        Self::of("not-found", 404, "没有找到", "地址不对，或您无权查看", "核对后再试")
    }

    /// Nobody is signed in.
    pub fn nobody() -> Self {
        Self::of("sign-in", 401, "请先登录", "此处需要登录", "登录后再试")
    }

    /// A write that no page of ours sent.
    pub fn other_site() -> Self {
        Self::of(
            "other-site",
            400,
            "未予办理",
            "请求不是从本系统的页面发出的，或页面已过期",
            "回到页面，刷新后再办一次",
        )
    }

    /// The request itself is wrong.
    pub fn wrong(detail: &str, remedy: &str) -> Self {
        Self::of("wrong", 422, "未予办理", detail, remedy)
    }

    /// Our own fault: logged, and shown without its inside.
    pub fn fault(error: &dyn std::error::Error) -> Self {
        let mut said = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            said = format!("{said}: {cause}");
            source = cause.source();
        }
        tracing::error!("a request failed: {said}");
        Self::of("fault", 500, "系统出错", "系统没能办成此事，已记入日志", "稍后再试；仍不行，请告诉管理员")
    }

    /// Shown as the path asks: as problem+json below `/api/`.
    #[must_use]
    pub fn for_path(mut self, path: &str) -> Self {
        self.api = path.starts_with("/api/");
        self
    }

    fn of(kind: &'static str, status: u16, title: &str, detail: &str, remedy: &str) -> Self {
        let (title, detail, remedy) = (title.to_owned(), detail.to_owned(), remedy.to_owned());
        Self { problem: Problem { kind, status, title, detail, remedy }, api: false }
    }
}

impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::fault(&error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if self.api {
            return problem_page::as_json(&self.problem);
        }
        let frame = Frame {
            lang: Lang::Zh,
            house: String::new(),
            who: None,
            place: None,
            here: "/".to_owned(),
            csrf: String::new(),
        };
        problem_page::as_page(frame, self.problem)
    }
}
