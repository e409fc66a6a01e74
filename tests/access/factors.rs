//! Second factors: codes of an app, and a pending session taken further.

use super::Place;
use crate::harness::{TestDb, on_both_databases};
use lantai::{
    access::{AccessError, Entering, Gate, Guest, Kind, Proof, Role, Rules, SecondFactor, Signed},
    audit,
    db::Asked,
    kernel::Clock as _,
};
use std::sync::Arc;
use tempfile::TempDir;

const NEW: &str = "only she knows 1";

/// Somebody whose password nobody else knows, in an archive with a key place.
struct Owner {
    place: Place,
    keys: TempDir,
    token: String,
}

impl Owner {
    async fn new(db: &TestDb) -> Self {
        let mut place = Place::new(db).await;
        let keys = tempfile::tempdir().unwrap();
        place.gate = gate(&place, Rules::default()).with_keys(keys.path());
        let first = place.add("李乙", Role::Archivist).await;
        let token = place.sign_in("李乙", &first).await;
        let guest = place.of(&token).await.unwrap();
        place.gate.change_password(&guest, &token, "10.0.0.7", &first, NEW).await.unwrap();
        Self { place, keys, token }
    }

    async fn guest(&self) -> Guest {
        self.place.of(&self.token).await.unwrap()
    }

    /// Draws a secret and confirms it; gives the id and the secret in base32.
    async fn with_an_app(&self) -> (String, String) {
        let guest = self.guest().await;
        let id = self.place.gate.draw_totp(&guest, "10.0.0.7", NEW, "手机").await.unwrap();
        let drawn = self.place.gate.drawn_totp(&guest, &id, "兰台").await.unwrap();
        self.place.gate.confirm_totp(&guest, &id, &self.code(&drawn.base32)).await.unwrap();
        (id, drawn.base32)
    }

    /// What the app shows now.
    fn code(&self, base32: &str) -> String {
        code_at(base32, self.place.clock.now().millis() / 1000)
    }

    /// A pending session.
    async fn pending(&self) -> String {
        let signed = self.place.try_sign_in("李乙", NEW).await.unwrap();
        assert!(signed.pending);
        signed.token
    }

    async fn prove(&self, token: &str, code: &str) -> Result<Signed, AccessError> {
        self.place.gate.prove(token, Proof::Code(code), entering()).await
    }
}

fn entering() -> Entering<'static> {
    Entering { name: "", password: "", kind: Kind::Browser, address: "10.0.0.7", agent: "test" }
}

fn gate(place: &Place, rules: Rules) -> Gate {
    Gate::new(place.db.clone(), Arc::new(place.clock.clone()), rules)
}

/// An app of somebody else's making would do the same.
fn code_at(base32: &str, seconds: u64) -> String {
    let secret = totp_rs::Secret::try_from_base32(base32).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).with_account_name("app").build().unwrap();
    app.generate(seconds).to_string()
}

async fn a_factor_counts_from_its_first_code_on(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (gate, guest) = (&owner.place.gate, owner.guest().await);
    let wrong = gate.draw_totp(&guest, "10.0.0.7", "not the password", "手机").await.unwrap_err();
    assert!(matches!(wrong, AccessError::Unknown));
    assert!(matches!(gate.draw_totp(&guest, "10.0.0.7", NEW, " ").await, Err(AccessError::Factor)));
    let id = gate.draw_totp(&guest, "10.0.0.7", NEW, "手机").await.unwrap();
    let drawn = gate.drawn_totp(&guest, &id, "兰台").await.unwrap();
    assert!(drawn.uri.starts_with("otpauth://totp/") && drawn.uri.contains(&drawn.base32), "{}", drawn.uri);
    assert!(matches!(gate.confirm_totp(&guest, &id, "000000").await, Err(AccessError::Proof)));
    assert!(!owner.place.try_sign_in("李乙", NEW).await.unwrap().pending, "it is not confirmed yet");
    gate.confirm_totp(&guest, &id, &owner.code(&drawn.base32)).await.unwrap();
    assert!(matches!(gate.drawn_totp(&guest, &id, "兰台").await, Err(AccessError::Missing)), "shown no more");
    let held = gate.factors(guest.person().unwrap()).await.unwrap();
    assert_eq!((held.len(), held[0].kind.as_str(), held[0].label.as_str()), (1, "totp", "手机"));
    assert!(owner.place.try_sign_in("李乙", NEW).await.unwrap().pending);
    let kept: Vec<(String,)> = Asked::new("SELECT secret FROM second_factor").fetch(&owner.place.db).await.unwrap();
    assert!(kept[0].0.starts_with("1.") && !kept[0].0.contains(&drawn.base32), "sealed: {}", kept[0].0);
}

async fn a_secret_waits_for_its_owner_and_a_quarter_of_an_hour(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (gate, guest) = (&owner.place.gate, owner.guest().await);
    let other = owner.place.add("张甲", Role::Staff).await;
    let stranger = owner.place.guest("张甲", &other).await;
    let denied = gate.draw_totp(&stranger, "10.0.0.7", &other, "手机").await.unwrap_err();
    assert!(matches!(denied, AccessError::Denied(_)), "his first password is known to another");
    let id = gate.draw_totp(&guest, "10.0.0.7", NEW, "手机").await.unwrap();
    assert!(gate.drawn_totp(&stranger, &id, "兰台").await.is_err());
    let again = gate.draw_totp(&guest, "10.0.0.7", NEW, "手机").await.unwrap();
    assert!(matches!(gate.drawn_totp(&guest, &id, "兰台").await, Err(AccessError::Missing)), "drawn anew");
    owner.place.clock.pass(15 * 60);
    assert!(gate.drawn_totp(&guest, &again, "兰台").await.is_ok());
    owner.place.clock.pass(1);
    assert!(matches!(gate.drawn_totp(&guest, &again, "兰台").await, Err(AccessError::Missing)));
}

async fn a_pending_session_is_good_for_nothing_but_the_second_factor(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (_, secret) = owner.with_an_app().await;
    let pending = owner.pending().await;
    assert!(owner.place.of(&pending).await.is_none());
    assert_eq!(owner.place.gate.pending(&pending).await.unwrap().unwrap().name, "李乙");
    assert!(owner.place.gate.pending(&owner.token).await.unwrap().is_none(), "a real one owes nothing");
    owner.place.clock.pass(30);
    let signed = owner.prove(&pending, &owner.code(&secret)).await.unwrap();
    assert!(!signed.pending && signed.token != pending, "a new token, not the old one raised");
    assert_eq!(owner.place.of(&signed.token).await.unwrap().actor().name(), "李乙");
    assert!(owner.place.of(&pending).await.is_none());
    assert!(owner.place.gate.pending(&pending).await.unwrap().is_none());
    owner.place.clock.pass(30);
    let twice = owner.prove(&pending, &owner.code(&secret)).await.unwrap_err();
    assert!(matches!(twice, AccessError::Missing), "{twice}");
    assert_eq!(owner.place.verbs().await.last().unwrap(), "person.signed_in");
    let late = owner.pending().await;
    owner.place.clock.pass(301);
    assert!(matches!(owner.prove(&late, &owner.code(&secret)).await, Err(AccessError::Missing)));
}

async fn a_code_counts_once_and_no_earlier_one_after_it(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (_, secret) = owner.with_an_app().await;
    let seconds = owner.place.clock.now().millis() / 1000;
    let confirmed = owner.prove(&owner.pending().await, &code_at(&secret, seconds)).await;
    assert!(matches!(confirmed, Err(AccessError::Proof)), "it confirmed the factor");
    owner.prove(&owner.pending().await, &code_at(&secret, seconds + 30)).await.unwrap();
    let again = owner.prove(&owner.pending().await, &code_at(&secret, seconds + 30)).await;
    assert!(matches!(again, Err(AccessError::Proof)), "once");
    let earlier = owner.prove(&owner.pending().await, &code_at(&secret, seconds)).await;
    assert!(matches!(earlier, Err(AccessError::Proof)), "none before it");
    owner.place.clock.pass(60);
    owner.prove(&owner.pending().await, &owner.code(&secret)).await.unwrap();
}

async fn many_at_once_with_one_code_let_one_in(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (_, secret) = owner.with_an_app().await;
    owner.place.clock.pass(30);
    let code = owner.code(&secret);
    let tokens = [owner.pending().await, owner.pending().await, owner.pending().await];
    let tries = tokens.iter().map(|token| owner.prove(token, &code));
    let ended = futures::future::join_all(tries).await;
    assert_eq!(ended.iter().filter(|one| one.is_ok()).count(), 1);
}

async fn five_wrong_codes_end_the_pending_session_and_shut_the_account(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (_, secret) = owner.with_an_app().await;
    owner.place.clock.pass(30);
    let pending = owner.pending().await;
    for _ in 0..4 {
        assert!(matches!(owner.prove(&pending, "000000").await, Err(AccessError::Proof)));
        assert!(owner.place.gate.pending(&pending).await.unwrap().is_some());
    }
    assert!(matches!(owner.prove(&pending, "not a code").await, Err(AccessError::Proof)));
    assert!(owner.place.gate.pending(&pending).await.unwrap().is_none());
    assert!(owner.place.verbs().await.contains(&"person.factor_failed".to_owned()));
    let shut = owner.place.try_sign_in("李乙", NEW).await.unwrap_err();
    assert!(matches!(shut, AccessError::Shut { .. }), "{shut}");
    owner.place.clock.pass(31);
    owner.prove(&owner.pending().await, &owner.code(&secret)).await.unwrap();
}

async fn knowing_the_password_gives_no_more_tries_at_the_code(db: TestDb) {
    let owner = Owner::new(&db).await;
    owner.with_an_app().await;
    for _ in 0..5 {
        assert!(matches!(owner.prove(&owner.pending().await, "000000").await, Err(AccessError::Proof)));
    }
    let shut = owner.place.try_sign_in("李乙", NEW).await.unwrap_err();
    assert!(matches!(shut, AccessError::Shut { .. }), "a right password forgives no wrong code");
}

/// A second security officer: nobody changes his own.
async fn guest_who_administers(owner: &Owner) -> Guest {
    let password = owner.place.add("安保二", Role::SecurityOfficer).await;
    owner.place.guest("安保二", &password).await
}

async fn a_factor_is_removed_by_its_owner_who_shows_one_or_by_the_security_officer(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (id, secret) = owner.with_an_app().await;
    let (gate, guest) = (&owner.place.gate, owner.guest().await);
    let person = owner.place.id("李乙").await;
    owner.place.clock.pass(30);
    let take = async |password: &str, code: &str, id: &str| {
        gate.remove_own_factor(&guest, &owner.token, ("10.0.0.7", password), Proof::Code(code), id).await
    };
    assert!(matches!(take("not the password", &owner.code(&secret), &id).await, Err(AccessError::Unknown)));
    assert!(matches!(take(NEW, "000000", &id).await, Err(AccessError::Proof)));
    assert!(matches!(take(NEW, &owner.code(&secret), "another").await, Err(AccessError::Missing)));
    let stranger = owner.place.id("安保").await;
    let of_another = gate.remove_factor(&guest_who_administers(&owner).await, &stranger, &id).await;
    assert!(matches!(of_another, Err(AccessError::Missing)), "it is not that person's");
    assert_eq!(gate.factors(&person).await.unwrap().len(), 1);
    take(NEW, &owner.code(&secret), &id).await.unwrap();
    assert!(!owner.place.try_sign_in("李乙", NEW).await.unwrap().pending);

    owner.place.clock.pass(30);
    let (id, _) = owner.with_an_app().await;
    assert!(matches!(gate.remove_factor(&guest, &person, &id).await, Err(AccessError::Denied(_))), "not his own");
    let officer = owner.place.id("安保").await;
    assert!(matches!(gate.remove_factor(&owner.place.officer, &officer, &id).await, Err(AccessError::Denied(_))));
    gate.remove_factor(&owner.place.officer, &person, &id).await.unwrap();
    assert!(matches!(gate.remove_factor(&owner.place.officer, &person, &id).await, Err(AccessError::Missing)));
    assert!(!owner.place.try_sign_in("李乙", NEW).await.unwrap().pending);
    assert_eq!(owner.place.verbs().await.iter().filter(|verb| *verb == "factor.removed").count(), 2);
}

async fn without_its_key_nobody_comes_in_and_no_other_key_is_made(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (_, secret) = owner.with_an_app().await;
    let path = owner.keys.path().join("access.key");
    let key = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    owner.place.clock.pass(30);
    let lines = audit::last(&owner.place.db).await.unwrap();
    let guest = owner.guest().await;
    let said = owner.place.gate.draw_totp(&guest, "10.0.0.7", NEW, "手机").await.unwrap_err().to_string();
    assert!(said.contains("access.key is gone"), "{said}");
    assert_eq!(audit::last(&owner.place.db).await.unwrap(), lines);
    let pending = owner.pending().await;
    assert!(matches!(owner.prove(&pending, &owner.code(&secret)).await, Err(AccessError::Key(_))));
    assert!(!path.exists());
    std::fs::write(&path, key).unwrap();
    owner.prove(&pending, &owner.code(&secret)).await.unwrap();
}

async fn who_must_have_one_is_told_so_until_he_has(db: TestDb) {
    let owner = Owner::new(&db).await;
    let (guest, officer) = (owner.guest().await, &owner.place.officer);
    for (rule, of_officers, of_others) in [
        (SecondFactor::Offered, false, false),
        (SecondFactor::Officers, true, false),
        (SecondFactor::Everybody, true, true),
    ] {
        let gate = gate(&owner.place, Rules { second_factor: rule, ..Rules::default() });
        assert_eq!(gate.owes_factor(officer).await.unwrap(), of_officers, "{rule:?}");
        assert_eq!(gate.owes_factor(&guest).await.unwrap(), of_others, "{rule:?}");
    }
    owner.with_an_app().await;
    let everybody = gate(&owner.place, Rules { second_factor: SecondFactor::Everybody, ..Rules::default() });
    assert!(!everybody.owes_factor(&guest).await.unwrap());
}

on_both_databases!(
    a_factor_counts_from_its_first_code_on,
    a_secret_waits_for_its_owner_and_a_quarter_of_an_hour,
    a_pending_session_is_good_for_nothing_but_the_second_factor,
    a_code_counts_once_and_no_earlier_one_after_it,
    many_at_once_with_one_code_let_one_in,
    five_wrong_codes_end_the_pending_session_and_shut_the_account,
    knowing_the_password_gives_no_more_tries_at_the_code,
    a_factor_is_removed_by_its_owner_who_shows_one_or_by_the_security_officer,
    without_its_key_nobody_comes_in_and_no_other_key_is_made,
    who_must_have_one_is_told_so_until_he_has,
);
