//! The catalogue of what is handed over (移交目录): the records one by one, in the order of
//! their 档号, in which they were filed, beside the list that is signed. What the asker may
//! not know of is counted and not named.

use super::{
    of, refused,
    sheet::{Book, MOST_ROWS, heads},
    sides,
};
use crate::{
    app::App,
    holdings::{self, RecordView},
    ingest::handover::Handover,
    kernel::Dated,
    web::{
        pages::{
            Pager, Place,
            ingest::{CatalogueLine, CataloguePage},
            render,
        },
        refusal::Refusal,
        rooms::batches::count,
        session::Asker,
        shown,
        texts::{Lang, grouped},
    },
};
use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse as _, Response},
};
use std::{io::Seek as _, sync::Arc};

/// Lines of a page on the screen.
const LINES: i64 = 50;

/// Records that are printed at once, some forty sheets of A4; of a longer catalogue the page
/// that is looked at is printed, and the workbook has all (ours).
const PRINTED: i64 = 1_000;

/// Records read in one go for the workbook.
const AT_ONCE: usize = 1_000;

#[derive(serde::Deserialize)]
pub struct Asked {
    page: Option<u32>,
}

/// How many records the batch handed over, and how many of them the asker may know of.
async fn counted(app: &App, asker: &Asker, now: &Handover) -> Result<(i64, i64), Refusal> {
    let known = holdings::count_of_filing(&app.db, &asker.guest.reach(), now.batch.filing.as_str()).await?;
    let all: i64 = now.list.iter().map(|line| line.records).sum();
    Ok((known, (all - known).max(0)))
}

/// `GET /batches/{id}/handover/catalogue?page=`
pub async fn show(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let now = of(&app, &asker, &id).await.map_err(refused)?;
    let frame = shown::frame(&app, Some(&asker), &headers, &uri, Some(Place::Ingest));
    let lang = frame.lang;
    let (known, hidden) = counted(&app, &asker, &now).await?;
    let (page, printed) = (asked.page.unwrap_or(1).max(1), known <= PRINTED);
    let (begin, end) = (i64::from(page - 1) * LINES, i64::from(page) * LINES);
    // What is printed and not shown is sent too.
    let (skip, limit) = if printed { (0, PRINTED) } else { (begin, LINES) };
    let filing = now.batch.filing.as_str();
    let records = holdings::window_of_filing(&app.db, &asker.guest.reach(), filing, skip, limit).await?;
    let lines = (skip + 1..).zip(&records).map(|(number, record)| {
        let [code, docno, responsible, title, dated, retention, mark, pages, note] = cells(lang, record);
        CatalogueLine {
            number: count(number),
            on_paper_alone: !(begin < number && number <= end),
            code,
            docno,
            responsible,
            title,
            dated,
            retention,
            mark,
            pages,
            note,
        }
    });
    Ok(render(&CataloguePage {
        name: now.batch.name.clone(),
        sent_by: now.batch.received_by.clone(),
        department: now.batch.department.clone().unwrap_or_default(),
        filed_at: now.batch.filed_at.as_ref().map(|at| shown::minute(&app, at)).unwrap_or_default(),
        total: count(known),
        hidden: count(hidden),
        printed,
        most: count(PRINTED),
        heads: heads(lang),
        lines: lines.collect(),
        sides: sides(&app, lang, &now),
        pager: Pager {
            page,
            pages: u32::try_from((known + LINES - 1) / LINES).unwrap_or(u32::MAX),
            base: format!("/batches/{id}/handover/catalogue"),
        },
        id,
        frame,
    }))
}

/// `GET /batches/{id}/handover/catalogue.xlsx`
pub async fn xlsx(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let now = of(&app, &asker, &id).await.map_err(refused)?;
    let lang = shown::lang(&headers, &uri);
    let (known, hidden) = counted(&app, &asker, &now).await?;
    if known > MOST_ROWS {
        let detail = lang.with("catalogue-too-many", "count", grouped(count(known)));
        return Err(Refusal::Wrong { detail, remedy: lang.t("catalogue-too-many-how") });
    }
    let mut book = Book::begin(lang)?;
    let mut after = None;
    loop {
        let reach = asker.guest.reach();
        let filing = now.batch.filing.as_str();
        let page = holdings::records_of_filing(&app.db, &reach, filing, after.as_ref(), AT_ONCE).await?;
        for record in &page.items {
            book.add(&cells(lang, record), record.pages)?;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let note = (hidden > 0).then(|| lang.n("catalogue-hidden", count(hidden)));
    let file = tempfile::tempfile()?;
    let mut file = tokio::task::spawn_blocking(move || book.finish(note.as_deref(), &file).map(|()| file))
        .await
        .expect("writing a sheet does not panic")?;
    file.rewind()?;
    let stream = tokio_util::io::ReaderStream::new(tokio::fs::File::from_std(file));
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let disposition = format!("attachment; filename=\"handover-{id}.xlsx\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// A record in the columns of the catalogue, but for its number.
///
/// Source: DA/T 22-2015 归档文件目录, with 保管期限.
fn cells(lang: Lang, record: &RecordView) -> [String; 9] {
    [
        record.code.clone(),
        record.docno.clone(),
        record.responsible.clone(),
        record.title.clone(),
        record.dated.map(eight_digits).unwrap_or_default(),
        record.retention.as_deref().map(|code| shown::retention(lang, code)).unwrap_or_default(),
        record.mark.clone(),
        record.pages.map(|pages| pages.to_string()).unwrap_or_default(),
        record.note.clone(),
    ]
}

/// A date as catalogues write it: `20110600` where the day is unknown.
///
/// Source: DA/T 22-2015, DA/T 18-2022.
fn eight_digits(dated: Dated) -> String {
    let known = dated.to_string().replace('-', "");
    format!("{known:0<8}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parts_of_a_date_are_noughts() {
        for (dated, written) in [("2011", "20110000"), ("2011-06", "20110600"), ("2011-06-14", "20110614")] {
            assert_eq!(eight_digits(dated.parse().unwrap()), written);
        }
    }
}
