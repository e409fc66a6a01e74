//! One of the people: what he is, may, holds; and leaving.

use super::{
    departments_of, first_password,
    forms::{Back, Stock},
    words,
};
use crate::{
    access::{self, People, Role},
    app::{self, App},
    holdings,
    web::{
        api::{grants, people::person, posts, tokens},
        given::{GrantGiven, PostGiven, TokenGiven, read},
        pages::{
            Place,
            people::{Fault, PersonPage},
            render, render_as,
        },
        refusal::Refusal,
        refused::refused,
        rooms::{factors::factor_row, typed::Typed},
        session::Asker,
        shown,
    },
};
use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use std::sync::Arc;

type Pairs = Form<Vec<(String, String)>>;

/// What came back: at most one form, or why he could not leave.
#[derive(Default)]
struct Came<'a> {
    change: Back<'a>,
    grant: Back<'a>,
    post: Back<'a>,
    token: Back<'a>,
    leave: Option<Fault>,
}

/// A request about somebody.
struct About<'a> {
    app: &'a App,
    asker: &'a Asker,
    headers: &'a HeaderMap,
    uri: &'a Uri,
}

impl About<'_> {
    async fn page(&self, one: &People, came: Came<'_>) -> Result<PersonPage, Refusal> {
        let app = self.app;
        let mut frame = shown::frame(app, Some(self.asker), self.headers, self.uri, Some(Place::People));
        frame.here = format!("/people/{}", one.id);
        let lang = frame.lang;
        let departments = access::departments(&app.db).await.map_err(refused)?;
        let all = access::holdings(&app.db, None).await.map_err(refused)?;
        let fonds = holdings::all_fonds(&app.db).await?;
        let stock = Stock { app, lang, departments: &departments, fonds: &fonds, holdings: &all };
        let grants = access::grants(&app.db, Some(&one.id)).await.map_err(refused)?;
        let sessions = app.gate.sessions(Some(&one.id), self.asker.carried.token()).await.map_err(refused)?;
        let tokens = app.gate.tokens(Some(&one.id)).await.map_err(refused)?;
        let factors = app.gate.factors(&one.id).await.map_err(refused)?;
        let held = app::in_hand(app, one).await.map_err(|error| Refusal::fault(error.as_ref()))?;
        let typed = came.change.as_ref().map(|(typed, _)| *typed);
        let chosen = |field: &str, now: &str| typed.map_or(now, |typed| typed.text(field)).to_owned();
        let department = one.department.as_deref().unwrap_or_default();
        let may_be = |role: &str| match one.role.is_officer() {
            true => role == one.role.word(),
            false => role.parse().is_ok_and(|role: Role| !role.is_officer()),
        };
        let roles = words::roles(lang, "", &chosen("role", one.role.word())).into_iter();
        let clearances = words::ranks(lang, &chosen("clearance", &one.clearance.to_string())).into_iter();
        Ok(PersonPage {
            id: one.id.to_string(),
            name: one.name.clone(),
            role: shown::role(lang, one.role),
            department: one.department.clone(),
            clearance: words::rank(lang, one.clearance),
            since: shown::day(app, &one.created_at),
            left: one.left_at.as_ref().map(|at| shown::day(app, at)),
            due: one.password_due.is_some() && one.left_at.is_none(),
            open: one.left_at.is_none() && self.asker.guest.person() != Some(&one.id),
            officer: one.role.is_officer(),
            roles: roles.filter(|role| may_be(&role.value)).collect(),
            departments: departments_of(
                &departments,
                false,
                &lang.t("person-nowhere"),
                &chosen("department", department),
            ),
            clearances: clearances.filter(|rank| !one.role.is_officer() || rank.value == "0").collect(),
            grants: grants.iter().map(|grant| words::grant(app, lang, grant)).collect(),
            posts: all
                .iter()
                .filter(|held| held.person == one.id)
                .map(|held| words::holding(app, lang, &all, held))
                .collect(),
            sessions: sessions.iter().map(|one| words::session(app, lang, one)).collect(),
            factors: factors.into_iter().map(|one| factor_row(app, one)).collect(),
            tokens: tokens.iter().map(|one| words::token(app, lang, one)).collect(),
            in_hand: held.iter().map(|one| shown::in_hand(app, lang, one)).collect(),
            grant: stock.grant(one, came.grant),
            post: stock.post(one, came.post),
            token: stock.token(one, came.token),
            fault: came.change.map(|(_, fault)| fault),
            leave_fault: came.leave,
            frame,
        })
    }

    /// On to his page, or the form again with what is wrong.
    async fn answer<'a>(
        &self,
        one: &People,
        done: Result<(), Refusal>,
        came: impl FnOnce(Fault) -> Came<'a>,
    ) -> Result<Response, Refusal> {
        let Err(refusal) = done else { return Ok(Redirect::to(&format!("/people/{}", one.id)).into_response()) };
        let fault = words::fault(self.app, shown::lang(self.headers, self.uri), refusal)?;
        let page = self.page(one, came(fault)).await?;
        Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
    }
}

pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let about = About { app: &app, asker: &asker, headers: &headers, uri: &uri };
    Ok(render(&about.page(&person(&app, &id).await?, Came::default()).await?))
}

pub async fn change(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let one = person(&app, &id).await?;
    let done = async {
        let department = typed.said("department");
        let role = read("role", typed.text("role"))?;
        let to = (role, department.as_deref(), typed.number("clearance")?.unwrap_or(0));
        let (clock, today) = (app.clock.as_ref(), app.gate.today());
        access::change(&app.db, clock, &asker.guest, today, &one.id, to).await.map_err(refused)
    };
    let (done, about) = (done.await, About { app: &app, asker: &asker, headers: &headers, uri: &uri });
    about.answer(&one, done, |fault| Came { change: Some((&typed, fault)), ..Came::default() }).await
}

pub async fn reset(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    let one = person(&app, &id).await?;
    let password = app.gate.reset_password(&asker.guest, &one.id).await.map_err(refused)?;
    Ok(first_password(&app, &asker, &headers, &uri, &id, &one.name, password))
}

pub async fn leave(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    let one = person(&app, &id).await?;
    let (clock, held) = (app.clock.as_ref(), || app::in_hand(&app, &one));
    let done = access::leave(&app.db, clock, &asker.guest, &one.id, held).await.map_err(refused);
    let about = About { app: &app, asker: &asker, headers: &headers, uri: &uri };
    about.answer(&one, done, |fault| Came { leave: Some(fault), ..Came::default() }).await
}

pub async fn grant(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let one = person(&app, &id).await?;
    let done = async {
        let given = GrantGiven {
            person: String::new(),
            functions: typed.all("functions"),
            fonds: typed.said("fonds"),
            category: typed.said("category"),
            whose: typed.said("whose"),
            department: typed.said("department"),
            year_from: typed.number("year_from")?,
            year_to: typed.number("year_to")?,
            secrecy: typed.number("secrecy")?,
            opening: typed.said("opening"),
            since: typed.said("since"),
            until: typed.said("until"),
            reason: typed.said("reason"),
        };
        grants::give_to(&app, &asker.guest, &one, &given).await.map(drop)
    };
    let (done, about) = (done.await, About { app: &app, asker: &asker, headers: &headers, uri: &uri });
    about.answer(&one, done, |fault| Came { grant: Some((&typed, fault)), ..Came::default() }).await
}

pub async fn appoint(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let one = person(&app, &id).await?;
    let given = PostGiven {
        person: String::new(),
        post: typed.text("post").to_owned(),
        department: typed.said("department"),
        since: typed.said("since"),
        until: typed.said("until"),
        acts_for: typed.said("acts_for"),
        reason: typed.said("reason"),
    };
    let done = posts::appoint(&app, &asker.guest, &one, &given).await.map(drop);
    let about = About { app: &app, asker: &asker, headers: &headers, uri: &uri };
    about.answer(&one, done, |fault| Came { post: Some((&typed, fault)), ..Came::default() }).await
}

pub async fn allow(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    form: Pairs,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let one = person(&app, &id).await?;
    let given = TokenGiven {
        person: String::new(),
        label: typed.text("label").to_owned(),
        functions: typed.all("functions"),
        until: typed.text("until").to_owned(),
    };
    let done = tokens::allow_to(&app, &asker.guest, &one, &given).await.map(drop);
    let about = About { app: &app, asker: &asker, headers: &headers, uri: &uri };
    about.answer(&one, done, |fault| Came { token: Some((&typed, fault)), ..Came::default() }).await
}

/// Ends one of his grants, posts, tokens, second factors or sessions: `what` is the word in the address.
pub async fn end(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path((id, what, which)): Path<(String, String, String)>,
    form: Pairs,
) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    let one = person(&app, &id).await?;
    let (guest, clock, of) = (&asker.guest, app.clock.as_ref(), Some(&one.id));
    // What is another's is not there, whoever may end it.
    let own = match what.as_str() {
        "grants" => access::grants(&app.db, of).await.map_err(refused)?.iter().any(|grant| grant.id == which),
        "posts" => access::holdings(&app.db, of).await.map_err(refused)?.iter().any(|held| held.id == which),
        "tokens" => app.gate.tokens(of).await.map_err(refused)?.iter().any(|token| token.id == which),
        "factors" => app.gate.factors(&one.id).await.map_err(refused)?.iter().any(|factor| factor.id == which),
        "sessions" => app.gate.sessions(of, "").await.map_err(refused)?.iter().any(|session| session.id == which),
        _ => false,
    };
    if !own {
        return Err(Refusal::missing());
    }
    let done = match what.as_str() {
        "grants" => access::end_grant(&app.db, clock, guest, &which).await,
        "posts" => access::dismiss(&app.db, clock, guest, &which).await,
        "tokens" => app.gate.end_token(guest, &which).await,
        "factors" => app.gate.remove_factor(guest, &one.id, &which).await,
        _ => app.gate.end_session(guest, &which).await,
    };
    done.map_err(refused)?;
    Ok(Redirect::to(&format!("/people/{id}#h-{what}")).into_response())
}
