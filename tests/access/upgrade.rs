//! People of an archive made before there were officers and grants.

use crate::harness::{TestDb, on_both_databases};
use lantai::{
    access::{self, Role},
    db::{Db, MIGRATIONS},
};
use sqlx::{
    AnyConnection, Connection as _, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

async fn people_of_old_keep_their_names_passwords_and_reach(db: TestDb) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&db.url).await.unwrap();
    let before = MIGRATIONS[..7].iter().zip(1..).map(|((name, sql), version)| {
        Migration::new(version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(before.collect()).run_direct(None, &mut connection, false).await.unwrap();
    for (id, name, role, department, clearance) in [
        ("one", "张甲", "archivist", None, 2_i64),
        ("two", "李乙", "staff", Some("办公室"), 1),
        ("three", "王丙", "staff", None, 0),
    ] {
        sqlx::query(
            "INSERT INTO person (id, name, role, department, clearance, password, created_at)
             VALUES ($1, $2, $3, NULLIF($4, ''), $5, 'hash of old', '2026-11-24T00:00:00.000Z')",
        )
        .bind(id)
        .bind(name)
        .bind(role)
        .bind(department.unwrap_or_default())
        .bind(clearance)
        .execute(&mut connection)
        .await
        .unwrap();
    }
    connection.close().await.unwrap();

    let db = Db::open(&db.url).await.unwrap();
    for (name, role, department, grants) in [
        ("张甲", Role::Archivist, None, "search read ingest arrange"),
        ("李乙", Role::Staff, Some("办公室"), "search read"),
        ("王丙", Role::Staff, None, "search read"),
    ] {
        let one = access::by_name(&db, name).await.unwrap().unwrap();
        assert_eq!((one.role, one.department.as_deref(), &one.password_due), (role, department, &None), "{name}");
        let given = access::grants(&db, Some(&one.id)).await.unwrap();
        assert_eq!(given.iter().map(|grant| grant.functions.as_str()).collect::<Vec<_>>(), [grants], "{name}");
    }
    let departments = access::departments(&db).await.unwrap();
    assert_eq!(departments.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["办公室"]);
    assert!(access::first(&db).await.unwrap(), "there is no security officer yet: the operator makes one");
}

on_both_databases!(people_of_old_keep_their_names_passwords_and_reach);
