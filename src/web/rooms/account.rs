//! 我的账号.

use super::{ours, people::words, typed::Typed};
use crate::{
    access::{self, AccessError, Right},
    app::App,
    web::{
        api::account::{end_own_session, myself, own_sessions, own_tokens},
        limits::Confidential,
        pages::{
            access::{AccountFault, AccountPage, May},
            people::SecretPage,
            render, render_as,
        },
        refusal::Refusal,
        refused::refused,
        session::{self, Asker},
        shown,
        texts::Lang,
    },
};
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use std::sync::Arc;

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Refusal> {
    Ok(render(&page(&app, &asker, &headers, &uri, false, None).await?))
}

#[derive(serde::Deserialize)]
pub struct Changing {
    old: String,
    new: String,
    again: String,
    csrf: String,
}

pub async fn change(
    State(app): State<Arc<App>>,
    asker: Asker,
    Confidential { peer }: Confidential,
    headers: HeaderMap,
    uri: Uri,
    Form(Changing { old, new, again, csrf }): Form<Changing>,
) -> Result<Response, Refusal> {
    ours(&asker, &csrf)?;
    let fault = if new == again {
        let token = asker.carried.token();
        let (address, _) = session::whence(&headers, peer);
        match app.gate.change_password(&asker.guest, token, &address, &old, &new).await {
            Ok(()) => return Ok(render(&page(&app, &asker, &headers, &uri, true, None).await?)),
            Err(AccessError::Unknown) => AccountFault::Old,
            Err(AccessError::Password(_)) => AccountFault::Short,
            Err(error) => return Err(refused(error)),
        }
    } else {
        AccountFault::Again
    };
    let page = page(&app, &asker, &headers, &uri, false, Some(fault)).await?;
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

async fn page(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    done: bool,
    fault: Option<AccountFault>,
) -> Result<AccountPage, Refusal> {
    let frame = shown::frame(app, Some(asker), headers, uri, None);
    let lang = frame.lang;
    Ok(AccountPage {
        name: asker.guest.actor().name().to_owned(),
        rules: (app.gate.rules().passwords.shortest, app.gate.rules().passwords.kinds),
        due: asker.guest.password_due() && !done,
        done,
        fault,
        sessions: own_sessions(app, asker).await?.iter().map(|one| words::session(app, lang, one)).collect(),
        tokens: own_tokens(app, asker).await?.iter().map(|one| words::token(app, lang, one)).collect(),
        may: may(app, asker, lang).await?,
        frame,
    })
}

/// What the asker is and may, as of today.
async fn may(app: &App, asker: &Asker, lang: Lang) -> Result<May, Refusal> {
    let me = myself(app, asker).await?;
    let today = app.gate.today().to_string();
    let holds = |since: &str, until: &Option<String>, ended_at: &Option<String>| {
        words::holds(&today, since, until.as_deref(), ended_at.as_deref())
    };
    let grants = access::grants(&app.db, Some(&me.id)).await.map_err(refused)?;
    let all = access::holdings(&app.db, None).await.map_err(refused)?;
    let functions = Right::ALL.into_iter().filter(|right| asker.guest.may(*right));
    Ok(May {
        role: shown::role(lang, me.role),
        department: me.department.clone(),
        clearance: words::rank(lang, me.clearance),
        functions: functions.map(|one| words::function(lang, one)).collect::<Vec<_>>().join(&lang.t("list-comma")),
        grants: grants
            .iter()
            .filter(|one| holds(&one.since, &one.until, &one.ended_at))
            .map(|one| words::grant(app, lang, one))
            .collect(),
        posts: all
            .iter()
            .filter(|one| one.person == me.id && holds(&one.since, &one.until, &one.ended_at))
            .map(|one| words::holding(app, lang, &all, one))
            .collect(),
    })
}

type Pairs = Form<Vec<(String, String)>>;

pub async fn end_session(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    end_own_session(&app, &asker, &id).await?;
    Ok(Redirect::to("/account#h-sessions").into_response())
}

/// Ends every session of the asker's but the one he asks with.
pub async fn end_others(State(app): State<Arc<App>>, asker: Asker, form: Pairs) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    for one in own_sessions(&app, &asker).await?.iter().filter(|one| !one.here) {
        app.gate.end_session(&asker.guest, &one.id).await.map_err(refused)?;
    }
    Ok(Redirect::to("/account#h-sessions").into_response())
}

pub async fn end_token(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    if !own_tokens(&app, &asker).await?.iter().any(|one| one.id == id) {
        return Err(Refusal::missing());
    }
    app.gate.end_token(&asker.guest, &id).await.map_err(refused)?;
    Ok(Redirect::to("/account#h-tokens").into_response())
}

/// Answers with the secret of an allowed token: it is drawn once, and this page cannot
/// be had again.
pub async fn draw(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    let tokens = own_tokens(&app, &asker).await?;
    let token = tokens.iter().find(|one| one.id == id).ok_or_else(Refusal::missing)?;
    let secret = app.gate.draw_token(&asker.guest, &id).await.map_err(refused)?;
    let mut frame = shown::frame(&app, Some(&asker), &headers, &uri, None);
    let lang = frame.lang;
    frame.here = "/account".to_owned();
    Ok(render(&SecretPage {
        frame,
        title: lang.t("secret-token"),
        name: token.label.clone(),
        secret,
        how: lang.t("secret-token-how"),
        on: "/account".to_owned(),
        on_word: lang.t("secret-to-account"),
    }))
}
