//! Tokens for programs.

use super::{Answer, Refused, of, person};
use crate::{
    access::{AccessError, Guest, Right},
    app::App,
    cli::args::TokenCommand,
    web::{api::token_shape, given::TokenGiven},
};
use serde_json::{Value, json};

pub(in crate::cli) async fn run(app: &App, guest: &Guest, command: TokenCommand) -> anyhow::Result<Answer> {
    match done(app, guest, command).await {
        Ok(document) => Ok(Answer::done(document)),
        Err(refused) => refused.answer(app, guest),
    }
}

async fn done(app: &App, guest: &Guest, command: TokenCommand) -> Result<Value, Refused> {
    match command {
        TokenCommand::List { name } => {
            // Whoever does not administer people knows of his own only.
            let everybody = guest.may(Right::People) || guest.person().is_none();
            let own = guest.person().filter(|_| !everybody).cloned();
            let named = match (&own, name) {
                (Some(_), Some(name)) if name != guest.actor().name() => return Err(AccessError::Denied(name).into()),
                (Some(_), _) => None,
                (None, name) => of(app, name.as_deref()).await?,
            };
            let tokens = app.gate.tokens(own.as_ref().or(named.as_ref().map(|one| &one.id))).await?;
            let items: Vec<_> = tokens.iter().map(token_shape).collect();
            Ok(json!({ "total": items.len(), "items": items, "next": null }))
        }
        TokenCommand::Allow { name, label, functions, until } => {
            let whom = person(app, &name).await?;
            let given = TokenGiven { person: name, label, functions, until };
            let id = app.gate.allow_token(guest, &whom, given.token()?).await?;
            let tokens = app.gate.tokens(Some(&whom.id)).await?;
            Ok(tokens.iter().find(|one| one.id == id).map(token_shape).ok_or(AccessError::Missing)?)
        }
        TokenCommand::Draw { id } => {
            let secret = app.gate.draw_token(guest, &id).await?;
            Ok(json!({ "id": id, "token": secret }))
        }
        TokenCommand::End { id } => {
            app.gate.end_token(guest, &id).await?;
            Ok(json!({ "id": id, "ended": true }))
        }
    }
}
