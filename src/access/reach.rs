//! What an asker may know to exist.

use crate::kernel::Year;

/// The part of the holdings an asker may know of: the union of its scopes, so
/// that an empty reach reaches nothing. It is applied *inside* SQL and the
/// engine, never to a list that was already counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach(Vec<Scope>);

/// One rectangle of the holdings. `None` means "any" in that direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Codes of fonds (全宗号).
    pub fonds: Option<Vec<String>>,
    /// Codes of categories (门类).
    pub categories: Option<Vec<String>>,
    /// Codes of departments (机构).
    pub departments: Option<Vec<String>>,
    /// First and last year (年度), both included.
    pub years: Option<(Year, Year)>,
    /// 开放划控: `open`, `controlled`, `deferred` or `unreviewed`.
    pub opening: Option<String>,
    /// The highest rank of secrecy ([`crate::kernel::Secrecy::rank`]).
    pub secrecy_at_most: i64,
}

/// What of a record decides who may know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    pub fonds: &'a str,
    pub category: &'a str,
    pub department: Option<&'a str>,
    pub year: Option<Year>,
    pub opening: &'a str,
    pub secrecy: i64,
}

impl Reach {
    /// Reaches nothing: what an unknown asker has.
    pub fn nothing() -> Self {
        Self(Vec::new())
    }

    /// Reaches what any of `scopes` reaches.
    pub fn of(scopes: Vec<Scope>) -> Self {
        Self(scopes)
    }

    /// Everything up to `rank` of secrecy.
    pub fn up_to(rank: i64) -> Self {
        Self(vec![Scope::up_to(rank)])
    }

    pub fn scopes(&self) -> &[Scope] {
        &self.0
    }

    /// Whether it is bounded by nothing but secrecy.
    pub fn is_whole(&self) -> bool {
        self.0.iter().any(|scope| *scope == Scope::up_to(scope.secrecy_at_most))
    }

    /// Whether any of it lies in this fonds.
    pub fn touches_fonds(&self, code: &str) -> bool {
        self.0.iter().any(|scope| scope.touches_fonds(code))
    }

    /// Whether it holds all of this fonds, but for what is too secret.
    pub fn holds_fonds(&self, code: &str) -> bool {
        let rest =
            |scope: &Scope| *scope == Scope { fonds: scope.fonds.clone(), ..Scope::up_to(scope.secrecy_at_most) };
        self.0.iter().any(|scope| scope.touches_fonds(code) && rest(scope))
    }

    /// Whether any of it may lie in this department.
    pub fn touches_department(&self, code: &str) -> bool {
        self.0.iter().any(|scope| scope.touches_department(code))
    }

    /// Whether it holds all of this department's year, but for what is too secret.
    pub fn holds_department(&self, code: &str, year: Year) -> bool {
        let all = |scope: &Scope| scope.fonds.is_none() && scope.categories.is_none() && scope.opening.is_none();
        let of = |scope: &Scope| scope.years.is_none_or(|(from, to)| (from..=to).contains(&year));
        self.0.iter().any(|scope| scope.touches_department(code) && all(scope) && of(scope))
    }

    /// Whether a record of these facts lies within it.
    pub fn covers(&self, facts: &Facts<'_>) -> bool {
        self.0.iter().any(|scope| scope.covers(facts))
    }
}

impl Scope {
    /// Everything up to `rank` of secrecy.
    pub fn up_to(rank: i64) -> Self {
        Self { fonds: None, categories: None, departments: None, years: None, opening: None, secrecy_at_most: rank }
    }

    fn touches_fonds(&self, code: &str) -> bool {
        self.fonds.as_ref().is_none_or(|codes| codes.iter().any(|one| one == code))
    }

    fn touches_department(&self, code: &str) -> bool {
        self.departments.as_ref().is_none_or(|codes| codes.iter().any(|one| one == code))
    }

    /// A record without a department or a year lies in no scope that names one.
    fn covers(&self, facts: &Facts<'_>) -> bool {
        let among = |allowed: &Option<Vec<String>>, value: Option<&str>| {
            allowed.as_ref().is_none_or(|allowed| value.is_some_and(|value| allowed.iter().any(|one| one == value)))
        };
        facts.secrecy <= self.secrecy_at_most
            && among(&self.fonds, Some(facts.fonds))
            && among(&self.categories, Some(facts.category))
            && among(&self.departments, facts.department)
            && self.opening.as_ref().is_none_or(|opening| opening == facts.opening)
            && self.years.is_none_or(|(from, to)| facts.year.is_some_and(|year| (from..=to).contains(&year)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_lies_within_a_scope_in_every_direction_or_not_at_all() {
        let facts = Facts {
            fonds: "X001",
            category: "WS",
            department: Some("BGS"),
            year: Some(2011),
            opening: "open",
            secrecy: 1,
        };
        let one = |value: &str| Some(vec![value.to_owned()]);
        let whole = Scope::up_to(1);
        assert!(Reach::of(vec![whole.clone()]).covers(&facts));
        assert!(!Reach::nothing().covers(&facts));
        let narrowed = [
            (Scope { fonds: one("X002"), ..whole.clone() }, Scope { fonds: one("X001"), ..whole.clone() }),
            (Scope { categories: one("KJ"), ..whole.clone() }, Scope { categories: one("WS"), ..whole.clone() }),
            (Scope { departments: one("CWC"), ..whole.clone() }, Scope { departments: one("BGS"), ..whole.clone() }),
            (
                Scope { years: Some((2012, 2020)), ..whole.clone() },
                Scope { years: Some((2011, 2011)), ..whole.clone() },
            ),
            (
                Scope { opening: Some("controlled".into()), ..whole.clone() },
                Scope { opening: Some("open".into()), ..whole.clone() },
            ),
            (Scope::up_to(0), Scope::up_to(4)),
        ];
        for (without, with) in narrowed {
            assert!(!Reach::of(vec![without.clone()]).covers(&facts), "{without:?}");
            assert!(Reach::of(vec![with.clone()]).covers(&facts), "{with:?}");
            assert!(Reach::of(vec![without, with]).covers(&facts), "a reach is a union");
        }
        let part = Scope { departments: one("BGS"), ..whole.clone() };
        let held = |scope: &Scope, code: &str| Reach::of(vec![scope.clone()]).holds_department(code, 2011);
        assert!(held(&whole, "CWC") && held(&part, "BGS") && !held(&part, "CWC"));
        for narrower in [
            Scope { fonds: one("X001"), ..part.clone() },
            Scope { categories: one("WS"), ..part.clone() },
            Scope { opening: Some("open".into()), ..part.clone() },
            Scope { years: Some((2012, 2020)), ..part },
        ] {
            assert!(!held(&narrower, "BGS"), "part of a department's year is not all of it: {narrower:?}");
            assert!(Reach::of(vec![narrower]).touches_department("BGS"));
        }
        let bare = Facts { department: None, year: None, ..facts };
        assert!(!Reach::of(vec![Scope { departments: one("BGS"), ..whole.clone() }]).covers(&bare));
        assert!(!Reach::of(vec![Scope { years: Some((1, 9999)), ..whole }]).covers(&bare));
    }
}
