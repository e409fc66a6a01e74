//! Grants.

use super::{Answer, Refused, of, person, rank};
use crate::{
    access::{self, AccessError, Guest},
    app::App,
    cli::args::GrantCommand,
    web::{api::grant_shape, given::GrantGiven},
};
use serde_json::{Value, json};

pub(in crate::cli) async fn run(app: &App, guest: &Guest, command: GrantCommand) -> anyhow::Result<Answer> {
    match done(app, guest, command).await {
        Ok(document) => Ok(Answer::done(document)),
        Err(refused) => refused.answer(app, guest),
    }
}

async fn done(app: &App, guest: &Guest, command: GrantCommand) -> Result<Value, Refused> {
    let clock = app.clock.as_ref();
    match command {
        GrantCommand::List { name } => {
            let of = of(app, name.as_deref()).await?;
            let grants = access::grants(&app.db, of.as_ref().map(|one| &one.id)).await?;
            let items: Vec<_> = grants.iter().map(grant_shape).collect();
            Ok(json!({ "total": items.len(), "items": items, "next": null }))
        }
        GrantCommand::Give(args) => {
            let whom = person(app, &args.name).await?;
            let given = GrantGiven {
                person: args.name,
                functions: args.functions,
                fonds: args.fonds,
                category: args.category,
                whose: args.own.then(|| "own".to_owned()),
                department: args.department,
                year_from: args.year_from,
                year_to: args.year_to,
                secrecy: args.secrecy.map(|mark| rank("secrecy", &mark)).transpose()?,
                opening: args.opening,
                since: args.since,
                until: args.until,
                reason: args.reason,
            };
            let grant = given.grant(app.gate.today())?;
            let id = access::give(&app.db, clock, guest, &whom, &grant).await?;
            let grants = access::grants(&app.db, Some(&whom.id)).await?;
            Ok(grants.iter().find(|one| one.id == id).map(grant_shape).ok_or(AccessError::Missing)?)
        }
        GrantCommand::End { id } => {
            access::end_grant(&app.db, clock, guest, &id).await?;
            Ok(json!({ "id": id, "ended": true }))
        }
    }
}
