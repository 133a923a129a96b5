//! Bad input is counted under a named reason and kept; what is good beside it is read, and the exit code stays 0.

use crate::samples::{capture, gzip, message, noise, record, records};
use crate::support::{Replay, Source, folder};
use std::collections::BTreeMap;

/// Bytes of one record that no provider would write.
const HUGE_BYTES: usize = 8 << 20;

fn write(folder: &std::path::Path) {
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    put("good.eml", message(1).as_bytes());
    put("good.jsonl", records(0, 5).as_bytes());
    let whole = capture(3);
    put("good.pcap", &whole);
    put("cut.pcap", &whole[..whole.len() - 5]);
    put("header.pcap", &whole[..20]);
    let packed = gzip(records(1_000, 2_000).as_bytes());
    put("cut.jsonl.gz", &packed[..packed.len() / 2]);
    put("header.gz", &packed[..12]);
    let mut corrupt = packed.clone();
    let middle = corrupt.len() / 2;
    corrupt[middle..middle + 64].fill(0xFF);
    put("corrupt.jsonl.gz", &corrupt);
    put("empty.json", b"");
    put("blank.eml", b" \r\n");
    put("noise.pcap", &noise(5_000));
    put("other.json", br#"{"name":"left-pad","version":"1.0.0"}"#);
    put("cut.json", format!("[{},{},{}", record(10), record(11), &record(12)[..60]).as_bytes());
    let mixed = ["not json", r#"{"CreationTime":"#, r#"{"CreationTime":"yesterday","Operation":"x","Id":"q"}"#, "{}"].join("\n");
    put("mixed.jsonl", format!("{}\n{mixed}\n{}\n", record(20), record(21)).as_bytes());
    let huge = format!(r#"{{"CreationTime":"2024-03-18T09:15:00","Operation":"{}"}}"#, "x".repeat(HUGE_BYTES));
    put("huge.jsonl", format!("{}\n{huge}\n{}\n", record(30), record(31)).as_bytes());
    put("directory.csv", b"displayName,mail,department\nnobody,,Sales\n\xff\xfe,,,,,\n,,\nBob,bob@corp.example,IT\n");
}

fn source(read: u64, events: u64, reasons: &[(&str, u64)]) -> Source {
    let by_reason: BTreeMap<String, u64> = reasons.iter().map(|(reason, count)| ((*reason).to_owned(), *count)).collect();
    Source { read, events, dead_letter: by_reason.values().sum(), by_reason }
}

#[test]
fn each_defect_has_its_reason() {
    let folder = folder();
    write(folder.path());
    let replay = Replay::of([folder.path()]);
    let mut sources = replay.sources();
    // How much a decompressor gives before it notices the damage is its own affair.
    for (name, reason) in [("cut.jsonl.gz", "truncated_file"), ("corrupt.jsonl.gz", "corrupt_compression")] {
        let source = sources.remove(name).unwrap();
        assert!(source.events > 0, "{name}: what came before the damage was lost: {source:?}");
        assert_eq!(source.by_reason.get(reason), Some(&1), "{name}: {source:?}");
    }
    let expected = [
        ("blank.eml", source(0, 0, &[("empty_file", 1)])),
        ("cut.json", source(3, 2, &[("truncated_record", 1)])),
        ("cut.pcap", source(2, 1, &[("truncated_capture", 1)])),
        ("directory.csv", source(4, 0, &[("no_address", 3)])),
        ("empty.json", source(0, 0, &[("empty_file", 1)])),
        ("good.eml", source(1, 1, &[])),
        ("good.jsonl", source(5, 5, &[])),
        ("good.pcap", source(3, 1, &[])),
        ("header.gz", source(0, 0, &[("truncated_file", 1)])),
        ("header.pcap", source(0, 0, &[("truncated_capture_header", 1)])),
        ("huge.jsonl", source(3, 2, &[("record_too_large", 1)])),
        ("mixed.jsonl", source(6, 2, &[("bad_json", 2), ("bad_time", 1), ("unknown_shape", 1)])),
        ("noise.pcap", source(0, 0, &[("unknown_format", 1)])),
        ("other.json", source(0, 0, &[("unknown_format", 1)])),
    ];
    for (name, expected) in expected {
        assert_eq!(sources.remove(name).as_ref(), Some(&expected), "{name}");
    }
    assert!(sources.is_empty(), "{sources:?}");
}

#[test]
fn every_dead_letter_is_kept_with_its_reason() {
    let folder = folder();
    write(folder.path());
    let replay = Replay::of([folder.path()]);
    let mut kept: BTreeMap<(String, String), u64> = BTreeMap::new();
    for letter in &replay.dead_letters {
        let text = |name: &str| letter[name].as_str().unwrap_or_else(|| panic!("no {name} in {letter}")).to_owned();
        *kept.entry((text("source").rsplit('/').next().unwrap().to_owned(), text("reason"))).or_default() += 1;
        let raw = letter["raw"].as_str().or(letter["raw_base64"].as_str()).unwrap_or_default();
        assert!(raw.len() <= 64 << 10, "a dead letter must not flood the disk: {} bytes of {}", raw.len(), letter["source"]);
    }
    let counted: BTreeMap<(String, String), u64> = replay
        .sources()
        .into_iter()
        .flat_map(|(name, source)| source.by_reason.into_iter().map(move |(reason, count)| ((name.clone(), reason), count)))
        .collect();
    assert_eq!(kept, counted);
    // A person sees what was wrong.
    assert!(replay.dead_letters.iter().any(|letter| letter["raw"] == "not json"));
}

#[test]
fn good_records_beside_bad_ones_are_all_found() {
    let (clean, dirty) = (folder(), folder());
    write(dirty.path());
    for name in ["good.eml", "good.jsonl", "good.pcap"] {
        std::fs::copy(dirty.path().join(name), clean.path().join(name)).unwrap();
    }
    let (clean, dirty) = (Replay::of([clean.path()]).sources(), Replay::of([dirty.path()]).sources());
    assert_eq!(clean.len(), 3);
    for (name, source) in clean {
        assert_eq!(dirty.get(&name), Some(&source), "{name}");
    }
}
