//! A batch that was sent goes back, and is sent again as its next round.

use super::{CODE, Desk, PHRASE, catalogue, staged};
use crate::harness::{Server, TestDb, on_both_databases};
use hyper::{Method, StatusCode, header};
use lantai::db::{Asked as Statement, Db};
use serde_json::json;
use std::{fs, time::Duration};

/// The value of a statement that counts.
async fn count(desk: &Desk, sql: &'static str) -> i64 {
    let db = Db::open(desk.archive.url()).await.unwrap();
    let count = Statement::new(sql).fetch::<(i64,)>(&db).await.unwrap()[0].0;
    db.close().await;
    count
}

/// A batch of two rows of which one lacks its file, checked.
async fn lacking_a_file(desk: &Desk) -> String {
    let batch = desk.open(json!({ "name": "缺一件的批次", "files": 1 })).await;
    let row = |n: usize| format!("X001-WS·2011-Y-BGS-000{n},关于水库的通知{n},水利局,2011-06-14");
    desk.send(&batch, "目录.csv", &catalogue(&[&row(1), &row(2)])).await;
    desk.send(&batch, &format!("files/{CODE}.txt"), PHRASE).await;
    desk.check(&batch).await;
    assert!(desk.kinds(&batch).await.contains(&"missing-file".to_owned()));
    batch
}

/// With reasons; its sender mends what is wrong alone, and of a filed one sends all of it again.
async fn a_returned_batch_is_sent_again_as_its_next_round(db: TestDb) {
    let mut desk = Desk::new(&db).await;
    let batch = lacking_a_file(&desk).await;
    let page = batch.strip_prefix("/api/v1").unwrap().to_owned();
    let back = async |desk: &Desk, act: &str, reason: &str| {
        desk.json(Method::POST, &format!("{batch}/{act}"), json!({ "reason": reason })).await
    };
    let withdrawn = back(&desk, "withdraw", "缺第二件").await;
    assert_eq!((withdrawn.status, &withdrawn.json()["type"]), (StatusCode::CONFLICT, &json!("state")));
    assert_eq!(back(&desk, "return", " ").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(desk.server.get(&page, &desk.sender).await.text().contains(&format!("{page}/return")));
    let shown = desk.server.get(&format!("{page}/return"), &desk.sender).await;
    assert!(shown.text().contains("还没有归档"), "{}", shown.text());
    let returned = back(&desk, "return", "缺第二件").await.json();
    assert_eq!((&returned["state"], &returned["records"]), (&json!("returned"), &json!(0)), "{returned}");
    assert_eq!(back(&desk, "return", "再退").await.json()["type"], "state");
    assert_eq!(desk.commit(&batch, json!({ "accept_good": true })).await.json()["type"], "state");

    // What came is there, also after a start; who opens it again is told why it went back.
    drop(desk.server);
    desk.server = Server::without_limits(&desk.archive);
    assert_eq!(staged(&desk.archive), (1, 1));
    let shown = desk.server.get(&format!("{page}/send"), &desk.sender).await.text();
    assert!(shown.contains("缺第二件") && shown.contains(&format!("files/{CODE}.txt")), "{shown}");
    let now = desk.server.get(&batch, &desk.sender).await.json();
    assert_eq!((&now["state"], &now["round"]), (&json!("returned"), &json!(1)), "looking begins nothing");

    desk.send(&batch, "files/X001-WS·2011-Y-BGS-0002.txt", "第二件").await;
    let now = desk.server.get(&batch, &desk.sender).await.json();
    assert_eq!((&now["state"], &now["round"]), (&json!("receiving"), &json!(2)));
    assert_eq!(desk.check(&batch).await["to_file"], 2);
    assert_eq!(desk.kinds(&batch).await, ["fonds-proposed", "scheme-proposed"], "the numbers said were of round 1");
    assert!(count(&desk, "SELECT COUNT(*) FROM batch_finding WHERE round = 1 AND kind = 'missing-file'").await > 0);
    desk.commit(&batch, json!({ "make_missing": true })).await;
    assert_eq!(desk.reaches(&batch, "filed").await["records"], 2);
    assert_eq!(count(&desk, "SELECT COUNT(*) FROM filing").await, 1, "that of the first round is gone");

    // Filed and returned, its tray is empty, and its codes wait for it.
    assert_eq!(back(&desk, "return", "第二件不清").await.json()["records"], 2);
    for n in 0.. {
        let early = desk.announced(&batch, "目录.csv", 1).await;
        if early.status == StatusCode::CREATED {
            let place = early.headers[header::LOCATION].to_str().unwrap().to_owned();
            assert_eq!(desk.tus(Method::DELETE, &place, &[], "").await.status, StatusCode::NO_CONTENT);
            break;
        }
        assert_eq!((early.status, &early.json()["type"]), (StatusCode::CONFLICT, &json!("going-back")));
        assert_eq!(desk.server.get(&format!("{batch}/files"), &desk.sender).await.json()["total"], 0);
        assert!(n < 600, "it never is erased: {}", desk.server.logged());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let now = desk.server.get(&batch, &desk.sender).await.json();
    assert_eq!((&now["state"], &now["round"]), (&json!("receiving"), &json!(3)));
    assert_eq!(count(&desk, "SELECT COUNT(*) FROM record").await, 0);
    desk.send(&batch, "目录.csv", &catalogue(&[&format!("{CODE},关于水库的通知,水利局,2011-06-14")])).await;
    desk.send(&batch, &format!("files/{CODE}.txt"), PHRASE).await;
    desk.check(&batch).await;
    assert_eq!(desk.kinds(&batch).await, Vec::<String>::new(), "nothing is said of used codes");
    desk.commit(&batch, json!({})).await;
    let filed = desk.reaches(&batch, "filed").await;
    assert_eq!((&filed["records"], &filed["round"]), (&json!(1), &json!(3)));
    let reasons: Vec<_> = filed["decisions"].as_array().unwrap().iter().map(|one| one["reason"].clone()).collect();
    assert_eq!(reasons, ["缺第二件", "第二件不清"]);
    for _ in 0..100 {
        if staged(&desk.archive) == (0, 0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("something stays staged: {:?}", staged(&desk.archive));
}

/// The batch stays with its reasons; what came for it is not kept for ever.
async fn what_came_for_a_returned_batch_waits_as_long_as_any(db: TestDb) {
    let mut desk = Desk::new(&db).await;
    let batch = lacking_a_file(&desk).await;
    desk.json(Method::POST, &format!("{batch}/return"), json!({ "reason": "缺第二件" })).await;
    let tray = fs::read_dir(desk.archive.data().join("staging")).unwrap().next().unwrap().unwrap().path();
    let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let total =
        async |desk: &Desk| desk.server.get(&format!("{batch}/files"), &desk.sender).await.json()["total"].clone();
    for (since, files) in [("", 2), ("UPDATE batch_decision SET at = '2023-11-14T22:13:20.000Z'", 0)] {
        drop(desk.server);
        fs::File::open(&tray).unwrap().set_modified(long_ago).unwrap();
        if !since.is_empty() {
            desk.archive.sql(since);
        }
        desk.server = Server::without_limits(&desk.archive);
        assert_eq!(total(&desk).await, files, "counted from when it went back");
        assert_eq!(desk.server.get(&batch, &desk.sender).await.json()["state"], "returned");
    }
    assert_eq!(staged(&desk.archive), (0, 0));
    assert_eq!(count(&desk, "SELECT COUNT(*) FROM audit_event WHERE verb = 'batch.emptied'").await, 1);
    assert_eq!(desk.json(Method::POST, &format!("{batch}/check"), json!({})).await.json()["type"], "empty");
    desk.send(&batch, "目录.csv", &catalogue(&[])).await;
    assert_eq!((total(&desk).await, staged(&desk.archive)), (json!(1), (1, 1)));
}

on_both_databases!(
    a_returned_batch_is_sent_again_as_its_next_round,
    what_came_for_a_returned_batch_waits_as_long_as_any,
);
