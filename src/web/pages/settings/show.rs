use askama::Template;

use crate::web::pages::Frame;

/// 首次设置 and 系统设置, one page: what is chosen at the beginning is changed here later.
/// POST `/settings` with `name`, `ceiling`, `rules`, `store`, `fonds`, `fonds_name`, `csrf`.
#[derive(Template)]
#[template(path = "settings/show.html", config = "config/askama.toml")]
pub struct SettingsPage {
    pub frame: Frame,
    /// Nobody has set anything yet.
    pub first: bool,
    /// As typed, or as it stands.
    pub name: String,
    pub ceiling: String,
    pub rules: String,
    pub store: String,
    /// Where the store lies now.
    pub store_now: String,
    /// Where rules of one's own would lie.
    pub own_rules: String,
    /// Offered while there is no fonds: code and name.
    pub fonds: Option<(String, String)>,
    /// It was saved just now; `Some(true)` where something waits for the next start.
    pub saved: Option<bool>,
    pub fault: Option<SettingsFault>,
}

/// What is wrong, at its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsFault {
    Name,
    Ceiling,
    Rules,
    Store,
    Fonds,
    /// The key that the environment sets.
    Outside(String),
}

impl SettingsPage {
    const CEILINGS: [&'static str; 5] = ["公开", "内部", "秘密", "机密", "绝密"];

    fn is(&self, fault: &SettingsFault) -> bool {
        self.fault.as_ref() == Some(fault)
    }
}

#[cfg(test)]
impl SettingsPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, SettingsPage)> {
        use crate::web::pages::Place;
        let page = |first: bool, saved, fault| SettingsPage {
            frame: Frame::sample(lang, Some(Place::Settings)),
            first,
            name: "乌有实业集团有限公司 档案室".into(),
            ceiling: "内部".into(),
            rules: String::new(),
            store: String::new(),
            store_now: "/srv/lantai/store".into(),
            own_rules: "/srv/lantai/profile".into(),
            fonds: first.then(|| (String::new(), String::new())),
            saved,
            fault,
        };
        vec![
            ("first", page(true, None, None)),
            ("later", page(false, None, None)),
            ("saved", page(false, Some(false), None)),
            ("waits", page(false, Some(true), None)),
            ("name", page(true, None, Some(SettingsFault::Name))),
            ("ceiling", page(false, None, Some(SettingsFault::Ceiling))),
            ("rules", page(false, None, Some(SettingsFault::Rules))),
            ("store", page(false, None, Some(SettingsFault::Store))),
            ("fonds", page(true, None, Some(SettingsFault::Fonds))),
            ("outside", page(false, None, Some(SettingsFault::Outside("LANTAI__ARCHIVE__NAME".into())))),
        ]
    }
}
