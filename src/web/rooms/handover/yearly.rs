//! Which department handed over which year, and who is late.

use crate::{
    access::Guest,
    app::App,
    ingest::handover::{self, Line, Standing, Wanted, Whose, Yearly},
    web::{
        api::bounded,
        given::{Unread, said},
        pages::{
            Pager, Place, href,
            ingest::{DeadlineLine, PickLine, YearPick, YearlyLine, YearlyPage},
            render,
        },
        refusal::Refusal,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use std::{collections::BTreeSet, sync::Arc};

/// Lines a page.
const LINES: usize = 50;

/// Batches that a line names; the rest are counted.
const BATCHES: usize = 3;

/// Which lines, as an address says it.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Asked {
    pub state: Option<String>,
    pub year: Option<String>,
    pub department: Option<String>,
    pub page: Option<u32>,
}

impl Asked {
    /// # Errors
    /// [`Refusal`] for a state or a year that is none.
    pub fn wanted(&self) -> Result<Wanted, Refusal> {
        let word = |given: &str| Standing::WORDS.into_iter().find(|word| *word == given);
        let unread = |given: &str| Refusal::Word(Unread { field: "state", given: given.to_owned() });
        let standing = said(self.state.as_deref()).map(|given| word(given).ok_or_else(|| unread(given))).transpose()?;
        let year = bounded("year", said(self.year.as_deref()), 1_i64..=9_999)?;
        let department = said(self.department.as_deref()).map(str::to_owned);
        Ok(Wanted { standing, year, department })
    }

    /// The page of these lines with another state and year.
    fn link(&self, state: &str, year: &str) -> String {
        let department = self.department.as_deref().unwrap_or_default();
        href("/handover", &[("state", state), ("year", year), ("department", department)])
    }
}

/// How every department stands that the guest takes in from.
pub async fn of(app: &App, guest: &Guest) -> Result<Yearly, handover::YearlyError> {
    let zone = app.config.archive.zone.as_str();
    handover::yearly(&app.db, (app.clock.as_ref(), zone), &app.profile.handover, guest).await
}

/// `GET /handover?state=&year=&department=&page=`
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let wanted = asked.wanted()?;
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Ingest));
    let lang = frame.lang;
    let all = of(&app, &asker.guest).await.map_err(|error| Refusal::fault(&error))?;
    let (state, year) = (wanted.standing.unwrap_or_default(), wanted.year.map(|year| year.to_string()));
    let year = year.unwrap_or_default();
    let counted = |word: Option<&str>| {
        let of = |line: &&Line| wanted.takes_but_for_standing(line) && word.is_none_or(|w| line.standing.word() == w);
        all.lines.iter().filter(of).count()
    };
    let pick = |word: Option<&'static str>| PickLine {
        href: asked.link(word.unwrap_or_default(), &year),
        words: word.map_or_else(|| lang.t("rows-all"), |word| standing_word(lang, word)),
        count: counted(word) as u64,
        current: wanted.standing == word,
    };
    let years: BTreeSet<i64> = all.lines.iter().filter_map(|line| line.year).collect();
    let of_year = |one: Option<i64>| {
        let value = one.map(|year| year.to_string()).unwrap_or_default();
        let words = one.map_or_else(|| lang.t("yearly-any-year"), |year| year.to_string());
        YearPick { value, words, current: wanted.year == one }
    };
    let lines: Vec<&Line> = all.lines.iter().filter(|line| wanted.takes(line)).collect();
    let page = asked.page.unwrap_or(1).max(1);
    let skip = LINES.saturating_mul(page as usize - 1);
    Ok(render(&YearlyPage {
        today: all.today.to_string(),
        deadlines: app.profile.handover.deadline.iter().map(|one| deadline(&app, lang, one)).collect(),
        states: std::iter::once(None).chain(Standing::WORDS.into_iter().map(Some)).map(pick).collect(),
        years: std::iter::once(None).chain(years.into_iter().rev().map(Some)).map(of_year).collect(),
        department: wanted.department.clone().unwrap_or_default(),
        state: state.to_owned(),
        lines: lines.iter().skip(skip).take(LINES).map(|one| line(&app, lang, one)).collect(),
        pager: Pager {
            page,
            pages: u32::try_from(lines.len().div_ceil(LINES)).unwrap_or(u32::MAX),
            base: asked.link(state, &year),
        },
        frame,
    }))
}

fn deadline(app: &App, lang: Lang, one: &crate::profile::Deadline) -> DeadlineLine {
    let name = match lang {
        Lang::Zh => &one.name,
        Lang::En => &one.english,
    };
    let categories = one.categories.iter().flatten().map(|code| super::category(app, code)).collect::<Vec<_>>();
    DeadlineLine { clause: one.clause.clone(), words: name.clone(), categories: categories.join(" ") }
}

fn line(app: &App, lang: Lang, one: &Line) -> YearlyLine {
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let (name, code, remark) = match &one.whose {
        Whose::Department { code, name, closed } => {
            (name.clone(), code.clone(), closed.then(|| lang.t("yearly-closed")).unwrap_or_default())
        }
        Whose::Unmatched(name) => (name.clone(), String::new(), lang.t("yearly-unmatched")),
        Whose::Unnamed => (lang.t("yearly-unnamed"), String::new(), String::new()),
    };
    let standing = match one.standing.days() {
        Some(days) => {
            let key =
                if matches!(one.standing, Standing::Owed { .. }) { "yearly-owed-days" } else { "yearly-late-days" };
            lang.n(key, count(days))
        }
        None => standing_word(lang, one.standing.word()),
    };
    YearlyLine {
        name,
        code,
        remark,
        year: one.year.map_or_else(|| "—".to_owned(), |year| year.to_string()),
        categories: one.categories.iter().map(|code| super::category(app, code)).collect::<Vec<_>>().join(" "),
        due: one.due.map_or_else(|| "—".to_owned(), |day| day.to_string()),
        clauses: one.clauses.iter().map(|one| one.clause.clone()).collect::<Vec<_>>().join(" "),
        in_time: count(one.in_time),
        late: count(one.late),
        unsigned: count(one.unsigned),
        handed_on: one.handed_on.map_or_else(|| "—".to_owned(), |day| day.to_string()),
        others: one.batches.len().saturating_sub(BATCHES) as u64,
        batches: one.batches.iter().take(BATCHES).map(|(id, name)| (id.to_string(), name.clone())).collect(),
        shape: match one.standing {
            Standing::Owed { .. } => "stop",
            Standing::Late { .. } => "heed",
            Standing::NotDue => "wait",
            Standing::Untold => "held",
            Standing::InTime => "done",
        },
        standing,
    }
}

fn standing_word(lang: Lang, word: &str) -> String {
    match word {
        "owed" => lang.t("yearly-owed"),
        "late" => lang.t("yearly-late"),
        "not-due" => lang.t("yearly-not-due"),
        "untold" => lang.t("yearly-untold"),
        _ => lang.t("yearly-in-time"),
    }
}
