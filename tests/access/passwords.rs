//! Passwords: first ones, changed ones, guessed ones.

use super::Place;
use crate::harness::{TestDb, on_both_databases};
use lantai::access::{AccessError, Role, Rules};

async fn a_first_password_is_due_and_a_changed_one_is_not(db: TestDb) {
    let place = Place::new(&db).await;
    let first = place.add("李乙", Role::Staff).await;
    let token = place.sign_in("李乙", &first).await;
    let guest = place.of(&token).await.unwrap();
    assert!(guest.password_due());
    let same = place.gate.change_password(&guest, &token, "10.0.0.7", &first, &first).await;
    assert!(matches!(same, Err(AccessError::Password(_))), "the same again is no change");
    place.gate.change_password(&guest, &token, "10.0.0.7", &first, "a new password").await.unwrap();
    assert!(!place.of(&token).await.unwrap().password_due(), "in the next request");

    let given = place.gate.reset_password(&place.officer, guest.person().unwrap()).await.unwrap();
    assert!(place.of(&token).await.is_none(), "a reset ends every session");
    assert!(matches!(place.try_sign_in("李乙", "a new password").await, Err(AccessError::Unknown)));
    assert!(place.guest("李乙", &given).await.password_due());
}

async fn a_password_is_changed_by_who_knows_it_and_ends_other_sessions(db: TestDb) {
    let place = Place::new(&db).await;
    let first = place.add("李乙", Role::Staff).await;
    let (here, there) = (place.sign_in("李乙", &first).await, place.sign_in("李乙", &first).await);
    let guest = place.of(&here).await.unwrap();
    let change = async |old: &str, new: &str| place.gate.change_password(&guest, &here, "10.0.0.7", old, new).await;
    assert!(matches!(change("not the password", "a new password").await, Err(AccessError::Unknown)));
    for bad in ["short 1", "onlysmallletters", "我是李乙呀一二三四五"] {
        assert!(matches!(change(&first, bad).await, Err(AccessError::Password(_))), "{bad}");
    }
    change(&first, "a new password").await.unwrap();
    assert!(place.of(&here).await.is_some());
    assert!(place.of(&there).await.is_none());
    assert!(place.try_sign_in("李乙", &first).await.is_err());
    place.sign_in("李乙", "a new password").await;
}

async fn an_account_is_shut_after_five_failures_for_twice_as_long_each_time(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("李乙", Role::Staff).await;
    let shut = async |name: &str, password: &str| match place.try_sign_in(name, password).await {
        Err(AccessError::Shut { until }) => Some(until),
        Err(AccessError::Unknown) => None,
        other => panic!("{other:?}"),
    };
    // Somebody and nobody are shut alike.
    for name in ["李乙", "无此人"] {
        for _ in 0..5 {
            assert_eq!(shut(name, "wrong").await, None, "{name}");
        }
        assert!(shut(name, "wrong").await.is_some(), "{name}");
    }
    assert!(shut("李乙", &password).await.is_some(), "the right password does not open it");
    place.clock.pass(31);
    assert_eq!(shut("李乙", "wrong").await, None);
    place.clock.pass(31);
    assert!(shut("李乙", &password).await.is_some(), "the second time it is a minute");
    place.clock.pass(30);
    place.sign_in("李乙", &password).await;
    assert_eq!(shut("李乙", "wrong").await, None, "a success forgets the failures");
    let shuts = place.verbs().await.iter().filter(|verb| *verb == "sign_in.shut").count();
    assert_eq!(shuts, 3, "each shutting has its line, single failures have none");
}

async fn an_address_is_shut_whatever_names_it_tries(db: TestDb) {
    let place = Place::with(&db, Rules { address_failures: 7, ..Rules::default() }).await;
    let password = place.add("李乙", Role::Staff).await;
    for name in 0..7 {
        let refused = place.try_sign_in(&format!("name {name}"), "wrong").await;
        assert!(matches!(refused, Err(AccessError::Unknown)));
    }
    assert!(matches!(place.try_sign_in("李乙", &password).await, Err(AccessError::Shut { .. })));
}

async fn an_unknown_name_costs_as_much_as_a_wrong_password(db: TestDb) {
    let rules = Rules { account_failures: 10_000, address_failures: 10_000, ..Rules::default() };
    let place = Place::with(&db, rules).await;
    place.add("李乙", Role::Staff).await;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..15 {
        for (name, times) in ["李乙", "无此人"].into_iter().zip(&mut times) {
            let begun = std::time::Instant::now();
            place.try_sign_in(name, "not the password").await.unwrap_err();
            times.push(begun.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 2]
    });
    println!("known {known:?}, unknown {unknown:?}");
    assert!(known < unknown * 2 && unknown < known * 2, "{known:?} against {unknown:?}");
}

async fn many_guesses_at_once_do_not_pass_the_count(db: TestDb) {
    let place = std::sync::Arc::new(Place::new(&db).await);
    place.add("李乙", Role::Staff).await;
    let guesses = (0..30).map(|guess| {
        let place = place.clone();
        tokio::spawn(async move { place.try_sign_in("李乙", &format!("guess {guess}")).await.unwrap_err() })
    });
    let mut tried = 0;
    for guess in guesses.collect::<Vec<_>>() {
        tried += usize::from(matches!(guess.await.unwrap(), AccessError::Unknown));
    }
    assert!((5..=6).contains(&tried), "{tried} of 30 guesses were looked at");
}

on_both_databases!(
    a_first_password_is_due_and_a_changed_one_is_not,
    a_password_is_changed_by_who_knows_it_and_ends_other_sessions,
    an_account_is_shut_after_five_failures_for_twice_as_long_each_time,
    an_address_is_shut_whatever_names_it_tries,
    an_unknown_name_costs_as_much_as_a_wrong_password,
    many_guesses_at_once_do_not_pass_the_count,
);
