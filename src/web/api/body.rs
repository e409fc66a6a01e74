//! The JSON body of a request.

use crate::web::refusal::Refusal;
use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request},
    response::{IntoResponse as _, Response},
};
use serde::de::DeserializeOwned;

/// A body read as `T`. One with a NUL in a text is none of ours: PostgreSQL takes none.
pub struct Body<T>(pub T);

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
        let Json(read) = Json::from_request(request, state).await.map_err(|refused| refused.into_response())?;
        Ok(Self(read))
    }
}
