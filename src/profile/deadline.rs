//! Deadlines of the handover (移交期限): until when a department hands over a year's records.

use crate::kernel::{Day, Year};
use serde::Deserialize;

/// The file `handover.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverRules {
    /// The first year that the departments owe which were there when the archive began;
    /// without it the year in which each was opened here.
    pub first_year: Option<Year>,
    pub deadline: Vec<Deadline>,
}

/// A day until which a year's records are handed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// The clause it stands in, as people cite it.
    pub clause: String,
    /// 次年2月底前
    pub name: String,
    pub english: String,
    /// Years from the year of the records to that of the day.
    pub years_after: u8,
    pub month: u8,
    /// Left out: the last of the month.
    pub day: Option<u8>,
    /// Codes of the categories it is for; left out: those that no other deadline names.
    pub categories: Option<Vec<String>>,
    pub source: String,
}

impl Deadline {
    /// The last day on which records of `year` are in time; `None` beyond the calendar.
    pub fn of(&self, year: Year) -> Option<Day> {
        let year = year.checked_add(self.years_after.into())?;
        match self.day {
            Some(day) => Day::new(year, self.month, day),
            None => Day::last_of(year, self.month),
        }
    }
}

impl HandoverRules {
    /// What is not as it must be: each deadline is a day of every year and has words, and
    /// one at least is for all categories. `None` where all is well.
    pub(super) fn fault(&self, known: impl Fn(&str) -> bool) -> Option<String> {
        // 29 February is no day of every year.
        let common = |one: &&Deadline| one.day.is_some_and(|day| Day::new(2026, one.month, day).is_none());
        let month = |one: &&Deadline| Day::last_of(2026, one.month).is_none();
        let words = |one: &&Deadline| [&one.clause, &one.name, &one.english].iter().any(|word| word.trim().is_empty());
        let wrong = self.deadline.iter().find(|one| common(one) || month(one) || words(one));
        if let Some(one) = wrong {
            return Some(one.clause.clone());
        }
        let named = self.deadline.iter().flat_map(|one| one.categories.iter().flatten());
        if let Some(code) = named.into_iter().find(|code| !known(code)) {
            return Some(code.clone());
        }
        let general = self.deadline.iter().any(|one| one.categories.is_none());
        (!general).then(|| "no deadline for the categories that none names".to_owned())
    }

    /// The deadlines of a category, each a day, the first of which counts; those further
    /// out are bounds that are passed later. Of an unknown category: the general ones.
    pub fn of(&self, category: &str) -> Vec<&Deadline> {
        let names = |one: &&Deadline| one.categories.as_ref().is_some_and(|codes| codes.iter().any(|c| c == category));
        let own: Vec<&Deadline> = self.deadline.iter().filter(names).collect();
        let mut of = if own.is_empty() { self.general() } else { own };
        of.sort_by_key(|one| one.of(2026));
        of
    }

    /// Those for every category that none names, the first day first.
    pub fn general(&self) -> Vec<&Deadline> {
        let mut of: Vec<&Deadline> = self.deadline.iter().filter(|one| one.categories.is_none()).collect();
        of.sort_by_key(|one| one.of(2026));
        of
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn the_end_of_february_is_the_29th_where_the_calendar_has_one() {
        let rules = Profile::compiled().unwrap().handover;
        for (year, days) in [
            (2026, ["2027-02-28", "2027-06-30"]),
            (2027, ["2028-02-29", "2028-06-30"]),
            (2099, ["2100-02-28", "2100-06-30"]),
        ] {
            let of: Vec<_> = rules.of("WS").iter().map(|one| one.of(year).unwrap().to_string()).collect();
            assert_eq!(of, days);
        }
        assert_eq!(rules.general()[0].of(9999), None);
    }

    #[test]
    fn a_category_that_a_deadline_names_goes_by_that_one_alone() {
        let mut rules = Profile::compiled().unwrap().handover;
        let own = Deadline { categories: Some(vec!["KU".into()]), month: 12, ..rules.deadline[0].clone() };
        rules.deadline.push(own.clone());
        assert_eq!(rules.of("KU"), [&own]);
        assert_eq!(rules.of("WS"), rules.general());
    }
}
