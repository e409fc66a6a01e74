use askama::Template;

use crate::web::pages::Frame;

/// 第二因素 of one's own. POST `/account/factors` with `label`, `password`, `csrf` draws a
/// secret for an app; `/account/passkeys` keeps a passkey; `/account/factors/remove` takes
/// one away.
#[derive(Template)]
#[template(path = "access/factors.html", config = "config/askama.toml")]
pub struct FactorsPage {
    pub frame: Frame,
    pub rows: Vec<FactorRow>,
    /// Whether passkeys are offered at this address.
    pub passkeys: bool,
    /// One is asked for here, and there is none.
    pub due: bool,
    /// Whether anything can be changed: not while the first password is due.
    pub may: bool,
    /// What was asked for was done just now.
    pub done: bool,
    pub fault: Option<FactorsFault>,
}

pub struct FactorRow {
    pub id: String,
    pub is_passkey: bool,
    pub label: String,
    /// A day.
    pub since: String,
    pub used: Option<String>,
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorsFault {
    /// Adding: the password is wrong; no label, or one too many.
    Password,
    Label,
    /// The browser's answer is no passkey that was asked for.
    Passkey,
    /// Removing: the password is wrong; what was shown is.
    RemovePassword,
    RemoveProof,
}

impl FactorsPage {
    /// Whether codes, or passkeys, can be shown to take one away.
    fn has_codes(&self) -> bool {
        self.rows.iter().any(|row| !row.is_passkey)
    }
    fn has_passkeys(&self) -> bool {
        self.passkeys && self.rows.iter().any(|row| row.is_passkey)
    }
}

#[cfg(test)]
impl FactorsPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, FactorsPage)> {
        let row = |id: &str, is_passkey, label: &str, used: Option<&str>| FactorRow {
            id: id.into(),
            is_passkey,
            label: label.into(),
            since: "2026-11-24".into(),
            used: used.map(Into::into),
        };
        let page = |rows: Vec<FactorRow>, fault: Option<FactorsFault>| FactorsPage {
            frame: Frame::sample(lang, None),
            passkeys: true,
            due: rows.is_empty() && fault.is_none(),
            may: true,
            done: false,
            rows,
            fault,
        };
        let two = || vec![row("f1", false, "手机", Some("2026-11-24 09:05")), row("f2", true, "安全钥匙", None)];
        let code = || vec![row("f1", false, "手机", None)];
        vec![
            ("none", page(vec![], None)),
            ("two", FactorsPage { done: true, ..page(two(), None) }),
            ("elsewhere", FactorsPage { passkeys: false, ..page(code(), None) }),
            ("password-due", FactorsPage { may: false, due: false, ..page(vec![], None) }),
            ("password", page(vec![], Some(FactorsFault::Password))),
            ("label", page(code(), Some(FactorsFault::Label))),
            ("passkey", page(two(), Some(FactorsFault::Passkey))),
            ("remove-password", page(two(), Some(FactorsFault::RemovePassword))),
            ("remove-proof", page(code(), Some(FactorsFault::RemoveProof))),
        ]
    }
}
