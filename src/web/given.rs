//! What somebody gave, in a form, a body or on the command line, made into what the room
//! asks for. Words that are none are refused here; what may be is decided by the room.

use crate::{
    access::{Functions, NewGrant, NewToken, Role, Whose},
    kernel::Day,
};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// A word that cannot be read: where it stood, and what stood there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub field: &'static str,
    pub given: String,
}

/// Reads a word: a role, a day, functions.
pub fn read<T: FromStr>(field: &'static str, given: &str) -> Result<T, Unread> {
    given.trim().parse().map_err(|_| Unread { field, given: given.to_owned() })
}

/// Reads a word where there is one.
pub fn read_if<T: FromStr>(field: &'static str, given: Option<&str>) -> Result<Option<T>, Unread> {
    said(given).map(|given| read(field, given)).transpose()
}

/// What was really said: blanks are nothing.
pub fn said(given: Option<&str>) -> Option<&str> {
    given.map(str::trim).filter(|given| !given.is_empty())
}

/// Somebody to add.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonGiven {
    pub name: String,
    pub role: String,
    pub department: Option<String>,
    /// Rank of secrecy, 0 to 4.
    #[serde(default)]
    pub clearance: i64,
}

impl PersonGiven {
    pub fn role(&self) -> Result<Role, Unread> {
        read("role", &self.role)
    }
}

/// A grant to give. What is left out is "any".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantGiven {
    /// Id or, on the command line, name.
    #[serde(default)]
    pub person: String,
    pub functions: Vec<String>,
    pub fonds: Option<String>,
    pub category: Option<String>,
    /// `any`, `own` or `named`.
    pub whose: Option<String>,
    pub department: Option<String>,
    pub year_from: Option<i64>,
    pub year_to: Option<i64>,
    pub secrecy: Option<i64>,
    pub opening: Option<String>,
    /// First day; today where it is left out.
    pub since: Option<String>,
    pub until: Option<String>,
    pub reason: Option<String>,
}

impl GrantGiven {
    pub fn grant(&self, today: Day) -> Result<NewGrant<'_>, Unread> {
        let department = said(self.department.as_deref());
        let whose = match (said(self.whose.as_deref()), department) {
            (Some("own"), None) => Whose::Own,
            (Some("named") | None, Some(code)) => Whose::Named(code.to_owned()),
            (Some("any") | None, None) => Whose::Any,
            (given, _) => return Err(Unread { field: "whose", given: given.unwrap_or_default().to_owned() }),
        };
        let functions: Functions = read("functions", &self.functions.join(" "))?;
        let (since, until) = (self.since.as_deref(), self.until.as_deref());
        Ok(NewGrant {
            fonds: said(self.fonds.as_deref()),
            category: said(self.category.as_deref()),
            whose,
            years: (self.year_from, self.year_to),
            secrecy: self.secrecy,
            opening: said(self.opening.as_deref()),
            since: read_if("since", since)?.unwrap_or(today),
            until: read_if("until", until)?,
            reason: said(self.reason.as_deref()).unwrap_or_default(),
            ..NewGrant::whole(functions, today)
        })
    }
}

/// A post to give.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostGiven {
    /// Id or, on the command line, name.
    #[serde(default)]
    pub person: String,
    /// Code.
    pub post: String,
    pub department: Option<String>,
    /// First day; today where it is left out.
    pub since: Option<String>,
    pub until: Option<String>,
    /// Id of the holding it stands in for.
    pub acts_for: Option<String>,
    pub reason: Option<String>,
}

/// A token to allow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenGiven {
    /// Id or, on the command line, name.
    #[serde(default)]
    pub person: String,
    pub label: String,
    pub functions: Vec<String>,
    /// The last day.
    pub until: String,
}

impl TokenGiven {
    pub fn token(&self) -> Result<NewToken<'_>, Unread> {
        Ok(NewToken {
            label: &self.label,
            functions: read("functions", &self.functions.join(" "))?,
            until: read("until", &self.until)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_read_or_the_word_that_is_none_is_named() {
        let today: Day = "2026-11-24".parse().unwrap();
        let given = |change: fn(&mut GrantGiven)| {
            let mut given = GrantGiven { functions: vec!["search".into(), "read".into()], ..GrantGiven::default() };
            change(&mut given);
            given.grant(today).map(|grant| (grant.whose, grant.since.to_string())).map_err(|unread| unread.field)
        };
        let day = || "2026-11-24".to_owned();
        assert_eq!(given(|_| {}), Ok((Whose::Any, day())));
        assert_eq!(given(|one| one.department = Some("BGS".into())), Ok((Whose::Named("BGS".into()), day())));
        assert_eq!(given(|one| one.whose = Some("own".into())), Ok((Whose::Own, day())));
        assert_eq!(given(|one| one.whose = Some("named".into())), Err("whose"));
        assert_eq!(given(|one| (one.whose, one.department) = (Some("any".into()), Some("B".into()))), Err("whose"));
        assert_eq!(given(|one| one.until = Some("2026-13-01".into())), Err("until"));
        assert_eq!(given(|one| one.functions = vec!["rule".into()]), Err("functions"));
    }
}
