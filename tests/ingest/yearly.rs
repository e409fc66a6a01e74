//! Who handed over which year, with a clock that is moved over the deadline.

use crate::harness::{Archive, TestClock, TestDb, on_both_databases};
use lantai::{
    access::Guest,
    db::Db,
    ingest::handover::{self, Line, Standing, Whose},
    kernel::{Clock as _, Instant},
    profile::{HandoverRules, Profile},
};
use std::fs;

/// Shanghai is eight hours ahead: the last second of 29 February 2032 there.
const LAST_SECOND: &str = "2032-02-29T15:59:59.000Z";

fn rules() -> HandoverRules {
    Profile::compiled().unwrap().handover
}

fn until(clock: &TestClock, at: &str) {
    let millis = at.parse::<Instant>().unwrap().millis() - clock.now().millis();
    clock.pass(i64::try_from(millis / 1_000).unwrap());
}

/// A batch of rows without files: department and number of each.
fn hand_in(archive: &Archive, name: &str, rows: &[(&str, usize)]) {
    let folder = archive.data().with_file_name(name);
    fs::create_dir_all(&folder).unwrap();
    let mut lines = String::from("\u{feff}档号,题名,保管期限,载体\r\n");
    for (department, n) in rows {
        lines.push_str(&format!("X001-WS·2011-Y-{department}-{n:04},第{n}号,永久,纸质\r\n"));
    }
    fs::write(folder.join("catalogue.csv"), lines).unwrap();
    archive.run(&["ingest", folder.to_str().unwrap(), "--yes"]).expect_status(0);
}

/// An archive of 2031 with three departments, one of them closed since. What was handed in
/// is of 2031.
fn an_archive(db: &TestDb) -> Archive {
    let archive = Archive::new(db);
    for (code, name) in [("BGS", "办公室"), ("CWC", "财务处"), ("RSC", "人事处")] {
        archive.run(&["department", "add", code, name]).expect_status(0);
    }
    archive.run(&["department", "close", "RSC"]).expect_status(0);
    hand_in(&archive, "first", &[("BGS", 1), ("BGS", 2), ("SWJ", 1)]);
    archive.sql("UPDATE department SET created_at = '2031-01-02T00:00:00.000Z'");
    archive.sql("UPDATE batch SET started_at = '2031-01-02T03:00:00.000Z', department = '财务处'");
    archive.sql("UPDATE record SET year = 2031");
    archive
}

async fn lines(db: &Db, clock: &TestClock, rules: &HandoverRules) -> Vec<Line> {
    handover::yearly(db, (clock, "Asia/Shanghai"), rules, &Guest::operator()).await.unwrap().lines
}

fn name(line: &Line) -> String {
    match &line.whose {
        Whose::Department { code, .. } => code.clone(),
        Whose::Unmatched(name) => format!("?{name}"),
        Whose::Unnamed => "?".to_owned(),
    }
}

/// Department, year, state with days, records in time, late and unsigned; in that order.
fn told(lines: &[Line]) -> Vec<String> {
    let mut told: Vec<String> = lines
        .iter()
        .map(|line| {
            let year = line.year.map_or_else(|| "-".to_owned(), |year| year.to_string());
            let days = line.standing.days().map(|days| format!(" {days}")).unwrap_or_default();
            let (in_time, late, unsigned) = (line.in_time, line.late, line.unsigned);
            format!("{} {year} {}{days} {in_time}/{late}/{unsigned}", name(line), line.standing.word())
        })
        .collect();
    told.sort();
    told
}

async fn a03_2_who_has_not_handed_over_is_late_from_the_day_after_the_end_of_february(db: TestDb) {
    let archive = an_archive(&db);
    let (db, clock, rules) = (Db::open(archive.url()).await.unwrap(), TestClock::default(), rules());
    // The closed one owes nothing; what is no department stands under its own name.
    let still = ["?SWJ 2031 not-due 0/0/1", "BGS 2031 not-due 0/0/2", "CWC 2031 not-due 0/0/0"];
    assert_eq!(told(&lines(&db, &clock, &rules).await), still);

    until(&clock, LAST_SECOND);
    let next_year = ["BGS 2032 not-due 0/0/0", "CWC 2032 not-due 0/0/0"];
    let with_next = |some: &[&str]| {
        let mut all: Vec<String> = some.iter().chain(&next_year).map(|line| (*line).to_owned()).collect();
        all.sort();
        all
    };
    let now = lines(&db, &clock, &rules).await;
    assert_eq!(told(&now), with_next(&still), "a leap year ends its February on the 29th");
    assert_eq!(now[0].due.unwrap().to_string(), "2033-02-28");
    clock.pass(1);
    let now = lines(&db, &clock, &rules).await;
    let owed = ["?SWJ 2031 owed 1 0/0/1", "BGS 2031 owed 1 0/0/2", "CWC 2031 owed 1 0/0/0"];
    assert_eq!(told(&now), with_next(&owed), "filed and not signed is not handed over");
    assert!(now[..3].iter().all(|line| matches!(line.standing, Standing::Owed { .. })), "what is owed comes first");
    let clauses = |line: &Line| line.clauses.iter().map(|one| one.clause.clone()).collect::<Vec<_>>();
    assert_eq!((clauses(&now[0]), clauses(&now[4])), (vec!["A03.2".to_owned()], vec!["A03.2".to_owned()]));
    assert_eq!(now[0].due.unwrap().to_string(), "2032-02-29");

    // One side is half of it.
    archive.sql(
        "INSERT INTO handover_signature (filing_id, side, batch_id, actor, by_name, at, list)
         SELECT filing_id, 'sender', id, 'person:a', '甲', '2032-02-20T01:00:00.000Z', '[]' FROM batch",
    );
    assert_eq!(told(&lines(&db, &clock, &rules).await), with_next(&owed), "signed by one side");
    archive.sql(
        "INSERT INTO handover_signature (filing_id, side, batch_id, actor, by_name, at, list)
         SELECT filing_id, 'archive', id, 'person:b', '乙', '2032-03-02T17:00:00.000Z', '[]' FROM batch",
    );
    let late = ["?SWJ 2031 late 3 0/1/0", "BGS 2031 late 3 0/2/0"];
    let owes = ["CWC 2031 owed 1 0/0/0"];
    let both = [&late[..], &owes].concat();
    let now = lines(&db, &clock, &rules).await;
    assert_eq!(told(&now), with_next(&both), "the day of the second signature, in the archive's zone");
    let bgs = now.iter().find(|line| name(line) == "BGS" && line.year == Some(2031)).unwrap();
    assert_eq!((bgs.handed_on.unwrap().to_string().as_str(), bgs.batches.len()), ("2032-03-03", 1));

    // The bound of the other clause is passed too, by whom it still concerns.
    until(&clock, "2032-06-30T15:59:59.000Z");
    let owing = async |clock: &TestClock| {
        let now = lines(&db, clock, &rules).await;
        let of = |who: &str| now.iter().find(|line| name(line) == who && line.year == Some(2031)).unwrap().clone();
        (clauses(&of("CWC")), clauses(&of("BGS")), of("CWC").standing)
    };
    let one = vec!["A03.2".to_owned()];
    assert_eq!(owing(&clock).await, (one.clone(), one.clone(), Standing::Owed { days: 122 }));
    clock.pass(1);
    let two = vec!["A03.2".to_owned(), "A08.35".to_owned()];
    assert_eq!(owing(&clock).await, (two, one, Standing::Owed { days: 123 }));

    // Signed by the last day, it was in time, and stays so.
    archive.sql("UPDATE handover_signature SET at = '2032-02-29T15:59:59.000Z' WHERE side = 'archive'");
    let now = lines(&db, &clock, &rules).await;
    let bgs = now.iter().find(|line| name(line) == "BGS" && line.year == Some(2031)).unwrap();
    assert_eq!((bgs.standing, bgs.in_time, bgs.late), (Standing::InTime, 2, 0));
}

/// Part of a year in time and part of it late; a second batch that is not signed.
async fn a_year_is_as_late_as_the_last_batch_of_it(db: TestDb) {
    let archive = an_archive(&db);
    archive.sql(
        "INSERT INTO handover_signature (filing_id, side, batch_id, actor, by_name, at, list)
         SELECT filing_id, 'sender', id, 'person:a', '甲', '2032-01-10T01:00:00.000Z', '[]' FROM batch
         UNION ALL
         SELECT filing_id, 'archive', id, 'person:b', '乙', '2032-01-11T01:00:00.000Z', '[]' FROM batch",
    );
    hand_in(&archive, "second", &[("BGS", 3)]);
    archive.sql("UPDATE record SET year = 2031");
    let (db, clock, rules) = (Db::open(archive.url()).await.unwrap(), TestClock::default(), rules());
    until(&clock, "2032-03-05T04:00:00.000Z");
    let of_bgs = async || {
        let now = lines(&db, &clock, &rules).await;
        told(&now).into_iter().find(|line| line.starts_with("BGS 2031")).unwrap()
    };
    assert_eq!(of_bgs().await, "BGS 2031 owed 5 2/0/1", "part of it lies unsigned");
    archive.sql(
        "INSERT INTO handover_signature (filing_id, side, batch_id, actor, by_name, at, list)
         SELECT filing_id, 'sender', id, 'person:a', '甲', '2032-03-04T01:00:00.000Z', '[]' FROM batch
         WHERE name = 'second' UNION ALL
         SELECT filing_id, 'archive', id, 'person:b', '乙', '2032-03-04T02:00:00.000Z', '[]' FROM batch
         WHERE name = 'second'",
    );
    assert_eq!(of_bgs().await, "BGS 2031 late 4 2/1/0", "part of it came late");
    // A batch that went back is no handover; its records are gone with it.
    archive.sql("UPDATE batch SET state = 'withdrawn' WHERE name = 'second'");
    assert_eq!(of_bgs().await, "BGS 2031 owed 5 2/0/1", "a batch that is not filed hands nothing over");
}

/// By code, by name, by the sender; years that nobody owes are not judged.
async fn what_cannot_be_told_is_neither_in_time_nor_late(db: TestDb) {
    let archive = an_archive(&db);
    hand_in(&archive, "second", &[("CWC", 1), ("CWC", 2), ("CWC", 3), ("RSC", 1)]);
    archive.sql("UPDATE batch SET started_at = '2031-01-02T03:00:00.000Z' WHERE name = 'second'");
    archive.sql("UPDATE batch SET department = '财务处' WHERE name = 'second'");
    archive.sql("UPDATE record SET year = 2031");
    archive.sql("UPDATE record SET department = '财务处' WHERE code LIKE '%CWC-0001'");
    archive.sql("UPDATE record SET department = NULL WHERE code LIKE '%CWC-0002'");
    archive.sql("UPDATE record SET year = 1998 WHERE code LIKE '%BGS-0001'");
    archive.sql("UPDATE record SET year = NULL WHERE code LIKE '%BGS-0002'");
    let (db, clock, rules) = (Db::open(archive.url()).await.unwrap(), TestClock::default(), rules());
    until(&clock, "2032-03-02T04:00:00.000Z");
    let now = told(&lines(&db, &clock, &rules).await);
    let wanted = [
        "?SWJ 2031 owed 2 0/0/1",
        "BGS - untold 0/0/1",
        "BGS 1998 untold 0/0/1",
        "BGS 2031 owed 2 0/0/0",
        "BGS 2032 not-due 0/0/0",
        "CWC 2031 owed 2 0/0/3",
        "CWC 2032 not-due 0/0/0",
        "RSC 2031 owed 2 0/0/1",
    ];
    assert_eq!(now, wanted);
    // The rules may say that those who were there from the beginning owe earlier years;
    // whoever was opened later begins with his own.
    archive.sql("UPDATE department SET created_at = '2032-01-05T00:00:00.000Z' WHERE code = 'CWC'");
    let earlier = HandoverRules { first_year: Some(2029), ..rules };
    let now = told(&lines(&db, &clock, &earlier).await);
    let of = |who: &str| now.iter().filter(|line| line.starts_with(who)).cloned().collect::<Vec<_>>();
    let bgs = [
        "BGS - untold 0/0/1",
        "BGS 1998 untold 0/0/1",
        "BGS 2029 owed 733 0/0/0",
        "BGS 2030 owed 368 0/0/0",
        "BGS 2031 owed 2 0/0/0",
        "BGS 2032 not-due 0/0/0",
    ];
    assert_eq!(
        (of("BGS"), of("CWC")),
        (bgs.map(str::to_owned).into(), vec!["CWC 2031 untold 0/0/3".to_owned(), "CWC 2032 not-due 0/0/0".to_owned()])
    );
    // A category with a deadline of its own is a line of its own.
    let mut own = earlier;
    let accounts = own.deadline[0].clone();
    own.deadline.push(lantai::profile::Deadline { month: 12, categories: Some(vec!["WS".into()]), ..accounts });
    let now = lines(&db, &clock, &own).await;
    let of = |line: &&Line| name(line) == "CWC" && line.year == Some(2031);
    let line = now.iter().find(of).unwrap();
    let (due, categories) = (line.due.unwrap().to_string(), line.categories.clone());
    assert_eq!((due.as_str(), categories, line.standing), ("2032-12-31", vec!["WS".to_owned()], Standing::NotDue));
}

/// A rule of the archive's own stands in the place of ours, and the command goes by it.
async fn an_archive_goes_by_its_own_deadline(db: TestDb) {
    let archive = an_archive(&db);
    archive.sql("UPDATE department SET created_at = '2001-01-02T00:00:00.000Z'");
    archive.sql("UPDATE record SET year = 2001");
    let shown = |state: &str, year: &str| archive.run(&["handovers", "--state", state, "--year", year]);
    let owed = shown("owed", "2001").expect_status(1);
    let of = |document: &serde_json::Value| document["items"][0]["deadline"].as_str().unwrap().to_owned();
    assert_eq!((of(&owed).as_str(), &owed["items"][0]["clauses"][0]), ("2002-02-28", &"A03.2".into()));
    assert_eq!(owed["counts"]["owed"], owed["total"]);
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/handover.toml")).unwrap();
    let profile = archive.data().join("profile");
    fs::create_dir_all(&profile).unwrap();
    fs::write(profile.join("handover.toml"), text.replace("month = 2", "month = 5\nday = 4")).unwrap();
    assert_eq!(of(&shown("owed", "2001").expect_status(1)), "2002-05-04");
    assert_eq!(shown("in-time", "2001").expect_status(0)["total"], 0);
    shown("never", "2001").expect_status(2);
    shown("owed", "x").expect_status(2);
}

on_both_databases!(
    a03_2_who_has_not_handed_over_is_late_from_the_day_after_the_end_of_february,
    a_year_is_as_late_as_the_last_batch_of_it,
    what_cannot_be_told_is_neither_in_time_nor_late,
    an_archive_goes_by_its_own_deadline,
);
