use askama::Template;

use crate::web::pages::{Frame, people::Fault};

/// What was decided about a batch, and what may be decided now: part of its page.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Of the batch.
    pub id: String,
    /// Oldest first.
    pub decisions: Vec<DecisionLine>,
    /// It is filed, so that its handover can be looked at.
    pub filed: bool,
    /// Both sides signed: said in words.
    pub handed_over: Option<String>,
    /// It may be withdrawn.
    pub withdraws: bool,
    /// It may be returned, and comes again.
    pub returns: bool,
    /// It went back, and is sent again from its page.
    pub again: bool,
}

/// A decision, with who and why.
#[derive(Clone, Debug)]
pub struct DecisionLine {
    /// In words.
    pub kind: String,
    pub at: String,
    pub by: String,
    pub reason: String,
    /// Of the batch, when it was decided.
    pub round: i64,
}

/// 撤回, 退回: what would go with a batch. GET and POST `/batches/{id}/withdraw` and `/return`
/// {reason}.
#[derive(Template)]
#[template(path = "ingest/withdraw.html", config = "config/askama.toml")]
pub struct WithdrawPage {
    pub frame: Frame,
    /// Returned to its sender, and not withdrawn.
    pub returns: bool,
    /// It is filed, so that records go with it; what came of one that is not stays.
    pub filed: bool,
    pub id: String,
    pub name: String,
    pub records: u64,
    /// Of these, put right since they were filed.
    pub amended: u64,
    pub files: u64,
    /// With its unit.
    pub size: String,
    pub reason: String,
    pub fault: Option<Fault>,
}

#[cfg(test)]
impl WithdrawPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, WithdrawPage)> {
        let page = |returns, amended, reason: &str, fault| WithdrawPage {
            returns,
            filed: true,
            frame: Frame::sample(lang, Some(crate::web::pages::Place::Ingest)),
            id: "b1".into(),
            name: "土地处 2025年度归档文件".into(),
            records: 1185,
            amended,
            files: 3861,
            size: "18.42 GB".into(),
            reason: reason.into(),
            fault,
        };
        let fault = Fault { detail: "没有写明理由".into(), remedy: "写明为什么撤回".into() };
        vec![
            ("fresh", page(false, 0, "", None)),
            ("fault", page(false, 3, "", Some(fault))),
            ("return", page(true, 0, "缺三份附件", None)),
            ("return-checked", WithdrawPage { filed: false, ..page(true, 0, "缺三份附件", None) }),
        ]
    }
}

#[cfg(test)]
impl DecisionLine {
    pub(super) fn sample(kind: &str) -> DecisionLine {
        DecisionLine {
            kind: kind.into(),
            at: "2026-11-24 10:02".into(),
            by: "档案员".into(),
            reason: "目录与实物不符".into(),
            round: 2,
        }
    }
}

#[cfg(test)]
impl Way {
    pub(crate) fn sample(withdraws: bool) -> Way {
        Way {
            id: "b1".into(),
            decisions: if withdraws { vec![] } else { vec![DecisionLine::sample("撤回")] },
            filed: withdraws,
            handed_over: None,
            withdraws,
            returns: withdraws,
            again: !withdraws,
        }
    }
}
