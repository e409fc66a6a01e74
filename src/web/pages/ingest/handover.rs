use askama::Template;

use crate::web::pages::{Frame, people::Fault};

/// 交接单: what a batch holds, and who signed for it. GET and POST `/batches/{id}/handover`
/// {side, password}. Prints on A4.
#[derive(Template)]
#[template(path = "ingest/handover.html", config = "config/askama.toml")]
pub struct HandoverPage {
    pub frame: Frame,
    pub id: String,
    pub name: String,
    pub sent_by: String,
    pub filed_at: String,
    pub lines: Vec<QuantityLine>,
    /// Of all lines.
    pub sum: QuantityLine,
    /// Both sides, the sender first; who and when, where it is signed.
    pub sides: Vec<SideLine>,
    pub complete: bool,
    pub fault: Option<Fault>,
}

/// A line of the list. Of the sum, category and retention are empty.
#[derive(Clone, Debug, Default)]
pub struct QuantityLine {
    pub category: String,
    pub retention: String,
    pub records: u64,
    pub files: u64,
    pub pages: u64,
    /// With its unit.
    pub size: String,
}

/// A side of the handover.
#[derive(Clone, Debug)]
pub struct SideLine {
    /// `sender` or `archive`.
    pub side: &'static str,
    /// In words.
    pub word: String,
    pub signed: Option<(String, String)>,
    /// The asker may sign here.
    pub mine: bool,
}

#[cfg(test)]
impl HandoverPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, HandoverPage)> {
        let line = |category: &str, retention: &str| QuantityLine {
            category: category.into(),
            retention: retention.into(),
            records: 1204,
            files: 3861,
            pages: 15_022,
            size: "18.42 GB".into(),
        };
        let page = |complete: bool, fault| {
            let signed = |name: &str| complete.then(|| (name.to_owned(), "2026-11-24 10:02".to_owned()));
            HandoverPage {
                frame: Frame::sample(lang, Some(crate::web::pages::Place::Ingest)),
                id: "b1".into(),
                name: "土地处 2025年度归档文件".into(),
                sent_by: "吴辛".into(),
                filed_at: "2026-11-23 09:28".into(),
                lines: vec![line("文书", "永久"), line("文书", "30年")],
                sum: line("", ""),
                sides: vec![
                    SideLine { side: "sender", word: "移交方".into(), signed: signed("吴辛"), mine: !complete },
                    SideLine { side: "archive", word: "接收方".into(), signed: signed("档案员"), mine: false },
                ],
                complete,
                fault,
            }
        };
        let fault = Fault { detail: "密码不对".into(), remedy: "再输入一次".into() };
        vec![("open", page(false, None)), ("fault", page(false, Some(fault))), ("signed", page(true, None))]
    }
}
