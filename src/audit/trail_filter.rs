//! Which lines of the trail are asked for.

use crate::kernel::{Actor, Id, Instant, Person};
use std::fmt;

/// Every part that is said must hold; of nothing said, the whole trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// Somebody, as the one who acted or as the one it happened to.
    pub person: Option<Id<Person>>,
    /// [`Actor::id_text`].
    pub actor: Option<String>,
    /// The id of a thing. Its lines are those of which it is the *main* subject. A thing
    /// that stands further back in the list of a line (one of the records sealed at
    /// once) is found there only within [`Self::within`]: the trail keeps an index of
    /// main subjects alone, and reading a million entries for one id is no answer.
    pub subject: Option<String>,
    /// A main subject below whose lines `subject` is looked for among the further ones:
    /// for a record its filing. As many entries are read as this one has.
    pub within: Option<String>,
    /// A verb, or with a point at its end all that begin so: `person.`.
    pub verb: Option<String>,
    /// Lines said at or after it.
    pub from: Option<Instant>,
    /// Lines said before it.
    pub until: Option<Instant>,
}

impl TrailFilter {
    /// Whether an index alone gives its lines, so that counting them is cheap.
    pub fn is_plain(&self) -> bool {
        let named = [self.person.is_some(), self.actor.is_some(), self.subject.is_some(), self.verb.is_some()];
        let timed = self.from.is_some() || self.until.is_some();
        !timed && self.within.is_none() && named.iter().filter(|named| **named).count() <= 1
    }

    /// The person as the trail writes who acted.
    pub(super) fn as_actor(person: &Id<Person>) -> String {
        Actor::Person { id: person.clone(), name: String::new() }.id_text()
    }
}

impl fmt::Display for TrailFilter {
    /// As the trail notes what was exported: `subject=… verb=person.`; `all` of nothing said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { person, actor, subject, within, verb, from, until } = self;
        let said = [
            ("person", person.as_ref().map(ToString::to_string)),
            ("actor", actor.clone()),
            ("subject", subject.clone()),
            ("within", within.clone()),
            ("verb", verb.clone()),
            ("from", from.map(|at| at.to_string())),
            ("until", until.map(|at| at.to_string())),
        ];
        let said: Vec<_> = said.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?))).collect();
        f.write_str(if said.is_empty() { "all".to_owned() } else { said.join(" ") }.as_str())
    }
}
