//! Batches on their way back: by whoever takes in.

use super::{Needs, Row};
use crate::{
    access::Right,
    web::{api, rooms},
};
use axum::{
    http::Method,
    routing::{get, post},
};

pub(super) fn rows() -> Vec<Row> {
    let take = Needs::Right(Right::Ingest);
    vec![
        (Method::GET, "/batches/{id}/withdraw", take, get(rooms::wayback::show)),
        (Method::POST, "/batches/{id}/withdraw", take, post(rooms::wayback::send)),
        (Method::GET, "/batches/{id}/return", take, get(rooms::wayback::show_return)),
        (Method::POST, "/batches/{id}/return", take, post(rooms::wayback::send_return)),
        (Method::POST, "/api/v1/batches/{id}/return", take, post(api::wayback::send_back)),
        (Method::POST, "/api/v1/batches/{id}/withdraw", take, post(api::wayback::withdraw)),
    ]
}
