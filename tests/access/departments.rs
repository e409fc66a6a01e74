//! Departments: a tree that is closed, never cut.

use super::Place;
use crate::harness::{TestDb, on_both_databases};
use lantai::access::{self, AccessError, NewPerson, Role};

async fn a_department_stands_under_another_and_never_under_itself(db: TestDb) {
    let place = Place::new(&db).await;
    let (db, clock, who) = (&place.db, &place.clock, &place.officer);
    access::open_department(db, clock, who, "BGS", "办公室", None).await.unwrap();
    access::open_department(db, clock, who, "MSK", "秘书科", Some("BGS")).await.unwrap();
    let again = access::open_department(db, clock, who, "BGS", "办公室", None).await;
    assert!(matches!(again, Err(AccessError::NameTaken(_))));
    let nowhere = access::open_department(db, clock, who, "X", "科", Some("NOWHERE")).await;
    assert!(matches!(nowhere, Err(AccessError::Missing)));
    for bad in ["", "a b", "a/b", "长长长长长长长长长长长长长长长长长长长长长"] {
        let refused = access::open_department(db, clock, who, bad, "科", None).await;
        assert!(matches!(refused, Err(AccessError::Department)), "{bad}");
    }
    let circle = access::change_department(db, clock, who, "BGS", "办公室", Some("MSK")).await;
    assert!(matches!(circle, Err(AccessError::Circle)));
    access::change_department(db, clock, who, "MSK", "秘书处", None).await.unwrap();
    let all = access::departments(db).await.unwrap();
    let said: Vec<_> = all.iter().map(|one| (one.code.as_str(), one.name.as_str(), one.parent.is_some())).collect();
    assert_eq!(said, [("BGS", "办公室", false), ("MSK", "秘书处", false)]);
}

async fn a_department_is_closed_when_nobody_is_in_it(db: TestDb) {
    let place = Place::new(&db).await;
    let (db, clock, who) = (&place.db, &place.clock, &place.officer);
    access::open_department(db, clock, who, "BGS", "办公室", None).await.unwrap();
    access::open_department(db, clock, who, "MSK", "秘书科", Some("BGS")).await.unwrap();
    place.add_into("李乙", Role::Staff, Some("MSK"), 0).await;
    for code in ["BGS", "MSK"] {
        let refused = access::close_department(db, clock, who, code).await;
        assert!(matches!(refused, Err(AccessError::InUse(_))), "{code}");
    }
    let id = place.id("李乙").await;
    access::change(db, clock, who, place.today(), &id, (Role::Staff, None, 0)).await.unwrap();
    access::close_department(db, clock, who, "MSK").await.unwrap();
    access::close_department(db, clock, who, "BGS").await.unwrap();
    let new = NewPerson { name: "王丙", role: Role::Staff, department: Some("MSK"), clearance: 0, password: None };
    let refused = access::add(db, clock, who, place.today(), new).await;
    assert!(matches!(refused, Err(AccessError::Missing)), "nobody is put into a closed one");
}

on_both_databases!(
    a_department_stands_under_another_and_never_under_itself,
    a_department_is_closed_when_nobody_is_in_it,
);
