//! One's own account.

use super::{Needs, Row};
use crate::web::{api, rooms};
use axum::{
    http::Method,
    routing::{delete, get, post},
};

pub(super) fn rows() -> Vec<Row> {
    // Not while a first password stands: whoever gave it knows it, and would hold a key.
    let draw = Needs::Person;
    vec![
        (Method::GET, "/account", Needs::Account, get(rooms::account::show)),
        (Method::POST, "/account", Needs::Account, post(rooms::account::change)),
        (Method::POST, "/account/sessions/end-others", Needs::Account, post(rooms::account::end_others)),
        (Method::POST, "/account/sessions/{id}/end", Needs::Account, post(rooms::account::end_session)),
        (Method::POST, "/account/tokens/{id}/draw", draw, post(rooms::account::draw)),
        (Method::POST, "/account/tokens/{id}/end", Needs::Account, post(rooms::account::end_token)),
        (Method::DELETE, "/api/v1/session", Needs::Account, delete(api::session::leave)),
        (Method::GET, "/api/v1/account", Needs::Account, get(api::account::show)),
        (Method::POST, "/api/v1/account/password", Needs::Account, post(api::account::password)),
        (Method::GET, "/api/v1/account/sessions", Needs::Account, get(api::account::sessions)),
        (Method::DELETE, "/api/v1/account/sessions/{id}", Needs::Account, delete(api::account::end_session)),
        (Method::GET, "/api/v1/account/tokens", Needs::Account, get(api::account::tokens)),
        (Method::POST, "/api/v1/account/tokens/{id}/draw", draw, post(api::account::draw)),
    ]
}
