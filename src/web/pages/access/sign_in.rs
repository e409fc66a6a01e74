use askama::Template;

use crate::web::pages::Frame;

/// 登录. POST `/sign-in` with `name`, `password`, `csrf`.
#[derive(Template)]
#[template(path = "access/sign_in.html", config = "config/askama.toml")]
pub struct SignInPage {
    pub frame: Frame,
    /// The name typed before; a password never comes back.
    pub name: String,
    pub fault: Option<SignInFault>,
}

/// Why the door stayed shut. Name and password are not told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInFault {
    Wrong,
    /// Too many attempts; `until` is a time of day or a date with time.
    Shut {
        until: String,
    },
    /// The session had ended.
    Ended,
}

#[cfg(test)]
impl SignInPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, SignInPage)> {
        let page = |name: &str, fault| {
            let mut frame = Frame::sample(lang, None);
            frame.who = None;
            SignInPage { frame, name: name.into(), fault }
        };
        vec![
            ("empty", page("", None)),
            ("wrong", page("liyi", Some(SignInFault::Wrong))),
            ("shut", page("liyi", Some(SignInFault::Shut { until: "09:45".into() }))),
            ("ended", page("", Some(SignInFault::Ended))),
        ]
    }
}
