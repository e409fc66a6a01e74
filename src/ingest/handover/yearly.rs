//! What departments (机构) handed over, year by year, and who is late (逾期未移交).
//!
//! A line is a department, a year and a deadline of the rules ([`crate::profile::HandoverRules`]).
//! Nothing is kept: lines are worked out from the records, the signatures and the clock, so
//! that a correction, a withdrawal or a new rule shows at once.
//!
//! # Why
//!
//! - *The years*: a department that is open owes every year from the one in which it was
//!   opened here, the current one among them. Of earlier years, of closed departments and of
//!   names that are no department those are listed of which something is held. What was due
//!   before the archive knew of the department it cannot miss; the rules may say an earlier
//!   first year for the departments with which the archive began.
//! - *Handed over is signed by both*: a batch that is filed and not signed is not handed
//!   over, and the day that counts is that of the second signature.
//! - *A year is as late as the last of it*: where part came in time and part after, it is
//!   late; where part is not signed when the deadline is over, it is owed. That all there
//!   should be has come, nobody here knows: *in time* says it of what came.
//! - *Cannot tell is never passed*: records without a year, and years before the first one,
//!   are neither in time nor late, unless they were signed by the day in any case.
//! - *A name*: a record says its department's code or, in a catalogue of its own columns,
//!   its name; one that says none belongs to the department that the sender of its batch
//!   named. What is neither a code nor the name of just one department stands under its own
//!   name.
//! - *Within reach*: counted is what the asker may know of and take in. Who reaches only
//!   part of a department's records is not told that it handed over nothing.
//!
//! Source: 篇三 A03.2, 篇八 A08.35.

use super::rows::{self, FiledBatch};
use crate::{
    access::{self, AccessError, Department, Guest, Right},
    db::Db,
    holdings::{self, HandedIn, HoldingsError},
    ingest::batch,
    kernel::{Batch, Clock, Day, Id, Instant, Year},
    profile::{Deadline, HandoverRules},
};
use std::collections::{BTreeMap, HashMap};

/// Why it was not worked out.
#[derive(Debug, thiserror::Error)]
pub enum YearlyError {
    #[error("the archive's time zone {0} is unknown")]
    Zone(String),
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Holdings(#[from] HoldingsError),
    #[error(transparent)]
    Db(#[from] crate::db::DbError),
}

/// How a department stands with a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Not handed over, or not all that is held; so many days after the deadline.
    Owed { days: i64 },
    /// The last of it was handed over so many days after the deadline.
    Late { days: i64 },
    /// Not handed over, and there is still time.
    NotDue,
    /// Nothing says whether it was in time.
    Untold,
    /// All of what is held was handed over in time.
    InTime,
}

impl Standing {
    pub const WORDS: [&str; 5] = ["owed", "late", "not-due", "untold", "in-time"];

    pub fn word(self) -> &'static str {
        Self::WORDS[match self {
            Self::Owed { .. } => 0,
            Self::Late { .. } => 1,
            Self::NotDue => 2,
            Self::Untold => 3,
            Self::InTime => 4,
        }]
    }

    /// Days after the deadline.
    pub fn days(self) -> Option<i64> {
        match self {
            Self::Owed { days } | Self::Late { days } => Some(days),
            Self::NotDue | Self::Untold | Self::InTime => None,
        }
    }
}

/// Whose records they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    Department {
        code: String,
        name: String,
        closed: bool,
    },
    /// As the records or the sender say it; no department is called so.
    Unmatched(String),
    /// Neither the records nor the sender say any.
    Unnamed,
}

/// A department with a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub whose: Whose,
    /// `None`: the records say none.
    pub year: Option<Year>,
    /// Categories that the deadline is for; empty: those without one of their own.
    pub categories: Vec<String>,
    /// The deadlines, the one that counts first; a further one only once it is passed.
    pub clauses: Vec<Deadline>,
    pub due: Option<Day>,
    pub standing: Standing,
    /// Records handed over by the day.
    pub in_time: i64,
    /// Records handed over after it.
    pub late: i64,
    /// Records filed whose handover is not signed by both.
    pub unsigned: i64,
    /// When the last of it was signed.
    pub handed_on: Option<Day>,
    /// The batches that the asker sees, with their names.
    pub batches: Vec<(Id<Batch>, String)>,
}

/// Which lines are asked for; what is left out is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// One of [`Standing::WORDS`].
    pub standing: Option<&'static str>,
    pub year: Option<Year>,
    /// Code or name.
    pub department: Option<String>,
}

impl Wanted {
    pub fn takes(&self, line: &Line) -> bool {
        self.standing.is_none_or(|word| line.standing.word() == word) && self.takes_but_for_standing(line)
    }

    /// The same whatever the standing: for counting each.
    pub fn takes_but_for_standing(&self, line: &Line) -> bool {
        let called = |wanted: &String| match &line.whose {
            Whose::Department { code, name, .. } => wanted == code || wanted == name,
            Whose::Unmatched(name) => wanted == name,
            Whose::Unnamed => false,
        };
        self.year.is_none_or(|year| line.year == Some(year)) && self.department.as_ref().is_none_or(called)
    }
}

/// Every line on a day.
#[derive(Clone, Debug)]
pub struct Yearly {
    pub today: Day,
    /// What is owed first, the newest year first.
    pub lines: Vec<Line>,
}

/// How every department stands that the guest takes in from.
pub async fn yearly(
    db: &Db,
    (clock, zone): (&dyn Clock, &str),
    rules: &HandoverRules,
    guest: &Guest,
) -> Result<Yearly, YearlyError> {
    let day = |at: Instant| at.day_in(zone).ok_or_else(|| YearlyError::Zone(zone.to_owned()));
    let today = day(clock.now())?;
    let reach = guest.reach_for(Right::Ingest);
    let departments = access::departments(db).await?;
    let batches = rows::filed(db).await?;
    let opened = |one: &Department| Some(one.opened_at.parse::<Instant>().ok()?.day_in(zone)?.year());
    let began = departments.iter().filter_map(opened).min();
    let first_filed = batches.iter().filter_map(|one| one.started_at.parse::<Instant>().ok()?.day_in(zone)).min();
    let count = Count {
        rules,
        today,
        began: rules.first_year.into_iter().chain(began).chain(first_filed.map(Day::year)).min(),
    };
    let first = |one: &Department| match (opened(one), rules.first_year) {
        (Some(year), Some(first)) if Some(year) == began => year.min(first),
        (Some(year), _) => year,
        (None, _) => Year::MAX,
    };

    let mut heaps: BTreeMap<(Whose, Option<Year>, Vec<String>), Heap> = BTreeMap::new();
    let names = Names::of(&departments);
    let by_filing: HashMap<&str, &FiledBatch> = batches.iter().map(|one| (one.filing.as_str(), one)).collect();
    let seen = batch::seen_by(guest);
    for part in holdings::handed_in(db, &guest.reach(), &reach).await? {
        let batch = by_filing.get(part.filing.as_str()).copied();
        let said = part.department.as_deref().or(batch.and_then(|batch| batch.department.as_deref()));
        let key = (names.whose(said), part.year, rules.of(&part.category)[0].categories.clone().unwrap_or_default());
        let signed = batch.and_then(|batch| batch.handed_over_at.as_deref()?.parse().ok()).map(day).transpose()?;
        heaps.entry(key).or_default().add(&part, signed, batch.filter(|batch| seen.sees(&batch.received_by)));
    }
    for one in departments.iter().filter(|one| one.closed_at.is_none()) {
        for year in first(one)..=today.year() {
            if reach.holds_department(&one.code, year) {
                heaps.entry((Names::department(one), Some(year), Vec::new())).or_default();
            }
        }
    }
    let firsts: HashMap<&str, Year> = departments.iter().map(|one| (one.code.as_str(), first(one))).collect();
    let mut lines: Vec<Line> = heaps
        .into_iter()
        .map(|((whose, year, categories), heap)| {
            let first = match &whose {
                Whose::Department { code, .. } => firsts.get(code.as_str()).copied(),
                Whose::Unmatched(_) | Whose::Unnamed => count.began,
            };
            count.line(whose, year, categories, heap, first)
        })
        .collect();
    lines.sort_by(|a, b| (rank(a), b.year, &a.whose).cmp(&(rank(b), a.year, &b.whose)));
    Ok(Yearly { today, lines })
}

fn rank(line: &Line) -> usize {
    Standing::WORDS.iter().position(|word| *word == line.standing.word()).unwrap_or(usize::MAX)
}

/// What is held of a department's year.
#[derive(Default)]
struct Heap {
    /// Records by the day on which they were handed over; `None`: not yet.
    by_day: BTreeMap<Option<Day>, i64>,
    batches: BTreeMap<String, (Id<Batch>, String)>,
}

impl Heap {
    fn add(&mut self, part: &HandedIn, signed: Option<Day>, batch: Option<&FiledBatch>) {
        *self.by_day.entry(signed).or_default() += part.records;
        if let Some(batch) = batch {
            self.batches.insert(batch.id.to_string(), (batch.id.clone(), batch.name.clone()));
        }
    }
}

/// What years are counted by.
struct Count<'a> {
    rules: &'a HandoverRules,
    today: Day,
    /// The first year of the archive; `None` where nothing says any.
    began: Option<Year>,
}

impl Count<'_> {
    fn line(&self, whose: Whose, year: Option<Year>, categories: Vec<String>, heap: Heap, first: Option<Year>) -> Line {
        let of = match categories.first() {
            Some(code) => self.rules.of(code),
            None => self.rules.general(),
        };
        let days: Vec<(&Deadline, Option<Day>)> =
            of.into_iter().map(|one| (one, year.and_then(|year| one.of(year)))).collect();
        let due = days[0].1;
        let counts = year.zip(first).is_some_and(|(year, first)| year >= first);
        let standing = standing(due, counts, &heap.by_day, self.today);
        // Until when it was not handed over: further bounds before that day were passed too.
        let until = match standing {
            Standing::Owed { .. } => Some(self.today),
            _ => heap.by_day.keys().next_back().copied().flatten(),
        };
        let passed =
            |day: Option<Day>| standing.days().is_some() && day.zip(until).is_some_and(|(day, until)| day < until);
        let kept = days.iter().enumerate().filter(|(at, (_, day))| *at == 0 || passed(*day));
        let sum = |wanted: &dyn Fn(Day) -> bool| -> i64 {
            heap.by_day.iter().filter(|(day, _)| day.is_some_and(wanted)).map(|(_, records)| records).sum()
        };
        Line {
            whose,
            year,
            categories,
            clauses: kept.map(|(_, (one, _))| (*one).clone()).collect(),
            due,
            standing,
            in_time: sum(&|day| due.is_some_and(|due| day <= due)),
            late: sum(&|day| due.is_none_or(|due| day > due)),
            unsigned: heap.by_day.get(&None).copied().unwrap_or(0),
            handed_on: heap.by_day.keys().flatten().max().copied(),
            batches: heap.batches.into_values().collect(),
        }
    }
}

/// `counts`: the year is one that is owed.
fn standing(due: Option<Day>, counts: bool, by_day: &BTreeMap<Option<Day>, i64>, today: Day) -> Standing {
    let Some(due) = due else { return Standing::Untold };
    let all_signed = !by_day.is_empty() && !by_day.contains_key(&None);
    let last = by_day.keys().flatten().max().copied().filter(|_| all_signed);
    match last {
        Some(last) if last <= due => Standing::InTime,
        _ if today <= due => Standing::NotDue,
        _ if !counts => Standing::Untold,
        Some(last) => Standing::Late { days: last.days_since(due) },
        None => Standing::Owed { days: today.days_since(due) },
    }
}

/// Who is meant by what stands in a record.
struct Names<'a> {
    by_code: HashMap<&'a str, &'a Department>,
    /// `None`: more than one is called so.
    by_name: HashMap<&'a str, Option<&'a Department>>,
}

impl<'a> Names<'a> {
    fn of(departments: &'a [Department]) -> Self {
        let mut by_name = HashMap::new();
        for one in departments {
            by_name.entry(one.name.as_str()).and_modify(|other| *other = None).or_insert(Some(one));
        }
        Self { by_code: departments.iter().map(|one| (one.code.as_str(), one)).collect(), by_name }
    }

    fn department(one: &Department) -> Whose {
        Whose::Department { code: one.code.clone(), name: one.name.clone(), closed: one.closed_at.is_some() }
    }

    fn whose(&self, said: Option<&str>) -> Whose {
        let Some(said) = said.map(str::trim).filter(|said| !said.is_empty()) else { return Whose::Unnamed };
        let found = self.by_code.get(said).copied().or_else(|| self.by_name.get(said).copied().flatten());
        found.map_or_else(|| Whose::Unmatched(said.to_owned()), Self::department)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_as_late_as_the_last_of_it_and_what_is_unsigned_is_owed() {
        let due = Some(day("2028-02-29"));
        let days = [None, Some(day("2028-01-10")), due, Some(day("2028-03-01"))];
        const NOT: usize = 0;
        const BEFORE: usize = 1;
        const ON: usize = 2;
        const AFTER: usize = 3;
        type Case = (&'static [usize], bool, &'static str, Standing, &'static str);
        let cases: [Case; 12] = [
            (&[], true, "2028-02-29", Standing::NotDue, "the last day is in time"),
            (&[], true, "2028-03-01", Standing::Owed { days: 1 }, "the day after is not"),
            (&[], true, "2029-02-28", Standing::Owed { days: 365 }, "days go on being counted"),
            (&[BEFORE], true, "2031-01-01", Standing::InTime, "what was in time stays in time"),
            (&[ON], true, "2028-02-29", Standing::InTime, "signed on the last day"),
            (&[AFTER], true, "2031-01-01", Standing::Late { days: 1 }, "counted to the signature, not to today"),
            (&[BEFORE, AFTER], true, "2031-01-01", Standing::Late { days: 1 }, "part of it late is late"),
            (&[NOT], true, "2028-02-01", Standing::NotDue, "filed, not signed, still time"),
            (&[NOT], true, "2028-03-02", Standing::Owed { days: 2 }, "filed and not signed is not handed over"),
            (&[NOT, BEFORE], true, "2028-03-02", Standing::Owed { days: 2 }, "part of it signed is not all of it"),
            (&[NOT], false, "2028-03-02", Standing::Untold, "a year that is not owed"),
            (&[ON], false, "2028-03-02", Standing::InTime, "in time, whoever counts"),
        ];
        for (signed, counts, today, wanted, why) in cases {
            let by_day = signed.iter().map(|at| (days[*at], 1)).collect();
            assert_eq!(standing(due, counts, &by_day, day(today)), wanted, "{why}");
        }
        let without = standing(None, true, &BTreeMap::from([(days[BEFORE], 1)]), day("2028-03-02"));
        assert_eq!(without, Standing::Untold, "no day, no lateness");
    }

    #[test]
    fn a_record_belongs_to_the_code_or_to_the_one_name_that_it_says() {
        let one = |code: &str, name: &str| Department {
            code: code.into(),
            id: code.into(),
            name: name.into(),
            parent: None,
            opened_at: String::new(),
            closed_at: None,
        };
        let all = [one("BGS", "办公室"), one("CWC", "财务处"), one("CW2", "财务处"), one("X", "BGS")];
        let names = Names::of(&all);
        let code = |said: Option<&str>| match names.whose(said) {
            Whose::Department { code, .. } => code,
            Whose::Unmatched(name) => format!("?{name}"),
            Whose::Unnamed => String::new(),
        };
        let cases = [("BGS", "BGS"), (" 办公室 ", "BGS"), ("财务处", "?财务处"), ("SWJ", "?SWJ"), (" ", "")];
        for (said, wanted) in cases {
            assert_eq!(code(Some(said)), wanted, "{said}");
        }
        assert_eq!(code(None), "");
    }
}
