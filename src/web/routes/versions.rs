//! Versions of a record: read by whoever may know of it, made by whoever arranges it.

use super::{Needs, Row};
use crate::{
    access::Right,
    web::{api, rooms},
};
use axum::{
    http::Method,
    routing::{get, patch, post},
};

pub(super) fn rows() -> Vec<Row> {
    let (see, read, arrange) = (Needs::Right(Right::Search), Needs::Right(Right::Read), Needs::Right(Right::Arrange));
    let old_file = || get(rooms::content::old_file);
    vec![
        (Method::GET, "/records/{id}/correct", arrange, get(rooms::versions::correct::show)),
        (Method::POST, "/records/{id}/correct", arrange, post(rooms::versions::correct::send)),
        (Method::GET, "/records/{id}/versions/{version}", see, get(rooms::versions::show)),
        (Method::GET, "/records/{id}/versions/{version}/files/{number}", read, old_file()),
        (Method::PATCH, "/api/v1/records/{id}", arrange, patch(api::versions::patch)),
        (Method::GET, "/api/v1/records/{id}/versions", see, get(api::versions::list)),
        (Method::POST, "/api/v1/records/{id}/versions", arrange, post(api::versions::replace_file)),
        (Method::POST, "/api/v1/records/{id}/order", arrange, post(api::versions::order)),
        (Method::GET, "/api/v1/records/{id}/versions/{version}", see, get(api::versions::show)),
        (Method::GET, "/api/v1/records/{id}/versions/{version}/files/{number}", read, old_file()),
    ]
}
