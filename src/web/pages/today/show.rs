use askama::Template;

use crate::web::pages::Frame;

/// 今日: the search box and what waits.
#[derive(Template)]
#[template(path = "today/show.html", config = "config/askama.toml")]
pub struct TodayPage {
    pub frame: Frame,
    /// Today, ISO.
    pub date: String,
    /// Batches that are being worked on.
    pub running: Vec<Running>,
    /// Batches with rows to be mended, oldest first.
    pub defective: Vec<Defective>,
    /// Records filed whose files are not sealed yet.
    pub unsealed: u64,
    /// Records whose text has not been read yet.
    pub untexted: u64,
    pub held: Held,
}

/// A batch at work. Shown as `done` of `total` records.
pub struct Running {
    pub id: String,
    pub name: String,
    pub done: u64,
    pub total: u64,
    /// The time left in words; `None` while no rate is known.
    pub left: Option<String>,
}

impl Running {
    /// Whole percent, 0 to 100; 0 of 0 is 0.
    pub fn percent(&self) -> u64 {
        (self.done * 100).checked_div(self.total).unwrap_or(0).min(100)
    }
}

/// A batch that somebody must mend.
pub struct Defective {
    pub id: String,
    pub name: String,
    pub sent_by: String,
    /// Day of hand-over, ISO.
    pub sent_on: String,
    pub defects: u64,
}

/// What the archive holds, trimmed to what the reader may know.
pub struct Held {
    pub records: u64,
    /// Size with its unit, `3.82 TB`.
    pub size: String,
    /// Day when every copy was last verified, ISO; `None`: never yet.
    pub verified_on: Option<String>,
}

#[cfg(test)]
impl TodayPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, TodayPage)> {
        let frame = || Frame::sample(lang, Some(crate::web::pages::Place::Today));
        let running = |id: &str, name: &str, done, total, left: Option<&str>| Running {
            id: id.into(),
            name: name.into(),
            done,
            total,
            left: left.map(Into::into),
        };
        let defective = |id: &str, name: &str, sent_by: &str, defects| Defective {
            id: id.into(),
            name: name.into(),
            sent_by: sent_by.into(),
            sent_on: "2026-11-20".into(),
            defects,
        };
        vec![
            (
                "normal",
                TodayPage {
                    frame: frame(),
                    date: "2026-11-23".into(),
                    running: vec![
                        running("b1", "土地处 2025年度归档文件", 812, 1204, Some("1 min 25 s")),
                        running("b2", "财务部 2024年度会计档案", 0, 0, None),
                    ],
                    defective: vec![
                        defective("b3", "办公室 2025年度归档文件", "吴辛，办公室", 19),
                        defective("b4", "工程部 2025年度归档文件", "何寅，工程部", 1),
                    ],
                    unsealed: 12,
                    untexted: 1530,
                    held: Held { records: 214_806, size: "3.82 TB".into(), verified_on: Some("2026-10-26".into()) },
                },
            ),
            (
                "empty",
                TodayPage {
                    frame: frame(),
                    date: "2026-11-23".into(),
                    running: vec![],
                    defective: vec![],
                    unsealed: 0,
                    untexted: 0,
                    held: Held { records: 0, size: "0 B".into(), verified_on: None },
                },
            ),
        ]
    }
}
