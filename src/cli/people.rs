//! People.

use super::Answer;
use crate::{
    access::{self, AccessError, Guest, NewPerson, Role},
    app::App,
    kernel::Secrecy,
};
use serde_json::json;

/// Adds somebody and prints the first password. The operator may do so until
/// somebody has signed in.
pub(super) async fn add(
    app: &App,
    guest: &Guest,
    name: &str,
    role: &str,
    department: Option<&str>,
    clearance: Option<&str>,
) -> anyhow::Result<Answer> {
    let Ok(role) = role.parse::<Role>() else {
        return Ok(Answer::refused(format!("没有角色 {role}"), "用 archivist、staff、sysadmin、security 或 auditor"));
    };
    let Some(clearance) = Secrecy::parse(clearance.unwrap_or_default()) else {
        return Ok(Answer::refused("密级不认识", "用 公开、内部、秘密、机密 或 绝密"));
    };
    let new = NewPerson { name, role, department, clearance: clearance.rank(), password: None };
    match access::add(&app.db, app.clock.as_ref(), guest, app.gate.today(), new).await {
        Ok((_, password)) => Ok(Answer::done(json!({ "name": name, "password": password }))),
        Err(AccessError::NameTaken(name)) => Ok(Answer::refused(format!("已有名为 {name} 的人"), "换一个名字")),
        Err(AccessError::Denied(_)) if guest.person().is_none() => {
            Ok(Answer::refused("已有人登录过，不能再以 operator 添加人员", "先运行 lantai login，以安全保密员办理"))
        }
        Err(AccessError::Officer) => Ok(Answer::refused("三员不接触档案，不设密级", "不写 --clearance")),
        Err(AccessError::Missing) => Ok(Answer::refused("该机构已撤销", "换一个机构")),
        Err(AccessError::Name) => Ok(Answer::refused("姓名须为 1 至 60 个字，首尾无空格", "改正姓名")),
        Err(error) => Err(error.into()),
    }
}
