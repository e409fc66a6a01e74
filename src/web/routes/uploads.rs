//! Sending a batch: for whoever may take in, and each his own.

use super::{Needs, Row};
use crate::{
    access::Right,
    web::{api::uploads, rooms::uploads::send},
};
use axum::{
    http::Method,
    routing::{delete, get, head, options, patch, post},
};

/// The route that takes pieces of files, however large.
pub(super) const PIECES: (Method, &str) = (Method::PATCH, "/api/v1/batches/{id}/files/{name}");

pub(super) fn rows() -> Vec<Row> {
    let take = Needs::Right(Right::Ingest);
    vec![
        (Method::GET, "/batches/new", take, get(send::form)),
        (Method::POST, "/batches/new", take, post(send::open)),
        (Method::GET, "/batches/{id}/send", take, get(send::show)),
        (Method::POST, "/batches/{id}/send", take, post(send::act)),
        (Method::POST, "/api/v1/batches", take, post(uploads::open)),
        (Method::DELETE, "/api/v1/batches/{id}", take, delete(uploads::abandon)),
        (Method::POST, "/api/v1/batches/{id}/check", take, post(uploads::check)),
        (Method::POST, "/api/v1/batches/{id}/commit", take, post(uploads::commit)),
        (Method::GET, "/api/v1/batches/{id}/files", take, get(uploads::files)),
        (Method::OPTIONS, "/api/v1/batches/{id}/files", take, options(uploads::options)),
        (Method::POST, "/api/v1/batches/{id}/files", take, post(uploads::create)),
        (Method::HEAD, "/api/v1/batches/{id}/files/{name}", take, head(uploads::head)),
        (PIECES.0, PIECES.1, take, patch(uploads::patch)),
        (Method::DELETE, "/api/v1/batches/{id}/files/{name}", take, delete(uploads::remove)),
    ]
}
