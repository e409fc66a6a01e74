use askama::Template;

use crate::web::pages::Frame;

/// 第二因素 at the door. POST `/sign-in/code` with `code` or `passkey`, and `csrf`.
#[derive(Template)]
#[template(path = "access/owed.html", config = "config/askama.toml")]
pub struct OwedPage {
    pub frame: Frame,
    /// Whose password was right.
    pub name: String,
    /// What can be shown here: a code of an app, a passkey.
    pub codes: bool,
    pub passkeys: bool,
    /// What was shown last was wrong, or was shown before.
    pub wrong: bool,
}

#[cfg(test)]
impl OwedPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, OwedPage)> {
        let page = |codes, passkeys, wrong| {
            let mut frame = Frame::sample(lang, None);
            frame.who = None;
            OwedPage { frame, name: "李乙".into(), codes, passkeys, wrong }
        };
        vec![
            ("either", page(true, true, false)),
            ("wrong", page(true, false, true)),
            ("passkey", page(false, true, false)),
            ("neither", page(false, false, false)),
        ]
    }
}
