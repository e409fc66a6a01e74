//! What is asked of the provider goes through here.

use openidconnect::{HttpRequest, HttpResponse, http::Response};
use std::future::Future;

/// The most an answer of the provider may weigh, in bytes.
const LARGEST: usize = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer is longer than {LARGEST} bytes")]
    Long,
    #[error(transparent)]
    Shape(#[from] openidconnect::http::Error),
}

/// The client as openidconnect takes one.
pub(super) fn with(
    http: &reqwest::Client,
) -> impl Fn(HttpRequest) -> std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send>> {
    let http = http.clone();
    move |request| Box::pin(fetch(http.clone(), request))
}

async fn fetch(http: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, FetchError> {
    let mut heard = http.execute(request.try_into()?).await?;
    let mut answer = Response::builder().status(heard.status());
    for (name, value) in heard.headers() {
        answer = answer.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(part) = heard.chunk().await? {
        if body.len() + part.len() > LARGEST {
            return Err(FetchError::Long);
        }
        body.extend_from_slice(&part);
    }
    Ok(answer.body(body)?)
}
