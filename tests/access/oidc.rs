//! What another provider says is believed for as long as it says.

use super::Place;
use crate::harness::{Provider, TestDb, on_both_databases};
use lantai::{
    access::{self, AccessError, Entering, Gate, Kind, OidcError, Role, Rules},
    app::WallClock,
    audit,
    kernel::Clock,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

const BACK: &str = "https://archive.example/sign-in/oidc/back";

fn gate(place: &Place, clock: Arc<dyn Clock>, issuer: String) -> Gate {
    let secret = Some(secret_file());
    let provider = access::Provider { issuer, client_id: "lantai".into(), secret, trust_names: true };
    Gate::new(place.db.clone(), clock, Rules::default()).with_provider(provider).unwrap()
}

/// Any file with a line in it: this provider takes every secret.
fn secret_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".rustfmt.toml")
}

async fn come(gate: &Gate, provider: &Provider) -> Result<access::Signed, AccessError> {
    let (url, state) = gate.ask_provider(BACK).await.unwrap();
    let back = provider.approve(&url, "u-1").await;
    let code = back.split_once("code=").unwrap().1.split('&').next().unwrap();
    let entering = Entering { name: "", password: "", kind: Kind::Browser, address: "10.0.0.7", agent: "test" };
    gate.came_back(&state, code, entering).await
}

async fn an_id_token_is_believed_until_it_ends(db: TestDb) {
    let Some(provider) = Provider::start(&[("u-1", "李乙")]) else { return };
    let place = Place::new(&db).await;
    place.add("李乙", Role::Staff).await;
    let lines = audit::last(&place.db).await.unwrap();
    // The test's clock stands years after the hour for which the provider's tokens last.
    let late = come(&gate(&place, Arc::new(place.clock.clone()), provider.issuer()), &provider).await.unwrap_err();
    assert!(matches!(&late, AccessError::Oidc(OidcError::Unproven(why)) if why.contains("expired")), "{late}");
    assert_eq!(audit::last(&place.db).await.unwrap(), lines);
    let in_time = gate(&place, Arc::new(WallClock), provider.issuer());
    let signed = come(&in_time, &provider).await.unwrap();
    assert_eq!(in_time.of_token(&signed.token).await.unwrap().unwrap().actor().name(), "李乙");
    let verbs = place.verbs().await;
    assert_eq!(&verbs[verbs.len() - 2..], ["person.linked", "person.signed_in"]);
}

async fn a_question_waits_ten_minutes(db: TestDb) {
    let Some(provider) = Provider::start(&[("u-1", "李乙")]) else { return };
    let place = Place::new(&db).await;
    let gate = gate(&place, Arc::new(place.clock.clone()), provider.issuer());
    let (_, state) = gate.ask_provider(BACK).await.unwrap();
    place.clock.pass(601);
    let entering = Entering { name: "", password: "", kind: Kind::Browser, address: "10.0.0.7", agent: "test" };
    let late = gate.came_back(&state, "code", entering).await.unwrap_err();
    assert!(matches!(late, AccessError::Oidc(OidcError::Unasked)), "{late}");
}

on_both_databases!(an_id_token_is_believed_until_it_ends, a_question_waits_ten_minutes);
