//! Departments.

use super::{Answer, Refused};
use crate::{
    access::{self, AccessError, Department, Guest},
    app::App,
    cli::args::DepartmentCommand,
    web::{api::department_shape, given::said},
};
use serde_json::{Value, json};

pub(in crate::cli) async fn run(app: &App, guest: &Guest, command: DepartmentCommand) -> anyhow::Result<Answer> {
    match done(app, guest, command).await {
        Ok(document) => Ok(Answer::done(document)),
        Err(refused) => refused.answer(app, guest),
    }
}

async fn one(app: &App, code: &str) -> Result<Department, Refused> {
    let all = access::departments(&app.db).await?;
    Ok(all.into_iter().find(|one| one.code == code).ok_or(AccessError::Missing)?)
}

async fn done(app: &App, guest: &Guest, command: DepartmentCommand) -> Result<Value, Refused> {
    let clock = app.clock.as_ref();
    let code = match command {
        DepartmentCommand::List => {
            let all: Vec<_> = access::departments(&app.db).await?.iter().map(department_shape).collect();
            return Ok(json!({ "total": all.len(), "items": all, "next": null }));
        }
        DepartmentCommand::Add { code, name, parent } => {
            access::open_department(&app.db, clock, guest, &code, &name, said(parent.as_deref())).await?;
            code
        }
        DepartmentCommand::Change { code, name, parent } => {
            let old = one(app, &code).await?;
            let (name, parent) = (name.unwrap_or(old.name), parent.or(old.parent));
            access::change_department(&app.db, clock, guest, &code, &name, said(parent.as_deref())).await?;
            code
        }
        DepartmentCommand::Close { code } => {
            access::close_department(&app.db, clock, guest, &code).await?;
            code
        }
    };
    Ok(department_shape(&one(app, code.trim()).await?))
}
