//! Which department handed over which year.

use crate::{
    app::App,
    ingest::handover::{Line, Standing, Wanted, Whose, Yearly},
    web::{
        api::bounded,
        refusal::Refusal,
        rooms::handover::{YearlyAsked, yearly_of},
        session::Asker,
    },
};
use axum::{
    Json,
    extract::{Query, State},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Lines on a page where nothing is said.
const LINES: u32 = 50;

/// `limit` of the lines that are wanted, after the first `skip`; how many there are of each
/// state whatever state is wanted.
pub fn yearly_shape(all: &Yearly, wanted: &Wanted, skip: usize, limit: usize) -> Value {
    let lines: Vec<&Line> = all.lines.iter().filter(|line| wanted.takes(line)).collect();
    let counts: Map<String, Value> = Standing::WORDS
        .into_iter()
        .map(|word| {
            let of = |line: &&Line| wanted.takes_but_for_standing(line) && line.standing.word() == word;
            (word.to_owned(), all.lines.iter().filter(of).count().into())
        })
        .collect();
    let end = skip.saturating_add(limit);
    json!({
        "today": all.today.to_string(),
        "counts": counts,
        "total": lines.len(),
        "items": lines.iter().skip(skip).take(limit).map(|line| shape(line)).collect::<Vec<_>>(),
        "next": (end < lines.len()).then(|| end.to_string()),
    })
}

fn shape(line: &Line) -> Value {
    let (department, name, closed) = match &line.whose {
        Whose::Department { code, name, closed } => (Some(code), Some(name), *closed),
        Whose::Unmatched(name) => (None, Some(name), false),
        Whose::Unnamed => (None, None, false),
    };
    json!({
        "department": department,
        "name": name,
        "closed": closed,
        "year": line.year,
        "categories": line.categories,
        "deadline": line.due.map(|day| day.to_string()),
        "clauses": line.clauses.iter().map(|one| &one.clause).collect::<Vec<_>>(),
        "state": line.standing.word(),
        "days": line.standing.days(),
        "in_time": line.in_time,
        "late": line.late,
        "unsigned": line.unsigned,
        "handed_on": line.handed_on.map(|day| day.to_string()),
        "batches": line.batches.iter().map(|(id, name)| json!({ "batch": id.as_str(), "name": name }))
            .collect::<Vec<_>>(),
    })
}

#[derive(serde::Deserialize)]
pub struct Asked {
    state: Option<String>,
    year: Option<String>,
    department: Option<String>,
    limit: Option<String>,
    next: Option<String>,
}

/// `GET /api/v1/handover?state=&year=&department=&limit=&next=`
pub async fn list(
    State(app): State<Arc<App>>,
    asker: Asker,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, Refusal> {
    let Asked { state, year, department, limit, next } = asked;
    let limit = bounded("limit", limit.as_deref(), 1_u32..=500)?.unwrap_or(LINES);
    let skip = bounded("next", next.as_deref(), 0_u32..=u32::MAX)?.unwrap_or(0);
    let wanted = YearlyAsked { state, year, department, page: None }.wanted()?;
    let all = yearly_of(&app, &asker.guest).await?;
    Ok(Json(yearly_shape(&all, &wanted, skip as usize, limit as usize)))
}
