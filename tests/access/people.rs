//! Accounts and the three officers (三员分立).

use super::{Place, operator};
use crate::harness::{TestDb, on_both_databases};
use lantai::{
    access::{self, AccessError, InHand, NewGrant, NewHolding, NewPerson, PeopleFilter, Right, Role},
    audit::{Change, Event},
    kernel::Actor,
};

const OFFICERS: [Role; 3] = [Role::SystemAdministrator, Role::SecurityOfficer, Role::Auditor];

async fn a_name_is_given_once(db: TestDb) {
    let place = Place::new(&db).await;
    place.add("李乙", Role::Staff).await;
    for (name, wanted) in [
        ("李乙", "named"),
        ("", "1 to 60"),
        (" 张甲", "1 to 60"),
        ("张\n甲", "1 to 60"),
        ("张\u{200b}甲", "1 to 60"),
        ("Operator", "1 to 60"),
    ] {
        let new = NewPerson { name, role: Role::Staff, department: None, clearance: 0, password: None };
        let refused = access::add(&place.db, &place.clock, &place.officer, place.today(), new).await.unwrap_err();
        assert!(refused.to_string().contains(wanted), "{refused}");
    }
    let short =
        NewPerson { name: "王丙", role: Role::Staff, department: None, clearance: 0, password: Some("short") };
    let refused = access::add(&place.db, &place.clock, &place.officer, place.today(), short).await;
    assert!(matches!(refused, Err(AccessError::Password(_))));
    assert_eq!(access::count(&place.db).await.unwrap(), 2);
}

async fn the_operator_adds_people_until_somebody_has_signed_in(db: TestDb) {
    let place = Place::new(&db).await;
    let new = || NewPerson { name: "李乙", role: Role::Staff, department: None, clearance: 0, password: None };
    let refused = access::add(&place.db, &place.clock, &operator(), place.today(), new()).await;
    assert!(matches!(refused, Err(AccessError::Denied(_))), "the officer has signed in");
    assert_eq!(access::count(&place.db).await.unwrap(), 1);
}

async fn an_archive_without_a_security_officer_gets_one_from_the_operator(db: TestDb) {
    let place = Place::new(&db).await;
    let new = |name| NewPerson { name, role: Role::SecurityOfficer, department: None, clearance: 0, password: None };
    let add = async |name| access::add(&place.db, &place.clock, &operator(), place.today(), new(name)).await;
    assert!(matches!(add("安保二").await, Err(AccessError::Denied(_))));
    // As an archive was that knew archivists and readers only.
    let mut change = Change::begin(&place.db, &place.clock, &Actor::Operator).await.unwrap();
    sqlx::query("UPDATE person SET role = 'archivist'").execute(&mut *change.tx).await.unwrap();
    change.commit(Event::new("test.changed", "person")).await.unwrap();
    add("安保二").await.unwrap();
    assert!(matches!(add("安保三").await, Err(AccessError::Denied(_))), "now there is one");
}

async fn only_the_security_officer_changes_people_and_nobody_himself(db: TestDb) {
    let place = Place::new(&db).await;
    place.add("李乙", Role::Staff).await;
    let reader = place.id("李乙").await;
    for (name, role) in
        [("张甲", Role::Archivist), ("管员", Role::SystemAdministrator), ("审计", Role::Auditor), ("王丙", Role::Staff)]
    {
        let password = place.add(name, role).await;
        let guest = place.guest(name, &password).await;
        let new = NewPerson { name: "赵丁", role: Role::Staff, department: None, clearance: 0, password: None };
        let added = access::add(&place.db, &place.clock, &guest, place.today(), new).await;
        assert!(matches!(added, Err(AccessError::Denied(_))), "{name}");
        let to = (Role::Staff, None, 4);
        let changed = access::change(&place.db, &place.clock, &guest, place.today(), &reader, to).await;
        assert!(matches!(changed, Err(AccessError::Denied(_))), "{name}");
        let reset = place.gate.reset_password(&guest, &reader).await;
        assert!(matches!(reset, Err(AccessError::Denied(_))), "{name}");
        let left = access::leave(&place.db, &place.clock, &guest, &reader, || async { Ok(Vec::new()) }).await;
        assert!(matches!(left, Err(AccessError::Denied(_))), "{name}");
    }
    let own = place.officer.person().unwrap().clone();
    let reset = place.gate.reset_password(&place.officer, &own).await;
    assert!(matches!(reset, Err(AccessError::Denied(_))), "not himself");
    let unchanged = place.person("李乙").await;
    assert_eq!((unchanged.clearance, unchanged.left_at), (0, None));
}

async fn an_officer_gets_no_clearance_no_grant_no_post_and_no_other_role(db: TestDb) {
    let place = Place::new(&db).await;
    let posts = lantai::profile::Profile::compiled().unwrap().posts;
    let head = posts.iter().find(|post| post.code == "office-head").unwrap();
    place.add("张甲", Role::Archivist).await;
    for (at, role) in OFFICERS.into_iter().enumerate() {
        let name = format!("员{at}");
        let new = NewPerson { name: &name, role, department: None, clearance: 1, password: None };
        let refused = access::add(&place.db, &place.clock, &place.officer, place.today(), new).await;
        assert!(matches!(refused, Err(AccessError::Officer)), "{role}: a clearance");
        place.add(&name, role).await;
        let person = place.person(&name).await;
        for to in Role::ALL.into_iter().filter(|to| *to != role) {
            let what = (to, None, 0);
            let changed =
                access::change(&place.db, &place.clock, &place.officer, place.today(), &person.id, what).await;
            assert!(matches!(changed, Err(AccessError::Officer)), "{role} to {to}");
        }
        let archivist = place.id("张甲").await;
        let changed = (role, None, 0);
        let changed = access::change(&place.db, &place.clock, &place.officer, place.today(), &archivist, changed).await;
        assert!(matches!(changed, Err(AccessError::Officer)), "archivist to {role}");
        let grant = NewGrant::whole("search read".parse().unwrap(), place.today());
        let given = access::give(&place.db, &place.clock, &place.officer, &person, &grant).await;
        assert!(matches!(given, Err(AccessError::Officer)), "{role}: a grant");
        let holding =
            NewHolding { post: head, department: None, since: place.today(), until: None, acts_for: None, reason: "" };
        let given = access::appoint(&place.db, &place.clock, &place.officer, &person, &holding).await;
        assert!(matches!(given, Err(AccessError::Officer)), "{role}: a post");
        assert_eq!(place.person(&name).await.role, role);
    }
}

async fn the_last_of_each_officer_cannot_leave(db: TestDb) {
    let place = Place::new(&db).await;
    let leave = async |name: &str| {
        let id = place.id(name).await;
        access::leave(&place.db, &place.clock, &place.officer, &id, || async { Ok(Vec::new()) }).await
    };
    for (role, one, two) in [(Role::SystemAdministrator, "管员", "管员二"), (Role::Auditor, "审计", "审计二")]
    {
        place.add(one, role).await;
        assert!(matches!(leave(one).await, Err(AccessError::LastOfRole(last)) if last == role), "{one}");
        place.add(two, role).await;
        leave(one).await.unwrap();
        assert!(matches!(leave(two).await, Err(AccessError::LastOfRole(_))), "{two}");
    }
    // The security officer himself: by another one, and not while he is the last.
    let password = place.add("安保二", Role::SecurityOfficer).await;
    let second = place.guest("安保二", &password).await;
    let first = place.id("安保").await;
    access::leave(&place.db, &place.clock, &second, &first, || async { Ok(Vec::new()) }).await.unwrap();
    let left = access::leave(&place.db, &place.clock, &second, second.person().unwrap(), || async { Ok(Vec::new()) });
    assert!(left.await.is_err());
}

async fn a02_12_a_leaver_is_cleared_only_when_nothing_is_in_his_hands(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("李乙", Role::Staff).await;
    let token = place.sign_in("李乙", &password).await;
    let id = place.id("李乙").await;
    let posts = lantai::profile::Profile::compiled().unwrap().posts;
    let head = posts.iter().find(|post| post.code == "office-head").unwrap();
    let holding =
        NewHolding { post: head, department: None, since: place.today(), until: None, acts_for: None, reason: "" };
    let person = place.person("李乙").await;
    let post = access::appoint(&place.db, &place.clock, &place.officer, &person, &holding).await.unwrap();
    let (db, day) = (place.db.clone(), place.today());
    let leave = async || {
        let asked = || async { Ok(access::posts_in_hand(&db, &id, day).await?) };
        access::leave(&place.db, &place.clock, &place.officer, &id, asked).await
    };
    let Err(AccessError::InHand(held)) = leave().await else { panic!("he holds a post") };
    assert_eq!(held, [InHand { kind: "post", name: "office-head".into() }]);
    assert!(place.of(&token).await.is_some(), "and nothing happened");
    access::dismiss(&place.db, &place.clock, &place.officer, &post).await.unwrap();
    leave().await.unwrap();
    assert!(place.of(&token).await.is_none());
    assert!(matches!(place.try_sign_in("李乙", &password).await, Err(AccessError::Unknown)));
    assert!(matches!(leave().await, Err(AccessError::Missing)), "once");
    let listed = async |left| {
        let filter = PeopleFilter { left, ..PeopleFilter::default() };
        let page = access::list(&place.db, &filter, None, 10).await.unwrap();
        page.items.iter().any(|one| one.name == "李乙")
    };
    assert!(!listed(false).await && listed(true).await);
}

async fn a_change_of_role_takes_the_old_grants_away_in_the_next_request(db: TestDb) {
    let place = Place::new(&db).await;
    let password = place.add("张甲", Role::Archivist).await;
    let token = place.sign_in("张甲", &password).await;
    assert!(place.of(&token).await.unwrap().may(Right::Ingest));
    let id = place.id("张甲").await;
    let to = (Role::Staff, Some("BGS"), 1);
    access::change(&place.db, &place.clock, &place.officer, place.today(), &id, to).await.unwrap();
    let now = place.of(&token).await.unwrap();
    assert!(!now.may(Right::Ingest) && now.may(Right::Search));
    assert!(!now.reach().covers(&super::grants::facts(Some("CWC"), 1)), "not the whole any more");
    assert!(now.reach().covers(&super::grants::facts(Some("BGS"), 1)), "his own department's");
}

async fn people_are_listed_a_page_at_a_time(db: TestDb) {
    let place = Place::new(&db).await;
    for at in 0..7 {
        place.add(&format!("人{at}"), Role::Staff).await;
    }
    place.add("100%人", Role::Archivist).await;
    let filter = |name: &str| PeopleFilter { name: name.into(), ..PeopleFilter::default() };
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = access::list(&place.db, &filter("人"), after.as_ref(), 3).await.unwrap();
        seen.extend(page.items.iter().map(|one| one.name.clone()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 8);
    let percent = access::list(&place.db, &filter("0%人"), None, 10).await.unwrap();
    assert_eq!(percent.items.len(), 1, "% stands for itself");
}

on_both_databases!(
    a_name_is_given_once,
    the_operator_adds_people_until_somebody_has_signed_in,
    an_archive_without_a_security_officer_gets_one_from_the_operator,
    only_the_security_officer_changes_people_and_nobody_himself,
    an_officer_gets_no_clearance_no_grant_no_post_and_no_other_role,
    the_last_of_each_officer_cannot_leave,
    a02_12_a_leaver_is_cleared_only_when_nothing_is_in_his_hands,
    a_change_of_role_takes_the_old_grants_away_in_the_next_request,
    people_are_listed_a_page_at_a_time,
);

#[test]
fn a_role_may_do_what_the_table_says_and_nothing_else() {
    use Right::{Arrange, Configure, Health, Ingest, Maintain, People, Read, Search, Trail};
    for (role, rights) in [
        (Role::Archivist, &[Search, Read, Ingest, Arrange, Maintain, Health][..]),
        (Role::Staff, &[Search, Read]),
        (Role::SystemAdministrator, &[Maintain, Health, Configure]),
        (Role::SecurityOfficer, &[People]),
        (Role::Auditor, &[Trail]),
    ] {
        for right in Right::ALL {
            assert_eq!(role.may(right), rights.contains(&right), "{role} {right:?}");
        }
        assert!(!role.is_officer() || Right::ALL.iter().all(|right| !right.is_of_data() || !role.may(*right)));
    }
}
