//! Departments: the tree.

use super::{departments_of, words};
use crate::{
    access::{self, Department},
    app::App,
    web::{
        pages::{
            Place,
            people::{DepartmentForm, DepartmentLine, DepartmentsPage, Fault},
            render, render_as,
        },
        refusal::Refusal,
        refused::refused,
        rooms::typed::Typed,
        session::Asker,
        shown,
    },
};
use axum::{
    Form,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Redirect, Response},
};
use std::sync::Arc;

#[derive(serde::Deserialize)]
pub struct Asked {
    /// Code of the one to change.
    change: Option<String>,
}

/// What was typed, and why it came back.
#[derive(Default)]
struct Back {
    code: String,
    name: String,
    parent: String,
    fault: Option<Fault>,
}

impl Back {
    fn form(self, all: &[Department], top: &str) -> DepartmentForm {
        // Nothing stands below itself.
        let others: Vec<_> = all.iter().filter(|one| one.code != self.code).cloned().collect();
        let parents = departments_of(&others, false, top, &self.parent);
        DepartmentForm { code: self.code, name: self.name, parents, fault: self.fault }
    }
}

pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let change = match asked.change {
        None => None,
        Some(code) => {
            let all = access::departments(&app.db).await.map_err(refused)?;
            let one = all.into_iter().find(|one| one.code == code).ok_or_else(Refusal::missing)?;
            Some(Back { code, name: one.name, parent: one.parent.unwrap_or_default(), fault: None })
        }
    };
    Ok(render(&page(&app, &asker, &headers, &uri, change, Back::default(), None).await?))
}

async fn page(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    uri: &Uri,
    change: Option<Back>,
    open: Back,
    fault: Option<Fault>,
) -> Result<DepartmentsPage, Refusal> {
    let mut frame = shown::frame(app, Some(asker), headers, uri, Some(Place::Departments));
    if uri.path() != "/departments" {
        frame.here = "/departments".to_owned();
    }
    let all = access::departments(&app.db).await.map_err(refused)?;
    let top = frame.lang.t("department-top");
    let mut lines = Vec::new();
    below(app, &all, None, 0, &mut lines);
    Ok(DepartmentsPage {
        lines,
        fault,
        change: change.map(|back| back.form(&all, &top)),
        open: open.form(&all, &top),
        frame,
    })
}

/// Those that stand below `parent`, each with those below it.
fn below(app: &App, all: &[Department], parent: Option<&str>, depth: usize, lines: &mut Vec<DepartmentLine>) {
    // The room lets no circle be made; one in the rows would end here.
    if depth > all.len() {
        return;
    }
    for one in all.iter().filter(|one| one.parent.as_deref() == parent) {
        lines.push(DepartmentLine {
            code: one.code.clone(),
            name: one.name.clone(),
            depth,
            closed: one.closed_at.as_ref().map(|at| shown::day(app, at)),
        });
        below(app, all, Some(&one.code), depth + 1, lines);
    }
}

pub async fn open(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let (code, name, parent) = (typed.text("code"), typed.text("name"), typed.said("parent"));
    let clock = app.clock.as_ref();
    let done = access::open_department(&app.db, clock, &asker.guest, code, name, parent.as_deref()).await;
    let Err(error) = done else { return Ok(Redirect::to("/departments").into_response()) };
    let fault = words::fault(&app, shown::lang(&headers, &uri), refused(error))?;
    let parent = parent.unwrap_or_default();
    let back = Back { code: code.to_owned(), name: name.to_owned(), parent, fault: Some(fault) };
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page(&app, &asker, &headers, &uri, None, back, None).await?))
}

pub async fn change(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(code): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    let typed = Typed::of(&asker, form)?;
    let (name, parent) = (typed.text("name"), typed.said("parent"));
    let clock = app.clock.as_ref();
    let done = access::change_department(&app.db, clock, &asker.guest, &code, name, parent.as_deref()).await;
    let Err(error) = done else { return Ok(Redirect::to("/departments").into_response()) };
    let fault = words::fault(&app, shown::lang(&headers, &uri), refused(error))?;
    let back = Back { code, name: name.to_owned(), parent: parent.unwrap_or_default(), fault: Some(fault) };
    let page = page(&app, &asker, &headers, &uri, Some(back), Back::default(), None).await?;
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}

pub async fn close(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(code): Path<String>,
    form: Form<Vec<(String, String)>>,
) -> Result<Response, Refusal> {
    Typed::of(&asker, form)?;
    let done = access::close_department(&app.db, app.clock.as_ref(), &asker.guest, &code).await;
    let Err(error) = done else { return Ok(Redirect::to("/departments").into_response()) };
    let fault = words::fault(&app, shown::lang(&headers, &uri), refused(error))?;
    let page = page(&app, &asker, &headers, &uri, None, Back::default(), Some(fault)).await?;
    Ok(render_as(StatusCode::UNPROCESSABLE_ENTITY, &page))
}
