//! Posts.

use super::{Answer, Refused, of, person};
use crate::{
    access::{self, AccessError, Guest, NewHolding},
    app::App,
    cli::args::PostCommand,
    web::{
        api::holding_shape,
        given::{Unread, read_if, said},
    },
};
use serde_json::{Value, json};

pub(in crate::cli) async fn run(app: &App, guest: &Guest, command: PostCommand) -> anyhow::Result<Answer> {
    match done(app, guest, command).await {
        Ok(document) => Ok(Answer::done(document)),
        Err(refused) => refused.answer(app, guest),
    }
}

async fn done(app: &App, guest: &Guest, command: PostCommand) -> Result<Value, Refused> {
    let clock = app.clock.as_ref();
    match command {
        PostCommand::List { name } => {
            let of = of(app, name.as_deref()).await?;
            let held = access::holdings(&app.db, of.as_ref().map(|one| &one.id)).await?;
            let items: Vec<_> = held.iter().map(holding_shape).collect();
            Ok(json!({ "total": items.len(), "items": items, "next": null }))
        }
        PostCommand::Give(given) => {
            let whom = person(app, &given.name).await?;
            let unread = || Unread { field: "post", given: given.post.clone() };
            let new = NewHolding {
                post: app.profile.post(&given.post).ok_or_else(unread)?,
                department: said(given.department.as_deref()),
                since: read_if("since", given.since.as_deref())?.unwrap_or_else(|| app.gate.today()),
                until: read_if("until", given.until.as_deref())?,
                acts_for: said(given.acts_for.as_deref()),
                reason: said(given.reason.as_deref()).unwrap_or_default(),
            };
            let id = access::appoint(&app.db, clock, guest, &whom, &new).await?;
            let held = access::holdings(&app.db, Some(&whom.id)).await?;
            Ok(held.iter().find(|one| one.id == id).map(holding_shape).ok_or(AccessError::Missing)?)
        }
        PostCommand::End { id } => {
            access::dismiss(&app.db, clock, guest, &id).await?;
            Ok(json!({ "id": id, "ended": true }))
        }
    }
}
