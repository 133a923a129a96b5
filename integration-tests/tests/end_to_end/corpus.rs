//! Real mail, audit records and captures that others made (`WEFT_CORPUS`): all of it is read, and what is not has a name.

use crate::samples::PCAP_HEADER_BYTES;
use crate::support::Replay;
use std::path::{Path, PathBuf};

fn corpus(below: &str) -> Option<PathBuf> {
    let root = std::env::var_os("WEFT_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"), PathBuf::from)
        .join(below);
    if root.is_dir() {
        return Some(root);
    }
    eprintln!("not run: WEFT_CORPUS is absent");
    None
}

/// Read, events and dead letters of all sources.
fn sums(replay: &Replay) -> (u64, u64, u64) {
    let sources = replay.report["sources"].as_array().unwrap();
    let sum = |name: &str| sources.iter().map(|source| source[name].as_u64().unwrap()).sum();
    (sum("read"), sum("events"), sum("dead_letter"))
}

#[track_caller]
fn every_record_is_an_event(below: &str, records: u64) {
    let Some(folder) = corpus(below) else { return };
    assert_eq!(sums(&Replay::of([folder])), (records, records, 0));
}

#[track_caller]
fn every_capture_is_read_or_has_a_reason(below: &str, captures: usize) {
    let Some(folder) = corpus(below) else { return };
    let replay = Replay::of([folder]);
    let (mut read, mut silent) = (0, Vec::new());
    for source in replay.report["sources"].as_array().unwrap() {
        let (name, packets) = (source["name"].as_str().unwrap(), source["read"].as_u64().unwrap());
        let reasons = source["by_reason"].as_object().unwrap();
        read += usize::from(packets > 0);
        // A capture may hold no packet.
        let is_bare = std::fs::metadata(name).unwrap().len() <= PCAP_HEADER_BYTES as u64;
        if packets == 0 && reasons.is_empty() && !is_bare {
            silent.push(name);
        }
        let is_capture = [".pcap", ".pcapng", ".cap", ".trace"].iter().any(|ending| name.ends_with(ending));
        assert!(!is_capture || !reasons.contains_key("unknown_format"), "not recognised: {name}");
    }
    assert!(silent.is_empty(), "read nothing and said nothing: {silent:?}");
    assert_eq!(read, captures, "captures with packets");
    assert!(sums(&replay).1 > 5_000);
}

#[test]
fn audit_records_of_an_attacked_tenant() {
    every_record_is_an_event("saas/invictus_ual", 3_114);
}

#[test]
fn phishing_messages() {
    every_record_is_an_event("email/phishing_pot", 900);
}

#[test]
fn old_mailing_lists_and_spam() {
    every_record_is_an_event("email/spamassassin", 3_000);
}

#[test]
fn captures_of_every_protocol_and_some_broken_ones() {
    every_capture_is_read_or_has_a_reason("net/zeek/Traces", 799);
}

#[test]
fn captures_beside_text_files() {
    every_capture_is_read_or_has_a_reason("net/ndpi", 289);
}
