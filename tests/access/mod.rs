//! People: signing in, what they may, what is kept apart.

mod departments;
mod factors;
mod grants;
mod oidc;
mod passwords;
mod people;
mod posts;
mod sessions;
mod tokens;
mod upgrade;

use crate::harness::{TestClock, TestDb};
use lantai::{
    access::{self, Entering, Gate, Guest, Kind, NewPerson, People, Role, Rules, Signed},
    db::Db,
    kernel::{Actor, Day, Id, Person},
};
use std::sync::Arc;

/// A database with people in it, a clock that stands, and the gate.
struct Place {
    db: Db,
    clock: TestClock,
    gate: Gate,
    /// The security officer, signed in.
    officer: Guest,
}

impl Place {
    /// With a security officer called 安保.
    async fn new(db: &TestDb) -> Self {
        Self::with(db, Rules::default()).await
    }

    async fn with(db: &TestDb, rules: Rules) -> Self {
        let (db, clock) = (Db::open(&db.url).await.unwrap(), TestClock::default());
        let gate = Gate::new(db.clone(), Arc::new(clock.clone()), rules);
        let mut place = Self { db, clock, gate, officer: Guest::operator() };
        let password = place.add("安保", Role::SecurityOfficer).await;
        place.officer = place.guest("安保", &password).await;
        place
    }

    async fn add(&self, name: &str, role: Role) -> String {
        self.add_into(name, role, None, 0).await
    }

    async fn add_into(&self, name: &str, role: Role, department: Option<&str>, clearance: i64) -> String {
        let new = NewPerson { name, role, department, clearance, password: None };
        access::add(&self.db, &self.clock, &self.officer, self.today(), new).await.unwrap().1
    }

    fn today(&self) -> Day {
        self.gate.today()
    }

    async fn try_sign_in(&self, name: &str, password: &str) -> Result<Signed, access::AccessError> {
        let entering = Entering { name, password, kind: Kind::Browser, address: "10.0.0.7", agent: "test" };
        self.gate.sign_in(entering).await
    }

    async fn sign_in(&self, name: &str, password: &str) -> String {
        self.try_sign_in(name, password).await.unwrap().token
    }

    async fn of(&self, token: &str) -> Option<Guest> {
        self.gate.of_token(token).await.unwrap()
    }

    async fn guest(&self, name: &str, password: &str) -> Guest {
        let token = self.sign_in(name, password).await;
        self.of(&token).await.unwrap()
    }

    async fn person(&self, name: &str) -> People {
        access::by_name(&self.db, name).await.unwrap().unwrap()
    }

    async fn id(&self, name: &str) -> Id<Person> {
        self.person(name).await.id
    }

    /// The verbs of the trail, oldest first.
    async fn verbs(&self) -> Vec<String> {
        let rows: Vec<(String,)> =
            lantai::db::Asked::new("SELECT verb FROM audit_event ORDER BY n").fetch(&self.db).await.unwrap();
        rows.into_iter().map(|(verb,)| verb).collect()
    }
}

/// Somebody who is nobody the rules know.
fn operator() -> Guest {
    assert_eq!(*Guest::operator().actor(), Actor::Operator);
    Guest::operator()
}
