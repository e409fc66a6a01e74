//! The door to a change.

use super::{Event, entry};
use crate::{
    db::{Cell, Column, Db, DbError, Engine, Rows, Tx, engine_of},
    kernel::{Actor, Clock, Instant, Sha256},
};
use data_encoding::HEXLOWER;
use tokio::task::JoinHandle;

/// A change under way. Dropped, it never was.
pub struct Change<'a> {
    pub tx: Tx,
    /// When it began; every row it writes carries this.
    pub at: Instant,
    who: &'a Actor,
    /// Lines said that have no number yet.
    said: Vec<Event>,
    /// The number of the last line that has one; `None` before it was asked for.
    last: Option<i64>,
    /// Lines being made, in the order of their numbers.
    made: Vec<JoinHandle<Lines>>,
}

impl<'a> Change<'a> {
    /// Begins once every earlier change has ended.
    pub async fn begin(db: &Db, clock: &dyn Clock, who: &'a Actor) -> Result<Self, DbError> {
        let tx = db.begin().await?;
        Ok(Self { tx, at: clock.now(), who, said: Vec::new(), last: None, made: Vec::new() })
    }

    pub fn who(&self) -> &Actor {
        self.who
    }

    /// Says one of several lines; the change still ends with [`Change::commit`].
    pub fn say(&mut self, event: Event) {
        self.said.push(event);
    }

    /// Says very many lines: they are made on another thread while this change writes
    /// its rows.
    pub async fn say_all(&mut self, events: Vec<Event>) -> Result<(), DbError> {
        self.said.extend(events);
        self.number_what_was_said().await
    }

    /// Commits the change and its lines together; gives the number of the last
    /// line.
    pub async fn commit(mut self, event: Event) -> Result<i64, DbError> {
        self.said.push(event);
        self.number_what_was_said().await?;
        for lines in std::mem::take(&mut self.made) {
            let Lines { events, details } = lines.await.expect("making lines does not panic");
            events.insert(&mut self.tx).await?;
            details.insert(&mut self.tx).await?;
        }
        self.tx.commit().await?;
        Ok(self.last.expect("the last line was numbered above"))
    }

    async fn number_what_was_said(&mut self) -> Result<(), DbError> {
        let last = match self.last {
            Some(last) => last,
            None => sqlx::query_scalar("SELECT COALESCE(MAX(n), 0) FROM audit_event").fetch_one(&mut *self.tx).await?,
        };
        let said = std::mem::take(&mut self.said);
        self.last = Some(last + i64::try_from(said.len()).unwrap_or(i64::MAX));
        let (engine, at, actor) = (engine_of(&self.tx), self.at, self.who.id_text());
        self.made.push(tokio::task::spawn_blocking(move || Lines::make(engine, last, at, &actor, &said)));
        Ok(())
    }
}

const EVENT: &[Column] = &[
    ("n", Cell::Number),
    ("at", Cell::Text),
    ("actor", Cell::Text),
    ("verb", Cell::Text),
    ("subject", Cell::Text),
    ("entry", Cell::Text),
    ("leaf", Cell::Text),
];
const DETAIL: &[Column] = &[("n", Cell::Number), ("field", Cell::Text), ("salt", Cell::Text), ("body", Cell::Text)];

/// Bytes of a salt.
const SALT: usize = 16;

/// Rows of lines.
struct Lines {
    events: Rows<'static>,
    details: Rows<'static>,
}

impl Lines {
    /// The lines of `events`, numbered from `last` + 1, their details salted in the order
    /// of their names.
    fn make(engine: Engine, last: i64, at: Instant, actor: &str, events: &[Event]) -> Self {
        let mut made = Self {
            events: Rows::new(engine, "INSERT INTO audit_event", EVENT),
            details: Rows::new(engine, "INSERT INTO audit_detail", DETAIL),
        };
        // One call for all: each is a round trip to the kernel.
        let mut random = vec![0_u8; SALT * events.iter().map(|event| event.details.len()).sum::<usize>()];
        getrandom::fill(&mut random).expect("the operating system gives random bytes");
        let (mut salts, _) = random.as_chunks::<SALT>();
        let text = at.to_string();
        for (n, event) in (last + 1..).zip(events) {
            let own;
            (own, salts) = salts.split_at(event.details.len());
            made.line(n, (at, &text), actor, event, own);
        }
        made
    }

    fn line(&mut self, n: i64, (at, text): (Instant, &str), actor: &str, event: &Event, salts: &[[u8; SALT]]) {
        for word in event.subjects.iter().map(String::as_str).chain([actor, event.verb]) {
            assert!(entry::plain(word), "an id of the trail is plain ASCII: {word:?}");
        }
        let mut details: Vec<_> = event.details.iter().collect();
        details.sort();
        let commitments: Vec<Sha256> =
            details.iter().zip(salts).map(|((field, body), salt)| entry::commitment(salt, field, body)).collect();
        for ((field, body), salt) in details.into_iter().zip(salts) {
            self.details.number(n).text(field).text(&HEXLOWER.encode(salt)).text(body);
        }
        let bytes =
            entry::Entry { n, at, actor, verb: event.verb, subjects: &event.subjects, commitments: &commitments }
                .bytes();
        let leaf = entry::leaf(&bytes);
        self.events.number(n).text(text).text(actor).text(event.verb).text(&event.subjects[0]);
        self.events.text(&bytes).text(&leaf.to_string());
    }
}
