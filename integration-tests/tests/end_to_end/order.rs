//! The order promise: incidents are a function of the set of events, not of their order, split, repetition or packing.

use crate::samples::{gzip, zst};
use crate::support::{Replay, assert_same, folder, json_lines, plain, simulate, simulation, weft};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

#[track_caller]
fn check(stdout: &str) {
    assert!(!plain().stdout.is_empty(), "nothing was found, so that nothing is proved");
    // Where they differ, then byte for byte.
    assert_same(&json_lines(stdout).into(), &json_lines(&plain().stdout).into());
    assert!(stdout == plain().stdout, "the same values in another order");
}

fn shuffled(seed: &str) -> String {
    let raw = simulation().join("raw");
    weft([OsStr::new("replay"), "--json".as_ref(), "--shuffle".as_ref(), seed.as_ref(), raw.as_ref()]).done()
}

/// Every file below a folder, in name order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn records_late_and_in_any_order() {
    check(&shuffled("1"));
}

#[test]
fn records_late_and_in_any_other_order() {
    check(&shuffled("99"));
}

#[test]
fn audit_files_that_are_late_unordered_and_partly_double() {
    let folder = folder();
    simulate(folder.path(), &["--late", "--unordered", "6h", "--duplicates", "0.1"]);
    let late = Replay::of([folder.path().join("raw")]);
    assert_ne!(late.sources(), plain().sources(), "the files are those of the punctual simulation");
    check(&late.stdout);
}

#[test]
fn files_named_one_by_one_from_the_last() {
    let mut paths = files(&simulation().join("raw"));
    paths.reverse();
    assert!(paths.len() > 1_000);
    check(&Replay::of(paths).stdout);
}

#[test]
fn the_same_input_twice() {
    let raw = simulation().join("raw");
    let twice = Replay::of([&raw, &raw]);
    check(&twice.stdout);
    let events = |replay: &Replay| -> u64 {
        replay.report["sources"].as_array().unwrap().iter().map(|source| source["events"].as_u64().unwrap()).sum()
    };
    assert_eq!(events(&twice), 2 * events(plain()), "the second copy was not even read");
}

#[test]
fn compressed_renamed_and_read_in_another_order() {
    let raw = files(&simulation().join("raw"));
    let folder = folder();
    // Inputs are read in name order, so numbers that count down turn it round; kinds are recognised by content, not by name.
    for (place, path) in raw.iter().rev().enumerate() {
        let bytes = std::fs::read(path).unwrap();
        let (packed, ending) = if place % 2 == 0 { (gzip(&bytes), "gz") } else { (zst(&bytes), "zst") };
        std::fs::write(folder.path().join(format!("{place:06}.{ending}")), packed).unwrap();
    }
    check(&Replay::of([folder.path()]).stdout);
}
