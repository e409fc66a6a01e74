//! Tokens for programs: allowed by one, drawn by another.

use super::Place;
use crate::harness::{TestDb, on_both_databases};
use lantai::{
    access::{AccessError, Functions, NewToken, Right, Role},
    db::Asked,
    kernel::Day,
};

async fn a_token_is_allowed_by_the_officer_and_drawn_by_its_owner_once(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("张甲", Role::Archivist).await;
    let other = place.add("李乙", Role::Staff).await;
    let (owner, stranger) = (place.guest("张甲", &password).await, place.guest("李乙", &other).await);
    let person = place.person("张甲").await;
    let until: Day = "2031-02-01".parse().unwrap();
    let new = |functions: &[Right], until| NewToken {
        label: "nightly",
        functions: Functions::of(functions.iter().copied()),
        until,
    };
    for wrong in [
        new(&[], until),
        new(&[Right::People], until),
        new(&[Right::Search], "2030-01-01".parse().unwrap()),
        new(&[Right::Search], "2033-01-01".parse().unwrap()),
        NewToken { label: " ", ..new(&[Right::Search], until) },
    ] {
        let refused = place.gate.allow_token(&place.officer, &person, wrong).await;
        assert!(matches!(refused, Err(AccessError::Token)));
    }
    let allowed = place.gate.allow_token(&owner, &person, new(&[Right::Search], until)).await;
    assert!(matches!(allowed, Err(AccessError::Denied(_))), "nobody allows his own");
    let id = place.gate.allow_token(&place.officer, &person, new(&[Right::Search], until)).await.unwrap();
    for who in [&place.officer, &stranger] {
        assert!(matches!(place.gate.draw_token(who, &id).await, Err(AccessError::Missing)));
    }
    let token = place.gate.draw_token(&owner, &id).await.unwrap();
    assert!(matches!(place.gate.draw_token(&owner, &id).await, Err(AccessError::Missing)), "once");
    let kept: Vec<(String,)> = Asked::new("SELECT digest FROM api_token").fetch(&place.db).await.unwrap();
    assert_ne!(kept[0].0, token);

    let program = place.of(&token).await.unwrap();
    assert_eq!(program.actor(), owner.actor());
    assert!(program.may(Right::Search) && !program.may(Right::Read) && !program.may(Right::Ingest));
    let changed = place.gate.change_password(&program, &token, "", &password, "a new password").await;
    assert!(matches!(changed, Err(AccessError::Denied(_))), "a program does not change its owner's account");
    let ended = place.gate.end_token(&program, &id).await;
    assert!(matches!(ended, Err(AccessError::Denied(_))), "nor ends its owner's tokens");
    let drawn = place.gate.draw_token(&program, &id).await;
    assert!(matches!(drawn, Err(AccessError::Missing)));

    place.clock.pass(31 * 86_400);
    assert!(place.of(&token).await.is_none(), "after its last day");
}

async fn a_token_ends_when_somebody_ends_it(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("张甲", Role::Archivist).await;
    let owner = place.guest("张甲", &password).await;
    let person = place.person("张甲").await;
    let new = || NewToken {
        label: "nightly",
        functions: Functions::of([Right::Search]),
        until: "2031-02-01".parse().unwrap(),
    };
    for ender in [&owner, &place.officer] {
        let id = place.gate.allow_token(&place.officer, &person, new()).await.unwrap();
        let token = place.gate.draw_token(&owner, &id).await.unwrap();
        assert!(place.of(&token).await.is_some());
        place.gate.end_token(ender, &id).await.unwrap();
        assert!(place.of(&token).await.is_none());
        assert!(matches!(place.gate.end_token(ender, &id).await, Err(AccessError::Missing)));
    }
    assert!(place.of("lt_nothing").await.is_none());
}

on_both_databases!(a_token_is_allowed_by_the_officer_and_drawn_by_its_owner_once, a_token_ends_when_somebody_ends_it,);
