//! People.

use super::{Answer, Refused, person, rank};
use crate::{
    access::{self, Guest, NewPerson, PeopleFilter},
    app::{self, App},
    cli::args::UserCommand,
    kernel::Cursor,
    web::{
        api::{grant_shape, holding_shape, person_shape, token_shape},
        given::{read, read_if, said},
    },
};
use serde_json::{Value, json};

pub(in crate::cli) async fn run(app: &App, guest: &Guest, command: UserCommand) -> anyhow::Result<Answer> {
    match done(app, guest, command).await {
        Ok(document) => Ok(Answer::done(document)),
        Err(refused) => refused.answer(app, guest),
    }
}

async fn done(app: &App, guest: &Guest, command: UserCommand) -> Result<Value, Refused> {
    let (clock, today) = (app.clock.as_ref(), app.gate.today());
    match command {
        UserCommand::Add { name, role, department, clearance } => {
            let new = NewPerson {
                name: &name,
                role: read("role", &role)?,
                department: said(department.as_deref()),
                clearance: rank("clearance", clearance.as_deref().unwrap_or_default())?,
                password: None,
            };
            let (_, password) = access::add(&app.db, clock, guest, today, new).await?;
            let mut document = person_shape(&person(app, &name).await?);
            document["password"] = password.into();
            Ok(document)
        }
        UserCommand::List { name, role, department, left, limit, next } => {
            let filter = PeopleFilter {
                name,
                role: read_if("role", role.as_deref())?,
                department: said(department.as_deref()).map(str::to_owned),
                left,
            };
            let page = access::list(&app.db, &filter, next.map(Cursor).as_ref(), limit.clamp(1, 10_000)).await?;
            let items: Vec<_> = page.items.iter().map(person_shape).collect();
            Ok(json!({ "items": items, "next": page.next.map(|next| next.0) }))
        }
        UserCommand::Show { name } => show(app, &name).await,
        UserCommand::Change { name, role, department, clearance } => {
            let old = person(app, &name).await?;
            let role = read_if("role", role.as_deref())?.unwrap_or(old.role);
            let department = department.or_else(|| old.department.clone());
            let clearance = clearance.map_or(Ok(old.clearance), |mark| rank("clearance", &mark))?;
            let to = (role, said(department.as_deref()), clearance);
            access::change(&app.db, clock, guest, today, &old.id, to).await?;
            Ok(person_shape(&person(app, &name).await?))
        }
        UserCommand::Leave { name } => {
            let leaver = person(app, &name).await?;
            access::leave(&app.db, clock, guest, &leaver.id, || app::in_hand(app, &leaver)).await?;
            Ok(person_shape(&person(app, &name).await?))
        }
        UserCommand::Reset { name } => {
            let one = person(app, &name).await?;
            let password = app.gate.reset_password(guest, &one.id).await?;
            Ok(json!({ "id": one.id.as_str(), "name": one.name, "password": password }))
        }
    }
}

async fn show(app: &App, name: &str) -> Result<Value, Refused> {
    let one = person(app, name).await?;
    let held = app::in_hand(app, &one).await.map_err(Refused::Failed)?;
    let mut document = person_shape(&one);
    document["grants"] = access::grants(&app.db, Some(&one.id)).await?.iter().map(grant_shape).collect();
    document["posts"] = access::holdings(&app.db, Some(&one.id)).await?.iter().map(holding_shape).collect();
    document["tokens"] = app.gate.tokens(Some(&one.id)).await?.iter().map(token_shape).collect();
    document["in_hand"] = held.iter().map(|one| json!({ "kind": one.kind, "name": one.name })).collect();
    Ok(document)
}
