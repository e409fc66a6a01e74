use askama::Template;

use crate::web::pages::Frame;

/// 登记动态口令: the secret, until its first code. POST `/account/factors/{id}` with
/// `code`, `csrf`.
#[derive(Template)]
#[template(path = "access/drawn.html", config = "config/askama.toml")]
pub struct DrawnPage {
    pub frame: Frame,
    pub id: String,
    pub label: String,
    /// `otpauth://…`
    pub uri: String,
    /// Base32 in groups of four.
    pub secret: String,
    /// The code typed last is none of it.
    pub wrong: bool,
}

#[cfg(test)]
impl DrawnPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, DrawnPage)> {
        let page = |wrong| DrawnPage {
            frame: Frame::sample(lang, None),
            id: "f1".into(),
            label: "手机".into(),
            uri: "otpauth://totp/%E4%B9%8C%E6%9C%89:liyi?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".into(),
            secret: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".into(),
            wrong,
        };
        vec![("shown", page(false)), ("wrong", page(true))]
    }
}
