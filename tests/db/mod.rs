//! The two databases behind one door.

mod prepared;

use crate::harness::{TestDb, on_both_databases};
use lantai::db::{Asked, Cell, Db, Engine, bulk};
use serde_json::json;

async fn every_migration_is_applied_once(db: TestDb) {
    let first = Db::open(&db.url).await.unwrap();
    let count = first.migrated().await.unwrap();
    assert_eq!(count, i64::try_from(lantai::db::MIGRATIONS.len()).unwrap());
    let again = Db::open(&db.url).await.unwrap();
    assert_eq!(again.migrated().await.unwrap(), count);
}

async fn the_bulk_door_carries_text_numbers_and_nulls(db: TestDb) {
    let db = Db::open(&db.url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    let columns = &[
        ("id", Cell::Text),
        ("kind", Cell::Text),
        ("subject", Cell::Text),
        ("state", Cell::Text),
        ("attempts", Cell::Number),
        ("due_at", Cell::Text),
        ("done", Cell::Number),
        ("total", Cell::Number),
        ("fault", Cell::Text),
        ("created_at", Cell::Text),
    ];
    let rows: Vec<_> = (0..1_500)
        .map(|n| json!([format!("j{n}"), "k", format!("档案“{n}”\n'"), "waiting", n, "", 0, i64::MAX, null, ""]))
        .collect();
    bulk(&mut tx, "INSERT INTO job", columns, &rows).await.unwrap();
    tx.commit().await.unwrap();
    let mut asked = Asked::new("SELECT subject, attempts, total, fault FROM job WHERE id IN ");
    asked.list(["j7", "no"]).push(" AND attempts < ").bind(100_i64);
    let found: Vec<(String, i64, i64, Option<String>)> = asked.fetch(&db).await.unwrap();
    assert_eq!(found, [("档案“7”\n'".to_owned(), 7, i64::MAX, None)]);
    let mut none = Asked::new("SELECT id FROM job WHERE id IN ");
    none.list(Vec::<String>::new());
    assert_eq!(none.fetch::<(String,)>(&db).await.unwrap(), []);
}

async fn a_change_that_is_dropped_never_was(db: TestDb) {
    let db = Db::open(&db.url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    sqlx::query("INSERT INTO code_serial (scope, last) VALUES ('a', 1)").execute(&mut *tx).await.unwrap();
    drop(tx);
    let mut tx = db.begin().await.unwrap();
    let left: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM code_serial").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(left, 0);
}

async fn text_is_sorted_by_its_bytes(db: TestDb) {
    let db = Db::open(&db.url).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    for scope in ["a", "B", "b", "Z109", "·", "一"] {
        sqlx::query("INSERT INTO code_serial (scope, last) VALUES ($1, 1)")
            .bind(scope)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    let sorted: Vec<String> =
        sqlx::query_scalar("SELECT scope FROM code_serial ORDER BY scope").fetch_all(&mut *tx).await.unwrap();
    assert_eq!(sorted, ["B", "Z109", "a", "b", "·", "一"]);
}

on_both_databases!(
    every_migration_is_applied_once,
    the_bulk_door_carries_text_numbers_and_nulls,
    a_change_that_is_dropped_never_was,
    text_is_sorted_by_its_bytes,
);

/// Read back from the connections themselves: a setting that SQLite ignores in
/// silence is not set.
#[tokio::test]
async fn every_sqlite_connection_is_durable_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open(&format!("sqlite://{}/t.db?mode=rwc", folder.path().display())).await.unwrap();
    assert_eq!(db.engine(), Engine::Sqlite);
    let wanted = [
        ("PRAGMA synchronous", 2_i64),
        ("PRAGMA secure_delete", 1),
        ("PRAGMA temp_store", 2),
        ("PRAGMA foreign_keys", 1),
        ("PRAGMA busy_timeout", 30_000),
    ];
    let mut writer = db.begin().await.unwrap();
    let mut readers = Vec::new();
    for _ in 0..6 {
        readers.push(db.read().acquire().await.unwrap());
    }
    for (pragma, value) in wanted {
        let found: i64 = sqlx::query_scalar(pragma).fetch_one(&mut *writer).await.unwrap();
        assert_eq!(found, value, "{pragma} of the writer");
        for reader in &mut readers {
            let found: i64 = sqlx::query_scalar(pragma).fetch_one(&mut **reader).await.unwrap();
            assert_eq!(found, value, "{pragma} of a reader");
        }
    }
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *writer).await.unwrap();
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn an_address_of_no_database_of_ours_is_refused() {
    assert!(Db::open("mysql://localhost/x").await.is_err());
}
