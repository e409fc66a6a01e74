//! Content, through a permit: a page as a picture, a file as it was handed in.

use super::{
    record::{known, place_of},
    versions,
};
use crate::{
    access::{Permit, Purpose},
    app::App,
    holdings::{RecordFile, RecordView},
    kernel::Sha256,
    vault,
    web::{api::bounded, refusal::Refusal, session::Asker},
};
use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{ops::Range, sync::Arc};

/// Widths a page is drawn at; what is asked for is rounded up to one.
const WIDTHS: [u32; 5] = [160, 400, 800, 1_520, 2_000];
/// Of the pictures' maker, as derivatives name it.
const MAKER: &str = "picture-1";
/// Bytes read from the store at a time.
const BLOCK: u64 = 1 << 20;

#[derive(serde::Deserialize)]
pub struct Asked {
    width: Option<String>,
}

/// `/records/{id}/pages/{n}.jpg?width=`
pub async fn page(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path((id, page)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let page = number(&page).ok_or_else(Refusal::missing)?;
    let wanted = bounded("width", asked.width.as_deref(), 1_u32..=2_000)?.unwrap_or(800);
    let width = WIDTHS.into_iter().find(|width| *width >= wanted).unwrap_or(2_000);
    let readings = vault::readings(&app.db, std::slice::from_ref(&record.id)).await?;
    let readings = readings.get(&record.id).map_or(&[][..], Vec::as_slice);
    let place = place_of(&record, readings, page).ok_or_else(Refusal::missing)?;
    let file = record.files.iter().find(|file| file.number == place.number).ok_or_else(Refusal::missing)?;
    let permit = permit(&app, &asker, &record)?;
    sealed(&app, &record, file).await?;
    let content: Sha256 = file.sha256.parse().map_err(|()| Refusal::missing())?;
    let (vault, kept_of, now) = (app.vault.clone(), record.id.clone(), app.clock.now());
    let (kept, permit) = tokio::task::spawn_blocking(move || {
        (vault.image(&permit, &kept_of, &content, MAKER, (place.page, width), now), permit)
    })
    .await
    .expect("reading a derivative does not panic");
    let bytes = match kept? {
        Some(bytes) => bytes,
        None => {
            let (vault, of, path, now) = (app.vault.clone(), record.id.clone(), file.path.clone(), app.clock.now());
            let path = tokio::task::spawn_blocking(move || vault.content_path(&permit, &of, &path, now))
                .await
                .expect("looking for content does not panic")?;
            let drawn = app.reader.render(&vault::Source::Plain(path), &file.name, place.page, width).await;
            let bytes = drawn.map_err(|why| Refusal::wrong(&why, "可下载原文件查看"))?;
            let (vault, of, kept) = (app.vault.clone(), record.id.clone(), bytes.clone());
            tokio::task::spawn_blocking(move || vault.put_image(&of, &content, MAKER, place.page, width, &kept))
                .await
                .expect("keeping a derivative does not panic")?;
            bytes
        }
    };
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, bytes).into_response())
}

/// `/records/{id}/files/{number}`, whole or a range of bytes (RFC 9110 §14).
pub async fn file(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    Path((id, number)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let file = record.files.iter().find(|file| file.number.to_string() == number || file.name == number);
    let file = file.ok_or_else(Refusal::missing)?.clone();
    sent(&app, &asker, &headers, &record, file).await
}

/// `/records/{id}/versions/{version}/files/{number}`: as it was in an earlier version, to
/// whoever may open the record now.
pub async fn old_file(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    Path((id, version, number)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let record = known(&app, &asker, &id).await?;
    let version = versions::one(&app, &record, &version).await?;
    let mut files = version.described.files.into_iter().map(RecordFile::from);
    let file = files.find(|file| file.number.to_string() == number).ok_or_else(Refusal::missing)?;
    sent(&app, &asker, &headers, &record, file).await
}

/// A file of the record, whole or a range of its bytes.
async fn sent(
    app: &App,
    asker: &Asker,
    headers: &HeaderMap,
    record: &RecordView,
    file: RecordFile,
) -> Result<Response, Refusal> {
    let permit = permit(app, asker, record)?;
    sealed(app, record, &file).await?;
    let (vault, of, path, now) = (app.vault.clone(), record.id.clone(), file.path.clone(), app.clock.now());
    let content = tokio::task::spawn_blocking(move || vault.open_content(&permit, &of, &path, now))
        .await
        .expect("opening content does not panic")?;
    let whole = content.bytes();
    let asked = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let (status, span) = match asked.map(|asked| range(asked, whole)) {
        None | Some(Asking::All) => (StatusCode::OK, 0..whole),
        Some(Asking::Part(span)) => (StatusCode::PARTIAL_CONTENT, span),
        Some(Asking::Beyond) => {
            let size = [(header::CONTENT_RANGE, format!("bytes */{whole}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, size).into_response());
        }
    };
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media_type(&file))
        .header(header::CONTENT_LENGTH, span.end - span.start)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, format!("\"{}\"", file.sha256))
        .header(header::CACHE_CONTROL, "private, no-store")
        // What somebody handed in never acts as a page of ours.
        .header(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox")
        .header(header::CONTENT_DISPOSITION, disposition(&file.name));
    if status == StatusCode::PARTIAL_CONTENT {
        response = response.header(header::CONTENT_RANGE, format!("bytes {}-{}/{whole}", span.start, span.end - 1));
    }
    let blocks = futures::stream::try_unfold((content, span), |(content, span)| async move {
        if span.is_empty() {
            return Ok::<_, vault::VaultError>(None);
        }
        let end = (span.start + BLOCK).min(span.end);
        let block: Bytes = content.range(span.start..end).await?;
        Ok(Some((block, (content, end..span.end))))
    });
    Ok(response.body(Body::from_stream(blocks))?)
}

/// The number of a page, from 1, with or without `.jpg`: written one way only.
fn number(page: &str) -> Option<u32> {
    let number: u32 = page.strip_suffix(".jpg").unwrap_or(page).parse().ok()?;
    (number > 0 && [number.to_string(), format!("{number}.jpg")].contains(&page.to_owned())).then_some(number)
}

/// Content is opened from the store; between filing and sealing it does not lie there, nor
/// does that of a version which is promised.
async fn sealed(app: &App, record: &RecordView, file: &RecordFile) -> Result<(), Refusal> {
    if versions::sealed_to(app, record).await? < file.version().unwrap_or(1) {
        return Err(Refusal::wrong("此件刚刚归档，原件正在封存", "稍等片刻再打开"));
    }
    Ok(())
}

pub(in crate::web) fn permit(app: &App, asker: &Asker, record: &RecordView) -> Result<Permit, Refusal> {
    let now = app.clock.now();
    asker.guest.permit(&record.id, &record.facts(), Purpose::Read, now).ok_or_else(Refusal::missing)
}

#[derive(Debug, PartialEq, Eq)]
enum Asking {
    All,
    Part(Range<u64>),
    Beyond,
}

/// One range of bytes; several, or another unit, are answered with the whole.
fn range(asked: &str, whole: u64) -> Asking {
    let Some((first, last)) = asked.strip_prefix("bytes=").and_then(|span| span.split_once('-')) else {
        return Asking::All;
    };
    let span = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if last >= first => first..last.saturating_add(1).min(whole),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..whole,
        (Err(_), Ok(last)) if first.trim().is_empty() => whole.saturating_sub(last)..whole,
        _ => return Asking::All,
    };
    if span.is_empty() { Asking::Beyond } else { Asking::Part(span) }
}

fn media_type(file: &RecordFile) -> &'static str {
    match file.format.as_str() {
        "pdf" => "application/pdf",
        "jpeg" => "image/jpeg",
        "png" => "image/png",
        "tiff" => "image/tiff",
        "txt" => "text/plain",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _ => "application/octet-stream",
    }
}

/// RFC 6266 with the name as RFC 5987 writes it.
fn disposition(name: &str) -> String {
    let encoded: String = name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("attachment; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (asked, wanted) in [
            ("bytes=0-9", Asking::Part(0..10)),
            ("bytes=90-", Asking::Part(90..100)),
            ("bytes=-5", Asking::Part(95..100)),
            ("bytes=90-500", Asking::Part(90..100)),
            ("bytes=100-", Asking::Beyond),
            ("bytes=9-3", Asking::All),
            ("lines=1-2", Asking::All),
            ("bytes=a-b", Asking::All),
        ] {
            assert_eq!(range(asked, 100), wanted, "{asked}");
        }
    }

    #[test]
    fn a_name_cannot_leave_its_header() {
        assert_eq!(
            disposition("档号\"\r\nX: y.pdf"),
            "attachment; filename*=UTF-8''%E6%A1%A3%E5%8F%B7%22%0D%0AX%3A%20y.pdf"
        );
    }
}
