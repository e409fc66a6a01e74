//! The page of a batch: every row with what became of it.

use super::House;
use crate::harness::{TestDb, on_both_databases};

async fn rows_are_shown_by_what_became_of_them(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let batches = house.server.get("/api/v1/batches", &house.archivist).await.json();
    let id = batches["items"][0]["batch"].as_str().unwrap().to_owned();
    let page = async |query: &str| {
        let heard = house.server.get(&format!("/batches/{id}{query}"), &house.archivist).await;
        heard.text()
    };
    let rows = |page: &str| page.matches("<td class=\"row-no\"").count();
    let all = page("").await;
    assert_eq!(rows(&all), 30, "26 records and 4 files that are no content: {all}");
    assert_eq!(all.matches("href=\"/records/").count(), 26);
    assert!(all.find("queries.tsv") < all.find("href=\"/records/"), "what did not pass stands first");
    assert_eq!(rows(&page("?only=accepted").await), 26);
    assert_eq!(rows(&page("?only=defects").await), 0);
    assert_eq!(rows(&page("?only=accepted&page=2").await), 0, "beyond the last page there is nothing");
    assert_eq!(rows(&page("?page=4294967295").await), 0);
}

on_both_databases!(rows_are_shown_by_what_became_of_them);
