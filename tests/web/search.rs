//! What is planted in the sample is found over HTTP, and nothing else is.

use super::House;
use crate::harness::{TestDb, encoded, on_both_databases, sample};
use std::{collections::BTreeSet, path::Path};

/// Classes of `queries.tsv` whose every query must give exactly the records named:
/// those that stand in text that is held (a scan without a text layer holds none).
const SCORED: [&str; 10] =
    ["unique", "few", "wrapped", "title", "docno", "recno", "duallayer", "fullwidth", "trad", "pagebreak"];

async fn every_planted_phrase_is_found_and_nothing_else(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let queries = std::fs::read_to_string(Path::new(&sample()).join("queries.tsv")).unwrap();
    let (mut asked, mut wrong) = (0, Vec::new());
    for line in queries.lines() {
        let mut columns = line.split('\t');
        let (Some(query), Some(class), Some(codes)) = (columns.next(), columns.next(), columns.next()) else {
            panic!("a line of queries.tsv has three columns: {line}");
        };
        if !SCORED.contains(&class) {
            continue;
        }
        asked += 1;
        let wanted: BTreeSet<&str> = codes.split(' ').collect();
        let path = format!("/api/v1/search?limit=200&q={}", encoded(query));
        let found = house.server.get(&path, &house.reader).await.json();
        let hits = found["hits"].as_array().unwrap();
        let got: BTreeSet<&str> = hits.iter().map(|hit| hit["code"].as_str().unwrap()).collect();
        if got != wanted || found["total"].as_u64() != Some(wanted.len() as u64) {
            wrong.push(format!("{class} {query}: {got:?} instead of {wanted:?}"));
        }
    }
    assert!(asked > 50, "only {asked} queries");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn operators_fields_and_years_narrow_over_http(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    let total = async |query: &str| {
        let found = house.server.get(&format!("/api/v1/search?q={}", encoded(query)), &house.reader).await.json();
        found["total"].as_u64().unwrap_or_else(|| panic!("{query}: {found}"))
    };
    let (all, early, late) = (total("年度:1900..2100").await, total("年度:..2000").await, total("年度:2001..").await);
    assert_eq!(all, early + late);
    assert!(early > 0 && late > 0);
    let (one, other) = (total("题名:通知").await, total("题名:报告").await);
    let (both, either) = (total("题名:通知 题名:报告").await, total("题名:通知 OR 题名:报告").await);
    assert_eq!(either + both, one + other);
    assert_eq!(total("题名:通知 NOT 题名:报告").await, one - both);
    assert_eq!(
        total("(题名:通知 OR 题名:报告) 年度:..2000").await + total("(题名:通知 OR 题名:报告) 年度:2001..").await,
        either
    );
    let fault = house.server.get(&format!("/api/v1/search?q={}", encoded("水 \"库")), &house.reader).await;
    assert_eq!(fault.status, 422);
    assert!(fault.json()["detail"].as_str().unwrap().contains("第 3 个字"), "{}", fault.text());
}

on_both_databases!(every_planted_phrase_is_found_and_nothing_else, operators_fields_and_years_narrow_over_http,);
