//! Catalogues before they are handed in.

use super::{Needs, Row};
use crate::{
    access::Right,
    web::{api, rooms},
};
use axum::{
    http::Method,
    routing::{delete, get, post},
};

pub(super) fn rows() -> Vec<Row> {
    let take = Needs::Right(Right::Ingest);
    vec![
        (Method::GET, "/catalogues", take, get(rooms::catalogues::show)),
        (Method::POST, "/catalogues", take, post(rooms::catalogues::preview)),
        (Method::POST, "/catalogues/presets", take, post(rooms::catalogues::keep)),
        (Method::POST, "/catalogues/presets/{id}/remove", take, post(rooms::catalogues::remove)),
        (Method::GET, "/catalogues/templates/{category}", take, get(api::catalogues::template)),
        (Method::POST, "/api/v1/catalogues/preview", take, post(api::catalogues::preview)),
        (Method::GET, "/api/v1/catalogues/presets", take, get(api::catalogues::presets)),
        (Method::POST, "/api/v1/catalogues/presets", take, post(api::catalogues::keep)),
        (Method::GET, "/api/v1/catalogues/presets/{id}", take, get(api::catalogues::one)),
        (Method::DELETE, "/api/v1/catalogues/presets/{id}", take, delete(api::catalogues::remove)),
        (Method::GET, "/api/v1/catalogues/templates/{category}", take, get(api::catalogues::template)),
    ]
}
