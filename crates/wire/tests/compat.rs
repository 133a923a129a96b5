//! Bytes that any released version wrote must stay readable: `schemas/compat/event/v1.pb` (one event a line, hex) always means
//! `v1.expected.json`. `WEFT_WRITE_COMPAT=1` writes the pair anew, which is allowed only while no release has written v1.
#![allow(clippy::unwrap_used, reason = "test helpers fail by panicking")]

mod samples;

use std::path::PathBuf;
use weft_wire::{decode_event, encode_event, event_to_ocsf, to_canonical_string};

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemas/compat/event").join(name)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap()).collect()
}

#[test]
fn old_bytes_keep_their_meaning() {
    let (bytes_path, json_path) = (golden("v1.pb"), golden("v1.expected.json"));
    if std::env::var_os("WEFT_WRITE_COMPAT").is_some() {
        let events = samples::events();
        let lines: String = events.iter().map(|event| to_hex(&encode_event(event)) + "\n").collect();
        std::fs::create_dir_all(bytes_path.parent().unwrap()).unwrap();
        std::fs::write(&bytes_path, lines).unwrap();
        let objects: Vec<String> = events.iter().map(|event| to_canonical_string(&event_to_ocsf(event))).collect();
        std::fs::write(&json_path, format!("[\n{}\n]\n", objects.join(",\n"))).unwrap();
    }
    let bytes = std::fs::read_to_string(&bytes_path).unwrap();
    let expected: Vec<serde_json::Value> = serde_json::from_str(&std::fs::read_to_string(&json_path).unwrap()).unwrap();
    let events: Vec<_> = bytes.lines().map(|line| decode_event(&from_hex(line)).unwrap()).collect();
    assert_eq!(events.len(), 11, "one of each class");
    let got: Vec<_> = events.iter().map(event_to_ocsf).collect();
    if got != expected {
        let objects: Vec<String> = got.iter().map(to_canonical_string).collect();
        std::fs::write(golden("v1.actual.json"), format!("[\n{}\n]\n", objects.join(",\n"))).unwrap();
    }
    assert_eq!(got, expected, "compare v1.expected.json with v1.actual.json");
    // The writer of today writes the same bytes, so that records can be compared across versions.
    for (event, line) in events.iter().zip(bytes.lines()) {
        assert_eq!(to_hex(&encode_event(event)), line);
    }
}
