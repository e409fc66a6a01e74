//! The catalogue of a handover, and who is shown which department's years.

use super::House;
use crate::harness::{Archive, Asked, TestDb, on_both_databases};
use calamine::{Data, Reader as _, Xlsx};
use hyper::StatusCode;
use serde_json::Value;
use std::{fs, io::Cursor};

const CODE: &str = "X030-WS·2012-D30-SWJ-0001";

async fn newest(house: &House) -> Value {
    house.server.get("/api/v1/batches", &house.archivist).await.json()["items"][0].clone()
}

/// Every text and number of the sheet, row by row.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let (_, sheet) = book.worksheets().remove(0);
    sheet.rows().map(|row| row.iter().map(|cell: &Data| cell.to_string()).collect()).collect()
}

/// Each record of the batch stands in it once, on paper all of them; what is above the
/// asker is counted and not named, on the page and in the workbook.
async fn a08_35_the_catalogue_lists_every_record_that_the_asker_may_know_of(db: TestDb) {
    let archive = Archive::new(&db);
    let folder = archive.data().with_file_name("long");
    fs::create_dir_all(&folder).unwrap();
    let mut lines = String::from("\u{feff}档号,题名,责任者,文号,日期,保管期限,载体,备注\r\n");
    for n in 1..=120 {
        let fonds = if n == 120 { "X028" } else { "X030" };
        let rest = "水务局,水发〔2012〕1号,2012-06,30年,纸质,原件";
        lines.push_str(&format!("{fonds}-WS·2012-D30-SWJ-{n:04},第{n}号,{rest}\r\n"));
    }
    fs::write(folder.join("catalogue.csv"), lines).unwrap();
    archive.run(&["ingest", folder.to_str().unwrap(), "--yes"]).expect_status(0);
    let house = House::serving(archive).await;
    let batch = newest(&house).await;
    let (id, records) = (batch["batch"].as_str().unwrap(), batch["records"].as_u64().unwrap() as usize);
    let path = format!("/batches/{id}/handover/catalogue");
    let page = house.server.get(&path, &house.archivist).await.text();
    let lines = |page: &str| page.matches("<th scope=\"row\" class=\"code\">").count();
    let unseen = |page: &str| page.matches("class=\"on-paper\"").count();
    assert_eq!((lines(&page), unseen(&page)), (records, records - 50));
    assert!(page.contains(CODE) && !page.contains("未列出"), "nothing of it is beyond the asker");
    let last = records.div_ceil(50);
    let page = house.server.get(&format!("{path}?page={last}"), &house.archivist).await.text();
    assert_eq!((lines(&page), unseen(&page)), (records, (last - 1) * 50));
    let sheet = house.server.get(&format!("{path}.xlsx"), &house.archivist).await;
    assert_eq!(sheet.status, StatusCode::OK);
    let all = rows(&sheet.body);
    let heads = ["序号", "档号", "文号", "责任者", "题名", "日期", "保管期限", "密级", "页数", "备注"];
    assert_eq!((all.len(), &all[0]), (records + 1, &heads.map(str::to_owned).to_vec()));
    let first = [CODE, "水发〔2012〕1号", "水务局", "第1号", "20120600", "30 年", "公开", "", "原件"];
    assert_eq!(all[2][1..], first.map(str::to_owned), "after the one record of X028");
    let numbers: Vec<String> = (1..=records).map(|number| number.to_string()).collect();
    assert_eq!(all[1..].iter().map(|row| row[0].clone()).collect::<Vec<_>>(), numbers);

    house._archive.sql("UPDATE record SET secrecy = 1, mark = '内部' WHERE code = 'X030-WS·2012-D30-SWJ-0001'");
    let page = house.server.get(&path, &house.archivist).await.text();
    assert_eq!(lines(&page), records - 1);
    assert!(!page.contains(CODE) && page.contains("另有 1 件不在你可知悉的范围内"), "counted and not named");
    let all = rows(&house.server.get(&format!("{path}.xlsx"), &house.archivist).await.body);
    let told: Vec<&String> = all.iter().flatten().collect();
    assert!(told.iter().all(|text| *text != CODE), "nor in the workbook");
    assert!(all.last().unwrap()[1].contains("另有 1 件"), "{:?}", all.last());

    // Whoever sees no batch sees none of it.
    for who in [&house.reader, &house.somebody("auditor").await, &house.somebody("security").await] {
        for path in [path.clone(), format!("{path}.xlsx")] {
            assert_eq!(house.server.get(&path, who).await.status, StatusCode::NOT_FOUND);
        }
    }
    house._archive.sql("UPDATE data_grant SET fonds = 'X030' WHERE functions LIKE '%ingest%'");
    assert_eq!(house.server.get(&path, &house.archivist).await.status, StatusCode::NOT_FOUND, "another's batch");
    house._archive.sql("UPDATE batch SET received_by = '档案员'");
    let page = house.server.get(&path, &house.archivist).await.text();
    assert!(page.contains("X030-WS") && !page.contains("X028-WS"), "of his own batch, what he may know of");
    house._archive.sql("UPDATE batch SET state = 'withdrawn'");
    assert_eq!(house.server.get(&path, &house.archivist).await.status, StatusCode::CONFLICT, "nothing to hand over");
}

/// A department with all its years, for whoever takes in from all of it.
async fn a_department_is_shown_to_whom_it_lies_within_reach(db: TestDb) {
    let house = House::with_the_sample(&db).await;
    house._archive.sql(
        "INSERT INTO department (code, id, name, parent, created_at) VALUES
         ('SWJ', 'd1', '水务局', NULL, '2012-05-01T00:00:00.000Z'), ('CWC', 'd2', '财务处', NULL, '2012-05-01T00:00:00.000Z')",
    );
    let lines = async |who: &Asked, query: &str| {
        house.server.get(&format!("/api/v1/handover?limit=500{query}"), who).await.json()
    };
    let whole = lines(&house.archivist, "&year=2012").await;
    let of = |said: &Value, code: &str| -> Vec<Value> {
        said["items"].as_array().unwrap().iter().filter(|one| one["department"] == code).cloned().collect()
    };
    let swj = of(&whole, "SWJ");
    assert_eq!((swj.len(), of(&whole, "CWC").len()), (1, 1), "{whole}");
    assert_eq!((&swj[0]["state"], &swj[0]["deadline"]), (&"owed".into(), &"2013-02-28".into()));
    let unsigned = swj[0]["unsigned"].as_i64().unwrap();
    assert!(unsigned > 0 && swj[0]["batches"][0]["name"] == "sample", "{swj:?}");
    let all = lines(&house.archivist, "").await;
    let nobody = all["items"].as_array().unwrap().iter().find(|one| one["department"].is_null()).unwrap().clone();
    assert!(nobody["name"].is_string(), "under its own name: {nobody}");
    let page = house.server.get("/handover?state=owed&year=2012&department=SWJ", &house.archivist).await.text();
    assert!(page.contains("水务局") && page.contains("逾期未移交") && !page.contains("财务处"), "{page}");
    for (query, status) in [("state=never", 422), ("year=x", 400), ("limit=501", 400), ("next=x", 400)] {
        let path = format!("/api/v1/handover?{query}");
        assert_eq!(house.server.get(&path, &house.archivist).await.status.as_u16(), status, "{query}");
    }
    assert_eq!(house.server.get("/api/v1/handover", &house.reader).await.status, StatusCode::NOT_FOUND);
    // A page of one line, and the next.
    let first = house.server.get("/api/v1/handover?limit=1", &house.archivist).await.json();
    assert_eq!((first["items"].as_array().unwrap().len(), &first["next"]), (1, &"1".into()));
    let second = house.server.get("/api/v1/handover?limit=1&next=1", &house.archivist).await.json();
    assert_ne!(first["items"][0], second["items"][0]);
    let end = house.server.get(&format!("/api/v1/handover?next={}", first["total"]), &house.archivist).await.json();
    assert_eq!((end["items"].as_array().unwrap().len(), &end["next"]), (0, &Value::Null));

    // What is above the asker does not count.
    house._archive.sql("UPDATE record SET secrecy = 1 WHERE code = 'X030-WS·2012-D30-SWJ-0001'");
    let low = lines(&house.archivist, "&year=2012&department=SWJ").await;
    assert_eq!(low["items"][0]["unsigned"], unsigned - 1, "{low}");
    // Of one department: that one alone, and no batch of somebody else's.
    house._archive.sql("UPDATE data_grant SET whose = 'named', department = 'SWJ' WHERE functions LIKE '%ingest%'");
    let own = lines(&house.archivist, "").await;
    let own = own["items"].as_array().unwrap();
    assert!(!own.is_empty() && own.iter().all(|one| one["department"] == "SWJ"), "{own:?}");
    assert!(own.iter().all(|one| one["batches"] == serde_json::json!([])), "{own:?}");
    // Of one fonds: nobody is said to have handed over nothing.
    house._archive.sql("UPDATE data_grant SET whose = 'any', department = NULL WHERE functions LIKE '%ingest%'");
    house._archive.sql("UPDATE data_grant SET fonds = 'X030' WHERE functions LIKE '%ingest%'");
    let part = lines(&house.archivist, "").await;
    let held = |one: &Value| ["in_time", "late", "unsigned"].iter().any(|field| one[field].as_i64() != Some(0));
    assert!(part["items"].as_array().unwrap().iter().all(held), "{part}");
}

on_both_databases!(
    a08_35_the_catalogue_lists_every_record_that_the_asker_may_know_of,
    a_department_is_shown_to_whom_it_lies_within_reach,
);
