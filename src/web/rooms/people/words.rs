//! Rights in words.

use crate::{
    access::{GrantLine, Holding, OPENINGS, Right, Role, SessionLine, TokenLine, Whose},
    app::App,
    web::{
        pages::people::{Choice, Fault, GrantShown, HoldingShown, SessionShown, TokenShown},
        refusal::Refusal,
        refused, shown,
        texts::Lang,
    },
};

/// What a function is called.
pub fn function(lang: Lang, right: Right) -> String {
    match right {
        Right::Search => lang.t("fn-search"),
        Right::Read => lang.t("fn-read"),
        Right::Ingest => lang.t("fn-ingest"),
        Right::Arrange => lang.t("fn-arrange"),
        Right::Maintain => lang.t("fn-maintain"),
        Right::Health => lang.t("fn-health"),
        Right::Configure => lang.t("fn-configure"),
        Right::People => lang.t("fn-people"),
        Right::Trail => lang.t("fn-trail"),
    }
}

/// Functions as a row keeps them, in words.
pub fn functions(lang: Lang, kept: &str) -> String {
    let word = |one: &str| one.parse().map_or_else(|()| one.to_owned(), |right| function(lang, right));
    kept.split_whitespace().map(word).collect::<Vec<_>>().join(&lang.t("list-comma"))
}

/// What a rank of secrecy is called.
pub fn rank(lang: Lang, rank: i64) -> String {
    match rank {
        0 => lang.t("rank-0"),
        1 => lang.t("rank-1"),
        2 => lang.t("rank-2"),
        3 => lang.t("rank-3"),
        4 => lang.t("rank-4"),
        other => other.to_string(),
    }
}

fn opening(lang: Lang, word: &str) -> String {
    match word {
        "open" => lang.t("opening-open"),
        "controlled" => lang.t("opening-controlled"),
        "deferred" => lang.t("opening-deferred"),
        "unreviewed" => lang.t("opening-unreviewed"),
        other => other.to_owned(),
    }
}

fn days(lang: Lang, since: &str, until: Option<&str>) -> String {
    match until {
        Some(until) => lang.with2("days-span", "from", since, "to", until),
        None => lang.with("days-from", "from", since),
    }
}

/// A grant in words: what is not narrowed is not said.
pub fn grant(app: &App, lang: Lang, one: &GrantLine) -> GrantShown {
    let mut parts = Vec::new();
    if let Some(fonds) = &one.fonds {
        parts.push(format!("{} {fonds}", lang.t("fonds")));
    }
    if let Some(code) = &one.category {
        parts.push(category(app, lang, code));
    }
    match &one.whose {
        Whose::Any => {}
        Whose::Own => parts.push(lang.t("scope-own")),
        Whose::Named(code) => parts.push(lang.with("scope-named", "code", code)),
    }
    let year = |year: Option<i64>| year.map(|year| year.to_string()).unwrap_or_default();
    if one.years != (None, None) {
        parts.push(lang.with2("scope-years", "from", year(one.years.0), "to", year(one.years.1)));
    }
    if let Some(word) = &one.opening {
        parts.push(opening(lang, word));
    }
    if parts.is_empty() {
        parts.push(lang.t("scope-whole"));
    }
    if let Some(highest) = one.secrecy {
        parts.push(lang.with("scope-secrecy", "rank", rank(lang, highest)));
    }
    GrantShown {
        id: one.id.clone(),
        person: one.person.to_string(),
        name: one.name.clone(),
        functions: functions(lang, &one.functions),
        scope: parts.join(&lang.t("comma")),
        days: days(lang, &one.since, one.until.as_deref()),
        reason: one.reason.clone(),
        ended: one.ended_at.as_ref().map(|at| shown::minute(app, at)),
    }
}

/// Code and name of a category.
pub fn category(app: &App, lang: Lang, code: &str) -> String {
    let name = app.profile.category(code).map(|category| match lang {
        Lang::Zh => &category.name,
        Lang::En => &category.english,
    });
    name.map_or_else(|| code.to_owned(), |name| format!("{code} {name}"))
}

/// Whether days and end say that it holds `today`.
pub fn holds(today: &str, since: &str, until: Option<&str>, ended_at: Option<&str>) -> bool {
    ended_at.is_none() && since <= today && until.is_none_or(|until| until >= today)
}

/// Somebody in a post, in words; `all` has those whom he may stand in for.
pub fn holding(app: &App, lang: Lang, all: &[Holding], one: &Holding) -> HoldingShown {
    let today = app.gate.today().to_string();
    let acts_for = one.acts_for.as_ref().and_then(|id| all.iter().find(|other| other.id == *id));
    HoldingShown {
        id: one.id.clone(),
        person: one.person.to_string(),
        name: one.name.clone(),
        post: shown::post(app, lang, &one.post),
        department: one.department.clone(),
        days: days(lang, &one.since, one.until.as_deref()),
        acts_for: acts_for.map(|other| other.name.clone()),
        reason: one.reason.clone(),
        today: holds(&today, &one.since, one.until.as_deref(), one.ended_at.as_deref()),
        open: one.ended_at.is_none() && one.until.as_ref().is_none_or(|until| *until >= today),
    }
}

/// A session in words.
pub fn session(app: &App, lang: Lang, one: &SessionLine) -> SessionShown {
    SessionShown {
        id: one.id.clone(),
        kind: if one.kind == "browser" { lang.t("session-browser") } else { lang.t("session-token") },
        address: one.address.clone(),
        agent: one.agent.clone(),
        began: shown::minute(app, &one.created_at),
        seen: shown::minute(app, &one.seen_at),
        here: one.here,
    }
}

/// A token in words.
pub fn token(app: &App, lang: Lang, one: &TokenLine) -> TokenShown {
    TokenShown {
        id: one.id.clone(),
        label: one.label.clone(),
        functions: functions(lang, &one.functions),
        until: one.until.clone(),
        drawn: one.drawn_at.as_ref().map(|at| shown::minute(app, at)),
        over: one.ended_at.is_some() || one.until < app.gate.today().to_string(),
    }
}

/// Why a form comes back; a refusal that no form can mend is given back.
pub fn fault(app: &App, lang: Lang, refusal: Refusal) -> Result<Fault, Refusal> {
    let words = match &refusal {
        Refusal::Act(error) => refused::words(app, lang, error),
        Refusal::Word(word) => Some(refused::unread(lang, word)),
        _ => None,
    };
    words.map(|said| Fault { detail: said.detail, remedy: said.remedy }).ok_or(refusal)
}

/// Something to choose, chosen or not.
pub fn choice(value: impl Into<String>, word: impl Into<String>, chosen: &str) -> Choice {
    let value = value.into();
    Choice { chosen: value == chosen, word: word.into(), value }
}

/// The roles, with `first` before them where it is not empty.
pub fn roles(lang: Lang, first: &str, chosen: &str) -> Vec<Choice> {
    let none = (!first.is_empty()).then(|| choice("", first, chosen));
    none.into_iter()
        .chain(Role::ALL.into_iter().map(|role| choice(role.word(), shown::role(lang, role), chosen)))
        .collect()
}

/// The ranks of secrecy.
pub fn ranks(lang: Lang, chosen: &str) -> Vec<Choice> {
    (0..=4).map(|one| choice(one.to_string(), rank(lang, one), chosen)).collect()
}

/// The words of opening, with "any" before them.
pub fn openings(lang: Lang, chosen: &str) -> Vec<Choice> {
    let any = choice("", lang.t("person-any"), chosen);
    std::iter::once(any).chain(OPENINGS.into_iter().map(|word| choice(word, opening(lang, word), chosen))).collect()
}
