//! Posts: held from a day to a day, and delegated.

use super::Place;
use crate::harness::{TestDb, on_both_databases};
use lantai::{
    access::{self, AccessError, NewHolding, Role},
    profile::{Post, Profile},
};

fn post(code: &str) -> Post {
    Profile::compiled().unwrap().post(code).unwrap().clone()
}

async fn a_post_is_held_and_delegated_within_its_days(db: TestDb) {
    let place = Place::new(&db).await;
    access::open_department(&place.db, &place.clock, &place.officer, "BGS", "办公室", None).await.unwrap();
    for name in ["李乙", "王丙", "赵丁"] {
        place.add(name, Role::Staff).await;
    }
    let manager = post("department-manager");
    let new = |since: &str, until: &str, acts_for| NewHolding {
        post: &manager,
        department: Some("BGS"),
        since: since.parse().unwrap(),
        until: until.parse().ok(),
        acts_for,
        reason: "",
    };
    let appoint = async |name: &str, new: NewHolding<'_>| {
        let person = place.person(name).await;
        access::appoint(&place.db, &place.clock, &place.officer, &person, &new).await
    };
    let held = appoint("李乙", new("2031-01-01", "2031-06-30", None)).await.unwrap();
    let acting = appoint("王丙", new("2031-02-01", "2031-02-14", Some(&held))).await.unwrap();
    for (name, wrong, why) in [
        ("王丙", new("2031-06-01", "2031-07-31", Some(&held)), "longer than the post is held"),
        ("王丙", new("2030-12-01", "2031-01-31", Some(&held)), "before it is held"),
        ("李乙", new("2031-03-01", "2031-03-02", Some(&held)), "for himself"),
        ("赵丁", new("2031-02-02", "2031-02-03", Some(&acting)), "a delegation delegated"),
        ("赵丁", new("2031-02-02", "2031-02-01", None), "days in the wrong order"),
        ("赵丁", NewHolding { department: None, ..new("2031-02-02", "", None) }, "a department's post without one"),
    ] {
        assert!(matches!(appoint(name, wrong).await, Err(AccessError::Post)), "{why}");
    }
    let who = async |day: &str| {
        let day = day.parse().unwrap();
        let held = access::holders(&place.db, "department-manager", Some("BGS"), day).await.unwrap();
        held.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(who("2030-12-31").await, [""; 0]);
    assert_eq!(who("2031-01-31").await, ["李乙"]);
    assert_eq!(who("2031-02-14").await, ["李乙", "王丙"]);
    assert_eq!(who("2031-06-30").await, ["李乙"]);
    assert_eq!(who("2031-07-01").await, [""; 0]);
    access::dismiss(&place.db, &place.clock, &place.officer, &held).await.unwrap();
    assert_eq!(who("2031-02-14").await, [""; 0], "who stood in for him goes with him");
    let elsewhere = access::holders(&place.db, "department-manager", Some("CWC"), place.today()).await.unwrap();
    assert!(elsewhere.is_empty());
}

on_both_databases!(a_post_is_held_and_delegated_within_its_days);
