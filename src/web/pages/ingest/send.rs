use askama::Template;

use crate::web::pages::Frame;
use crate::web::pages::{ingest::Looked, people::Fault};

use super::DecisionLine;

/// Sending a batch from a browser. GET `/batches/new`, `/batches/{id}/send`.
#[derive(Template)]
#[template(path = "ingest/send.html", config = "config/askama.toml")]
pub struct SendPage {
    pub frame: Frame,
    /// `None` before the batch is opened.
    pub batch: Option<Sending>,
    /// As typed.
    pub name: String,
    pub department: String,
    pub fault: Option<Fault>,
}

impl SendPage {
    fn live(&self) -> bool {
        self.batch.as_ref().is_some_and(|batch| batch.stage == SendStage::Checking)
    }

    fn title(&self) -> String {
        self.batch.as_ref().map_or_else(|| self.frame.t("send-new"), |batch| batch.name.clone())
    }
}

/// How far the sending is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendStage {
    Receiving,
    Checking,
    Checked,
    /// It went back; what is sent now is its next round.
    Returned,
}

/// A batch that is being sent.
pub struct Sending {
    pub id: String,
    pub name: String,
    pub stage: SendStage,
    pub files: Vec<SentFile>,
    /// Files that came whole.
    pub whole: u64,
    /// Rows that can be filed.
    pub to_file: u64,
    /// Findings that keep rows out; fonds and schemes to make are not among them.
    pub blocking: u64,
    /// Fonds and schemes that the archive has not.
    pub brings: u64,
    /// Why it went back before, oldest first.
    pub decisions: Vec<DecisionLine>,
    pub telling: Telling,
}

/// The catalogue that came, and what is told of its headers: drawn by `ingest/telling.html`.
#[derive(Default)]
pub struct Telling {
    /// Whether there is one.
    pub has: bool,
    pub looked: Option<Looked>,
    /// Why there is nothing to look at.
    pub unread: Option<Fault>,
    /// Lines of `列名=字段`.
    pub told: String,
    /// Names of presets to choose from.
    pub presets: Vec<String>,
}

impl Telling {
    /// Whether it needs somebody's eye.
    fn open(&self) -> bool {
        self.unread.is_some() || self.looked.as_ref().is_none_or(|looked| !looked.missing.is_empty())
    }
}

/// A file of it.
pub struct SentFile {
    pub path: String,
    /// With its unit.
    pub size: String,
    /// In hundredths.
    pub percent: u64,
    pub whole: bool,
}

#[cfg(test)]
impl SendPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, SendPage)> {
        let file = |path: &str, percent, whole| SentFile { path: path.into(), size: "1.2 MB".into(), percent, whole };
        let page = |batch, fault| SendPage {
            frame: Frame::sample(lang, Some(crate::web::pages::Place::Ingest)),
            batch,
            name: "土地处 2025年度归档文件".into(),
            department: String::new(),
            fault,
        };
        let batch = |stage, files, blocking, brings| {
            Some(Sending {
                id: "b1".into(),
                name: "土地处 2025年度归档文件".into(),
                stage,
                whole: 1,
                files,
                to_file: 812,
                blocking,
                brings,
                telling: Telling { has: brings > 0, told: "物品号=code".into(), ..Telling::default() },
                decisions: if stage == SendStage::Returned { vec![DecisionLine::sample("退回")] } else { vec![] },
            })
        };
        let files = || vec![file("目录.xlsx", 100, true), file("files/X001-WS·2025-Y-TDC-0001.pdf", 40, false)];
        let fault =
            || Some(Fault { detail: "有 1 个文件没有传完".into(), remedy: "请传完，或去掉".into() });
        vec![
            ("new", page(None, None)),
            ("new-refused", page(None, fault())),
            ("receiving", page(batch(SendStage::Receiving, files(), 0, 0), fault())),
            ("empty", page(batch(SendStage::Receiving, vec![], 0, 0), None)),
            ("checking", page(batch(SendStage::Checking, files(), 0, 0), None)),
            ("returned", page(batch(SendStage::Returned, files(), 0, 0), None)),
            ("checked", page(batch(SendStage::Checked, files(), 19, 2), None)),
            ("good", page(batch(SendStage::Checked, files(), 0, 0), None)),
        ]
    }
}
