//! People, for the security officer.

pub mod departments;
mod forms;
pub mod grants;
pub mod person;
pub mod posts;
pub mod words;

use super::typed::Typed;
use crate::{
    access::{self, Department, NewPerson, PeopleFilter},
    app::App,
    kernel::Cursor,
    web::{
        given::{read, read_if, said},
        pages::{
            Place, href,
            people::{Choice, Fault, PeoplePage, PersonForm, PersonLine, SecretPage},
            render, render_as,
        },
        refusal::Refusal,
        refused::refused,
        session::Asker,
        shown,
        texts::Lang,
    },
};
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use std::sync::Arc;
use words::choice;

/// People a page.
const LINES: usize = 50;

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub struct Asked {
    name: String,
    role: String,
    department: String,
    left: String,
    next: Option<String>,
}

/// What was typed for somebody new, and why he was not added.
#[derive(Default)]
struct New {
    name: String,
    role: String,
    department: String,
    clearance: String,
    fault: Option<Fault>,
}

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    Ok(render(&page(&app, &asker, &headers, &uri, asked, New::default()).await?))
}

async fn page(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    asked: Asked,
    new: New,
) -> Result<PeoplePage, Refusal> {
    let frame = shown::frame(app, Some(asker), headers, uri, Some(Place::People));
    let lang = frame.lang;
    let all = access::departments(&app.db).await.map_err(refused)?;
    let filter = PeopleFilter {
        name: asked.name.trim().to_owned(),
        role: read_if("role", Some(&asked.role))?,
        department: said(Some(&asked.department)).map(str::to_owned),
        left: asked.left == "true",
    };
    let after = asked.next.map(Cursor);
    let found = access::list(&app.db, &filter, after.as_ref(), LINES).await.map_err(refused)?;
    let left = if filter.left { "true" } else { "" };
    let pairs = [("name", &*filter.name), ("role", &*asked.role), ("department", &*asked.department), ("left", left)];
    let next = found.next.map(|next| href("/people", &[pairs.as_slice(), &[("next", &next.0)]].concat()));
    let people = found.items.iter().map(|one| PersonLine {
        id: one.id.to_string(),
        name: one.name.clone(),
        role: shown::role(lang, one.role),
        department: one.department.clone(),
        clearance: words::rank(lang, one.clearance),
        left: one.left_at.as_ref().map(|at| shown::day(app, at)),
        due: one.password_due.is_some(),
    });
    Ok(PeoplePage {
        roles: words::roles(lang, &lang.t("person-any"), &asked.role),
        departments: departments_of(&all, true, &lang.t("person-any"), &asked.department),
        name: filter.name,
        left: filter.left,
        people: people.collect(),
        next,
        form: PersonForm {
            roles: words::roles(lang, "", if new.role.is_empty() { "staff" } else { &new.role }),
            departments: departments_of(&all, false, &lang.t("person-nowhere"), &new.department),
            department: new.department,
            clearances: words::ranks(lang, &new.clearance),
            name: new.name,
            fault: new.fault,
        },
        frame,
    })
}

/// The departments to choose from, with `first` before them; the closed ones too, where
/// they are looked for.
fn departments_of(all: &[Department], closed: bool, first: &str, chosen: &str) -> Vec<Choice> {
    let open = all.iter().filter(|one| closed || one.closed_at.is_none());
    let named = open.map(|one| choice(&one.code, format!("{} {}", one.code, one.name), chosen));
    std::iter::once(choice("", first, chosen)).chain(named).collect()
}

/// Answers with the first password on a page of its own: sent again, the form finds the
/// name taken.
pub async fn add(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let name = typed.text("name").trim();
    match added(&app, &asker, &typed, name).await {
        Ok((id, password)) => Ok(first_password(&app, &asker, &headers, &uri, &id, name, password)),
        Err(refusal) => {
            let fault = words::fault(&app, shown::lang(&headers, &uri), refusal)?;
            let text = |field: &str| typed.text(field).to_owned();
            let new = New {
                name: name.to_owned(),
                role: text("role"),
                department: text("department"),
                clearance: text("clearance"),
                fault: Some(fault),
            };
            let page = page(&app, &asker, &headers, &uri, Asked::default(), new).await?;
            Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

async fn added(app: &App, asker: &Asker, typed: &Typed, name: &str) -> Result<(String, String), Refusal> {
    let department = typed.said("department");
    let new = NewPerson {
        name,
        role: read("role", typed.text("role"))?,
        department: department.as_deref(),
        clearance: typed.number("clearance")?.unwrap_or(0),
        password: None,
    };
    let today = app.gate.today();
    let (id, password) = access::add(&app.db, app.clock.as_ref(), &asker.guest, today, new).await.map_err(refused)?;
    Ok((id.to_string(), password))
}

/// The page that shows a first password once.
fn first_password(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    id: &str,
    name: &str,
    secret: String,
) -> Response {
    let mut frame = shown::frame(app, Some(asker), headers, uri, Some(Place::People));
    let lang: Lang = frame.lang;
    // The address answers to POST alone; the other language is found where one goes on.
    frame.here = format!("/people/{id}");
    render(&SecretPage {
        frame,
        title: lang.t("secret-password"),
        name: name.to_owned(),
        secret,
        how: lang.t("secret-password-how"),
        on: format!("/people/{id}"),
        on_word: lang.with("secret-to-person", "name", name),
    })
}
