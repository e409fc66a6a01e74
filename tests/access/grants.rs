//! Grants: which part of the holdings.

use super::Place;
use crate::harness::{TestDb, on_both_databases};
use lantai::{
    access::{self, AccessError, Facts, Functions, NewGrant, Purpose, Right, Role, Whose},
    kernel::{Clock as _, Id, Record},
};

/// A record of fonds X001, 文书, 2011, not reviewed.
pub fn facts(department: Option<&'static str>, secrecy: i64) -> Facts<'static> {
    Facts { fonds: "X001", category: "WS", department, year: Some(2011), opening: "unreviewed", secrecy }
}

async fn a_reader_has_what_is_open_and_his_own_departments_up_to_his_clearance(db: TestDb) {
    let place = Place::new(&db).await;
    for (code, parent) in [("BGS", None), ("MSK", Some("BGS")), ("CWC", None)] {
        access::open_department(&place.db, &place.clock, &place.officer, code, code, parent).await.unwrap();
    }
    let password = place.add_into("李乙", Role::Staff, Some("BGS"), 1).await;
    let guest = place.guest("李乙", &password).await;
    for (department, secrecy, known) in [
        (Some("CWC"), 0, true),
        (None, 0, true),
        (Some("BGS"), 1, true),
        (Some("MSK"), 1, true),
        (Some("CWC"), 1, false),
        (None, 1, false),
        (Some("BGS"), 2, false),
    ] {
        let facts = facts(department, secrecy);
        assert_eq!(guest.reach().covers(&facts), known, "{facts:?}");
        assert_eq!(guest.reach_for(Right::Read).covers(&facts), known, "{facts:?}");
    }
    assert_eq!(guest.reach_for(Right::Ingest).scopes(), []);
}

async fn without_a_grant_a_role_reaches_nothing(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add_into("张甲", Role::Archivist, None, 4).await;
    let token = place.sign_in("张甲", &password).await;
    let id = place.id("张甲").await;
    let whole = access::grants(&place.db, Some(&id)).await.unwrap();
    assert_eq!(whole.len(), 1);
    assert!(place.of(&token).await.unwrap().reach().covers(&facts(None, 4)));
    access::end_grant(&place.db, &place.clock, &place.officer, &whole[0].id).await.unwrap();
    let guest = place.of(&token).await.unwrap();
    assert!(!guest.may(Right::Search) && !guest.may(Right::Ingest));
    assert!(guest.may(Right::Maintain), "which works on no part of the holdings");
    assert!(!guest.reach().covers(&facts(None, 0)));
    let again = access::end_grant(&place.db, &place.clock, &place.officer, &whole[0].id).await;
    assert!(matches!(again, Err(AccessError::Missing)));
}

async fn a_grant_holds_from_its_first_day_to_its_last_for_its_functions(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add_into("李乙", Role::Staff, None, 2).await;
    let person = place.person("李乙").await;
    let today = place.today();
    let tomorrow = (today.to_string() == "2031-01-02").then(|| "2031-01-03".parse().unwrap()).unwrap();
    let grant = NewGrant {
        secrecy: Some(1),
        whose: Whose::Any,
        fonds: Some("X001"),
        years: (Some(2010), None),
        until: Some(tomorrow),
        ..NewGrant::whole(Functions::of([Right::Search]), tomorrow)
    };
    access::give(&place.db, &place.clock, &place.officer, &person, &grant).await.unwrap();
    let reach = async |right| {
        // Signed in anew: the session of the day before has ended.
        place.guest("李乙", &password).await.reach_for(right)
    };
    assert!(!reach(Right::Search).await.covers(&facts(None, 1)), "not yet");
    place.clock.pass(86_400);
    assert!(reach(Right::Search).await.covers(&facts(None, 1)));
    assert!(!reach(Right::Read).await.covers(&facts(None, 1)), "knowing is not reading");
    let (guest, now) = (place.guest("李乙", &password).await, place.clock.now());
    let opened = |secrecy| guest.permit(&Id::<Record>::fresh(now), &facts(None, secrecy), Purpose::Read, now);
    assert!(opened(1).is_none(), "nor is it a permit");
    assert!(opened(0).is_some(), "as the grants of the first day have it");
    assert!(!reach(Right::Search).await.covers(&facts(None, 2)), "the grant stops below the clearance");
    assert!(!reach(Right::Search).await.covers(&Facts { year: Some(2009), ..facts(None, 1) }));
    assert!(!reach(Right::Search).await.covers(&Facts { fonds: "X002", ..facts(None, 1) }));
    place.clock.pass(86_400);
    assert!(!reach(Right::Search).await.covers(&facts(None, 1)), "no longer");
}

async fn no_grant_reaches_above_the_clearance(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add_into("李乙", Role::Staff, None, 1).await;
    let person = place.person("李乙").await;
    let grant =
        NewGrant { secrecy: Some(4), ..NewGrant::whole(Functions::of([Right::Search, Right::Read]), place.today()) };
    access::give(&place.db, &place.clock, &place.officer, &person, &grant).await.unwrap();
    let token = place.sign_in("李乙", &password).await;
    let covers = async |secrecy| place.of(&token).await.unwrap().reach().covers(&facts(None, secrecy));
    assert!(covers(1).await && !covers(2).await);
    // Raised and lowered: the next request knows.
    for (clearance, known) in [(2, true), (0, false)] {
        let to = (Role::Staff, None, clearance);
        access::change(&place.db, &place.clock, &place.officer, place.today(), &person.id, to).await.unwrap();
        assert_eq!(covers(2).await, known, "{clearance}");
    }
}

async fn a_grant_that_is_none_is_refused(db: TestDb) {
    let place = Place::new(&db).await;
    place.add("李乙", Role::Staff).await;
    let person = place.person("李乙").await;
    let good = NewGrant::whole(Functions::of([Right::Search]), place.today());
    let wrong = [
        NewGrant { functions: Functions::default(), ..good.clone() },
        NewGrant { functions: Functions::of([Right::Ingest]), ..good.clone() },
        NewGrant { functions: Functions::of([Right::People]), ..good.clone() },
        NewGrant { years: (Some(2012), Some(2011)), ..good.clone() },
        NewGrant { secrecy: Some(5), ..good.clone() },
        NewGrant { opening: Some("shut"), ..good.clone() },
        NewGrant { until: "2030-12-31".parse().ok(), ..good.clone() },
    ];
    for grant in wrong {
        let given = access::give(&place.db, &place.clock, &place.officer, &person, &grant).await;
        assert!(matches!(given, Err(AccessError::Grant)), "{grant:?}");
    }
    let nowhere = NewGrant { whose: Whose::Named("NOWHERE".into()), ..good };
    let given = access::give(&place.db, &place.clock, &place.officer, &person, &nowhere).await;
    assert!(matches!(given, Err(AccessError::Missing)));
    assert_eq!(access::grants(&place.db, Some(&person.id)).await.unwrap().len(), 2, "those of the first day");
}

on_both_databases!(
    a_reader_has_what_is_open_and_his_own_departments_up_to_his_clearance,
    without_a_grant_a_role_reaches_nothing,
    a_grant_holds_from_its_first_day_to_its_last_for_its_functions,
    no_grant_reaches_above_the_clearance,
    a_grant_that_is_none_is_refused,
);
