//! Every route that axum serves, asked of the router itself and not of our table.

use crate::harness::Archive;
use hyper::Method;
use lantai::{
    app::{App, Place},
    config::Config,
    web::{Started, router},
};
use std::{collections::BTreeSet, sync::Arc};

const METHODS: [(&str, Method); 8] = [
    ("get", Method::GET),
    ("head", Method::HEAD),
    ("delete", Method::DELETE),
    ("options", Method::OPTIONS),
    ("patch", Method::PATCH),
    ("post", Method::POST),
    ("put", Method::PUT),
    ("trace", Method::TRACE),
];

/// Method and path of each, from what the router says of itself. No server may be
/// running on the archive.
pub async fn served(archive: &Archive) -> BTreeSet<(String, String)> {
    let place = Place::new(archive.data(), None);
    let url = [("LANTAI__DATABASE__URL".to_owned(), archive.url().to_owned())];
    let config = Config::load(&place.config(), url.into_iter()).unwrap();
    let app = Arc::new(App::open(place, config).await.unwrap());
    let said = format!("{:?}", router(app.clone(), Started::default()));
    app.close().await;
    routes(&said)
}

/// Reads `routes: {RouteId(3): MethodRouter(MethodRouter { get: Route, … }), …}, node:
/// Node { paths: {RouteId(3): "/path", …} }`.
fn routes(said: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let paths = said.split("Node { paths: {").nth(1).expect("the router names its paths");
    let mut rest = paths.split("} }").next().expect("the paths end");
    while let Some((id, after)) = rest.split_once(": \"") {
        let id = id.trim_start_matches(", ");
        let (path, after) = after.split_once('"').expect("a path ends");
        let route = said.split(&format!("{id}: MethodRouter(MethodRouter {{ ")).nth(1);
        let route = route.unwrap_or_else(|| panic!("{path} is served by no method"));
        let route = route.split(" }").next().expect("a route ends");
        for (word, method) in METHODS {
            let what = route.split(&format!("{word}: ")).nth(1).expect("a route says each method");
            if !what.starts_with("None") {
                found.insert((method.to_string(), path.to_owned()));
            }
        }
        rest = after;
    }
    found
}

#[test]
fn the_words_of_the_router_are_read() {
    let route = |get: &str, post: &str| {
        format!(
            "MethodRouter(MethodRouter {{ get: {get}, head: None, delete: None, options: None, patch: None, \
             post: {post}, put: None, trace: None, connect: None, fallback: Default(Route) }})"
        )
    };
    let said = format!(
        "Router {{ path_router: PathRouter {{ routes: {{RouteId(12): {}, RouteId(1): {}}}, node: \
         Node {{ paths: {{RouteId(1): \"/a/{{id}}\", RouteId(12): \"/\"}} }} }}, Node {{ paths: {{RouteId(9): \"/x\"}} }}",
        route("Route", "None"),
        route("Route", "Route")
    );
    let routes: Vec<_> = routes(&said).into_iter().collect();
    let pairs = [("GET", "/"), ("GET", "/a/{id}"), ("POST", "/a/{id}")];
    assert_eq!(routes, pairs.map(|(method, path)| (method.to_owned(), path.to_owned())));
}
