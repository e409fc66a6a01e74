//! The pages: one struct each with what is shown and nothing else, beside the
//! template that shows it. No type of a database comes here, so a page can be
//! drawn from a sample; every sample is drawn in both languages by a test.
//!
//! A page works without script and carries neither inline style nor inline
//! script, so that the strictest content policy holds.

pub mod access;
pub mod audit;
mod frame;
pub mod health;
pub mod holdings;
pub mod ingest;
mod parts;
pub mod people;
pub mod profile;
pub mod search;
pub mod settings;
pub mod today;

use askama::Template;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

pub use frame::{Frame, Place, Who};
pub use parts::{Marked, Pager, Standing, href};

/// The page as an answer, 200.
pub fn render(page: &impl Template) -> Response {
    render_as(StatusCode::OK, page)
}

/// The page as an answer with its status: 422 for a form that comes back.
///
/// A page depends on who asks and in which language, so it is never kept by a cache.
pub fn render_as(status: StatusCode, page: &impl Template) -> Response {
    let mut answer = match page.render() {
        Ok(html) => Response::new(Body::from(html)),
        Err(error) => {
            tracing::error!(%error, "a page could not be drawn");
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            return answer;
        }
    };
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    answer
}

#[cfg(test)]
mod tests;
