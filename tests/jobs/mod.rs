//! The queue: at least once, and what gave up is seen.

use crate::harness::{TestClock, TestDb, on_both_databases};
use lantai::{
    audit::{Change, Event},
    db::Db,
    jobs::{self, ATTEMPTS},
    kernel::Actor,
};

async fn a_queue(db: &TestDb, clock: &TestClock, subjects: &[&str]) -> Db {
    let db = Db::open(&db.url).await.unwrap();
    let mut change = Change::begin(&db, clock, &Actor::Operator).await.unwrap();
    for subject in subjects {
        jobs::enqueue(&mut change, "seal", subject, 3).await.unwrap();
    }
    change.commit(Event::new("test.asked", "q")).await.unwrap();
    db
}

async fn a_job_asked_for_twice_is_there_once(db: TestDb) {
    let clock = TestClock::default();
    let db = a_queue(&db, &clock, &["f1", "f1", "f2"]).await;
    assert_eq!(jobs::unfinished(&db).await.unwrap().len(), 2);
}

async fn eight_workers_never_hold_the_same_job(db: TestDb) {
    let clock = TestClock::default();
    let subjects: Vec<String> = (0..16).map(|n| format!("f{n}")).collect();
    let db = a_queue(&db, &clock, &subjects.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (db, clock) = (db.clone(), clock.clone());
            tokio::spawn(async move {
                let mut held = Vec::new();
                while let Some(job) = jobs::lease(&db, &clock).await.unwrap() {
                    held.push(job.subject);
                }
                held
            })
        })
        .collect();
    let mut held = Vec::new();
    for worker in workers {
        held.extend(worker.await.unwrap());
    }
    held.sort();
    let mut all = subjects;
    all.sort();
    assert_eq!(held, all);
}

async fn a_lease_that_ran_out_is_taken_by_another(db: TestDb) {
    let clock = TestClock::default();
    let db = a_queue(&db, &clock, &["f1"]).await;
    assert!(jobs::lease(&db, &clock).await.unwrap().is_some());
    assert!(jobs::lease(&db, &clock).await.unwrap().is_none());
    clock.pass(jobs::LEASE_SECONDS + 1);
    let again = jobs::lease(&db, &clock).await.unwrap().unwrap();
    assert_eq!(again.attempts, 2);
    jobs::finish(&db, &clock, &again.id).await.unwrap();
    assert!(jobs::unfinished(&db).await.unwrap().is_empty());
}

async fn a_lap_begins_where_a_job_is_taken_up_again(db: TestDb) {
    let clock = TestClock::default();
    let db = a_queue(&db, &clock, &["f1"]).await;
    let job = jobs::lease(&db, &clock).await.unwrap().unwrap();
    let lap = async || jobs::of_subject(&db, "f1").await.unwrap().remove(0);
    let first = lap().await;
    assert_eq!((first.lap_done, first.lap_at.clone()), (0, first.started_at));
    jobs::progress(&db, &clock, &job.id, 2).await.unwrap();
    clock.pass(3_600);
    jobs::release_all(&db, &clock).await.unwrap();
    jobs::lease(&db, &clock).await.unwrap().unwrap();
    let again = lap().await;
    assert_eq!((again.lap_done, again.done), (2, 2));
    assert!(again.lap_at > first.lap_at, "the hour in which nobody worked counts for nothing");
}

async fn a_job_that_keeps_failing_gives_up_and_is_seen(db: TestDb) {
    let clock = TestClock::default();
    let db = a_queue(&db, &clock, &["f1"]).await;
    for _ in 0..ATTEMPTS {
        clock.pass(3_600);
        let job = jobs::lease(&db, &clock).await.unwrap().unwrap();
        jobs::fail(&db, &clock, &job, "the disk is full").await.unwrap();
    }
    clock.pass(3_600);
    assert!(jobs::lease(&db, &clock).await.unwrap().is_none());
    let seen = jobs::unfinished(&db).await.unwrap();
    assert_eq!((seen[0].state.as_str(), seen[0].fault.as_deref()), ("gave_up", Some("the disk is full")));
    jobs::release_all(&db, &clock).await.unwrap();
    assert!(jobs::lease(&db, &clock).await.unwrap().is_some());
}

on_both_databases!(
    a_job_asked_for_twice_is_there_once,
    eight_workers_never_hold_the_same_job,
    a_lease_that_ran_out_is_taken_by_another,
    a_lap_begins_where_a_job_is_taken_up_again,
    a_job_that_keeps_failing_gives_up_and_is_seen,
);
