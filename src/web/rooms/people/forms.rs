//! The forms on somebody's page: empty, or as they were typed.

use super::{departments_of, words, words::choice};
use crate::{
    access::{Department, Functions, Holding, People, Right, Role},
    app::App,
    holdings::Fonds,
    web::{
        pages::people::{Choice, Fault, GrantForm, PostForm, TokenForm},
        rooms::typed::Typed,
        shown,
        texts::Lang,
    },
};

/// What the choices of the forms are made of.
pub struct Stock<'a> {
    pub app: &'a App,
    pub lang: Lang,
    pub departments: &'a [Department],
    pub fonds: &'a [Fonds],
    pub holdings: &'a [Holding],
}

/// A form as it was typed, and why it came back.
pub type Back<'a> = Option<(&'a Typed, Fault)>;

/// The text of a field, empty on an empty form.
fn text<'a>(back: &'a Back<'_>, field: &str) -> &'a str {
    back.as_ref().map(|(typed, _)| typed.text(field)).unwrap_or_default()
}

fn ticks(lang: Lang, role: Role, back: &Back<'_>, of_data: bool) -> Vec<Choice> {
    let rights = Right::ALL.into_iter().filter(|right| role.may(*right) && (right.is_of_data() || !of_data));
    let ticked = back.as_ref().map(|(typed, _)| typed.all("functions"));
    // On an empty form of grants all are ticked, as on the first day; of a token none.
    let chosen = |right: Right| match &ticked {
        Some(ticked) => ticked.iter().any(|one| one == right.word()),
        None => of_data && Functions::of_data(role).has(right),
    };
    rights
        .map(|one| Choice { value: one.word().into(), word: words::function(lang, one), chosen: chosen(one) })
        .collect()
}

impl Stock<'_> {
    fn first_day(&self, back: &Back<'_>) -> String {
        match back {
            Some(_) => text(back, "since").to_owned(),
            None => self.app.gate.today().to_string(),
        }
    }

    pub fn grant(&self, person: &People, back: Back<'_>) -> GrantForm {
        let (lang, any) = (self.lang, self.lang.t("person-any"));
        let first = |field: &str| choice("", &*any, text(&back, field));
        let today = self.app.gate.today();
        let (fonds, category) = (text(&back, "fonds"), text(&back, "category"));
        let named =
            self.fonds.iter().map(|one| choice(&one.code, format!("{} {}", one.code, one.name_on(today)), fonds));
        let categories = self.app.profile.categories.iter();
        let categories = categories.map(|one| choice(&one.code, words::category(self.app, lang, &one.code), category));
        let whose = text(&back, "whose");
        let secrecy = text(&back, "secrecy");
        let by_clearance = choice("", lang.t("grant-secrecy-clearance"), secrecy);
        GrantForm {
            functions: ticks(lang, person.role, &back, true),
            fonds: std::iter::once(first("fonds")).chain(named).collect(),
            categories: std::iter::once(first("category")).chain(categories).collect(),
            whose: vec![
                choice("any", lang.t("grant-whose-any"), whose),
                choice("own", lang.t("grant-whose-own"), whose),
                choice("named", lang.t("grant-whose-named"), whose),
            ],
            departments: departments_of(self.departments, true, "—", text(&back, "department")),
            year_from: text(&back, "year_from").to_owned(),
            year_to: text(&back, "year_to").to_owned(),
            secrecies: std::iter::once(by_clearance)
                .chain(words::ranks(lang, if secrecy.is_empty() { "-" } else { secrecy }))
                .collect(),
            openings: words::openings(lang, text(&back, "opening")),
            since: self.first_day(&back),
            until: text(&back, "until").to_owned(),
            reason: text(&back, "reason").to_owned(),
            fault: back.map(|(_, fault)| fault),
        }
    }

    pub fn post(&self, person: &People, back: Back<'_>) -> PostForm {
        let (lang, post, acts_for) = (self.lang, text(&back, "post"), text(&back, "acts_for"));
        let today = self.app.gate.today().to_string();
        let lasts = |one: &&Holding| one.ended_at.is_none() && one.until.as_ref().is_none_or(|until| *until >= today);
        let others = self.holdings.iter().filter(lasts).filter(|one| one.person != person.id && one.acts_for.is_none());
        let said = |one: &Holding| {
            let department = one.department.as_deref().unwrap_or_default();
            format!("{} {} {department}", one.name, shown::post(self.app, lang, &one.post)).trim_end().to_owned()
        };
        let nobody = choice("", lang.t("post-acts-for-nobody"), acts_for);
        let posts = self.app.profile.posts.iter();
        PostForm {
            posts: posts.map(|one| choice(&one.code, shown::post(self.app, lang, &one.code), post)).collect(),
            departments: departments_of(self.departments, false, "—", text(&back, "department")),
            since: self.first_day(&back),
            until: text(&back, "until").to_owned(),
            acts_for: std::iter::once(nobody).chain(others.map(|one| choice(&one.id, said(one), acts_for))).collect(),
            reason: text(&back, "reason").to_owned(),
            fault: back.map(|(_, fault)| fault),
        }
    }

    pub fn token(&self, person: &People, back: Back<'_>) -> TokenForm {
        TokenForm {
            label: text(&back, "label").to_owned(),
            functions: ticks(self.lang, person.role, &back, false),
            until: text(&back, "until").to_owned(),
            fault: back.map(|(_, fault)| fault),
        }
    }
}
