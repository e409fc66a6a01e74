use askama::Template;

use super::SideLine;
use crate::web::pages::{Frame, Pager};

/// 移交目录: the records of a batch one by one. GET `/batches/{id}/handover/catalogue?page=`.
/// The screen shows a page of them; paper has all, where they are not too many. Prints on A4,
/// on its side.
#[derive(Template)]
#[template(path = "ingest/catalogue.html", config = "config/askama.toml")]
pub struct CataloguePage {
    pub frame: Frame,
    pub id: String,
    pub name: String,
    pub sent_by: String,
    /// Of the sender, as he wrote it; empty where he did not.
    pub department: String,
    pub filed_at: String,
    /// Records that the asker may know of, and how many there are besides.
    pub total: u64,
    pub hidden: u64,
    /// All of them stand here, those of other pages for paper alone.
    pub printed: bool,
    /// The most that are printed at once.
    pub most: u64,
    /// Of the columns.
    pub heads: [String; 10],
    pub lines: Vec<CatalogueLine>,
    pub sides: Vec<SideLine>,
    pub pager: Pager,
}

/// A record.
pub struct CatalogueLine {
    pub number: u64,
    /// It is of another page than the one that the screen shows.
    pub on_paper_alone: bool,
    pub code: String,
    pub docno: String,
    pub responsible: String,
    pub title: String,
    /// Eight digits.
    pub dated: String,
    pub retention: String,
    pub mark: String,
    pub pages: String,
    pub note: String,
}

#[cfg(test)]
impl CataloguePage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, CataloguePage)> {
        let line = |number: u64| CatalogueLine {
            number,
            on_paper_alone: number > 2,
            code: format!("X001-WS·2025-D30-TDC-{number:04}"),
            docno: "子政发〔2025〕14号".into(),
            responsible: "子虚县人民政府".into(),
            title: "关于开展土地确权登记颁证工作的通知".into(),
            dated: "20250614".into(),
            retention: "30 年".into(),
            mark: "公开".into(),
            pages: "12".into(),
            note: String::new(),
        };
        let page = |lines: Vec<CatalogueLine>, hidden, printed| CataloguePage {
            frame: Frame::sample(lang, Some(crate::web::pages::Place::Ingest)),
            id: "b1".into(),
            name: "土地处 2025年度归档文件".into(),
            sent_by: "吴辛".into(),
            department: "土地处".into(),
            filed_at: "2026-11-23 09:28".into(),
            total: lines.len() as u64,
            hidden,
            printed,
            most: 1_000,
            heads: ["序号", "档号", "文号", "责任者", "题名", "日期", "保管期限", "密级", "页数", "备注"]
                .map(str::to_owned),
            lines,
            sides: [("sender", "移交方"), ("archive", "接收方")]
                .map(|(side, word)| SideLine {
                    side,
                    word: word.into(),
                    signed: (side == "sender").then(|| ("吴辛".into(), "2026-11-24 10:02".into())),
                    mine: false,
                })
                .into(),
            pager: Pager { page: 1, pages: 2, base: "/batches/b1/handover/catalogue".into() },
        };
        let all = || (1..=4).map(line).collect();
        vec![("normal", page(all(), 3, true)), ("long", page(all(), 0, false)), ("empty", page(vec![], 3, true))]
    }
}
