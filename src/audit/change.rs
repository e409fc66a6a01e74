//! The door to a change.

use super::{Event, entry};
use crate::{
    db::{self, Cell, Db, DbError, Tx},
    kernel::{Actor, Clock, Instant, Sha256},
};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};

/// A change under way. Dropped, it never was.
pub struct Change<'a> {
    pub tx: Tx,
    /// When it began; every row it writes carries this.
    pub at: Instant,
    who: &'a Actor,
    /// Lines said before the last one.
    said: Vec<Event>,
}

impl<'a> Change<'a> {
    /// Begins once every earlier change has ended.
    pub async fn begin(db: &Db, clock: &dyn Clock, who: &'a Actor) -> Result<Self, DbError> {
        let tx = db.begin().await?;
        Ok(Self { tx, at: clock.now(), who, said: Vec::new() })
    }

    pub fn who(&self) -> &Actor {
        self.who
    }

    /// Says one of several lines; the change still ends with [`Change::commit`].
    pub fn say(&mut self, event: Event) {
        self.said.push(event);
    }

    /// Commits the change and its lines together; gives the number of the last
    /// line.
    pub async fn commit(mut self, event: Event) -> Result<i64, DbError> {
        self.said.push(event);
        let last: i64 =
            sqlx::query_scalar("SELECT COALESCE(MAX(n), 0) FROM audit_event").fetch_one(&mut *self.tx).await?;
        let actor = self.who.id_text();
        let (mut lines, mut details) = (Vec::with_capacity(self.said.len()), Vec::new());
        let mut n = last;
        for event in std::mem::take(&mut self.said) {
            n += 1;
            let commitments = commit_to(n, &event, &mut details);
            lines.push(line(n, self.at, &actor, &event, &commitments));
        }
        db::bulk(&mut self.tx, "INSERT INTO audit_event", EVENT, &lines).await?;
        db::bulk(&mut self.tx, "INSERT INTO audit_detail", DETAIL, &details).await?;
        self.tx.commit().await?;
        Ok(n)
    }
}

const EVENT: &[(&str, Cell)] = &[
    ("n", Cell::Number),
    ("at", Cell::Text),
    ("actor", Cell::Text),
    ("verb", Cell::Text),
    ("subject", Cell::Text),
    ("entry", Cell::Text),
    ("leaf", Cell::Text),
];
const DETAIL: &[(&str, Cell)] =
    &[("n", Cell::Number), ("field", Cell::Text), ("salt", Cell::Text), ("body", Cell::Text)];

fn line(n: i64, at: Instant, actor: &str, event: &Event, commitments: &[Sha256]) -> Value {
    for text in event.subjects.iter().map(String::as_str).chain([actor, event.verb]) {
        assert!(entry::plain(text), "an id of the trail is plain ASCII: {text:?}");
    }
    let bytes = entry::Entry { n, at, actor, verb: event.verb, subjects: &event.subjects, commitments }.bytes();
    let leaf = entry::leaf(&bytes);
    json!([n, at.to_string(), actor, event.verb, event.subjects[0], bytes, leaf.to_string()])
}

/// Salts the details of an event, in the order of their names.
fn commit_to(n: i64, event: &Event, rows: &mut Vec<Value>) -> Vec<Sha256> {
    let mut details: Vec<_> = event.details.iter().collect();
    details.sort();
    details
        .into_iter()
        .map(|(field, body)| {
            let mut salt = [0_u8; 16];
            getrandom::fill(&mut salt).expect("the operating system gives random bytes");
            rows.push(json!([n, field, HEXLOWER.encode(&salt), body]));
            entry::commitment(&salt, field, body)
        })
        .collect()
}
