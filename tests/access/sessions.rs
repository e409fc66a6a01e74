//! Sessions: what a token stands for, and until when.

use super::Place;
use crate::harness::{TestDb, on_both_databases};
use lantai::{
    access::{AccessError, Purpose, Right, Role, Rules},
    audit,
    db::Asked,
    kernel::{Clock as _, Id, Record},
};

async fn a_token_stands_for_its_owner_until_it_ends(db: TestDb) {
    let place = Place::with(&db, Rules { idle: std::time::Duration::from_secs(14 * 3600), ..Rules::default() }).await;
    let password = place.add("李乙", Role::Staff).await;
    let token = place.sign_in("李乙", &password).await;
    let guest = place.of(&token).await.unwrap();
    assert_eq!(guest.actor().name(), "李乙");
    assert!(guest.may(Right::Search) && guest.may(Right::Read) && !guest.may(Right::Ingest));
    let kept: Vec<(String,)> = Asked::new("SELECT digest FROM session").fetch(&place.db).await.unwrap();
    assert!(kept.iter().all(|(digest,)| *digest != token), "the token itself is nowhere");
    place.clock.pass(13 * 3_600);
    assert!(place.of(&token).await.is_none());
}

async fn a_session_that_is_not_used_ends_and_stays_ended(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("李乙", Role::Staff).await;
    let token = place.sign_in("李乙", &password).await;
    for _ in 0..4 {
        place.clock.pass(20 * 60);
        assert!(place.of(&token).await.is_some(), "it is used every twenty minutes");
    }
    place.clock.pass(31 * 60);
    assert!(place.of(&token).await.is_none());
    assert!(place.of(&token).await.is_none(), "asking again does not wake it");
}

async fn when_a_session_was_used_outlives_the_process(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("李乙", Role::Staff).await;
    let token = place.sign_in("李乙", &password).await;
    place.clock.pass(20 * 60);
    place.of(&token).await.unwrap();
    place.gate.write_seen().await.unwrap();
    let again = lantai::access::Gate::new(
        place.db.clone(),
        std::sync::Arc::new(place.clock.clone()),
        place.gate.rules().clone(),
    );
    place.clock.pass(20 * 60);
    assert!(again.of_token(&token).await.unwrap().is_some());
    place.clock.pass(31 * 60);
    assert!(again.of_token(&token).await.unwrap().is_none());
}

async fn a_wrong_password_and_an_unknown_name_are_told_alike_and_leave_no_session(db: TestDb) {
    let place = Place::new(&db).await;
    place.add("李乙", Role::Archivist).await;
    let lines = audit::last(&place.db).await.unwrap();
    for (name, password) in [("李乙", "not the password"), ("无此人", "not the password"), ("", "")] {
        let refused = place.try_sign_in(name, password).await.unwrap_err();
        assert!(matches!(refused, AccessError::Unknown), "{name}: {refused}");
    }
    assert_eq!(audit::last(&place.db).await.unwrap(), lines);
}

async fn signing_out_ends_the_session(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("李乙", Role::Archivist).await;
    let token = place.sign_in("李乙", &password).await;
    let guest = place.of(&token).await.unwrap();
    place.gate.sign_out(&guest, &token).await.unwrap();
    assert!(place.of(&token).await.is_none());
}

async fn a_session_is_ended_by_its_owner_or_the_security_officer_and_by_nobody_else(db: TestDb) {
    let place = Place::new(&db).await;
    let (one, other) = (place.add("李乙", Role::Staff).await, place.add("张甲", Role::Archivist).await);
    let (here, there) = (place.sign_in("李乙", &one).await, place.sign_in("李乙", &one).await);
    let guest = place.of(&here).await.unwrap();
    let stranger = place.guest("张甲", &other).await;
    let listed = place.gate.sessions(guest.person(), &here).await.unwrap();
    assert_eq!(listed.iter().map(|line| line.here).collect::<Vec<_>>().iter().filter(|here| **here).count(), 1);
    let elsewhere = listed.iter().find(|line| !line.here).unwrap();
    assert_eq!((elsewhere.address.as_str(), elsewhere.agent.as_str()), ("10.0.0.7", "test"));
    let refused = place.gate.end_session(&stranger, &elsewhere.id).await.unwrap_err();
    assert!(matches!(refused, AccessError::Denied(_)));
    assert!(place.of(&there).await.is_some());
    place.gate.end_session(&guest, &elsewhere.id).await.unwrap();
    assert!(place.of(&there).await.is_none());
    let own = listed.iter().find(|line| line.here).unwrap();
    place.gate.end_session(&place.officer, &own.id).await.unwrap();
    assert!(place.of(&here).await.is_none());
}

async fn a_permit_is_for_one_record_up_to_the_clearance_and_ends(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("李乙", Role::Staff).await;
    let guest = place.guest("李乙", &password).await;
    let now = place.clock.now();
    let (one, other): (Id<Record>, Id<Record>) = (Id::fresh(now), Id::fresh(now));
    let facts = super::grants::facts(None, 0);
    let secret = super::grants::facts(None, 1);
    assert!(guest.permit(&one, &secret, Purpose::Read, now).is_none(), "内部 is above the clearance");
    let permit = guest.permit(&one, &facts, Purpose::Read, now).unwrap();
    assert!(permit.allows(&one, now) && !permit.allows(&other, now));
    place.clock.pass(3_600);
    assert!(!permit.allows(&one, place.clock.now()));
}

on_both_databases!(
    a_token_stands_for_its_owner_until_it_ends,
    a_session_that_is_not_used_ends_and_stays_ended,
    when_a_session_was_used_outlives_the_process,
    a_wrong_password_and_an_unknown_name_are_told_alike_and_leave_no_session,
    signing_out_ends_the_session,
    a_session_is_ended_by_its_owner_or_the_security_officer_and_by_nobody_else,
    a_permit_is_for_one_record_up_to_the_clearance_and_ends,
);
