//! The trail: numbered without a gap, hashed as it stands, details apart.

mod find;
mod million;

pub use find::recomputed;

use crate::harness::{TestClock, TestDb, on_both_databases};
use lantai::{
    audit::{self, Change, Event, entry},
    db::{Asked, Db},
    kernel::{Actor, Sha256},
};

async fn an_entry_is_kept_as_it_was_hashed_and_its_details_open_its_commitments(db: TestDb) {
    let db = Db::open(&db.url).await.unwrap();
    let clock = TestClock::default();
    let mut change = Change::begin(&db, &clock, &Actor::Operator).await.unwrap();
    change.say(Event::new("fonds.added", "f1").with("name", "子虚县档案馆").with("code", "X001"));
    assert_eq!(change.commit(Event::new("fonds.opened", "f1").and("f2")).await.unwrap(), 2);

    let rows: Vec<(i64, String, String)> =
        Asked::new("SELECT n, entry, leaf FROM audit_event ORDER BY n").fetch(&db).await.unwrap();
    for (n, bytes, leaf) in &rows {
        assert_eq!(entry::leaf(bytes).to_string(), *leaf);
        let read: serde_json::Value = serde_json::from_str(bytes).unwrap();
        assert_eq!(read["n"], *n);
    }
    assert!(!rows[0].1.contains("子虚"), "no name stands in an entry");
    let details: Vec<(String, String, String)> =
        Asked::new("SELECT field, salt, body FROM audit_detail ORDER BY field").fetch(&db).await.unwrap();
    let commitments: Vec<Sha256> = details
        .iter()
        .map(|(field, salt, body)| {
            let salt = data_encoding::HEXLOWER.decode(salt.as_bytes()).unwrap().try_into().unwrap();
            entry::commitment(&salt, field, body)
        })
        .collect();
    let read: serde_json::Value = serde_json::from_str(&rows[0].1).unwrap();
    let said: Vec<&str> = read["commitments"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    assert_eq!(said, commitments.iter().map(ToString::to_string).collect::<Vec<_>>());
    let life = audit::of_subject(&db, "f1", 0, 10).await.unwrap();
    assert_eq!(life.iter().map(|line| line.verb.as_str()).collect::<Vec<_>>(), ["fonds.added", "fonds.opened"]);
    assert_eq!(life[0].details, [("code".into(), "X001".into()), ("name".into(), "子虚县档案馆".into())]);
}

async fn eight_writers_number_their_lines_without_a_gap(db: TestDb) {
    let db = Db::open(&db.url).await.unwrap();
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                let clock = TestClock::default();
                for n in 0..10 {
                    let change = Change::begin(&db, &clock, &Actor::Operator).await.unwrap();
                    change.commit(Event::new("test.done", format!("w{writer}-{n}"))).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let numbers: Vec<(i64,)> = Asked::new("SELECT n FROM audit_event ORDER BY n").fetch(&db).await.unwrap();
    assert_eq!(numbers.into_iter().map(|(n,)| n).collect::<Vec<_>>(), (1..=80).collect::<Vec<_>>());
}

async fn a_change_that_is_dropped_leaves_no_line(db: TestDb) {
    let db = Db::open(&db.url).await.unwrap();
    let mut change = Change::begin(&db, &TestClock::default(), &Actor::Operator).await.unwrap();
    change.say(Event::new("test.done", "x"));
    drop(change);
    assert_eq!(audit::last(&db).await.unwrap(), 0);
}

on_both_databases!(
    an_entry_is_kept_as_it_was_hashed_and_its_details_open_its_commitments,
    eight_writers_number_their_lines_without_a_gap,
    a_change_that_is_dropped_leaves_no_line,
);
