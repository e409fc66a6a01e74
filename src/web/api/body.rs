//! The JSON body of a request.

use crate::web::refusal::Refusal;
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, OptionalFromRequest, Request},
    response::{IntoResponse as _, Response},
};
use hyper::body::Body as _;
use serde::de::DeserializeOwned;

/// A body read as `T`. One with a NUL in a text is none of ours: PostgreSQL takes none.
pub struct Body<T>(pub T);

/// None where nothing was sent.
impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Body<T> {
    type Rejection = Response;
    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Response> {
        if request.body().is_end_stream() {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Response;
    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::new(body), state).await.map_err(|refused| refused.into_response())?;
        if bytes.windows(6).any(|six| six == b"\\u0000") {
            let (status, detail) = (422, "a text holds a NUL".to_owned());
            return Err(Refusal::Unread { status, detail }.into_response());
        }
        let request = Request::from_parts(parts, bytes.into());
        let read = <Json<T> as FromRequest<S>>::from_request(request, state).await;
        Ok(Self(read.map_err(|refused| refused.into_response())?.0))
    }
}
