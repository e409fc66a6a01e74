//! People, departments, posts, grants, tokens and sessions: for the security officer.

use super::{Needs, Row};
use crate::{
    access::Right,
    web::{
        api,
        rooms::people::{self, departments, grants, person, posts},
    },
};
use axum::{
    http::Method,
    routing::{delete, get, patch, post},
};

const PEOPLE: Needs = Needs::Right(Right::People);

pub(super) fn rows() -> Vec<Row> {
    let mut rows = pages();
    rows.extend(programs());
    rows
}

fn pages() -> Vec<Row> {
    vec![
        (Method::GET, "/people", PEOPLE, get(people::list)),
        (Method::POST, "/people", PEOPLE, post(people::add)),
        (Method::GET, "/people/{id}", PEOPLE, get(person::show)),
        (Method::POST, "/people/{id}", PEOPLE, post(person::change)),
        (Method::POST, "/people/{id}/password", PEOPLE, post(person::reset)),
        (Method::POST, "/people/{id}/leave", PEOPLE, post(person::leave)),
        (Method::POST, "/people/{id}/grants", PEOPLE, post(person::grant)),
        (Method::POST, "/people/{id}/posts", PEOPLE, post(person::appoint)),
        (Method::POST, "/people/{id}/tokens", PEOPLE, post(person::allow)),
        (Method::POST, "/people/{id}/{what}/{which}/end", PEOPLE, post(person::end)),
        (Method::GET, "/departments", PEOPLE, get(departments::list)),
        (Method::POST, "/departments", PEOPLE, post(departments::open)),
        (Method::POST, "/departments/{code}", PEOPLE, post(departments::change)),
        (Method::POST, "/departments/{code}/close", PEOPLE, post(departments::close)),
        (Method::GET, "/posts", PEOPLE, get(posts::list)),
        (Method::GET, "/grants", PEOPLE, get(grants::list)),
    ]
}

fn programs() -> Vec<Row> {
    use api::{departments, grants, people, posts, sessions, tokens};
    vec![
        (Method::GET, "/api/v1/people", PEOPLE, get(people::list)),
        (Method::POST, "/api/v1/people", PEOPLE, post(people::add)),
        (Method::GET, "/api/v1/people/{id}", PEOPLE, get(people::show)),
        (Method::PATCH, "/api/v1/people/{id}", PEOPLE, patch(people::change)),
        (Method::POST, "/api/v1/people/{id}/password", PEOPLE, post(people::reset)),
        (Method::POST, "/api/v1/people/{id}/leave", PEOPLE, post(people::leave)),
        (Method::GET, "/api/v1/departments", PEOPLE, get(departments::list)),
        (Method::POST, "/api/v1/departments", PEOPLE, post(departments::open)),
        (Method::PATCH, "/api/v1/departments/{code}", PEOPLE, patch(departments::change)),
        (Method::DELETE, "/api/v1/departments/{code}", PEOPLE, delete(departments::close)),
        (Method::GET, "/api/v1/posts", PEOPLE, get(posts::list)),
        (Method::POST, "/api/v1/posts", PEOPLE, post(posts::give)),
        (Method::DELETE, "/api/v1/posts/{id}", PEOPLE, delete(posts::end)),
        (Method::GET, "/api/v1/grants", PEOPLE, get(grants::list)),
        (Method::POST, "/api/v1/grants", PEOPLE, post(grants::give)),
        (Method::DELETE, "/api/v1/grants/{id}", PEOPLE, delete(grants::end)),
        (Method::GET, "/api/v1/tokens", PEOPLE, get(tokens::list)),
        (Method::POST, "/api/v1/tokens", PEOPLE, post(tokens::allow)),
        (Method::DELETE, "/api/v1/tokens/{id}", PEOPLE, delete(tokens::end)),
        (Method::GET, "/api/v1/sessions", PEOPLE, get(sessions::list)),
        (Method::DELETE, "/api/v1/sessions/{id}", PEOPLE, delete(sessions::end)),
    ]
}
