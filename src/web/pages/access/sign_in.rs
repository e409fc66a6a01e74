use askama::Template;

use crate::web::pages::Frame;

/// 登录. POST `/sign-in` with `name`, `password`, `csrf`.
#[derive(Template)]
#[template(path = "access/sign_in.html", config = "config/askama.toml")]
pub struct SignInPage {
    pub frame: Frame,
    /// The name typed before; a password never comes back.
    pub name: String,
    /// What the button of another provider says, empty for our words; `None` where there
    /// is none.
    pub provider: Option<String>,
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
    /// The second factor was wrong too often.
    GivenUp,
    /// Another provider is down, or what it said is not believed.
    Provider,
    /// Whom another provider named has no account here.
    Nobody,
}

#[cfg(test)]
impl SignInPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, SignInPage)> {
        let page = |name: &str, fault| {
            let mut frame = Frame::sample(lang, None);
            frame.who = None;
            SignInPage { frame, name: name.into(), provider: None, fault }
        };
        vec![
            ("empty", page("", None)),
            ("wrong", page("liyi", Some(SignInFault::Wrong))),
            ("shut", page("liyi", Some(SignInFault::Shut { until: "09:45".into() }))),
            ("ended", page("", Some(SignInFault::Ended))),
            ("offered", SignInPage { provider: Some("乌有统一身份认证".into()), ..page("", None) }),
            ("provider", SignInPage { provider: Some(String::new()), ..page("", Some(SignInFault::Provider)) }),
            ("nobody", SignInPage { provider: Some(String::new()), ..page("", Some(SignInFault::Nobody)) }),
            ("given-up", page("liyi", Some(SignInFault::GivenUp))),
        ]
    }
}
