use askama::Template;

use crate::web::pages::{Frame, Pager};

/// 移交情况: departments, years, and who is late. GET `/handover?state=&year=&department=&page=`.
#[derive(Template)]
#[template(path = "ingest/yearly.html", config = "config/askama.toml")]
pub struct YearlyPage {
    pub frame: Frame,
    pub today: String,
    /// As the rules have them.
    pub deadlines: Vec<DeadlineLine>,
    pub states: Vec<PickLine>,
    pub years: Vec<YearPick>,
    /// What was asked for; empty for any.
    pub department: String,
    pub state: String,
    pub lines: Vec<YearlyLine>,
    pub pager: Pager,
}

/// A deadline in words.
pub struct DeadlineLine {
    pub clause: String,
    pub words: String,
    /// What it is for; empty for all that have none of their own.
    pub categories: String,
}

/// A choice of lines by state.
pub struct PickLine {
    pub href: String,
    pub words: String,
    pub count: u64,
    pub current: bool,
}

/// A choice of lines by year.
pub struct YearPick {
    /// Empty for any.
    pub value: String,
    pub words: String,
    pub current: bool,
}

/// A department with a year.
pub struct YearlyLine {
    pub name: String,
    /// Empty for what is no department.
    pub code: String,
    pub remark: String,
    pub year: String,
    pub categories: String,
    pub due: String,
    pub clauses: String,
    pub in_time: u64,
    pub late: u64,
    pub unsigned: u64,
    pub handed_on: String,
    /// Id and name.
    pub batches: Vec<(String, String)>,
    /// Batches besides.
    pub others: u64,
    /// The class that draws the shape of the state.
    pub shape: &'static str,
    pub standing: String,
}

#[cfg(test)]
impl YearlyPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, YearlyPage)> {
        let line = |name: &str, code: &str, shape, standing: &str, records: u64| YearlyLine {
            name: name.into(),
            code: code.into(),
            remark: if code.is_empty() { "不是已设的机构".into() } else { String::new() },
            year: "2026".into(),
            categories: String::new(),
            due: "2027-02-28".into(),
            clauses: "A03.2 A08.35".into(),
            in_time: records,
            late: 0,
            unsigned: 12,
            handed_on: "2027-01-20".into(),
            batches: vec![("b1".into(), "土地处 2026年度归档文件".into())],
            others: 2,
            shape,
            standing: standing.into(),
        };
        let pick = |words: &str, count, current| PickLine {
            href: "/handover?state=owed".into(),
            words: words.into(),
            count,
            current,
        };
        let page = |lines: Vec<YearlyLine>| YearlyPage {
            frame: Frame::sample(lang, Some(crate::web::pages::Place::Ingest)),
            today: "2027-07-05".into(),
            deadlines: vec![
                DeadlineLine { clause: "A03.2".into(), words: "次年2月底前".into(), categories: String::new() },
                DeadlineLine {
                    clause: "A08.35".into(), words: "会计年度终了后一年".into(), categories: "会计".into()
                },
            ],
            states: vec![pick("全部", 3, true), pick("逾期未移交", 1, false)],
            years: vec![
                YearPick { value: String::new(), words: "所有年度".into(), current: true },
                YearPick { value: "2026".into(), words: "2026".into(), current: false },
            ],
            department: String::new(),
            state: String::new(),
            pager: Pager { page: 1, pages: 3, base: "/handover".into() },
            lines,
        };
        let lines = vec![
            line("土地处", "TDC", "stop", "逾期未移交 127 天", 0),
            line("财务部", "CWB", "heed", "逾期移交，迟 3 天", 40),
            line("史志办", "", "held", "无法判定", 7),
        ];
        vec![("normal", page(lines)), ("empty", page(Vec::new()))]
    }
}
