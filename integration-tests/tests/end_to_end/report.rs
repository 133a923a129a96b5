//! `--report` says what was read, exactly.

use crate::samples::{capture, gzip, message, records, zst};
use crate::support::{Replay, Source, folder, plain};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn counts_of_known_inputs() {
    let folder = folder();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("audit.jsonl", records(0, 5).as_bytes());
    put("more.jsonl.gz", &gzip(records(100, 7).as_bytes()));
    put("one.eml", message(1).as_bytes());
    put("two.eml.zst", &zst(message(2).as_bytes()));
    let mbox: String = (3..6).map(|number| format!("From x@y Mon Mar 18 09:15:00 2024\n{}\n", message(number))).collect();
    put("old.mbox", mbox.as_bytes());
    put("flow.pcap", &capture(4));
    put("directory.csv", b"displayName,mail,department\nAnn,ann@corp.example,Sales\nBob,bob@corp.example,Sales\n");
    let replay = Replay::of([folder.path()]);
    let counts: BTreeMap<String, (u64, u64)> =
        replay.sources().into_iter().map(|(name, source)| (name, (source.read, source.events))).collect();
    let expected = [
        ("audit.jsonl", (5, 5)),
        ("directory.csv", (2, 0)),
        ("flow.pcap", (4, 1)),
        ("more.jsonl.gz", (7, 7)),
        ("old.mbox", (3, 3)),
        ("one.eml", (1, 1)),
        ("two.eml.zst", (1, 1)),
    ];
    assert_eq!(counts, expected.map(|(name, counts)| (name.to_owned(), counts)).into());
    assert!(replay.sources().values().all(|source| source.dead_letter == 0) && replay.dead_letters.is_empty());
    assert_eq!(replay.stdout, "", "two dozen events are no incident");
}

#[test]
fn the_shape_is_the_documented_one() {
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let report = &plain().report;
    assert_eq!(keys(report), ["sources", "seconds", "peak_rss_bytes"].map(String::from).into());
    assert_eq!(keys(&report["sources"][0]), ["name", "read", "events", "dead_letter", "by_reason"].map(String::from).into());
    assert!(report["seconds"].as_f64().unwrap() > 0.0);
    let megabytes = report["peak_rss_bytes"].as_u64().unwrap() / 1_000_000;
    assert!((10..2_000).contains(&megabytes), "{megabytes} MB");
}

#[test]
fn a_simulation_is_read_without_a_loss() {
    let sources: Vec<Source> = plain().sources().into_values().collect();
    let sum = |part: fn(&Source) -> u64| sources.iter().map(part).sum::<u64>();
    assert_eq!(sum(|source| source.dead_letter), 0);
    assert!(sum(|source| source.events) > 20_000);
}

#[test]
fn the_truth_is_never_read() {
    let folder = folder();
    for name in ["truth.json", "TRUTH.json", "truth.json.gz"] {
        let text = records(50, 10);
        let bytes = if name.ends_with(".gz") { gzip(text.as_bytes()) } else { text.into_bytes() };
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    std::fs::write(folder.path().join("audit.jsonl"), records(0, 5)).unwrap();
    let replay = Replay::of([folder.path()]);
    for (name, source) in replay.sources() {
        let expected = if name == "audit.jsonl" { (5, 5, 0) } else { (0, 0, 0) };
        assert_eq!((source.read, source.events, source.dead_letter), expected, "{name}");
    }
}
