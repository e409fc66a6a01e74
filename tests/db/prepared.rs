//! Every SQL text of the source is prepared on both databases.

use crate::harness::{TestDb, on_both_databases};
use lantai::db::Db;
use sqlx::{AssertSqlSafe, Executor as _, SqlSafeStr as _};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The literal that follows each call of sqlx's query functions.
fn texts(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in ["sqlx::query(", "sqlx::query_as(", "sqlx::query_scalar("] {
        for (at, _) in source.match_indices(call) {
            let rest = source[at + call.len()..].trim_start();
            let Some(literal) = rest.strip_prefix('"') else { continue };
            let end = literal.find('"').expect("a literal ends");
            found.push(literal[..end].replace("\\\n", ""));
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

async fn every_sql_text_is_prepared(db: TestDb) {
    let db = Db::open(&db.url).await.unwrap();
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut connection = db.read().acquire().await.unwrap();
    let mut count = 0;
    for file in files {
        for text in texts(&fs::read_to_string(&file).unwrap()) {
            // Not a statement of both: asked of one engine only.
            if text.starts_with("PRAGMA") || text.contains("pg_database") || text.starts_with("LOCK TABLE") {
                continue;
            }
            let sql = AssertSqlSafe(text.clone()).into_sql_str();
            if let Err(error) = (&mut *connection).prepare(sql).await {
                panic!("{}: {error}\n{text}", file.display());
            }
            count += 1;
        }
    }
    assert!(count > 20, "only {count} texts were found: the scan has lost its way");
}

on_both_databases!(every_sql_text_is_prepared);

#[test]
fn a_text_is_found_wherever_it_stands() {
    let source = "sqlx::query(\n  \"SELECT 1\",\n) sqlx::query_as(\"SELECT 2\") sqlx::query_scalar(pragma)";
    assert_eq!(texts(source), ["SELECT 1", "SELECT 2"]);
}
