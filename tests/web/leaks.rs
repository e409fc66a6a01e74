//! Two archives that differ in hidden records only answer the uncleared alike: status,
//! headers, body, and about how long it takes. Masked are durations and clocks. What may
//! be seen by decision: gaps in serials, and that a code was used.

use crate::harness::{Archive, Asked, Server, TestDb, encoded, on_both_databases, sample};
use hyper::Method;
use lantai::web::{Needs, table};
use std::{
    cmp::Ordering,
    path::Path,
    time::{Duration, Instant},
};

/// What one of the twins has besides, and from whom it is hidden how.
struct Hiding {
    statements: &'static [&'static str],
    /// Before the twin is made: narrows what people may know of.
    narrow: &'static str,
    /// Lets the archivist know, and takes it back.
    reveal: &'static str,
    hide: &'static str,
    who: &'static [&'static str],
}

const TOO_SECRET: Hiding = Hiding {
    statements: &HIDDEN,
    narrow: "UPDATE person SET clearance = 0",
    reveal: "UPDATE person SET clearance = 4 WHERE role = 'archivist'",
    hide: "UPDATE person SET clearance = 0 WHERE role = 'archivist'",
    who: &["staff", "archivist", "sysadmin", "security"],
};

/// The security officer is left out: whose grants name fonds is shown all of them.
const BEYOND_THE_GRANTS: Hiding = Hiding {
    statements: &BEYOND,
    narrow: "UPDATE data_grant SET fonds = 'X030'",
    reveal: "UPDATE data_grant SET fonds = NULL",
    hide: "UPDATE data_grant SET fonds = 'X030'",
    who: &["staff", "archivist", "sysadmin"],
};

/// A fonds that nobody's grants name, with records, gaps and a department of its own.
const BEYOND: [&str; 8] = [
    "INSERT INTO fonds (id, code, created_at) SELECT 'ffff' || SUBSTR(id, 5), 'X999', created_at FROM fonds WHERE code = 'X030'",
    "INSERT INTO fonds_name (fonds_id, since, name)
     SELECT 'ffff' || SUBSTR(fonds_id, 5), since, '绝不可知' FROM fonds_name
     WHERE fonds_id = (SELECT id FROM fonds WHERE code = 'X030')",
    "INSERT INTO code_serial (scope, last) VALUES ('X999-WS·2012-Y-ZZZ', 9)",
    HIDDEN[0],
    "INSERT INTO record (id, filing_id, code, scheme_id, fonds, category, department, year, retention, ends_on, secrecy,
                         mark, title, responsible, docno, dated, pages, note, extra, standing, filed_at)
     SELECT 'ffff' || SUBSTR(id, 5), 'ffff' || SUBSTR(filing_id, 5), 'X999' || SUBSTR(code, 5), scheme_id, 'X999',
            category, 'ZZZ', year, retention, ends_on, 0, '公开', title || '绝不可知', responsible, docno, dated, pages,
            note, extra, standing, filed_at FROM record",
    HIDDEN[2],
    HIDDEN[3],
    HIDDEN[4],
];

/// Every record once more, 机密, under a code and an id of its own.
const HIDDEN: [&str; 5] = [
    "INSERT INTO filing (id, created_at, visible_at) SELECT 'ffff' || SUBSTR(id, 5), created_at, visible_at FROM filing",
    "INSERT INTO record (id, filing_id, code, scheme_id, fonds, category, department, year, retention, ends_on, secrecy,
                         mark, title, responsible, docno, dated, pages, note, extra, standing, filed_at)
     SELECT 'ffff' || SUBSTR(id, 5), 'ffff' || SUBSTR(filing_id, 5), code || '7', scheme_id, fonds, category, department,
            year, retention, ends_on, 3, '机密', title || '绝不可知', responsible, docno, dated, pages, note, extra,
            standing, filed_at FROM record",
    "INSERT INTO record_file (record_id, number, name, path, format, bytes, sha256, pages)
     SELECT 'ffff' || SUBSTR(record_id, 5), number, name, path, format, bytes, sha256, pages FROM record_file",
    "INSERT INTO copy (record_id, store, version, inventory, sealed_at, verified_at, fault)
     SELECT 'ffff' || SUBSTR(record_id, 5), store, version, inventory, sealed_at, verified_at, fault FROM copy",
    "INSERT INTO reading (record_id, number, outcome, reason, pages, maker)
     SELECT 'ffff' || SUBSTR(record_id, 5), number, outcome, reason, pages, maker FROM reading",
];

/// Records, one of each format, and a word of their texts.
const CODES: [&str; 3] = ["X030-WS·2012-D30-SWJ-0001", "X028-WS·1998-Y-ZRZY-0014", "X041-WS·2007-D10-HBJ-0016"];
const WORDS: [&str; 7] = ["水", "防汛抗旱", "绝不可知", "X030", "年度:1950..2030", "NOT 水", "关于"];

/// An archive with the sample, its twin with hidden records, and people who may not know
/// of those, signed in to both with the same cookies.
struct Twins {
    plain: Server,
    other: Server,
    people: Vec<(&'static str, Asked)>,
    /// Of [`CODES`].
    ids: Vec<String>,
    batch: String,
    _archives: [Archive; 2],
}

impl Twins {
    async fn of_the_sample(db: &TestDb, hiding: &Hiding) -> Self {
        let archive = Archive::new(db);
        archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
        let server = Server::start(&archive);
        let mut people = vec![("nobody", Asked::Nobody)];
        for role in hiding.who {
            people.push((*role, server.sign_in(archive.account(role)).await));
        }
        let archivist = &people[2].1;
        let mut ids = Vec::new();
        for code in CODES {
            let found = server.get(&format!("/api/v1/search?q={}", encoded(code)), archivist).await.json();
            ids.push(found["hits"][0]["id"].as_str().unwrap().to_owned());
            // Pages are drawn once, so that no answer waits for the first drawing.
            for width in [200, 800] {
                server.get(&format!("/records/{}/pages/1?width={width}", ids.last().unwrap()), archivist).await;
            }
        }
        let batches = server.get("/api/v1/batches", archivist).await.json();
        let batch = batches["items"][0]["batch"].as_str().unwrap().to_owned();
        drop(server);
        archive.sql(hiding.narrow);
        let twin = archive.twin(db);
        for statement in hiding.statements {
            twin.sql(statement);
        }
        hide_derivatives(&twin.data().join("store/derivatives"));
        for one in [&archive, &twin] {
            one.run(&["rebuild"]).expect_status(0);
        }
        let (plain, other) = (Server::without_limits(&archive), Server::without_limits(&twin));
        let twins = Self { plain, other, people, ids, batch, _archives: [archive, twin] };
        twins.the_hidden_are_there(hiding).await;
        twins
    }

    /// Else the comparison compares nothing.
    async fn the_hidden_are_there(&self, hiding: &Hiding) {
        let [plain, twin] = &self._archives;
        for (archive, server, wanted) in [(plain, &self.plain, 0), (twin, &self.other, 26)] {
            archive.sql(hiding.reveal);
            let found =
                server.get(&format!("/api/v1/search?q={}", encoded("绝不可知")), &self.people[2].1).await.json();
            assert_eq!(found["total"], wanted, "known in the next request");
            archive.sql(hiding.hide);
        }
    }

    /// Every GET of the table with what exists, what is hidden in one of them, and nothing
    /// in its places.
    fn paths(&self) -> Vec<String> {
        let hidden = self.ids.iter().map(|id| format!("ffff{}", &id[4..]));
        let ids: Vec<String> = self.ids.iter().cloned().chain(hidden).chain(["x".to_owned()]).collect();
        let mut paths = Vec::new();
        for (method, template, _) in table() {
            // The trail is what its reader is there for: it says that there are more records.
            if method != Method::GET || template.contains("/trail") && !template.contains("{id}") {
                continue;
            }
            let mut filled = vec![template.to_owned()];
            let fill = |filled: Vec<String>, place: &str, values: &[String]| -> Vec<String> {
                if !filled[0].contains(place) {
                    return filled;
                }
                filled.iter().flat_map(|path| values.iter().map(|value| path.replace(place, value))).collect()
            };
            if template.contains("/records/") {
                filled = fill(filled, "{id}", &ids);
            }
            if template.contains("/batches/") {
                filled = fill(filled, "{id}", std::slice::from_ref(&self.batch));
            }
            for (place, values) in [
                ("{id}", &["x".to_owned()][..]),
                ("{code}", &["X030".to_owned(), "X999".to_owned()]),
                ("{page}", &["1".to_owned(), "9".to_owned()]),
                ("{number}", &["1".to_owned(), "9".to_owned()]),
                ("{file}", &["lantai.css".to_owned()]),
            ] {
                filled = fill(filled, place, values);
            }
            if template.ends_with("/search") {
                let words = WORDS.iter().copied().chain(CODES).map(encoded);
                let asked = |word: String| {
                    ["", "&page=2", "&limit=1", "&offset=20", "&year_from=2000", "&sort=date"]
                        .map(|more| format!("?q={word}{more}"))
                };
                filled = words.flat_map(asked).map(|query| format!("{template}{query}")).collect();
            }
            if template == "/records/{id}" {
                let tabs = ["", "?tab=description", "?tab=trail", "?tab=files"];
                filled = filled.iter().flat_map(|path| tabs.map(|tab| format!("{path}{tab}"))).collect();
            }
            paths.extend(filled);
        }
        paths
    }
}

/// The text of the hidden records stands where the text of theirs would.
fn hide_derivatives(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let hidden = folder.join(format!("ffff{}", &name[4..]));
        assert!(std::process::Command::new("cp").arg("-a").arg(entry.path()).arg(hidden).status().unwrap().success());
    }
}

/// An answer without durations, clocks, and where the archive itself lies.
fn masked(heard: &crate::harness::Heard, archive: &Archive) -> String {
    let mut text = format!("{}\n", heard.status);
    for (name, value) in &heard.headers {
        if !["date", "content-length"].contains(&name.as_str()) {
            text.push_str(&format!("{name}: {}\n", value.to_str().unwrap_or("?")));
        }
    }
    let body = heard.text();
    let mut rest = body.as_str();
    // `"took_ms":0.83` in the API, `<span class="took">…` on the page; when a session was
    // last used depends on how fast the machine is.
    for (mark, end) in [("\"took_ms\":", '}'), ("<span class=\"soft small\">", '<'), ("\"seen_at\":", ',')] {
        while let Some(at) = rest.find(mark) {
            let from = at + mark.len();
            let until = rest[from..].find([end, ',']).map_or(rest.len(), |length| from + length);
            text.push_str(&rest[..from]);
            rest = &rest[until..];
        }
    }
    text.push_str(rest);
    text.replace(archive.data().to_str().unwrap(), "(here)")
}

async fn twins_that_differ_in_hidden_records_answer_alike(db: TestDb) {
    answer_alike(&Twins::of_the_sample(&db, &TOO_SECRET).await).await;
}

async fn twins_that_differ_in_what_no_grant_names_answer_alike(db: TestDb) {
    answer_alike(&Twins::of_the_sample(&db, &BEYOND_THE_GRANTS).await).await;
}

async fn answer_alike(twins: &Twins) {
    let (mut asked, mut wrong) = (0, Vec::new());
    for (who, session) in &twins.people {
        for path in twins.paths() {
            let (one, two) = (twins.plain.get(&path, session).await, twins.other.get(&path, session).await);
            let [plain, twin] = &twins._archives;
            let (one, two) = (masked(&one, plain), masked(&two, twin));
            asked += 1;
            if one != two {
                let at = one.bytes().zip(two.bytes()).take_while(|(a, b)| a == b).count();
                let near = |text: &str| {
                    String::from_utf8_lossy(
                        &text.as_bytes()[at.saturating_sub(60).min(text.len())..(at + 80).min(text.len())],
                    )
                    .into_owned()
                };
                wrong.push(format!("{who} {path}:\n  {}\n  {}", near(&one), near(&two)));
            }
        }
    }
    println!("{asked} answers compared for {} people", twins.people.len());
    assert!(wrong.is_empty(), "{} of {asked} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(table().iter().any(|(_, _, needs)| *needs == Needs::Person));
}

/// How many times each is asked, by turns.
const TIMES: usize = 41;
/// How often all of it is measured before a difference is believed.
const ROUNDS: usize = 3;
/// Below it a difference is the scheduler's.
const GRAIN: Duration = Duration::from_micros(300);

async fn hidden_records_take_no_time(db: TestDb) {
    let twins = Twins::of_the_sample(&db, &TOO_SECRET).await;
    if twins._archives[0].url().starts_with("postgres") {
        // What it does by itself within minutes: else one of them may be asked meanwhile, or
        // by what its tables were before.
        twins._archives.iter().for_each(|archive| archive.sql("VACUUM ANALYZE"));
    }
    let hidden = format!("ffff{}", &twins.ids[0][4..]);
    let reader = &twins.people[1].1;
    let paths = [
        format!("/api/v1/search?q={}", encoded("水")),
        format!("/api/v1/search?q={}", encoded("绝不可知")),
        format!("/search?q={}", encoded("关于")),
        format!("/api/v1/records/{hidden}"),
        format!("/records/{hidden}"),
        format!("/api/v1/records/{}", twins.ids[0]),
        "/".to_owned(),
        "/fonds".to_owned(),
    ];
    // The machine is shared: what is so is so in every round, and the same way round.
    let mut suspects: Vec<(&String, Ordering)> = Vec::new();
    for round in 0..ROUNDS {
        let mut found = Vec::new();
        for path in &paths {
            let before = suspects.iter().find(|(suspect, _)| *suspect == path).map(|(_, leans)| *leans);
            if round > 0 && before.is_none() {
                continue;
            }
            let places = [(&twins.plain, path), (&twins.other, path)];
            let leans = by_turns(places, reader).await.leans(path);
            if leans != Ordering::Equal && before.is_none_or(|before| before == leans) {
                found.push((path, leans));
            }
        }
        suspects = found;
    }
    assert!(suspects.is_empty(), "with hidden records they take another time, every time: {suspects:?}");
    // Unknown and forbidden are of one class too.
    let (unknown, forbidden) = (format!("/records/{}", "0".repeat(36)), "/batches".to_owned());
    let mut said = String::new();
    for _ in 0..ROUNDS {
        let both = by_turns([(&twins.plain, &unknown), (&twins.plain, &forbidden)], reader).await;
        let [unknown, forbidden] = both.at(1, 2);
        said = format!("unknown {unknown:?}, forbidden {forbidden:?}");
        println!("{said}");
        if unknown < forbidden * 3 && forbidden < unknown * 3 {
            return;
        }
    }
    panic!("{said}");
}

/// How long each of two was asked, from the shortest on.
struct Times([Vec<Duration>; 2]);

/// Asks two by turns, now the one first and now the other.
async fn by_turns(places: [(&Server, &String); 2], who: &Asked) -> Times {
    let mut times = [Vec::new(), Vec::new()];
    for turn in 0..TIMES * 2 {
        let at = (turn + turn / 2) % 2;
        let (server, path) = places[at];
        let begun = Instant::now();
        server.get(path, who).await;
        times[at].push(begun.elapsed());
    }
    times.iter_mut().for_each(|times| times.sort_unstable());
    Times(times)
}

impl Times {
    /// What a part of them took at most.
    fn at(&self, part: usize, of: usize) -> [Duration; 2] {
        self.0.each_ref().map(|times| times[(times.len() - 1) * part / of])
    }

    /// Which of the two is the slower: those that nothing disturbed and those in the middle
    /// agree.
    fn leans(&self, path: &str) -> Ordering {
        let lean = |[one, two]: [Duration; 2]| {
            let apart = one.abs_diff(two);
            if apart <= one.min(two) / 5 || apart <= GRAIN { Ordering::Equal } else { one.cmp(&two) }
        };
        let (undisturbed, middle) = (self.at(1, 8), self.at(1, 2));
        println!("{path}: {undisturbed:?}, in the middle {middle:?}; without hidden records and with them");
        if lean(undisturbed) == lean(middle) { lean(middle) } else { Ordering::Equal }
    }
}

on_both_databases!(
    twins_that_differ_in_hidden_records_answer_alike,
    twins_that_differ_in_what_no_grant_names_answer_alike,
    hidden_records_take_no_time,
);
