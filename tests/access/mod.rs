//! Signing in.

use crate::harness::{TestClock, TestDb, on_both_databases};
use lantai::{
    access::{self, AccessError, Kind, NewPerson, Purpose, Right, Role},
    audit,
    db::{Asked, Db},
    kernel::{Actor, Clock as _, Id, Record},
};

async fn an_archive_with(db: &TestDb, clock: &TestClock, role: Role) -> (Db, String) {
    let db = Db::open(&db.url).await.unwrap();
    let new = NewPerson { name: "李乙", role, department: None, clearance: 0, password: None };
    let password = access::add(&db, clock, &Actor::Operator, new).await.unwrap();
    (db, password)
}

async fn a_token_stands_for_its_owner_until_it_ends(db: TestDb) {
    let clock = TestClock::default();
    let (db, password) = an_archive_with(&db, &clock, Role::Staff).await;
    let signed = access::sign_in(&db, &clock, "李乙", &password, Kind::Browser).await.unwrap();
    let guest = access::of_token(&db, &clock, &signed.token).await.unwrap().unwrap();
    assert_eq!(guest.actor().name(), "李乙");
    assert!(guest.may(Right::Search) && guest.may(Right::Read) && !guest.may(Right::Ingest));
    let kept: Vec<(String,)> = Asked::new("SELECT digest FROM session").fetch(&db).await.unwrap();
    assert_ne!(kept[0].0, signed.token, "the token itself is nowhere");
    clock.pass(13 * 3_600);
    assert!(access::of_token(&db, &clock, &signed.token).await.unwrap().is_none());
}

async fn a_wrong_password_and_an_unknown_name_are_told_alike_and_leave_no_session(db: TestDb) {
    let clock = TestClock::default();
    let (db, _) = an_archive_with(&db, &clock, Role::Archivist).await;
    let lines = audit::last(&db).await.unwrap();
    for (name, password) in [("李乙", "not the password"), ("无此人", "not the password"), ("", "")] {
        let refused = access::sign_in(&db, &clock, name, password, Kind::Browser).await.unwrap_err();
        assert!(matches!(refused, AccessError::Unknown), "{name}: {refused}");
    }
    assert_eq!(audit::last(&db).await.unwrap(), lines);
    assert!(access::first(&db).await.unwrap());
}

async fn signing_out_ends_the_session(db: TestDb) {
    let clock = TestClock::default();
    let (db, password) = an_archive_with(&db, &clock, Role::Archivist).await;
    let signed = access::sign_in(&db, &clock, "李乙", &password, Kind::Token).await.unwrap();
    let guest = access::of_token(&db, &clock, &signed.token).await.unwrap().unwrap();
    access::sign_out(&db, &clock, &guest, &signed.token).await.unwrap();
    assert!(access::of_token(&db, &clock, &signed.token).await.unwrap().is_none());
}

async fn a_password_is_changed_by_who_knows_it_and_ends_other_sessions(db: TestDb) {
    let clock = TestClock::default();
    let (db, first) = an_archive_with(&db, &clock, Role::Staff).await;
    let here = access::sign_in(&db, &clock, "李乙", &first, Kind::Browser).await.unwrap();
    let there = access::sign_in(&db, &clock, "李乙", &first, Kind::Browser).await.unwrap();
    let guest = access::of_token(&db, &clock, &here.token).await.unwrap().unwrap();
    let change = async |old: &str, new: &str| access::change_password(&db, &clock, &guest, &here.token, old, new).await;
    assert!(matches!(change("not the password", "a new password").await, Err(AccessError::Unknown)));
    assert!(matches!(change(&first, "short").await, Err(AccessError::Password)));
    change(&first, "a new password").await.unwrap();
    assert!(access::of_token(&db, &clock, &here.token).await.unwrap().is_some());
    assert!(access::of_token(&db, &clock, &there.token).await.unwrap().is_none());
    assert!(access::sign_in(&db, &clock, "李乙", &first, Kind::Browser).await.is_err());
    access::sign_in(&db, &clock, "李乙", "a new password", Kind::Browser).await.unwrap();
}

async fn a_name_is_given_once(db: TestDb) {
    let clock = TestClock::default();
    let (db, _) = an_archive_with(&db, &clock, Role::Archivist).await;
    for (name, wanted) in [("李乙", "named"), ("", "1 to 60"), (" 张甲", "1 to 60"), ("张\n甲", "1 to 60")] {
        let new = NewPerson { name, role: Role::Staff, department: None, clearance: 0, password: None };
        let refused = access::add(&db, &clock, &Actor::Operator, new).await.unwrap_err().to_string();
        assert!(refused.contains(wanted), "{refused}");
    }
    let short =
        NewPerson { name: "王丙", role: Role::Staff, department: None, clearance: 0, password: Some("short") };
    assert!(matches!(access::add(&db, &clock, &Actor::Operator, short).await, Err(AccessError::Password)));
    assert_eq!(access::count(&db).await.unwrap(), 1);
}

async fn a_permit_is_for_one_record_up_to_the_clearance_and_ends(db: TestDb) {
    let clock = TestClock::default();
    let (db, password) = an_archive_with(&db, &clock, Role::Staff).await;
    let signed = access::sign_in(&db, &clock, "李乙", &password, Kind::Browser).await.unwrap();
    let guest = access::of_token(&db, &clock, &signed.token).await.unwrap().unwrap();
    let (one, other): (Id<Record>, Id<Record>) = (Id::fresh(clock.now()), Id::fresh(clock.now()));
    assert!(guest.permit(&one, 1, Purpose::Read, clock.now()).is_none(), "内部 is above the clearance");
    let permit = guest.permit(&one, 0, Purpose::Read, clock.now()).unwrap();
    assert!(permit.allows(&one, clock.now()) && !permit.allows(&other, clock.now()));
    clock.pass(3_600);
    assert!(!permit.allows(&one, clock.now()));
}

on_both_databases!(
    a_token_stands_for_its_owner_until_it_ends,
    a_wrong_password_and_an_unknown_name_are_told_alike_and_leave_no_session,
    signing_out_ends_the_session,
    a_password_is_changed_by_who_knows_it_and_ends_other_sessions,
    a_name_is_given_once,
    a_permit_is_for_one_record_up_to_the_clearance_and_ends,
);
