use askama::Template;

use crate::web::pages::Frame;

/// 我的账号. POST `/account` with `old`, `new`, `again`, `csrf`.
#[derive(Template)]
#[template(path = "access/account.html", config = "config/askama.toml")]
pub struct AccountPage {
    pub frame: Frame,
    pub name: String,
    /// The password was changed just now.
    pub done: bool,
    pub fault: Option<AccountFault>,
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
        let page = |done, fault| AccountPage { frame: Frame::sample(lang, None), name: "李乙".into(), done, fault };
        vec![
            ("asked", page(false, None)),
            ("done", page(true, None)),
            ("old", page(false, Some(AccountFault::Old))),
            ("short", page(false, Some(AccountFault::Short))),
            ("again", page(false, Some(AccountFault::Again))),
        ]
    }
}
