//! What an auditor asks for, as it is typed: on the page, in the API, on the command line.

use crate::{
    access,
    app::App,
    audit::TrailFilter,
    holdings::{self, code::fold},
    kernel::{Cursor, Day, Id, Instant},
};

/// The words of the query. What is empty was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Somebody's name or id: what he did and what happened to him. Or an actor's id.
    pub person: String,
    /// Who acted, as the trail writes it: `person:<id>`, `operator`, `machine:<name>`.
    pub actor: String,
    /// A record's 档号, a fonds' 全宗号, or the id of anything.
    pub subject: String,
    /// A verb, or with a point at its end all that begin so.
    pub verb: String,
    /// A day in the archive's zone, or an instant (RFC 3339): lines from it on.
    pub from: String,
    /// A day, that day included, or an instant: lines before it.
    pub to: String,
    /// Where the page begins: `next` of the page before.
    pub after: String,
    /// Lines a page, 1 to 500.
    pub limit: String,
}

/// Lines a page, unless said otherwise; and the most.
const LINES: usize = 50;
const MOST_LINES: usize = 500;

/// A part of the query that cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Person,
    Actor,
    Subject,
    Verb,
    From,
    To,
    After,
    Limit,
    Format,
}

impl Asked {
    /// The filter that the words mean; the inner error says which word means none.
    pub async fn filter(&self, app: &App) -> anyhow::Result<Result<TrailFilter, Wrong>> {
        let mut filter = TrailFilter::default();
        let actor = self.actor.trim();
        if !actor.is_empty() {
            if !is_actor(actor) {
                return Ok(Err(Wrong::Actor));
            }
            filter.actor = Some(actor.to_owned());
        }
        let person = self.person.trim();
        if is_actor(person) && filter.actor.is_none() {
            filter.actor = Some(person.to_owned());
        } else if !person.is_empty() {
            let found = match Id::parse(person) {
                Some(id) => access::by_id(&app.db, &id).await?,
                None => access::by_name(&app.db, person).await?,
            };
            let Some(found) = found else { return Ok(Err(Wrong::Person)) };
            filter.person = Some(found.id);
        }
        if !self.subject.trim().is_empty() && !thing(app, self.subject.trim(), &mut filter).await? {
            return Ok(Err(Wrong::Subject));
        }
        let verb = self.verb.trim();
        if !verb.is_empty() {
            if !is_verb(verb) {
                return Ok(Err(Wrong::Verb));
            }
            filter.verb = Some(verb.to_owned());
        }
        let zone = &app.config.archive.zone;
        if !self.from.trim().is_empty() {
            let Some(from) = moment(&self.from, zone, false) else { return Ok(Err(Wrong::From)) };
            filter.from = Some(from);
        }
        if !self.to.trim().is_empty() {
            let Some(until) = moment(&self.to, zone, true) else { return Ok(Err(Wrong::To)) };
            filter.until = Some(until);
        }
        Ok(Ok(filter))
    }

    pub fn cursor(&self) -> Option<Cursor> {
        (!self.after.is_empty()).then(|| Cursor(self.after.clone()))
    }

    pub fn lines(&self) -> Result<usize, Wrong> {
        if self.limit.is_empty() {
            return Ok(LINES);
        }
        self.limit.parse().ok().filter(|lines| (1..=MOST_LINES).contains(lines)).ok_or(Wrong::Limit)
    }

    /// The query again, without the place in the list.
    pub fn pairs(&self) -> [(&'static str, &str); 6] {
        [
            ("person", &self.person),
            ("actor", &self.actor),
            ("subject", &self.subject),
            ("verb", &self.verb),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }
}

/// The thing that is named; `false` if nothing can be.
async fn thing(app: &App, said: &str, filter: &mut TrailFilter) -> anyhow::Result<bool> {
    let named = match Id::parse(said) {
        Some(id) => holdings::named_by_id(&app.db, &id).await?,
        None => holdings::named(&app.db, &fold(said)).await?,
    };
    if let Some(named) = named {
        filter.subject = Some(named.id.to_string());
        filter.within = Some(named.filing.to_string());
        return Ok(true);
    }
    if let Some(fonds) = holdings::fonds_by_code(&app.db, said).await? {
        filter.subject = Some(fonds.id.to_string());
        return Ok(true);
    }
    // An id, of what is gone too: the trail keeps it for ever.
    let plain = said.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    filter.subject = plain.then(|| said.to_owned());
    Ok(plain)
}

fn is_actor(text: &str) -> bool {
    let word = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    text == "operator" || ["person:", "machine:"].iter().any(|kind| text.strip_prefix(kind).is_some_and(word))
}

/// `record.filed`, or `record.` for all of them.
fn is_verb(text: &str) -> bool {
    let word = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    text.split_once('.').is_some_and(|(subject, past)| !subject.is_empty() && word(subject) && word(past))
}

/// A day or an instant; the end of a day if it is asked for.
fn moment(said: &str, zone: &str, end: bool) -> Option<Instant> {
    let said = said.trim();
    match said.parse::<Day>() {
        Ok(day) if said.len() == 10 => if end { day.next()? } else { day }.begins_in(zone),
        _ => said.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_the_archive_and_a_last_day_is_whole() {
        let said = |text: &str, end| moment(text, "Asia/Shanghai", end).map(|at| at.to_string());
        assert_eq!(said("2026-11-24", false).unwrap(), "2026-11-23T16:00:00.000Z");
        assert_eq!(said("2026-11-24", true).unwrap(), "2026-11-24T16:00:00.000Z");
        assert_eq!(said("2026-11-24T08:00:00Z", true).unwrap(), "2026-11-24T08:00:00.000Z");
        for wrong in ["2026-02-30", "yesterday", "2026", "2026-11-24T08:00:00"] {
            assert_eq!(said(wrong, false), None, "{wrong}");
        }
    }

    #[test]
    fn only_words_of_the_trail_are_verbs_and_actors() {
        assert!(is_verb("person.signed_in") && is_verb("person."));
        for wrong in ["person", ".", ".filed", "Person.filed", "a.b.c", "a.b%", "档案.x"] {
            assert!(!is_verb(wrong), "{wrong}");
        }
        assert!(is_actor("operator") && is_actor("machine:seal") && is_actor("person:0197c3a0-0000"));
        for wrong in ["", "person:", "张甲", "person:x y", "root"] {
            assert!(!is_actor(wrong), "{wrong}");
        }
    }
}
