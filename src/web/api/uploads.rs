//! A batch sent by a program: opened, its files by tus 1.0.0, checked, taken in.
//!
//! Source: the tus resumable upload protocol 1.0.0, with its extensions creation,
//! creation-with-upload, checksum, expiration and termination.

use super::batches::{found, shape};
use crate::{
    app::App,
    ingest::{
        batch::{BatchRow, Said},
        upload::{self, Algorithm, Checksum, Filing, NewBatch, Sent},
    },
    kernel::Instant,
    web::{
        api::body::Body,
        refusal::Refusal,
        rooms::{catalogues::told, uploads::refused},
        session::Asker,
        shown,
    },
};
use axum::{
    Json,
    body::Body as Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,creation-with-upload,checksum,expiration,termination";
const CHECKSUMS: &str = "sha1,sha256";
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// What a piece is sent as.
const PIECE: &str = "application/offset+octet-stream";

/// A batch to open.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    name: String,
    department: Option<String>,
    rows: Option<u32>,
    files: Option<u32>,
    bytes: Option<u64>,
}

pub async fn open(State(app): State<Arc<App>>, asker: Asker, Body(given): Body<Opening>) -> Result<Response, Refusal> {
    let too_many = Refusal::OutOfBounds { name: "bytes", from: 0, to: i64::MAX };
    let said = Said {
        rows: given.rows.map(i64::from),
        files: given.files.map(i64::from),
        bytes: given.bytes.map(i64::try_from).transpose().map_err(|_| too_many)?,
    };
    let new = NewBatch { name: &given.name, department: given.department.as_deref(), said };
    let batch = upload::open(&app.desk(), &asker.guest, new).await.map_err(refused)?;
    let place = format!("/api/v1/batches/{}", batch.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], Json(shape(&batch))).into_response())
}

pub async fn abandon(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    upload::abandon(&app.desk(), &asker.guest, &batch).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the check is told of the catalogue's headers; left out, what was told before stays.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checking {
    preset: Option<String>,
    map: Option<Vec<String>>,
}

pub async fn check(
    State(app): State<Arc<App>>,
    asker: Asker,
    headers: HeaderMap,
    uri: Uri,
    Path(id): Path<String>,
    given: Option<Body<Checking>>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let Body(Checking { preset, map }) = given.unwrap_or(Body(Checking::default()));
    let told = match (preset, map) {
        (None, None) => None,
        (preset, map) => {
            let (preset, map) = (preset.unwrap_or_default(), map.unwrap_or_default());
            let map: Vec<&str> = map.iter().map(String::as_str).collect();
            Some(told(&app, shown::lang(&headers, &uri), &preset, &map).await?)
        }
    };
    upload::ask_for_check(&app.desk(), &asker.guest, &batch, told.as_deref()).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(shape(&found(&app, &asker, &id).await?))))
}

/// How a batch shall be taken in; what is left out is no, but for the text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Committing {
    #[serde(default)]
    accept_good: bool,
    #[serde(default)]
    make_missing: bool,
    #[serde(default = "yes")]
    read_text: bool,
}

fn yes() -> bool {
    true
}

pub async fn commit(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    Body(Committing { accept_good, make_missing, read_text }): Body<Committing>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let how = Filing { accept_good, make_missing, read_text };
    upload::ask_to_take_in(&app.desk(), &asker.guest, &batch, how).await.map_err(refused)?;
    Ok((StatusCode::ACCEPTED, Json(shape(&found(&app, &asker, &id).await?))))
}

/// What came so far.
pub async fn files(State(app): State<Arc<App>>, asker: Asker, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let files = upload::files(&app.desk(), &batch).await.map_err(refused)?;
    let items: Vec<_> = files
        .iter()
        .map(|file| {
            json!({ "id": file.name, "path": file.path, "bytes": file.bytes, "modified": file.modified,
                    "received": file.received, "whole": file.whole })
        })
        .collect();
    Ok(Json(json!({ "total": items.len(), "items": items, "next": null })))
}

/// What is spoken here.
pub async fn options(State(app): State<Arc<App>>) -> Response {
    let headers = [
        (RESUMABLE, VERSION.to_owned()),
        (HeaderName::from_static("tus-version"), VERSION.to_owned()),
        (HeaderName::from_static("tus-extension"), EXTENSIONS.to_owned()),
        (HeaderName::from_static("tus-checksum-algorithm"), CHECKSUMS.to_owned()),
        (HeaderName::from_static("tus-max-size"), app.config.ingest.largest_file.to_string()),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Announces a file, and takes its first bytes where they come along.
pub async fn create(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    if let Some(other) = other_version(&headers) {
        return Ok(other);
    }
    let length = number(&headers, &LENGTH)?;
    let path = path(&headers).ok_or_else(|| wrong("Upload-Metadata 没有 path", METADATA.as_str()))?;
    let piece = is_piece(&headers);
    let checksum = checksum(&headers)?.filter(|_| piece);
    let desk = app.desk();
    let modified = metadata(&headers, "modified").and_then(|said| said.parse().ok());
    let announced = upload::announce(&desk, &asker.guest, &batch, &path, length, modified).await;
    let name = announced.map_err(refused)?;
    let mut offset = 0;
    if piece {
        // The file is there whatever becomes of its first bytes.
        match upload::append(&desk, &batch, &name, 0, checksum.as_ref(), body.into_data_stream()).await {
            Ok(sent) => offset = sent.offset,
            Err(error) => {
                upload::remove(&desk, &asker.guest, &batch, &name).await.map_err(refused)?;
                return Err(refused(error));
            }
        }
    }
    let place = format!("/api/v1/batches/{}/files/{name}", batch.id);
    let mut response = (StatusCode::CREATED, [(header::LOCATION, place)]).into_response();
    response.headers_mut().insert(OFFSET, offset.into());
    dress(&app, &batch, &mut response, offset < length).await?;
    Ok(response)
}

/// How far a file is.
pub async fn head(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    if let Some(other) = other_version(&headers) {
        return Ok(other);
    }
    let file = upload::offset(&app.desk(), &batch, &name).await.map_err(refused)?;
    let mut response = StatusCode::OK.into_response();
    response.headers_mut().insert(OFFSET, file.received.into());
    response.headers_mut().insert(LENGTH, file.bytes.into());
    dress(&app, &batch, &mut response, !file.whole).await?;
    Ok(response)
}

/// Takes a piece.
pub async fn patch(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    let desk = app.desk();
    upload::file(&desk, &batch, &name).await.map_err(refused)?;
    if let Some(other) = other_version(&headers) {
        return Ok(other);
    }
    if !is_piece(&headers) {
        return Err(Refusal::Unread { status: 415, detail: format!("Content-Type: {PIECE}") });
    }
    let at = number(&headers, &OFFSET)?;
    let checksum = checksum(&headers)?;
    let sent = upload::append(&desk, &batch, &name, at, checksum.as_ref(), body.into_data_stream()).await;
    let Sent { offset, whole } = sent.map_err(refused)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(OFFSET, offset.into());
    dress(&app, &batch, &mut response, !whole).await?;
    Ok(response)
}

/// Takes a file out of the batch.
pub async fn remove(
    State(app): State<Arc<App>>,
    asker: Asker,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let batch = found(&app, &asker, &id).await?;
    if let Some(other) = other_version(&headers) {
        return Ok(other);
    }
    upload::remove(&app.desk(), &asker.guest, &batch, &name).await.map_err(refused)?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    dress(&app, &batch, &mut response, false).await?;
    Ok(response)
}

/// Whether an address is one at which tus is spoken.
pub fn is_spoken(path: &str) -> bool {
    path.strip_prefix("/api/v1/batches/").and_then(|rest| rest.split('/').nth(1)) == Some("files")
}

/// Says that a refusal too is one of tus 1.0.0.
pub fn mark(response: &mut Response) {
    response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(VERSION));
}

async fn dress(app: &App, batch: &BatchRow, response: &mut Response, expires: bool) -> Result<(), Refusal> {
    mark(response);
    if expires {
        let until = upload::expires_at(&app.desk(), batch).await.map_err(refused)?;
        response.headers_mut().extend(http_date(until).map(|until| (EXPIRES, until)));
    }
    Ok(())
}

/// RFC 9110 §5.6.7.
fn http_date(at: Instant) -> Option<HeaderValue> {
    let at = jiff::Timestamp::from_millisecond(i64::try_from(at.millis()).ok()?).ok()?;
    HeaderValue::from_str(&at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

/// The answer to a client of another version, or that names none.
fn other_version(headers: &HeaderMap) -> Option<Response> {
    if headers.get(RESUMABLE).is_some_and(|version| version == VERSION) {
        return None;
    }
    let mut response = Refusal::Unread { status: 412, detail: format!("Tus-Resumable: {VERSION}") }.into_response();
    response.headers_mut().insert(HeaderName::from_static("tus-version"), HeaderValue::from_static(VERSION));
    Some(response)
}

fn is_piece(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == PIECE)
}

fn wrong(detail: &str, name: &str) -> Refusal {
    Refusal::Unread { status: 400, detail: format!("{name}: {detail}") }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Refusal> {
    let given = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let digits = !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit());
    given.parse().ok().filter(|_| digits).ok_or_else(|| wrong("一个整数", name.as_str()))
}

/// Of `path`, or as clients of tus call it, `relativePath` and `filename`.
fn path(headers: &HeaderMap) -> Option<String> {
    let value = |key: &str| metadata(headers, key);
    value("path").or_else(|| value("relativePath").filter(|path| path != "null")).or_else(|| value("filename"))
}

/// What Upload-Metadata says under `key`.
fn metadata(headers: &HeaderMap, key: &str) -> Option<String> {
    let mut pairs = headers.get(METADATA)?.to_str().ok()?.split(',').filter_map(|pair| pair.trim().split_once(' '));
    let (_, value) = pairs.find(|(name, _)| *name == key)?;
    String::from_utf8(BASE64.decode(value.trim().as_bytes()).ok()?).ok()
}

fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Refusal> {
    let Some(said) = headers.get(CHECKSUM) else { return Ok(None) };
    let read = || {
        let (name, digest) = said.to_str().ok()?.split_once(' ')?;
        let (algorithm, length) = match name {
            "sha1" => (Algorithm::Sha1, 20),
            "sha256" => (Algorithm::Sha256, 32),
            _ => return None,
        };
        let digest = BASE64.decode(digest.trim().as_bytes()).ok().filter(|digest| digest.len() == length)?;
        Some(Checksum { algorithm, digest })
    };
    read().map(Some).ok_or_else(|| wrong(CHECKSUMS, CHECKSUM.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn metadata_and_checksums_are_read_as_tus_writes_them() {
        let coded = |text: &str| BASE64.encode(text.as_bytes());
        let both = format!("filename {},path {}, is_confidential", coded("b"), coded("甲/乙.pdf"));
        assert_eq!(path(&headers(METADATA, &both)).as_deref(), Some("甲/乙.pdf"));
        let uppy = format!("relativePath {},name {},filename {}", coded("null"), coded("x"), coded("b"));
        assert_eq!(path(&headers(METADATA, &uppy)).as_deref(), Some("b"));
        for none in ["", "path", "path !!", &format!("path {}", BASE64.encode(b"\xff"))] {
            assert_eq!(path(&headers(METADATA, none)), None, "{none}");
        }
        let sha1 = checksum(&headers(CHECKSUM, "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")).unwrap().unwrap();
        assert_eq!((sha1.algorithm, sha1.digest.len()), (Algorithm::Sha1, 20));
        for bad in ["md5 Kq5s", "sha1", "sha1 Kq5s", "sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", "sha1 !"] {
            assert!(checksum(&headers(CHECKSUM, bad)).is_err(), "{bad}");
        }
        for bad in ["", "-1", "+1", "1.0", "18446744073709551616"] {
            assert!(number(&headers(OFFSET, bad), &OFFSET).is_err(), "{bad}");
        }
        assert_eq!(number(&headers(OFFSET, "18446744073709551615"), &OFFSET).ok(), Some(u64::MAX));
    }

    #[test]
    fn addresses_of_tus_are_known_and_dates_are_those_of_http() {
        assert!(is_spoken("/api/v1/batches/x/files") && is_spoken("/api/v1/batches/x/files/y"));
        assert!(!is_spoken("/api/v1/batches/x") && !is_spoken("/api/v1/records/x/files/1"));
        let date = http_date("2026-11-29T08:05:09.123Z".parse().unwrap()).unwrap();
        assert_eq!(date, "Sun, 29 Nov 2026 08:05:09 GMT");
    }
}
