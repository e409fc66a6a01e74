//! A file of any size passes through the same few megabytes.

use crate::harness::{Archive, TestDb};
use std::{
    fs::{self, File},
    process::Child,
    time::Duration,
};

/// 2 GiB and 1 KiB; most of the first is a hole in its file, which the archive does not see.
const LARGE: u64 = 2 << 30;
const SMALL: u64 = 1 << 10;
/// How much more memory the large one may take, in KiB.
const GROWTH: u64 = 24 << 10;

#[test]
fn memory_does_not_grow_with_the_size_of_a_file() {
    let (small, large) = (peak_of_taking_in(SMALL), peak_of_taking_in(LARGE));
    println!("peak for 1 KiB: {small} KiB, for 2 GiB: {large} KiB");
    assert!(large <= small + GROWTH, "{small} KiB became {large} KiB");
}

/// The most memory, in KiB, that the ingest of one file of `bytes` ever held.
fn peak_of_taking_in(bytes: u64) -> u64 {
    let archive = Archive::new(&TestDb::sqlite());
    let batch = archive.data().with_extension("batch");
    fs::create_dir_all(batch.join("files")).unwrap();
    let file = File::create(batch.join("files/X001-WS·2011-Y-BGS-0001.bin")).unwrap();
    file.set_len(bytes).unwrap();
    fs::write(
        batch.join("catalogue.csv"),
        "\u{feff}档号,题名,责任者,日期,保管期限\r\nX001-WS·2011-Y-BGS-0001,大文件,县政府,20110614,永久\r\n",
    )
    .unwrap();
    let mut child = archive.spawn(&["ingest", batch.to_str().unwrap(), "--yes"]);
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(high_water(&child));
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(child.wait().unwrap().success());
    let shown = archive.run(&["show", "X001-WS·2011-Y-BGS-0001"]).expect_status(0);
    assert_eq!(shown["files"][0]["bytes"], bytes);
    assert!(peak > 0);
    peak
}

/// `VmHWM`, which only rises; 0 once the process is gone.
pub fn high_water(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
