//! How the lines of a filter are come by: along an index, never through the whole trail.
//!
//! A filter names up to four things, and each of them has an index that gives its lines
//! in order: the actor, the subject, the verb. The one with the fewest lines leads, its
//! *ways* are walked from the newest (or oldest) line on until the page is full, and the
//! rest of the filter is asked of each line on the way. A filter that names nothing walks
//! the numbers themselves. Two that are both long and never meet (a busy person, and what
//! only the machine does) are walked to the end of the one.
//!
//! The columns of the other conditions are written `(verb || '')`, so that neither
//! database leaves the way it was shown for another index.

use super::TrailFilter;
use crate::{
    db::{Asked, Db, DbError},
    kernel::Instant,
};

/// How many lines of a way are counted to find out which is the shortest; ours.
const PROBED: i64 = 2_000;

/// How far the clock may have been set back, in seconds, without a line being missed by
/// its time; ours. Lines are numbered in the order of their turns, and so are their
/// times, unless somebody turns the clock.
const SLACK: i64 = 86_400;

/// One index to walk along.
#[derive(Clone, Debug)]
enum Way {
    /// The numbers.
    All,
    Actor(String),
    Subject(String),
    /// Lines of this main subject that name the other one among their subjects.
    Among {
        main: String,
        id: String,
    },
    Verb(String),
}

/// The numbers that a walk stays between, both included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub first: i64,
    pub last: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    NewestFirst,
    OldestFirst,
}

/// The numbers, in order and at most `limit`, of the lines of `filter` within `span`.
pub(super) async fn numbers(
    db: &Db,
    filter: &TrailFilter,
    span: Span,
    order: Order,
    limit: i64,
) -> Result<Vec<i64>, DbError> {
    if span.first > span.last {
        return Ok(Vec::new());
    }
    let ways = shortest(db, filter, span).await?;
    let mut asked = Asked::new("SELECT n FROM (");
    walk(&mut asked, &ways, filter, span, order, limit);
    asked.push(") AS walked");
    asked.push(if order == Order::NewestFirst { " ORDER BY n DESC LIMIT " } else { " ORDER BY n LIMIT " });
    asked.bind(limit);
    Ok(asked.fetch::<(i64,)>(db).await?.into_iter().map(|(n,)| n).collect())
}

/// How many lines of `filter` lie within `span`, counted up to `most`.
pub(super) async fn count(db: &Db, filter: &TrailFilter, span: Span, most: i64) -> Result<i64, DbError> {
    if span.first > span.last {
        return Ok(0);
    }
    let ways = shortest(db, filter, span).await?;
    if let ([Way::All], None, None) = (ways.as_slice(), filter.from, filter.until) {
        // The numbers have no gap.
        return Ok((span.last - span.first + 1).min(most));
    }
    let mut asked = Asked::new("SELECT COUNT(*) FROM (");
    walk(&mut asked, &ways, filter, span, Order::OldestFirst, most);
    asked.push(") AS counted");
    Ok(asked.fetch::<(i64,)>(db).await?.first().map_or(0, |(count,)| (*count).min(most)))
}

/// The ways of the part of the filter that has the fewest lines.
async fn shortest(db: &Db, filter: &TrailFilter, span: Span) -> Result<Vec<Way>, DbError> {
    let mut parts = Vec::new();
    if let Some(subject) = &filter.subject {
        let among = filter.within.iter().map(|main| Way::Among { main: main.clone(), id: subject.clone() });
        parts.push(std::iter::once(Way::Subject(subject.clone())).chain(among).collect());
    }
    if let Some(person) = &filter.person {
        let ways = vec![Way::Actor(TrailFilter::as_actor(person)), Way::Subject(person.to_string())];
        parts.push(ways);
    }
    if let Some(actor) = &filter.actor {
        parts.push(vec![Way::Actor(actor.clone())]);
    }
    match &filter.verb {
        Some(group) if group.ends_with('.') => {
            let verbs = super::verbs(db).await?.into_iter().filter(|verb| verb.starts_with(group.as_str()));
            parts.push(verbs.map(Way::Verb).collect());
        }
        Some(verb) => parts.push(vec![Way::Verb(verb.clone())]),
        None => {}
    }
    if parts.len() < 2 {
        return Ok(parts.pop().unwrap_or_else(|| vec![Way::All]));
    }
    let mut best: Option<(i64, Vec<Way>)> = None;
    for part in parts {
        let mut lines = 0;
        for way in &part {
            lines += probe(db, way, span).await?;
        }
        if best.as_ref().is_none_or(|(held, _)| lines < *held) {
            best = Some((lines, part));
        }
    }
    Ok(best.map_or_else(Vec::new, |(_, part)| part))
}

/// How many lines a way has, counted up to [`PROBED`].
async fn probe(db: &Db, way: &Way, span: Span) -> Result<i64, DbError> {
    let mut asked = Asked::new("SELECT COUNT(*) FROM (SELECT n FROM audit_event WHERE ");
    lead(&mut asked, way);
    between(&mut asked, span);
    asked.push(" LIMIT ").bind(PROBED).push(") AS probed");
    Ok(asked.fetch::<(i64,)>(db).await?.first().map_or(0, |(count,)| *count))
}

fn walk(asked: &mut Asked, ways: &[Way], filter: &TrailFilter, span: Span, order: Order, limit: i64) {
    if ways.is_empty() {
        asked.push("SELECT n FROM audit_event WHERE n < 0");
    }
    for (at, way) in ways.iter().enumerate() {
        // A union drops the line that two ways meet in.
        asked.push(if at == 0 { "SELECT n FROM (" } else { " UNION SELECT n FROM (" });
        asked.push("SELECT n FROM audit_event WHERE ");
        lead(asked, way);
        between(asked, span);
        rest(asked, filter);
        asked.push(if order == Order::NewestFirst { " ORDER BY n DESC LIMIT " } else { " ORDER BY n LIMIT " });
        asked.bind(limit).push(") AS way");
    }
}

/// The condition that has the index.
fn lead(asked: &mut Asked, way: &Way) {
    match way {
        Way::All => asked.push("n > 0"),
        Way::Actor(actor) => asked.push("actor = ").bind(actor.as_str()),
        Way::Subject(subject) => asked.push("subject = ").bind(subject.as_str()),
        Way::Among { main, id } => {
            asked.push("subject = ").bind(main.as_str()).push(" AND entry LIKE ").bind(quoted(id));
            asked.push(" ESCAPE '!'")
        }
        Way::Verb(verb) => asked.push("verb = ").bind(verb.as_str()),
    };
}

fn between(asked: &mut Asked, span: Span) {
    asked.push(" AND n >= ").bind(span.first).push(" AND n <= ").bind(span.last);
}

/// The whole filter, asked of a line that is come by.
fn rest(asked: &mut Asked, filter: &TrailFilter) {
    if let Some(person) = &filter.person {
        asked.push(" AND ((actor || '') = ").bind(TrailFilter::as_actor(person));
        asked.push(" OR (subject || '') = ").bind(person.as_str()).push(")");
    }
    if let Some(actor) = &filter.actor {
        asked.push(" AND (actor || '') = ").bind(actor.as_str());
    }
    if let Some(subject) = &filter.subject {
        asked.push(" AND ((subject || '') = ").bind(subject.as_str());
        if let Some(main) = &filter.within {
            asked.push(" OR ((subject || '') = ").bind(main.as_str());
            asked.push(" AND entry LIKE ").bind(quoted(subject)).push(" ESCAPE '!')");
        }
        asked.push(")");
    }
    match &filter.verb {
        Some(group) if group.ends_with('.') => {
            // '/' is the character after '.'.
            let end = format!("{}/", group.trim_end_matches('.'));
            asked.push(" AND (verb || '') > ").bind(group.as_str()).push(" AND (verb || '') < ").bind(end);
        }
        Some(verb) => {
            asked.push(" AND (verb || '') = ").bind(verb.as_str());
        }
        None => {}
    }
    if let Some(from) = filter.from {
        asked.push(" AND at >= ").bind(from.to_string());
    }
    if let Some(until) = filter.until {
        asked.push(" AND at < ").bind(until.to_string());
    }
}

/// An id as it stands in the list of an entry, as a pattern.
fn quoted(id: &str) -> String {
    format!("%\"{}\"%", id.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

/// The numbers up to `last` between which every line of the filter's time lies: found by
/// halving, so that no index on the time is needed.
pub(super) async fn span_of(db: &Db, filter: &TrailFilter, last: i64) -> Result<Span, DbError> {
    let first = match filter.from {
        Some(from) => first_at(db, from.plus_seconds(-SLACK), last).await?,
        None => 1,
    };
    let last = match filter.until {
        Some(until) => (first_at(db, until.plus_seconds(SLACK), last).await? - 1).min(last),
        None => last,
    };
    Ok(Span { first, last })
}

/// The first number from which on lines were said at or after `at`; `last + 1` of none.
async fn first_at(db: &Db, at: Instant, last: i64) -> Result<i64, DbError> {
    let (mut low, mut high, wanted) = (1, last + 1, at.to_string());
    while low < high {
        let middle = low + (high - low) / 2;
        let mut asked = Asked::new("SELECT at FROM audit_event WHERE n = ");
        asked.bind(middle);
        // A number that is missing would be a fault of the trail, and is none of a search.
        let before = asked.fetch::<(String,)>(db).await?.first().is_some_and(|(said,)| *said < wanted);
        if before {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Id;

    /// How SQLite carries out the first page of each filter: which index, and never the
    /// whole table.
    #[tokio::test]
    async fn every_filter_walks_along_an_index() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite://{}/t.db?mode=rwc", folder.path().display())).await.unwrap();
        let span = Span { first: 1, last: 1_000_000 };
        let timed = TrailFilter { from: "2026-01-01T00:00:00.000Z".parse().ok(), ..TrailFilter::default() };
        let of = |verb: &str| TrailFilter { verb: Some(verb.to_owned()), ..timed.clone() };
        let person = Id::known("0197c3a0-0000-7000-8000-000000000002");
        let cases = [
            (vec![Way::All], timed.clone(), vec!["sqlite_autoindex_audit_event_1"]),
            (vec![Way::Actor("operator".into())], of("person."), vec!["audit_event_actor"]),
            (vec![Way::Verb("a.b".into()), Way::Verb("a.c".into())], of("a."), vec!["audit_event_verb"; 2]),
            (
                vec![Way::Actor("person:x".into()), Way::Subject("x".into())],
                TrailFilter { person: Some(person), ..of("a.b") },
                vec!["audit_event_actor", "audit_event_subject"],
            ),
            (
                vec![Way::Subject("r".into()), Way::Among { main: "f".into(), id: "r".into() }],
                TrailFilter { subject: Some("r".into()), within: Some("f".into()), ..of("a.b") },
                vec!["audit_event_subject"; 2],
            ),
        ];
        for (ways, filter, wanted) in cases {
            for order in [Order::NewestFirst, Order::OldestFirst] {
                let mut asked = Asked::new("EXPLAIN QUERY PLAN SELECT n FROM (");
                walk(&mut asked, &ways, &filter, span, order, 51);
                asked.push(") AS walked ORDER BY n DESC LIMIT ").bind(51);
                let plan: Vec<(i64, i64, i64, String)> = asked.fetch(&db).await.unwrap();
                let steps: Vec<String> = plan.into_iter().map(|(_, _, _, step)| step).collect();
                let read: Vec<&String> = steps.iter().filter(|step| step.contains("audit_event")).collect();
                assert_eq!(read.len(), wanted.len(), "{steps:#?}");
                for (step, index) in read.iter().zip(&wanted) {
                    assert!(step.starts_with("SEARCH") && step.contains(index), "{index}: {steps:#?}");
                }
            }
        }
    }
}
