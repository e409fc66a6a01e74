use std::fmt::Display;

use crate::web::assets;
use crate::web::texts::{Counted, Lang, grouped};

/// What stands round every page: the language, who reads, where he is.
#[derive(Clone, Debug)]
pub struct Frame {
    pub lang: Lang,
    /// The institution that the archive serves, for the foot.
    pub house: String,
    /// `None` before sign-in: then there is no navigation.
    pub who: Option<Who>,
    /// The place in the navigation; `None` for pages outside it.
    pub place: Option<Place>,
    /// Path and query of this page, for the other language's link.
    pub here: String,
    /// The token that every POST of the page carries.
    pub csrf: String,
}

/// The reader, as the masthead names him.
#[derive(Clone, Debug)]
pub struct Who {
    pub name: String,
    /// His office in words, empty when it is not said.
    pub role: String,
    /// What he may go to, in the order of the navigation.
    pub places: Vec<Place>,
}

/// The entries of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Today,
    Search,
    Ingest,
    Holdings,
    People,
    Departments,
    Posts,
    Grants,
    Health,
    Trail,
    Settings,
}

impl Place {
    /// Where it is, and the key of its word.
    fn entry(self) -> (&'static str, &'static str) {
        match self {
            Place::Today => ("/", "nav-today"),
            Place::Search => ("/search", "nav-search"),
            Place::Ingest => ("/batches", "nav-ingest"),
            Place::Holdings => ("/fonds", "nav-holdings"),
            Place::People => ("/people", "nav-people"),
            Place::Departments => ("/departments", "nav-departments"),
            Place::Posts => ("/posts", "nav-posts"),
            Place::Grants => ("/grants", "nav-grants"),
            Place::Health => ("/health", "nav-health"),
            Place::Trail => ("/trail", "nav-trail"),
            Place::Settings => ("/settings", "nav-settings"),
        }
    }
}

/// One entry as it is drawn.
pub struct Entry {
    pub href: &'static str,
    pub word: String,
    pub current: bool,
}

impl Frame {
    pub fn t(&self, key: &str) -> String {
        self.lang.t(key)
    }

    pub fn n(&self, key: &str, count: impl Counted) -> String {
        self.lang.n(key, count)
    }

    pub fn with(&self, key: &str, name: &'static str, value: impl Display) -> String {
        self.lang.with(key, name, value)
    }

    pub fn with2(
        &self,
        key: &str,
        name: &'static str,
        value: impl Display,
        second: &'static str,
        other: impl Display,
    ) -> String {
        self.lang.with2(key, name, value, second, other)
    }

    /// A number in groups of three.
    pub fn num(&self, number: impl Counted) -> String {
        grouped(number)
    }

    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    pub(in crate::web) fn entries(&self) -> Vec<Entry> {
        let entry = |place: &Place| {
            let (href, key) = place.entry();
            Entry { href, word: self.t(key), current: self.place == Some(*place) }
        };
        self.places().iter().map(entry).collect()
    }

    fn places(&self) -> &[Place] {
        self.who.as_ref().map_or(&[], |who| &who.places)
    }

    /// Who may not search has no search box; nor have the pages with one of their own.
    pub(in crate::web) fn find_in_mast(&self) -> bool {
        self.places().contains(&Place::Search) && !matches!(self.place, Some(Place::Today | Place::Search))
    }

    /// This page in the other language: its own address with `lang` set anew.
    pub(in crate::web) fn other_language(&self) -> String {
        let (path, query) = self.here.split_once('?').unwrap_or((&self.here, ""));
        let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let mut pairs: Vec<&str> = kept.collect();
        let lang = format!("lang={}", self.lang.other().tag());
        pairs.push(&lang);
        format!("{path}?{}", pairs.join("&"))
    }

    #[cfg(test)]
    pub(crate) fn sample(lang: Lang, place: Option<Place>) -> Frame {
        let officer = [Place::People, Place::Departments, Place::Posts, Place::Grants];
        let (role, places) = match place {
            Some(place) if officer.contains(&place) => ("安全保密员", officer.to_vec()),
            Some(Place::Health | Place::Settings) => ("系统管理员", vec![Place::Health, Place::Settings]),
            Some(Place::Trail) => ("安全审计员", vec![Place::Trail]),
            _ => ("档案员", vec![Place::Today, Place::Search, Place::Ingest, Place::Holdings]),
        };
        Frame {
            lang,
            house: "乌有实业集团有限公司 档案室".into(),
            who: Some(Who { name: "李乙".into(), role: role.into(), places }),
            place,
            here: "/search?q=%E7%A1%AE%E6%9D%83&page=2".into(),
            csrf: "c5rf".into(),
        }
    }
}
