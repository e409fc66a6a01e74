//! The trail as an auditor asks for it.

use crate::harness::{TestClock, TestDb, on_both_databases};
use lantai::{
    audit::{self, Change, Event, FindError, Kept, TrailFilter, Walk, entry},
    db::Db,
    kernel::{Actor, Cursor, Id, Instant, Page, Person},
};
use serde_json::Value;

const ANNA: &str = "0197c3a0-0000-7000-8000-0000000000a1";
const BERT: &str = "0197c3a0-0000-7000-8000-0000000000b2";

fn person(id: &str) -> Actor {
    Actor::Person { id: Id::known(id), name: String::new() }
}

/// What is said in the trail below, by hand: seconds since the test began, who, verb,
/// subjects.
const SAID: &[(i64, &str, &str, &[&str])] = &[
    (0, "operator", "person.added", &[ANNA]),
    (10, "operator", "person.added", &[BERT]),
    (20, ANNA, "person.signed_in", &[ANNA]),
    (30, ANNA, "batch.received", &["batch-1", "filing-1"]),
    (40, ANNA, "record.filed", &["r1"]),
    (50, ANNA, "record.filed", &["r2"]),
    (60, "machine", "records.sealed", &["filing-1", "r1", "r2"]),
    (70, BERT, "person.signed_in", &[BERT]),
    (80, BERT, "person.changed", &[ANNA]),
    (90, "machine", "records.sealed", &["filing-2", "r1x", "rr1"]),
    (100, BERT, "personal.noted", &["r1"]),
    (110, BERT, "person_x.noted", &["r2"]),
];

async fn say(db: &Db, clock: &TestClock, who: &str, verb: &'static str, subjects: &[&str]) {
    let actor = match who {
        "operator" => Actor::Operator,
        "machine" => Actor::Machine("seal"),
        id => person(id),
    };
    let change = Change::begin(db, clock, &actor).await.unwrap();
    let mut event = Event::new(verb, subjects[0]).with("name", format!("名称{verb}")).with("code", subjects[0]);
    for subject in &subjects[1..] {
        event = event.and(subject);
    }
    change.commit(event).await.unwrap();
}

async fn a_trail(db: &TestDb) -> (Db, TestClock) {
    let (db, clock) = (Db::open(&db.url).await.unwrap(), TestClock::default());
    let mut at = 0;
    for (seconds, who, verb, subjects) in SAID {
        clock.pass(seconds - at);
        at = *seconds;
        say(&db, &clock, who, verb, subjects).await;
    }
    (db, clock)
}

fn at(seconds: i64) -> Instant {
    use lantai::kernel::Clock as _;
    TestClock::default().now().plus_seconds(seconds)
}

fn numbers(lines: &[Kept]) -> Vec<i64> {
    lines.iter().map(|line| line.n).collect()
}

async fn walked(db: &Db, filter: &TrailFilter) -> Vec<Kept> {
    let mut walk = Walk::begin(db, filter.clone()).await.unwrap();
    let mut lines = Vec::new();
    loop {
        let more = walk.next().await.unwrap();
        if more.is_empty() {
            return lines;
        }
        lines.extend(more);
    }
}

async fn every_filter_gives_the_lines_of_a_list_made_by_hand(db: TestDb) {
    let (db, _) = a_trail(&db).await;
    let all = TrailFilter::default();
    let text = |text: &str| Some(text.to_owned());
    let anna = || Some(Id::<Person>::known(ANNA));
    let cases: Vec<(TrailFilter, &[i64])> = vec![
        (all.clone(), &[12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (TrailFilter { person: anna(), ..all.clone() }, &[9, 6, 5, 4, 3, 1]),
        (TrailFilter { actor: text(&format!("person:{ANNA}")), ..all.clone() }, &[6, 5, 4, 3]),
        (TrailFilter { actor: text("operator"), ..all.clone() }, &[2, 1]),
        (TrailFilter { actor: text("machine:seal"), ..all.clone() }, &[10, 7]),
        (TrailFilter { subject: text("r1"), ..all.clone() }, &[11, 5]),
        (TrailFilter { subject: text("r1"), within: text("filing-1"), ..all.clone() }, &[11, 7, 5]),
        (TrailFilter { subject: text("r_"), within: text("filing-1"), ..all.clone() }, &[]),
        (TrailFilter { subject: text("r%"), within: text("filing-1"), ..all.clone() }, &[]),
        (TrailFilter { verb: text("person.added"), ..all.clone() }, &[2, 1]),
        (TrailFilter { verb: text("person."), ..all.clone() }, &[9, 8, 3, 2, 1]),
        (TrailFilter { verb: text("nothing."), ..all.clone() }, &[]),
        (TrailFilter { verb: text("nothing.said"), ..all.clone() }, &[]),
        (TrailFilter { from: Some(at(70)), ..all.clone() }, &[12, 11, 10, 9, 8]),
        (TrailFilter { until: Some(at(70)), ..all.clone() }, &[7, 6, 5, 4, 3, 2, 1]),
        (TrailFilter { from: Some(at(20)), until: Some(at(50)), ..all.clone() }, &[5, 4, 3]),
        (TrailFilter { from: Some(at(500)), ..all.clone() }, &[]),
        (TrailFilter { person: anna(), verb: text("person."), ..all.clone() }, &[9, 3, 1]),
        (TrailFilter { person: anna(), verb: text("person."), from: Some(at(20)), ..all.clone() }, &[9, 3]),
        (TrailFilter { actor: text("operator"), verb: text("record.filed"), ..all.clone() }, &[]),
        (TrailFilter { actor: text(&format!("person:{BERT}")), subject: text(ANNA), ..all.clone() }, &[9]),
        (TrailFilter { person: anna(), subject: text("r2"), within: text("filing-1"), ..all.clone() }, &[6]),
        (TrailFilter { subject: text("r2"), within: text("filing-1"), verb: text("records."), ..all.clone() }, &[7]),
    ];
    for (filter, wanted) in cases {
        for limit in [1, 2, 5, 50] {
            let (mut found, mut cursor): (Vec<Kept>, Option<Cursor>) = (Vec::new(), None);
            loop {
                let page: Page<Kept> = audit::find(&db, &filter, cursor.as_ref(), limit).await.unwrap();
                assert!(page.items.len() <= limit);
                found.extend(page.items);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(numbers(&found), wanted, "{filter} by {limit}");
        }
        let oldest: Vec<i64> = wanted.iter().rev().copied().collect();
        assert_eq!(numbers(&walked(&db, &filter).await), oldest, "{filter}");
        assert_eq!(audit::count(&db, &filter, 100).await.unwrap(), wanted.len() as i64, "{filter}");
    }
}

async fn a_line_carries_all_that_it_was_said_with(db: TestDb) {
    let (db, _) = a_trail(&db).await;
    let page = audit::find(&db, &TrailFilter::default(), None, 50).await.unwrap();
    for (line, (seconds, _, verb, subjects)) in page.items.iter().rev().zip(SAID) {
        assert_eq!((line.verb.as_str(), line.at), (*verb, at(*seconds)));
        assert_eq!(line.subjects, *subjects);
        let details: Vec<(&str, &str)> = line.details.iter().map(|d| (d.field.as_str(), d.body.as_str())).collect();
        assert_eq!(details, [("code", subjects[0]), ("name", format!("名称{verb}").as_str())]);
    }
    assert_eq!(
        audit::verbs(&db).await.unwrap(),
        [
            "batch.received",
            "person.added",
            "person.changed",
            "person.signed_in",
            "person_x.noted",
            "personal.noted",
            "record.filed",
            "records.sealed"
        ]
    );
}

async fn pages_neither_lose_nor_repeat_a_line_while_others_are_said(db: TestDb) {
    let (db, clock) = a_trail(&db).await;
    let filter = TrailFilter { verb: Some("person.".to_owned()), ..TrailFilter::default() };
    let (mut found, mut cursor) = (Vec::new(), None);
    let mut walk = Walk::begin(&db, filter.clone()).await.unwrap();
    loop {
        let page = audit::find(&db, &filter, cursor.as_ref(), 2).await.unwrap();
        found.extend(numbers(&page.items));
        cursor = page.next;
        say(&db, &clock, ANNA, "person.signed_in", &[ANNA]).await;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, [9, 8, 3, 2, 1]);
    assert_eq!(numbers(&walk.next().await.unwrap()), [1, 2, 3, 8, 9], "a walk ends where the trail stood");
    assert!(walk.next().await.unwrap().is_empty());
    for wrong in ["", "x", "-1", "0", "1 OR 1=1", "99999999999999999999"] {
        let cursor = Cursor(wrong.to_owned());
        let answer = audit::find(&db, &filter, Some(&cursor), 2).await;
        assert!(matches!(answer, Err(FindError::Cursor(_))), "{wrong}");
    }
}

/// A clock that was set back does not hide a line from its own day.
async fn a_line_said_while_the_clock_stood_wrong_is_found_by_its_time(db: TestDb) {
    let (db, clock) = a_trail(&db).await;
    clock.pass(-3_600);
    say(&db, &clock, "operator", "clock.wrong", &["x"]).await;
    clock.pass(7_200);
    say(&db, &clock, "operator", "clock.right", &["x"]).await;
    let early = TrailFilter { until: Some(at(-1_000)), ..TrailFilter::default() };
    assert_eq!(numbers(&audit::find(&db, &early, None, 50).await.unwrap().items), [13]);
    let late = TrailFilter { from: Some(at(0)), ..TrailFilter::default() };
    let found = numbers(&audit::find(&db, &late, None, 50).await.unwrap().items);
    assert_eq!(found, [14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
}

/// From the JSON lines alone, with SHA-256 and nothing of ours but the vectors of
/// `entry`, which stand in its own tests.
async fn an_export_can_be_recomputed_by_a_stranger(db: TestDb) {
    let (db, _) = a_trail(&db).await;
    let lines = walked(&db, &TrailFilter::default()).await;
    let text: String = lines.iter().map(|line| audit::json_line(line) + "\n").collect();
    assert_eq!(text.lines().count(), SAID.len());
    for (n, line) in (1..).zip(text.lines()) {
        recomputed(line, n);
    }
}

/// Recomputes leaf and commitments of a line.
pub fn recomputed(line: &str, n: i64) {
    use sha2::Digest as _;
    let said: Value = serde_json::from_str(line).unwrap();
    assert_eq!(said["n"], n);
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let bytes = said["entry"].as_str().unwrap();
    let leaf = sha2::Sha256::digest([&[0], bytes.as_bytes()].concat());
    assert_eq!(said["leaf"], hex(&leaf), "line {n}");
    let entry: Value = serde_json::from_str(bytes).unwrap();
    for key in ["n", "at", "actor", "verb", "subjects", "commitments"] {
        assert_eq!(entry[key], said[key], "{key} of line {n}");
    }
    let mut details: Vec<_> = said["details"].as_object().unwrap().iter().collect();
    details.sort_by_key(|(field, _)| field.as_bytes());
    let commitments: Vec<String> = details
        .iter()
        .map(|(field, detail)| {
            let salt = data_encoding::HEXLOWER.decode(detail["salt"].as_str().unwrap().as_bytes()).unwrap();
            assert_eq!(salt.len(), 16);
            let body = detail["body"].as_str().unwrap();
            let parts = [b"lantai-detail-v1\0", salt.as_slice(), field.as_bytes(), &[0], body.as_bytes()];
            hex(&sha2::Sha256::digest(parts.concat()))
        })
        .collect();
    let committed: Vec<String> =
        said["commitments"].as_array().unwrap().iter().map(|c| c.as_str().unwrap().to_owned()).collect();
    assert_eq!(commitments, committed, "line {n}");
    assert_eq!(entry::leaf(bytes).to_string(), hex(&leaf));
}

on_both_databases!(
    every_filter_gives_the_lines_of_a_list_made_by_hand,
    a_line_carries_all_that_it_was_said_with,
    pages_neither_lose_nor_repeat_a_line_while_others_are_said,
    a_line_said_while_the_clock_stood_wrong_is_found_by_its_time,
    an_export_can_be_recomputed_by_a_stranger,
);
