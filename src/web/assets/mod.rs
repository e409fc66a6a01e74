//! What a page fetches beside itself: one stylesheet, one script, one face, one
//! mark; and the page that sends a batch two scripts more. All are inside the binary, nothing is loaded from another host.
//!
//! An address carries a digest of its content (`/assets/3f9c…-lantai.css`), so an
//! answer may be kept for ever: another content has another address.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The face that the stylesheet names; its address is set into the stylesheet.
const FACE: &str = "jetbrains-mono.woff2";

/// One embedded file. `digest` is the first 16 hex digits of its SHA-256.
#[derive(Debug)]
struct Asset {
    name: &'static str,
    kind: &'static str,
    digest: String,
    content: Bytes,
}

impl Asset {
    fn of(name: &'static str, kind: &'static str, content: Bytes) -> Asset {
        let mut digest = HEXLOWER.encode(&Sha256::digest(&content));
        digest.truncate(16);
        Asset { name, kind, digest, content }
    }

    fn file(&self) -> String {
        format!("{}-{}", self.digest, self.name)
    }
}

static ASSETS: LazyLock<[Asset; 6]> = LazyLock::new(|| {
    let face = Asset::of(
        FACE,
        "font/woff2",
        Bytes::from_static(include_bytes!("vendor/jetbrains-mono-5.3.0-latin-400.woff2")),
    );
    let style = include_str!("lantai.css").replace(FACE, &face.file());
    [
        Asset::of("lantai.css", "text/css; charset=utf-8", Bytes::from(style)),
        Asset::of("lantai.js", "text/javascript; charset=utf-8", Bytes::from_static(include_bytes!("lantai.js"))),
        Asset::of("send.js", "text/javascript; charset=utf-8", Bytes::from_static(include_bytes!("send.js"))),
        Asset::of(
            "tus.js",
            "text/javascript; charset=utf-8",
            Bytes::from_static(include_bytes!("vendor/tus-js-client-4.3.1.min.js")),
        ),
        Asset::of("favicon.svg", "image/svg+xml", Bytes::from_static(include_bytes!("favicon.svg"))),
        face,
    ]
});

/// The address of an embedded file.
///
/// # Panics
/// When no such file is embedded: the names are written in the templates alone,
/// and every template is rendered by a test.
pub fn url(name: &str) -> String {
    let asset = ASSETS.iter().find(|asset| asset.name == name).expect("a template names an embedded file");
    format!("/assets/{}", asset.file())
}

/// Answers `GET /assets/{file}`: the content, 304 when the browser has it
/// (RFC 9110 §13.1.2), or 404 for any other address, an outdated digest too.
pub fn answer(file: &str, asked: &HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.file() == file) else {
        return bare(StatusCode::NOT_FOUND, Body::empty());
    };
    let tag = format!("\"{}\"", asset.digest);
    let held = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let fresh = held.is_some_and(|held| held.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut answer = if fresh {
        bare(StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        bare(StatusCode::OK, Body::from(asset.content.clone()))
    };
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hex digits in quotes are a header value"));
    answer
}

fn bare(status: StatusCode, body: Body) -> Response {
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer
}

/// The file as it was asked for by address, for tests that look at pages from disk.
#[cfg(test)]
pub(crate) fn files() -> Vec<(String, Bytes)> {
    ASSETS.iter().map(|asset| (asset.file(), asset.content.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> String {
        url(name).trim_start_matches("/assets/").to_owned()
    }

    #[test]
    fn an_asset_is_kept_for_ever_and_typed() {
        let cases = [
            ("lantai.css", "text/css; charset=utf-8"),
            ("lantai.js", "text/javascript; charset=utf-8"),
            ("send.js", "text/javascript; charset=utf-8"),
            ("tus.js", "text/javascript; charset=utf-8"),
            ("favicon.svg", "image/svg+xml"),
            (FACE, "font/woff2"),
        ];
        for (name, kind) in cases {
            let answer = answer(&file(name), &HeaderMap::new());
            assert_eq!(answer.status(), StatusCode::OK, "{name}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], kind);
            assert!(answer.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
        }
    }

    #[test]
    fn a_browser_that_has_the_content_is_told_so() {
        let first = answer(&file("lantai.css"), &HeaderMap::new());
        let mut asked = HeaderMap::new();
        asked.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(answer(&file("lantai.css"), &asked).status(), StatusCode::NOT_MODIFIED);
        asked.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"another\""));
        assert_eq!(answer(&file("lantai.css"), &asked).status(), StatusCode::OK);
    }

    #[test]
    fn an_outdated_or_unknown_address_is_not_found() {
        for file in ["0000000000000000-lantai.css", "lantai.css", "../mod.rs", ""] {
            assert_eq!(answer(file, &HeaderMap::new()).status(), StatusCode::NOT_FOUND, "{file}");
        }
    }

    #[test]
    fn the_stylesheet_names_no_other_host_and_the_face_by_its_digest() {
        let style = files().into_iter().find(|(file, _)| file.ends_with("lantai.css")).unwrap().1;
        let style = std::str::from_utf8(&style).unwrap();
        assert!(style.contains(&file(FACE)));
        assert!(!style.contains("//"), "an address of another host");
    }
}
