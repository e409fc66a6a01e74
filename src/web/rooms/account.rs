//! 我的账号.

use super::ours;
use crate::{
    access::AccessError,
    app::App,
    web::{
        limits::Confidential,
        pages::{
            access::{AccountFault, AccountPage},
            render, render_as,
        },
        refusal::Refusal,
        session::{self, Asker},
        shown,
    },
};
use axum::{
    Form,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use std::sync::Arc;

pub async fn show(State(app): State<Arc<App>>, asker: Asker, headers: HeaderMap, uri: Uri) -> Response {
    render(&page(&app, &asker, &headers, &uri, false, None))
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
            Ok(()) => return Ok(render(&page(&app, &asker, &headers, &uri, true, None))),
            Err(AccessError::Unknown) => AccountFault::Old,
            Err(AccessError::Password(_)) => AccountFault::Short,
            Err(AccessError::Shut { until }) => return Err(Refusal::Shut { until }),
            Err(AccessError::Denied(_)) => return Err(Refusal::missing()),
            Err(error) => return Err(error.into()),
        }
    } else {
        AccountFault::Again
    };
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &asker, &headers, &uri, false, Some(fault))))
}

fn page(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    done: bool,
    fault: Option<AccountFault>,
) -> AccountPage {
    let frame = shown::frame(app, Some(asker), headers, uri, None);
    AccountPage { frame, name: asker.guest.actor().name().to_owned(), done, fault }
}
