use askama::Template;

use crate::web::pages::{
    Frame,
    people::{GrantShown, HoldingShown, SessionShown, TokenShown},
};

/// 我的账号. POST `/account` with `old`, `new`, `again`, `csrf`;
/// `/account/sessions/{id}/end`, `/account/sessions/end-others`,
/// `/account/tokens/{id}/draw`, `/account/tokens/{id}/end`.
#[derive(Template)]
#[template(path = "access/account.html", config = "config/askama.toml")]
pub struct AccountPage {
    pub frame: Frame,
    pub name: String,
    /// The password is one that somebody else knows: nothing else is answered before it is changed.
    pub due: bool,
    /// The least length of a password, and of how many kinds of characters.
    pub rules: (usize, usize),
    /// The password was changed just now.
    pub done: bool,
    pub fault: Option<AccountFault>,
    pub sessions: Vec<SessionShown>,
    pub tokens: Vec<TokenShown>,
    pub may: May,
}

/// What the reader is and may, as of today.
#[derive(Clone, Debug)]
pub struct May {
    pub role: String,
    pub department: Option<String>,
    pub clearance: String,
    pub functions: String,
    pub grants: Vec<GrantShown>,
    pub posts: Vec<HoldingShown>,
}

/// Why the password stayed as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountFault {
    Old,
    Short,
    Again,
}

#[cfg(test)]
impl AccountPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, AccountPage)> {
        use crate::web::pages::people::samples as people;
        let page = |due, done, fault| AccountPage {
            due,
            rules: (10, 2),
            frame: Frame::sample(lang, None),
            name: "李乙".into(),
            done,
            fault,
            sessions: people::sessions(),
            tokens: people::tokens(),
            may: May {
                role: "档案员".into(),
                department: Some("BGS".into()),
                clearance: "内部".into(),
                functions: "查档、阅读原文、收集、整理".into(),
                grants: people::grants(),
                posts: people::posts(),
            },
        };
        vec![
            ("asked", page(false, false, None)),
            ("due", page(true, false, None)),
            ("done", page(false, true, None)),
            ("old", page(false, false, Some(AccountFault::Old))),
            ("short", page(true, false, Some(AccountFault::Short))),
            ("again", page(false, false, Some(AccountFault::Again))),
        ]
    }
}
