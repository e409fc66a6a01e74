//! The watched folder: what is laid into it is taken in, or goes back with the reasons.

use super::package::packed;
use crate::harness::{Archive, Server, TestDb, on_both_databases, sample};
use lantai::db::{Asked, Db};
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

fn lay(folder: &Path, name: &str, row: &str, file: &str) {
    // Made elsewhere and moved in whole, as a careful sender does.
    let made = folder.with_extension(name);
    fs::create_dir_all(made.join("files")).unwrap();
    fs::write(made.join("files").join(file), "投递的正文").unwrap();
    fs::write(made.join("catalogue.csv"), format!("\u{feff}档号,题名,保管期限,密级\r\n{row}\r\n")).unwrap();
    fs::rename(made, folder.join(name)).unwrap();
}

fn wait_for(path: &Path, server: &Server) {
    let waited = Instant::now();
    while !path.exists() {
        assert!(waited.elapsed() < Duration::from_secs(180), "{} does not come: {}", path.display(), server.logged());
        std::thread::sleep(Duration::from_millis(200));
    }
}

async fn what_is_laid_in_is_taken_in_or_goes_back(db: TestDb) {
    let archive = Archive::new(&db);
    archive.run(&["ingest", &sample(), "--yes"]).expect_status(0);
    let folder = archive.data().with_extension("drop");
    fs::create_dir(&folder).unwrap();
    let drop = folder.to_str().unwrap();
    let environment = [("LANTAI__INGEST__DROP", drop), ("LANTAI__INGEST__DROP_SETTLE", "1 s")];
    let server = Server::start_with(&archive, "127.0.0.1:0", &environment);
    lay(&folder, "好", "X002-WS·1962-Y-ZJJ-0013,投递之件,永久,公开", "X002-WS·1962-Y-ZJJ-0013.txt");
    lay(&folder, "缺", "X002-WS·1962-Y-ZJJ-0014,缺文件,永久,公开", "没有人的.txt");
    lay(&folder, "新", "X998-WS·1962-Y-ZJJ-0001,没有全宗,永久,公开", "X998-WS·1962-Y-ZJJ-0001.txt");
    lay(&folder, "密", "X002-WS·1962-Y-ZJJ-0015,秘密之件,永久,秘密", "X002-WS·1962-Y-ZJJ-0015.txt");
    fs::create_dir(folder.join("空")).unwrap();
    let beside = tempfile::tempdir_in(folder.parent().unwrap()).unwrap();
    fs::rename(packed(Path::new(&sample()), beside.path()), folder.join("移交.zip")).unwrap();
    for path in [
        "已收/好/catalogue.csv",
        "已收/移交.zip",
        "退回/缺.缺陷.xlsx",
        "退回/新.缺陷.xlsx",
        "退回/密.缺陷.xlsx",
        "退回/空.原因.txt",
    ] {
        wait_for(&folder.join(path), &server);
    }
    wait_for(&folder.join("退回/空"), &server);
    assert!(fs::read_to_string(folder.join("退回/空.原因.txt")).unwrap().contains("no catalogue"));
    let rows = Db::open(&db.url).await.unwrap();
    let ways: Vec<(String, String, i64)> =
        Asked::new("SELECT name, way, filed FROM batch ORDER BY id").fetch(&rows).await.unwrap();
    rows.close().await;
    let ways: Vec<_> = ways.iter().map(|(name, way, filed)| (name.as_str(), way.as_str(), *filed)).collect();
    assert_eq!(ways, [("sample", "folder", 26), ("好", "drop", 1)], "of what the archive holds nothing is filed again");

    // What was withdrawn does not come in again because it lies there again.
    let (name, password) = archive.account("archivist");
    let token = archive.token(&name, &password);
    let mut withdraw = archive.command(&["withdraw", "好", "--reason", "投错了"]);
    let out = withdraw.env("LANTAI_TOKEN", token).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    fs::rename(folder.join("已收/好"), folder.join("好")).unwrap();
    wait_for(&folder.join("退回/好.原因.txt"), &server);
    assert!(fs::read_to_string(folder.join("退回/好.原因.txt")).unwrap().contains("撤回"));
}

on_both_databases!(what_is_laid_in_is_taken_in_or_goes_back);
