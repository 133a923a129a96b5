//! Public network logs, when they are there: every record becomes an event or has a named reason.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout, reason = "test helpers may fail loudly")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use weft_log_collector::{format_of, read_log};
use weft_log_map::Format;
use weft_model::{Body, Event};
use weft_runtime::{Collected, Kind, discover, open};

fn corpus(part: &str) -> Option<PathBuf> {
    let root =
        std::env::var_os("WEFT_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    println!("not run: WEFT_CORPUS is absent");
    None
}

type Reasons = BTreeMap<&'static str, u64>;

/// What a folder held: files by kind, records, events, reasons (those of whole files among them).
#[derive(Default)]
struct Totals {
    kinds: BTreeMap<Kind, usize>,
    read: u64,
    events: Vec<Event>,
    reasons: Reasons,
}

impl Totals {
    fn classes(&self) -> BTreeMap<u32, usize> {
        let mut classes = BTreeMap::new();
        for event in &self.events {
            *classes.entry(event.body.class_uid()).or_default() += 1;
        }
        classes
    }
    fn kind(&self, kind: Kind) -> usize {
        self.kinds.get(&kind).copied().unwrap_or(0)
    }
}

fn read_folder(path: &Path) -> Totals {
    let mut totals = Totals::default();
    for input in discover(&[path.to_path_buf()]).unwrap() {
        *totals.kinds.entry(input.kind).or_default() += 1;
        let mut sink = Collected::default();
        let mut reasons = Reasons::new();
        if let Some(format) = format_of(input.kind) {
            if let Err(error) = read_log(&mut *open(&input).unwrap(), format, &mut sink) {
                reasons.insert(error.reason(), 1);
            }
        } else if let Some(reason) = input.skip_reason() {
            reasons.insert(reason, 1);
        }
        for (reason, _) in &sink.rejects {
            *reasons.entry(reason).or_default() += 1;
        }
        println!("{:>8} {:>8}  {:<17} {} {reasons:?}", sink.read, sink.events.len(), input.kind.as_str(), input.name);
        totals.read += sink.read;
        totals.events.extend(sink.events);
        for (reason, count) in reasons {
            *totals.reasons.entry(reason).or_default() += count;
        }
    }
    println!("{:>8} {:>8}  {} {:?} {:?}", totals.read, totals.events.len(), path.display(), totals.reasons, totals.classes());
    totals
}

#[test]
fn beacon_test_logs() {
    let Some(path) = corpus("zeek/rita") else { return };
    let found = read_folder(&path);
    // A row with another number of fields, one cut in the middle, one JSON line cut and one with its key damaged, a log without header,
    // a file of prose.
    let reasons = [("bad_address", 1), ("bad_json", 1), ("field_count", 2), ("no_header", 59), ("no_reader", 19), ("unknown_format", 1)];
    assert_eq!((found.read, found.events.len()), (18_793, 18_730));
    assert_eq!(found.reasons, Reasons::from(reasons));
    assert_eq!((found.kind(Kind::ZeekTsv), found.kind(Kind::ZeekJson)), (32, 9));
    assert_eq!(found.classes(), BTreeMap::from([(4001, 11_559), (4002, 2_861), (4003, 4_253), (4004, 57)]));
}

#[test]
fn logs_of_every_release() {
    let Some(path) = corpus("zeek/zat") else { return };
    let found = read_folder(&path);
    // Ten ticket requests for services; a cut archive; the rest are logs that are not read.
    assert_eq!((found.read, found.events.len()), (1_838, 1_828));
    assert_eq!((found.reasons["no_reader"], found.reasons["truncated_file"]), (24, 1));
    let Some(path) = corpus("zeek/ocsf-raw") else { return };
    let found = read_folder(&path);
    assert_eq!((found.read, found.events.len(), found.reasons["no_reader"]), (1_751, 1_743, 33));
}

#[test]
fn labelled_malware() {
    let Some(path) = corpus("attack/slips") else { return };
    let found = read_folder(&path);
    assert_eq!((found.kind(Kind::ZeekTsv), found.kind(Kind::ZeekJson), found.kind(Kind::SuricataEve)), (8, 12, 1));
    // Rows that are no event: 6 of Suricata, and one log's header with a tab before it.
    let eve = found.events.iter().filter(|event| event.metadata.product == "Suricata").count();
    assert_eq!((found.read, eve), (8_417, 4_663));
    assert_eq!(found.reasons["no_header"], 1);
    let name = |event: &Event| match &event.body {
        Body::Network(flow) => flow.dst_endpoint.hostname.clone(),
        _ => None,
    };
    assert!(found.events.iter().filter_map(name).count() > 400, "TLS names");
}

/// Suricata's records as they stand in another project's test inputs.
#[test]
fn records_of_suricata() {
    let Some(path) = corpus("saas/sekoia/Suricata/suricata/tests") else { return };
    let (mut events, mut reasons, mut read) = (Vec::new(), Reasons::new(), 0);
    for entry in std::fs::read_dir(path).unwrap() {
        let file = std::fs::read(entry.unwrap().path()).unwrap();
        let test: serde_json::Value = serde_json::from_slice(&file).unwrap();
        let mut sink = Collected::default();
        read_log(&mut test["input"]["message"].as_str().unwrap().as_bytes(), Format::SuricataEve, &mut sink).unwrap();
        read += sink.read;
        events.extend(sink.events);
        for (reason, _) in sink.rejects {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    println!("{read} records, {} events, {reasons:?}", events.len());
    assert_eq!(read, 7);
}

#[test]
fn a_simulated_company() {
    let Some(path) = corpus("multidomain/tshirt") else { return };
    let found = read_folder(&path);
    assert_eq!((found.kind(Kind::SecureAccessCsv), found.kind(Kind::CiscoAsa)), (3, 1));
    // 149,400 look-ups, 14,633 firewall rows, 47,730 proxy rows; of 170,636 messages of the firewall all but 14,120 are of
    // connections (two messages each, some torn down without having been built) and denials.
    assert_eq!(found.classes(), BTreeMap::from([(4001, 148_324), (4002, 47_730), (4003, 149_400)]));
    assert_eq!(found.reasons["no_reader"], 14_120);
    let flows = found.events.iter().filter_map(|event| if let Body::Network(flow) = &event.body { Some(flow) } else { None });
    assert!(flows.clone().all(|flow| flow.src_endpoint.ip.is_some() && flow.end_time >= flow.start_time));
}

/// The logs that Zeek's own tests expect, of 400 or so captures; their times are masked, so that one stands in for all.
#[test]
fn logs_of_zeek_itself() {
    let Some(path) = corpus("net/zeek/Baseline") else { return };
    let (mut logs, mut read, mut events, mut reasons) = (0, 0, 0, Reasons::new());
    for input in discover(&[path]).unwrap().into_iter().filter(|input| input.kind == Kind::ZeekTsv) {
        let text = String::from_utf8_lossy(&std::fs::read(&input.path).unwrap()).replace("XXXXXXXXXX.XXXXXX", "1500000000.000001");
        let mut sink = Collected::default();
        read_log(&mut text.as_bytes(), Format::ZeekTsv, &mut sink).unwrap();
        logs += 1;
        read += sink.read;
        events += sink.events.len();
        for (reason, _) in &sink.rejects {
            *reasons.entry(reason).or_default() += 1;
        }
        if !sink.rejects.is_empty() {
            println!("{} of {} {:?}", sink.rejects.len(), sink.read, (sink.rejects[0].0, &input.name));
        }
    }
    println!("{logs} logs, {read} rows, {events} events, {reasons:?}");
    // Four logs rename the fields of the ends; the tickets are for services.
    assert_eq!((logs, read, events), (240, 1_174, 1_060));
    assert_eq!(reasons, Reasons::from([("bad_address", 103), ("no_reader", 11)]));
}
