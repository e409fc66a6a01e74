//! Content over HTTP: pages as pictures, files as they were handed in.

use super::House;
use crate::harness::{Asked, TestDb, on_both_databases};
use hyper::{Method, StatusCode, header};
use lantai::kernel::Sha256;

/// One record of each format that has pages to look at.
const DRAWN: [(&str, u32); 3] =
    [("X030-WS·2012-D30-SWJ-0001", 1), ("X028-WS·1998-Y-ZRZY-0014", 1), ("X041-WS·2007-D10-HBJ-0016", 1)];

async fn pages_of_pdf_tiff_and_photographs_are_drawn(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    for (code, page) in DRAWN {
        let id = house.record(code).await;
        let path = format!("/records/{id}/pages/{page}.jpg?width=400");
        let first = house.server.get(&path, &house.reader).await;
        assert_eq!(first.status, StatusCode::OK, "{code}: {}", first.text());
        assert_eq!(first.headers[header::CONTENT_TYPE], "image/jpeg");
        assert!(first.body.starts_with(&[0xff, 0xd8, 0xff]) && first.body.len() > 2_000, "{code}");
        // Kept, and the same the second time.
        assert_eq!(house.server.get(&path, &house.reader).await.body, first.body);
        let beyond = house.server.get(&format!("/records/{id}/pages/900.jpg"), &house.reader).await;
        assert_eq!(beyond.status, StatusCode::NOT_FOUND);
        assert_eq!(house.server.get(&path, &Asked::Nobody).await.status, StatusCode::SEE_OTHER);
    }
}

async fn a_file_comes_back_as_it_was_handed_in_whole_or_in_part(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let id = house.record("X030-WS·2012-D30-SWJ-0001").await;
    let shown = house.server.get(&format!("/api/v1/records/{id}"), &house.reader).await.json();
    let path = format!("/api/v1/records/{id}/files/1");
    let whole = house.server.get(&path, &house.reader).await;
    assert_eq!(Sha256::of(&whole.body).to_string(), shown["files"][0]["sha256"].as_str().unwrap());
    assert!(whole.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("sandbox"));
    // Nothing on the way packs it: length, ETag and ranges are those of the file.
    let text = format!("/api/v1/records/{}/files/1", house.record("X021-WS·1956-D30-JYJ-0010").await);
    let packed = [("accept-encoding", "gzip")];
    let text = house.server.ask(Method::GET, &text, &house.reader, &packed, String::new()).await;
    assert!(!text.headers.contains_key(header::CONTENT_ENCODING), "{:?}", text.headers);
    assert_eq!(text.headers[header::ETAG], format!("\"{}\"", Sha256::of(&text.body)));
    let part = [("range", "bytes=5-24")];
    let part = house.server.ask(Method::GET, &path, &house.reader, &part, String::new()).await;
    assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &whole.body[5..25]));
    let beyond = [("range", "bytes=999999999-")];
    let beyond = house.server.ask(Method::GET, &path, &house.reader, &beyond, String::new()).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
}

async fn the_text_of_a_page_and_why_there_is_none_are_shown(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let read = house.record("X030-WS·2012-D30-SWJ-0001").await;
    let text = house.server.get(&format!("/api/v1/records/{read}/text"), &house.reader).await.json();
    assert!(text["pages"][0].as_str().unwrap().chars().count() > 100);
    let scan = house.record("X028-WS·1998-Y-ZRZY-0014").await;
    let shown = house.server.get(&format!("/api/v1/records/{scan}"), &house.reader).await.json();
    assert_eq!(shown["files"][0]["text"]["outcome"], "no_text");
    let page = house.server.get(&format!("/records/{scan}?lang=en"), &house.reader).await.text();
    assert!(page.contains("No text"), "the page says so");
}

on_both_databases!(
    pages_of_pdf_tiff_and_photographs_are_drawn,
    a_file_comes_back_as_it_was_handed_in_whole_or_in_part,
    the_text_of_a_page_and_why_there_is_none_are_shown,
);
