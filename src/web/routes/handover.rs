//! Batches handed over, and who is late with it: for whoever takes in.

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
        (Method::GET, "/batches/{id}/handover", take, get(rooms::handover::show)),
        (Method::POST, "/batches/{id}/handover", take, post(rooms::handover::send)),
        (Method::GET, "/batches/{id}/handover/catalogue", take, get(rooms::handover::catalogue)),
        (Method::GET, "/batches/{id}/handover/catalogue.xlsx", take, get(rooms::handover::catalogue_xlsx)),
        (Method::GET, "/api/v1/batches/{id}/handover", take, get(api::handover::show)),
        (Method::POST, "/api/v1/batches/{id}/handover", take, post(api::handover::sign)),
        (Method::GET, "/handover", take, get(rooms::handover::yearly)),
        (Method::GET, "/api/v1/handover", take, get(api::yearly::list)),
    ]
}
