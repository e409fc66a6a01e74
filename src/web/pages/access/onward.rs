use askama::Template;

use crate::web::pages::Frame;

/// 登录成功, after another provider: goes on by itself.
#[derive(Template)]
#[template(path = "access/onward.html", config = "config/askama.toml")]
pub struct OnwardPage {
    pub frame: Frame,
    /// A path of ours.
    pub to: &'static str,
}

#[cfg(test)]
impl OnwardPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, OnwardPage)> {
        let mut frame = Frame::sample(lang, None);
        frame.who = None;
        vec![("in", OnwardPage { frame, to: "/" })]
    }
}
