use askama::Template;

use crate::web::pages::{Frame, Pager, Standing};

/// 收集: the batches, newest first. GET `/batches`.
#[derive(Template)]
#[template(path = "ingest/batches.html", config = "config/askama.toml")]
pub struct BatchesPage {
    pub frame: Frame,
    pub batches: Vec<BatchLine>,
    pub pager: Pager,
}

/// One batch of the list.
pub struct BatchLine {
    pub id: String,
    pub name: String,
    pub sent_by: String,
    /// When it was sent, ISO with minutes.
    pub sent_at: String,
    pub done: u64,
    pub total: u64,
    pub defects: u64,
    pub standing: Standing,
}

#[cfg(test)]
impl BatchesPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, BatchesPage)> {
        let line = |id: &str, name: &str, done, defects, standing| BatchLine {
            id: id.into(),
            name: name.into(),
            sent_by: "吴辛，土地处".into(),
            sent_at: "2026-11-23 09:28".into(),
            done,
            total: 1204,
            defects,
            standing,
        };
        let page = |batches, pages| BatchesPage {
            frame: Frame::sample(lang, Some(crate::web::pages::Place::Ingest)),
            batches,
            pager: Pager { page: 1, pages, base: "/batches".into() },
        };
        let batches = vec![
            line("b1", "土地处 2025年度归档文件", 812, 19, Standing::Running),
            line("b2", "财务部 2024年度会计档案", 1204, 0, Standing::Finished),
            line("b3", "办公室 2025年度归档文件", 1185, 19, Standing::FinishedWithDefects),
            line("b4", "工程部 2025年度归档文件", 3, 1, Standing::Stopped),
            line("b5", "法律部 2025年度归档文件", 0, 0, Standing::Waiting),
            line("b6", "人事处 2025年度归档文件", 0, 0, Standing::Closed),
        ];
        vec![("normal", page(batches, 3)), ("empty", page(vec![], 0))]
    }
}
