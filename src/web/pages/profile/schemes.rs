use askama::Template;

use crate::web::pages::Frame;

/// 档号编制规则. GET `/schemes`.
#[derive(Template)]
#[template(path = "profile/schemes.html", config = "config/askama.toml")]
pub struct SchemesPage {
    pub frame: Frame,
    pub schemes: Vec<Scheme>,
}

/// One scheme as the profile declares it.
pub struct Scheme {
    pub code: String,
    pub name: String,
    pub pattern: String,
    pub example: String,
    /// The standard and clause it comes from.
    pub source: String,
}

#[cfg(test)]
impl SchemesPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, SchemesPage)> {
        let page =
            |schemes| SchemesPage { frame: Frame::sample(lang, Some(crate::web::pages::Place::Holdings)), schemes };
        let scheme = Scheme {
            code: "ws-2016".into(),
            name: "文书，按件".into(),
            pattern: "{全宗}-{门类}·{年度}-{期限}-{机构}-{件号:4}".into(),
            example: "X099-WS·2016-D30-TDC-0001".into(),
            source: "DA/T 22-2015 §6".into(),
        };
        vec![("normal", page(vec![scheme])), ("empty", page(vec![]))]
    }
}
