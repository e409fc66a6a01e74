use askama::Template;

use crate::web::pages::Frame;

/// 健康: checks and jobs, without content. GET `/health`.
#[derive(Template)]
#[template(path = "health/show.html", config = "config/askama.toml")]
pub struct HealthPage {
    pub frame: Frame,
    pub checks: Vec<CheckLine>,
    /// Those that are not done, oldest first.
    pub jobs: Vec<JobLine>,
}

pub struct CheckLine {
    pub name: String,
    pub ok: bool,
    pub detail: String,
    pub remedy: String,
}

pub struct JobLine {
    pub kind: String,
    pub state: JobState,
    pub attempts: u64,
    /// How far it is.
    pub percent: u64,
    pub since: String,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    Running,
    GaveUp,
}

#[cfg(test)]
impl HealthPage {
    pub(crate) fn samples(lang: crate::web::texts::Lang) -> Vec<(&'static str, HealthPage)> {
        use crate::web::pages::Place;
        let check = |name: &str, ok, detail: &str| CheckLine {
            name: name.into(),
            ok,
            detail: detail.into(),
            remedy: "运行服务器，封存会继续".into(),
        };
        let job = |kind: &str, state| JobLine {
            kind: kind.into(),
            state,
            attempts: 6,
            percent: 6,
            since: "2026-11-24 09:12".into(),
        };
        let page = |checks, jobs| HealthPage { frame: Frame::sample(lang, Some(Place::Health)), checks, jobs };
        let checks = vec![check("数据库", true, "Postgres，10 项迁移"), check("封存", false, "已归档未封存 12 件")];
        let jobs =
            vec![job("封存", JobState::Running), job("提取文字", JobState::Waiting), job("封存", JobState::GaveUp)];
        vec![("busy", page(checks, jobs)), ("quiet", page(vec![check("数据库", true, "Sqlite")], Vec::new()))]
    }
}
