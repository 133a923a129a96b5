//! Events made directly are the events that the decoders make of the raw inputs: every field, and the same evidence.

// A failed helper is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use weft_model::{Body, Event, EventUid};
use weft_simulator::{Clocks, Delivery, Options, Simulation, simulate};

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
    check(&Options { scenario: "case-a".to_owned(), seed: 11, people: 10, days: 17, ..Options::default() });
}

/// Everything that delivery can do to records.
fn wrong() -> Delivery {
    let clocks = Clocks { audit: "20s".parse().unwrap(), mail: "2m".parse().unwrap(), network: "30s..90s".parse().unwrap() };
    Delivery { unordered: "6h".parse().unwrap(), duplicates: 0.1, clocks, ..Delivery::as_services_do() }
}

#[test]
fn late_records_wrong_clocks_and_another_company_are_the_same_both_ways() {
    check(&Options { scenario: "benign-month".to_owned(), seed: 12, people: 24, days: 4, delivery: wrong() });
}

/// A device that tries ports and asks for names that nobody has registered, as an operator writes it.
const NOISY: &str = r#"
name: noisy
title: A noisy device
minimum_days: 2
attacks:
  - id: noisy
    title: A noisy device
    cast: { victim: { person: { at_office: [1] } } }
    steps:
      - id: sweep
        text: A device looks for file servers.
        domain: network
        days: [1]
        start: { arrival: { of: victim, delay: 40m } }
        actions: [{ scan: { who: victim, hosts: 200, ports: [445], over: 3m } }]
      - id: ports
        text: It tries the low ports of one address outside.
        domain: network
        start: { after: { step: sweep, delay: 5m } }
        actions: [{ scan: { who: victim, block: 198.51.100.0/24, hosts: 1, ports: [22, 80..179], over: 20s, alive: 1, open: 0.1 } }]
      - id: names
        text: It asks for drawn names until one exists.
        domain: network
        start: { after: { step: ports, delay: 5m } }
        actions: [{ lookup: { who: victim, name: "{letters:14}.com", count: 150, over: 10m, exists: false } }]
"#;

#[test]
fn scans_and_names_that_do_not_exist_are_the_same_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("scenario.yaml"), NOISY).unwrap();
    let options = Options { scenario: folder.path().to_string_lossy().into_owned(), people: 8, days: 2, ..Options::default() };
    check(&options);
    let mut events = BTreeMap::new();
    let truth = Simulation::new(&options).unwrap().run(&mut |event| drop(events.insert(event.uid.to_string(), event)), &mut |_, _| {});
    let attack = &truth.unwrap().attacks[0];
    let step = |id: &str| {
        let step = attack.steps.iter().find(|step| step.id == id).unwrap();
        step.evidence.iter().map(|uid| &events[uid].body).collect::<Vec<_>>()
    };
    let flows = |id: &str| -> Vec<_> {
        let flows = step(id).into_iter().map(|body| if let Body::Network(flow) = body { flow } else { panic!("{body:?}") });
        flows.map(|flow| (flow.dst_endpoint.ip, flow.dst_endpoint.port, flow.traffic.packets_out, flow.traffic.packets_in)).collect()
    };
    let sweep = flows("sweep");
    // The device itself may lie in the range.
    assert!((199..=200).contains(&sweep.len()) && sweep.iter().all(|(_, port, sent, _)| (*port, *sent) == (Some(445), 1) || *sent == 2));
    assert_eq!(sweep.iter().map(|(ip, ..)| ip).collect::<std::collections::BTreeSet<_>>().len(), sweep.len());
    let silent = sweep.iter().filter(|(.., answered)| *answered == 0).count();
    assert!((130..190).contains(&silent), "{silent}");
    let ports = flows("ports");
    let open = ports.iter().filter(|(_, _, sent, _)| *sent == 2).count();
    assert!(ports.len() == 101 && (2..=25).contains(&open) && ports.iter().all(|(.., answered)| *answered == 1), "{open}");
    let names = step("names");
    assert!(
        names.len() == 150 && names.iter().all(|body| matches!(body, Body::Dns(dns) if dns.rcode == Some(3) && dns.answers.is_empty()))
    );
}
