//! What `/api/v1` takes and answers, as a document of OpenAPI 3.1: one file a resource,
//! put together once. Written by hand; `tests/web/judged.rs` holds it against the
//! server with a program that knows nothing of either.

use axum::{http::header, response::IntoResponse};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// What every resource shares, and then the resources.
const PARTS: [(&str, &str); 16] = [
    ("base", include_str!("openapi/base.json")),
    ("session", include_str!("openapi/session.json")),
    ("search", include_str!("openapi/search.json")),
    ("records", include_str!("openapi/records.json")),
    ("versions", include_str!("openapi/versions.json")),
    ("fonds", include_str!("openapi/fonds.json")),
    ("batches", include_str!("openapi/batches.json")),
    ("catalogues", include_str!("openapi/catalogues.json")),
    ("wayback", include_str!("openapi/wayback.json")),
    ("handover", include_str!("openapi/handover.json")),
    ("uploads", include_str!("openapi/uploads.json")),
    ("account", include_str!("openapi/account.json")),
    ("people", include_str!("openapi/people.json")),
    ("departments", include_str!("openapi/departments.json")),
    ("trail", include_str!("openapi/trail.json")),
    ("rights", include_str!("openapi/rights.json")),
];

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut whole = Value::Object(Map::new());
    for (name, part) in PARTS {
        let part = serde_json::from_str(part).unwrap_or_else(|error| panic!("{name}.json: {error}"));
        put(&mut whole, part, name);
    }
    whole["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    whole.to_string()
});

/// Puts `part` into `whole`, object by object. What stands in both is a fault of this
/// binary, which a test finds.
fn put(whole: &mut Value, part: Value, place: &str) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                let place = format!("{place}/{name}");
                match whole.get_mut(&name) {
                    Some(held) => put(held, value, &place),
                    None => drop(whole.insert(name, value)),
                }
            }
        }
        _ => panic!("{place} stands in two parts"),
    }
}

pub async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::{Needs, table};
    use std::collections::BTreeSet;

    fn document() -> Value {
        serde_json::from_str(&DOCUMENT).unwrap()
    }

    /// Method, path and the operation itself.
    fn operations(document: &Value) -> Vec<(String, String, &Value)> {
        let paths = document["paths"].as_object().unwrap();
        paths
            .iter()
            .flat_map(|(path, item)| {
                let methods = item.as_object().unwrap().iter();
                methods.map(move |(method, operation)| (method.to_uppercase(), path.clone(), operation))
            })
            .collect()
    }

    #[test]
    fn every_route_below_api_is_described_and_nothing_else() {
        let document = document();
        let described: BTreeSet<_> = operations(&document).into_iter().map(|(m, path, _)| (m, path)).collect();
        let routes: BTreeSet<_> = table()
            .into_iter()
            .filter(|(_, path, _)| path.starts_with("/api/"))
            .map(|(method, path, _)| (method.to_string(), path.to_owned()))
            .collect();
        assert_eq!(described, routes);
    }

    #[test]
    fn every_reference_points_to_something() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").map(|to| to.as_str().unwrap().to_owned()));
                    fields.values().for_each(|field| references(field, found));
                }
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let (document, mut found) = (document(), Vec::new());
        references(&document, &mut found);
        assert!(found.len() > 50);
        for reference in found {
            let place = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leaves the document"));
            assert!(document.pointer(place).is_some(), "{reference} points to nothing");
        }
    }

    /// A bearer and a cookie where a right is needed, nothing where none is; a name of
    /// its own, words in both languages, and the answers that every guarded route has.
    #[test]
    fn every_operation_says_what_it_needs_and_what_it_is() {
        let (document, mut names) = (document(), BTreeSet::new());
        for (method, path, operation) in operations(&document) {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(names.insert(name), "{method} {path} has the name of another");
            let summary = operation["summary"].as_str().unwrap();
            assert!(summary.is_ascii() != summary.chars().any(|c| c.is_ascii_alphabetic()), "{summary}");
            let open = table().iter().any(|(m, p, needs)| *m == *method && *p == path && *needs == Needs::Nobody);
            let kinds = operation["security"].as_array().unwrap_or_else(|| panic!("{method} {path}"));
            assert_eq!(kinds.is_empty(), open, "{method} {path}");
            let done = ["200", "201", "202", "204"].iter().any(|status| operation["responses"].get(status).is_some());
            assert!(done, "{method} {path} says nothing of what is done");
            let wanted: &[&str] = if open { &[] } else { &["400", "401", "404", "500", "503"] };
            for status in wanted {
                assert!(operation["responses"].get(status).is_some(), "{method} {path} has no {status}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "b/x/y stands in two parts")]
    fn a_part_may_not_say_what_another_has_said() {
        let mut whole = serde_json::json!({ "x": { "y": 1 } });
        put(&mut whole, serde_json::json!({ "x": { "z": 2 } }), "a");
        put(&mut whole, serde_json::json!({ "x": { "y": 3 } }), "b");
    }
}
