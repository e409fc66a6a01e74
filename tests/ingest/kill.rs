//! `kill -9` of the real binary at a random moment, and the same command again:
//! the end state is that of a run nobody disturbed.

use super::{package::packed, state::EndState};
use crate::harness::{Archive, TestDb, judges, on_both_databases, sample};
use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// Rounds in a usual run; `LANTAI_KILLS` asks for more.
fn rounds() -> usize {
    std::env::var("LANTAI_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(4)
}

/// Numbers between 0 and 1 that look random and are the same in every run with one seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

async fn killed_anywhere_and_run_again_it_ends_as_if_undisturbed(db: TestDb) {
    killed_anywhere(&db, &sample(), rounds()).await;
}

async fn a_package_too(db: TestDb) {
    let folder = tempfile::tempdir().unwrap();
    killed_anywhere(&db, packed(Path::new(&sample()), folder.path()).to_str().unwrap(), rounds().div_ceil(2)).await;
}

async fn killed_anywhere(db: &TestDb, batch: &str, rounds: usize) {
    let calm = Archive::new(&db.another());
    let begun = Instant::now();
    calm.run(&["ingest", batch, "--yes"]).expect_status(0);
    let whole = begun.elapsed();
    let wanted = EndState::of(calm.url(), calm.data()).await;
    let answers = searches(&calm);
    assert!(!wanted.records.is_empty() && wanted.unfinished == 0 && wanted.staged == 0);

    let mut dice = Dice(0x001a_07a1);
    let (mut killed, mut tries) = (0, 0);
    while killed < rounds {
        tries += 1;
        assert!(tries < rounds * 20, "the run ends before it can be killed");
        let archive = Archive::new(&db.another());
        let mut child = archive.spawn(&["ingest", batch, "--yes"]);
        let after = whole.mul_f64(dice.roll());
        std::thread::sleep(after);
        let ended_before = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        if ended_before {
            continue;
        }
        killed += 1;
        archive.run(&["ingest", batch, "--yes"]).expect_status(0);
        let found = EndState::of(archive.url(), archive.data()).await;
        assert_eq!(found, wanted, "killed after {after:?}");
        assert_eq!(searches(&archive), answers, "killed after {after:?}");
        valid(archive.data());
    }
    println!("{killed} kills in {tries} tries, each run {whole:?} undisturbed");
}

on_both_databases!(killed_anywhere_and_run_again_it_ends_as_if_undisturbed, a_package_too);

/// Codes found for some queries of the sample.
fn searches(archive: &Archive) -> Vec<(String, Vec<String>)> {
    let queries = std::fs::read_to_string(Path::new(&sample()).join("queries.tsv")).unwrap();
    queries
        .lines()
        .filter_map(|line| line.split('\t').next())
        .step_by(9)
        .take(8)
        .map(|query| {
            let answer = archive.run(&["search", query, "--limit", "100"]).expect_status(0);
            let hits = answer["hits"].as_array().unwrap();
            let mut codes: Vec<String> = hits.iter().map(|hit| hit["code"].as_str().unwrap().to_owned()).collect();
            codes.sort();
            (query.to_owned(), codes)
        })
        .collect()
}

/// Another program finds the storage root valid, whenever the process died.
fn valid(data: &Path) {
    let Some(judges) = judges() else { return };
    let begun = Instant::now();
    let root = data.join("store/ocfl");
    let out = Command::new(judges.join("ocfl-root.py"))
        .args(["validate", "--validate-objects", "--root"])
        .arg(&root)
        .output()
        .unwrap();
    assert!(out.status.success(), "{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(begun.elapsed() < Duration::from_secs(60));
}
