//! Capabilities stay where they belong.

use super::{Source, sources};

/// What may stand only in these files or rooms (a path's beginning).
const ONLY: &[(&str, &[&str])] = &[
    ("AssertSqlSafe", &["src/db/"]),
    // Of access: when a session was used and failed attempts, which are no acts.
    ("db.begin()", &["src/audit/", "src/jobs/", "src/access/quiet.rs"]),
    ("Permit::machine", &["src/access/", "src/ingest/batch/read.rs", "src/search/follow.rs"]),
    ("Permit::new", &["src/access/"]),
    // Somebody without his session: only for the job that he asked for.
    (".of_person(", &["src/app/work.rs"]),
    ("open_content(", &["src/vault/", "src/web/rooms/content.rs"]),
    ("content_path(&permit", &["src/vault/", "src/ingest/batch/read.rs", "src/web/rooms/content.rs"]),
    ("Sweep::of", &["src/vault/"]),
    ("Withdraw::of", &["src/vault/", "src/ingest/wayback/erase.rs"]),
    ("tokio::spawn(", &["src/cli/"]),
    ("tantivy::", &["src/search/"]),
    ("object_store::", &["src/vault/"]),
    ("hayro::", &["src/ingest/extract/"]),
    ("SystemTime::now", &["src/app/clock.rs"]),
];

fn breaches(source: &Source) -> Vec<String> {
    let code = source.code();
    ONLY.iter()
        .filter(|(what, places)| code.contains(what) && !places.iter().any(|place| source.path.starts_with(place)))
        .map(|(what, _)| format!("{}: `{what}` has no place here", source.path))
        .collect()
}

#[test]
fn capabilities_stay_where_they_belong() {
    let wrong: Vec<String> = sources("src").iter().flat_map(breaches).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_capability_elsewhere_is_seen() {
    let source = Source { path: "src/web/rooms/x.rs".into(), text: "let p = Permit::machine(w, r, p, u);".into() };
    assert_eq!(breaches(&source), ["src/web/rooms/x.rs: `Permit::machine` has no place here"]);
}

/// What works a password out that came over the network.
const WITH_A_PASSWORD: [&str; 3] = ["gate.sign_in(", "gate.change_password(", "gate.confirm_password("];

/// A function of `web` that does so and takes no `Confidential`, which refuses plain HTTP
/// and counts attempts.
fn takes_a_password_anyhow(source: &Source) -> bool {
    let code = source.code();
    let works_out = |function: &str| WITH_A_PASSWORD.iter().any(|call| function.contains(call));
    source.room() == "web"
        && code.split("async fn ").any(|function| works_out(function) && !function.contains(": Confidential,"))
}

#[test]
fn whoever_takes_a_password_over_the_network_takes_it_confidentially() {
    let sources = sources("src");
    let wrong: Vec<&str> = sources.iter().filter(|s| takes_a_password_anyhow(s)).map(|s| s.path.as_str()).collect();
    assert!(wrong.is_empty(), "without limits::Confidential: {wrong:?}");
    let text = "async fn enter(a: A, _: Confidential, b: B) { app.gate.sign_in(x); }";
    let source = |text: &str| Source { path: "src/web/rooms/x.rs".into(), text: text.into() };
    assert!(!takes_a_password_anyhow(&source(text)));
    assert!(takes_a_password_anyhow(&source(&text.replace("_: Confidential, ", ""))));
}
