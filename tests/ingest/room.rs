//! A disk that is nearly full.

use crate::harness::{Archive, Server, TestDb, on_both_databases, sample};
use std::{
    fs::File,
    path::Path,
    time::{Duration, Instant},
};

const GIB: u64 = 1 << 30;

/// Ingest stops before the database does, says so, and goes on by itself.
async fn a_batch_waits_for_room_and_goes_on_by_itself(db: TestDb) {
    // The ballast of one would be in the way of the other.
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    let archive = Archive::new(&db);
    let free = free(archive.data());
    // Others write to this disk too: far enough from both sides.
    let step = (free / 4).min(3 * GIB);
    let keep = format!("{} B", free - step);
    let ballast = archive.data().with_extension("ballast");
    let file = File::create(&ballast).unwrap();
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, 2 * step).unwrap();
    drop(file);

    let keep: [(&str, &str); 1] = [("LANTAI__INGEST__KEEP_FREE", &keep)];
    let out = archive.command(&["ingest", &sample(), "--yes"]).envs(keep).output().unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("must stay free") && said.contains("make room"), "{said}");
    assert_eq!(state(&db).await, "filing", "what was begun is kept");

    let server = Server::start_with(&archive, "127.0.0.1:0", &keep);
    let (name, password) = archive.account("archivist");
    archive.token(&name, &password);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(state(&db).await, "filing", "nothing goes on while there is no room");
    std::fs::remove_file(&ballast).unwrap();
    let waited = Instant::now();
    while state(&db).await != "filed" {
        assert!(waited.elapsed() < Duration::from_secs(120), "it goes on when there is room: {}", server.logged());
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn free(path: &Path) -> u64 {
    let stat = rustix::fs::statvfs(path).unwrap();
    stat.f_bavail * stat.f_frsize
}

async fn state(db: &TestDb) -> String {
    let open = lantai::db::Db::open(&db.url).await.unwrap();
    let states: Vec<(String,)> =
        lantai::db::Asked::new("SELECT state FROM batch ORDER BY id").fetch(&open).await.unwrap();
    open.close().await;
    states.into_iter().next().map_or_else(|| "none".to_owned(), |(state,)| state)
}

on_both_databases!(a_batch_waits_for_room_and_goes_on_by_itself);
