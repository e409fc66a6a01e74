//! A trail of a million lines: every first page is fast. Long, so it runs where
//! `LANTAI_LONG=1` asks for it; the plans are looked at in any run (`audit::ways`).

use crate::harness::{TestDb, on_both_databases};
use lantai::{
    audit::{self, TrailFilter, Walk},
    db::{Cell, Db, Engine, bulk},
    kernel::{Cursor, Id, Instant},
};
use serde_json::json;
use std::time::{Duration, Instant as Watch};

const LINES: i64 = 1_000_000;
/// 50 ms in a release; a test build, its SQLite among it, is about three times as slow.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 150 } else { 50 });

const BUSY: &str = "0197c3a0-0000-7000-8000-0000000000a1";
const RARE: &str = "0197c3a0-0000-7000-8000-0000000000b2";

/// Mostly records filed by one person and sealed by the machine, as ingest leaves it; few
/// lines of others, early ones.
async fn fill(db: &Db) {
    let begin: Instant = "2020-01-01T00:00:00.000Z".parse().unwrap();
    let event = ["at", "actor", "verb", "subject", "entry", "leaf"].map(|name| (name, Cell::Text));
    let event: Vec<_> = std::iter::once(("n", Cell::Number)).chain(event).collect();
    let detail = [("n", Cell::Number), ("field", Cell::Text), ("salt", Cell::Text), ("body", Cell::Text)];
    for chunk in 0..LINES / 2_000 {
        let (mut lines, mut details) = (Vec::new(), Vec::new());
        for n in chunk * 2_000 + 1..=(chunk + 1) * 2_000 {
            let (actor, verb, subject) = match n {
                n if n % 100_000 == 7 => (format!("person:{RARE}"), "grant.given", RARE.to_owned()),
                n if n % 1_000 == 5 => ("operator".to_owned(), "person.changed", BUSY.to_owned()),
                n if n % 100 == 3 => ("machine:seal".to_owned(), "records.sealed", format!("filing-{}", n / 10_000)),
                n => (format!("person:{BUSY}"), "record.filed", format!("record-{n}")),
            };
            let at = begin.plus_seconds(n * 180);
            let entry = format!(
                r#"{{"v":1,"n":{n},"at":"{at}","actor":"{actor}","verb":"{verb}","subjects":["{subject}","record-{}"],"commitments":[]}}"#,
                n + 1
            );
            lines.push(json!([n, at.to_string(), actor, verb, subject, entry, "0".repeat(64)]));
            details.push(json!([n, "title", "0".repeat(32), format!("关于第 {n} 件的通知")]));
        }
        let mut tx = db.begin().await.unwrap();
        bulk(&mut tx, "INSERT INTO audit_event", &event, &lines).await.unwrap();
        bulk(&mut tx, "INSERT INTO audit_detail", &detail, &details).await.unwrap();
        tx.commit().await.unwrap();
    }
    if db.engine() == Engine::Postgres {
        // What autovacuum does by itself within minutes; before it, pages take up to a second.
        let mut tx = db.begin().await.unwrap();
        for analyse in ["ANALYZE audit_event", "ANALYZE audit_detail"] {
            sqlx::query(analyse).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}

async fn every_first_page_of_a_million_lines_is_fast(home: TestDb) {
    if std::env::var_os("LANTAI_LONG").is_none() {
        println!("skipped: LANTAI_LONG is not set");
        return;
    }
    let db = Db::open(&home.url).await.unwrap();
    fill(&db).await;
    let text = |text: &str| Some(text.to_owned());
    let all = TrailFilter::default();
    let day = |day: &str| format!("{day}T00:00:00.000Z").parse::<Instant>().ok();
    let rare = || Some(Id::known(RARE));
    let busy = || text(&format!("person:{BUSY}"));
    let cases = [
        all.clone(),
        TrailFilter { person: rare(), ..all.clone() },
        TrailFilter { person: Some(Id::known(BUSY)), ..all.clone() },
        TrailFilter { actor: busy(), ..all.clone() },
        TrailFilter { actor: text("operator"), ..all.clone() },
        TrailFilter { subject: text("record-500001"), ..all.clone() },
        TrailFilter { subject: text("record-500004"), within: text("filing-50"), ..all.clone() },
        TrailFilter { verb: text("grant.given"), ..all.clone() },
        TrailFilter { verb: text("record."), ..all.clone() },
        TrailFilter { verb: text("nothing.said"), ..all.clone() },
        TrailFilter { from: day("2021-01-01"), until: day("2021-01-02"), ..all.clone() },
        TrailFilter { until: day("2020-02-01"), ..all.clone() },
        TrailFilter { from: day("2030-01-01"), ..all.clone() },
        TrailFilter { actor: busy(), verb: text("grant.given"), ..all.clone() },
        TrailFilter { actor: text("operator"), verb: text("record.filed"), ..all.clone() },
        TrailFilter { actor: busy(), verb: text("record.filed"), until: day("2021-01-01"), ..all.clone() },
        TrailFilter { person: rare(), verb: text("record."), ..all.clone() },
        TrailFilter { actor: text("machine:seal"), verb: text("record.filed"), ..all.clone() },
    ];
    let mut slow = Vec::new();
    for filter in cases {
        for cursor in [None, Some(Cursor("400000".to_owned()))] {
            let mut best = Duration::MAX;
            let mut lines = 0;
            for _ in 0..3 {
                let watch = Watch::now();
                lines = audit::find(&db, &filter, cursor.as_ref(), 50).await.unwrap().items.len();
                best = best.min(watch.elapsed());
            }
            println!("{best:>12.1?} {lines:>3} lines  {filter}");
            if best > PATIENCE {
                slow.push(format!("{best:?} {filter}"));
            }
        }
    }
    let watch = Watch::now();
    assert_eq!(audit::verbs(&db).await.unwrap().len(), 4);
    println!("{:>12.1?} verbs", watch.elapsed());
    assert!(slow.is_empty(), "{}", slow.join("\n"));

    let watch = Watch::now();
    let (mut walk, mut lines) = (Walk::begin(&db, all).await.unwrap(), 0);
    assert_eq!(walk.count(i64::MAX).await.unwrap(), LINES);
    loop {
        let chunk = walk.next().await.unwrap();
        if chunk.is_empty() {
            break;
        }
        assert!(chunk.len() <= 1_000 && chunk[0].n == lines + 1);
        lines += chunk.len() as i64;
    }
    assert_eq!(lines, LINES);
    println!("{:>12.1?} for all of it, oldest first", watch.elapsed());
}

on_both_databases!(every_first_page_of_a_million_lines_is_fast);
