//! Events made directly are the events that the decoders make of the raw inputs: every field, and the same evidence.

// A failed helper is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use weft_model::{Event, EventUid};
use weft_simulator::{Options, Simulation, simulate};

fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The sensors' decoders over everything under `raw`.
fn decoded(root: &Path) -> BTreeMap<EventUid, Event> {
    let mut found = Vec::new();
    let mut decoder = weft_net_decode::Decoder::new(weft_net_decode::Limits::default());
    for path in files(&root.join("raw")) {
        let bytes = fs::read(&path).unwrap();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("eml") => found.push(weft_mail_decode::decode(&bytes).unwrap()),
            Some("jsonl") => {
                for line in String::from_utf8(bytes).unwrap().lines() {
                    found.push(weft_saas_map::map_record(&serde_json::from_str(line).unwrap(), line).unwrap());
                }
            }
            Some("json") => {
                let page: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
                for record in page["value"].as_array().unwrap() {
                    found.push(weft_saas_map::map_record(record, &record.to_string()).unwrap());
                }
            }
            Some("pcap") => {
                let mut at = 24;
                while at < bytes.len() {
                    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
                    let time_ns = i64::from(word(at)) * 1_000_000_000 + i64::from(word(at + 4)) * 1_000;
                    let end = at + 16 + word(at + 8) as usize;
                    decoder.packet(1, time_ns, &bytes[at + 16..end], word(at + 12), &mut |event| found.push(event)).unwrap();
                    at = end;
                }
            }
            _ => {}
        }
    }
    decoder.finish(&mut |event| found.push(event));
    found.into_iter().map(|event| (event.uid, event)).collect()
}

fn check(options: &Options) {
    let folder = tempfile::tempdir().unwrap();
    simulate(options, folder.path(), &mut |_, _| {}).unwrap();
    let mut expected = decoded(folder.path());
    let (mut last, mut classes) = (None, BTreeMap::new());
    let simulation = Simulation::new(options).unwrap();
    assert_eq!(simulation.directory().len(), options.people as usize);
    let mut deliver = |event: Event| {
        assert!(last <= Some(event.reference()), "delivered in order of time and uid");
        last = Some(event.reference());
        *classes.entry(event.body.class_uid()).or_insert(0) += 1;
        match expected.remove(&event.uid) {
            Some(known) => assert_eq!(event, known),
            None => panic!("the decoders know nothing of {event:#?}"),
        }
    };
    let truth = simulation.run(&mut deliver, &mut |_, _| {}).unwrap();
    let missing: Vec<&Event> = expected.values().take(3).collect();
    assert!(expected.is_empty(), "{} events were not made directly: {missing:#?}", expected.len());
    for class in [4009, 3002, 6003, 6006, 4001, 4002, 4003, 4004] {
        assert!(classes.contains_key(&class), "no event of class {class} in {classes:?}");
    }
    let written: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join("truth.json")).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(&truth).unwrap(), written);
}

#[test]
fn an_attacked_company_is_the_same_both_ways() {
    check(&Options { scenario: "case-a".to_owned(), seed: 11, people: 10, days: 17, late: false });
}

#[test]
fn late_records_and_another_company_are_the_same_both_ways() {
    check(&Options { scenario: "benign-month".to_owned(), seed: 12, people: 24, days: 4, late: true });
}
