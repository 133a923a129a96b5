//! What others rely on: same seed same bytes, promised sizes, evidence that exists, packets that any parser accepts.

// A failed helper is a failed test.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use weft_model::{Body, Event};
use weft_simulator::{Delivery, Options, SimulateError, Summary, scenarios, simulate};

struct Run {
    folder: tempfile::TempDir,
    summary: Summary,
}

fn run(options: &Options) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let summary = simulate(options, folder.path(), &mut |_, _| {}).unwrap();
    Run { folder, summary }
}

fn small(scenario: &str, seed: u64, days: u32) -> Options {
    Options { scenario: scenario.to_owned(), seed, people: 10, days, ..Options::default() }
}

/// Case A at the smallest useful size, simulated once.
fn case_a() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| run(&small("case-a", 7, 17)))
}

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

fn tree_hash(root: &Path) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for path in files(root) {
        hasher.update(path.strip_prefix(root).unwrap().to_string_lossy().as_bytes());
        hasher.update(&fs::read(&path).unwrap());
    }
    hasher.finalize()
}

/// (time in microseconds, true length, captured bytes) of each packet of a capture file.
fn packets(path: &Path) -> Vec<(i64, u32, Vec<u8>)> {
    let bytes = fs::read(path).unwrap();
    assert_eq!(&bytes[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let mut found = Vec::new();
    let mut at = 24;
    while at < bytes.len() {
        let captured = word(at + 8) as usize;
        let time = i64::from(word(at)) * 1_000_000 + i64::from(word(at + 4));
        found.push((time, word(at + 12), bytes[at + 16..at + 16 + captured].to_vec()));
        at += 16 + captured;
    }
    found
}

/// Everything under `raw`, decoded by the project's decoders.
fn events(root: &Path) -> Vec<Event> {
    let mut found = Vec::new();
    let mut captures = Vec::new();
    for path in files(&root.join("raw")) {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("eml") => found.push(weft_mail_decode::decode(&fs::read(&path).unwrap()).unwrap()),
            Some("jsonl") => {
                for line in fs::read_to_string(&path).unwrap().lines() {
                    found.push(weft_saas_map::map_record(&serde_json::from_str(line).unwrap(), line).unwrap());
                }
            }
            Some("json") => {
                let page: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                for record in page["value"].as_array().unwrap() {
                    found.push(weft_saas_map::map_record(record, &record.to_string()).unwrap());
                }
            }
            Some("pcap") => captures.push(path),
            _ => assert_eq!(path.file_name().unwrap(), "directory.csv"),
        }
    }
    let mut decoder = weft_net_decode::Decoder::new(weft_net_decode::Limits::default());
    for path in captures {
        for (time, length, data) in packets(&path) {
            decoder.packet(1, time * 1000, &data, length, &mut |event| found.push(event)).unwrap();
        }
    }
    decoder.finish(&mut |event| found.push(event));
    found
}

fn case_a_events() -> &'static BTreeMap<String, Event> {
    static EVENTS: OnceLock<BTreeMap<String, Event>> = OnceLock::new();
    EVENTS.get_or_init(|| events(case_a().folder.path()).into_iter().map(|event| (event.uid.to_string(), event)).collect())
}

fn truth(root: &Path) -> serde_json::Value {
    serde_json::from_slice(&fs::read(root.join("truth.json")).unwrap()).unwrap()
}

fn step_events(id: &str) -> Vec<&'static Event> {
    let truth = truth(case_a().folder.path());
    let steps = truth["attacks"][0]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["id"] == id).unwrap();
    let uids = step["evidence"].as_array().unwrap().iter().map(|uid| uid.as_str().unwrap());
    uids.map(|uid| case_a_events().get(uid).unwrap_or_else(|| panic!("step {id}: {uid} is in no raw input"))).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    assert_eq!(tree_hash(case_a().folder.path()), tree_hash(run(&small("case-a", 7, 17)).folder.path()));
    let days = |seed| tree_hash(run(&small("benign-month", seed, 2)).folder.path());
    assert_ne!(days(7), days(8));
}

#[test]
fn sizes_scale_with_people_and_days() {
    let options = Options { people: 12, ..small("benign-month", 5, 16) };
    let run = run(&options);
    // The promise is for 60 people and 21 days (15 workdays); here 12 workdays.
    let share = 12.0 / 60.0 * 12.0 / 15.0;
    let count = events(run.folder.path()).len() as f64;
    assert!(count > 300_000.0 * share && count < 600_000.0, "{count} events");
    assert!(run.summary.mails as f64 > 4_000.0 * share, "{:?}", run.summary);
    assert!(run.summary.audit_records as f64 > 20_000.0 * share, "{:?}", run.summary);
    assert!((run.summary.raw_bytes as f64) < 1e9 * share * 1.5, "{:?}", run.summary);
    assert_eq!(truth(run.folder.path())["attacks"], serde_json::json!([]));
    assert!(truth(run.folder.path())["look_alikes"].as_array().unwrap().len() >= 3);
}

#[test]
fn every_step_has_its_evidence_in_the_raw_inputs() {
    let truth = truth(case_a().folder.path());
    let attack = &truth["attacks"][0];
    let known: BTreeSet<&str> = attack["entities"].as_array().unwrap().iter().map(|entity| entity["id"].as_str().unwrap()).collect();
    let steps = attack["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 8);
    let mut last = 0;
    for step in steps {
        let events = step_events(step["id"].as_str().unwrap());
        assert!(!events.is_empty(), "{step}");
        let (start, end) = (step["start"].as_i64().unwrap(), step["end"].as_i64().unwrap());
        assert!(events.iter().all(|event| (start..=end).contains(&event.time.0)));
        assert!(start >= last, "steps are in order of time");
        last = start;
        assert!(step["entities"].as_array().unwrap().iter().all(|id| known.contains(id.as_str().unwrap())), "{step}");
        assert_eq!(step["required"], step["id"] != "8");
    }
}

#[test]
fn the_sign_in_comes_from_the_address_of_the_page_a_minute_later() {
    let page = step_events("2");
    let answer = page.iter().find_map(|event| match &event.body {
        Body::Dns(dns) => dns.answers.iter().find(|answer| answer.kind == "A").map(|answer| answer.rdata.clone()),
        _ => None,
    });
    let reached = page.iter().filter(|event| matches!(&event.body, Body::Network(_))).map(|event| event.time.0).min().unwrap();
    let sign_ins: Vec<&Event> = step_events("3").into_iter().filter(|event| matches!(event.body, Body::Authentication(_))).collect();
    assert_eq!(sign_ins.len(), 2, "one in each log");
    for event in sign_ins {
        let Body::Authentication(sign_in) = &event.body else { unreachable!() };
        assert_eq!(sign_in.src_endpoint.ip.map(|ip| ip.to_string()), answer);
        assert!((50_000..=70_000).contains(&(event.time.0 - reached)), "{}", event.time.0 - reached);
    }
}

#[test]
fn the_flood_is_thousands_of_mails_from_the_victim_with_bounces_and_replies() {
    let victim = step_events("3").iter().find_map(|event| match &event.body {
        Body::Authentication(sign_in) => sign_in.user.email_addr.clone(),
        _ => None,
    });
    let (mut sent, mut back, mut bounced, mut records) = (0, 0, 0, 0);
    for event in step_events("6") {
        match &event.body {
            Body::Email(mail) if Some(&mail.from) == victim.as_ref() => {
                assert_eq!(mail.links.iter().filter(|link| link.text == "Click Here").count(), 1, "{:?}", mail.links);
                sent += 1;
            }
            Body::Email(mail) => {
                back += 1;
                bounced += u32::from(mail.is_automatic);
            }
            _ => records += 1,
        }
    }
    assert!((2_000..=2_600).contains(&sent), "{sent}");
    assert_eq!(records, sent);
    assert!(bounced > sent as u32 / 40, "{bounced}");
    assert!(back > bounced, "{back} came back");
}

#[test]
fn devices_of_several_people_reach_the_same_address_again() {
    let (mut devices, mut addresses) = (BTreeSet::new(), BTreeSet::new());
    for event in step_events("7") {
        if let Body::Dns(dns) = &event.body
            && dns.hostname.ends_with(".top")
            && dns.query_type == "A"
        {
            devices.insert(dns.src_endpoint.ip);
            addresses.extend(dns.answers.iter().map(|answer| answer.rdata.clone()));
        }
    }
    // Eleven where there are enough people; here everybody who works by day and is not on a trip.
    assert!(devices.len() >= 6, "{devices:?}");
    assert_eq!(addresses.len(), 1);
    let full = Options { people: 24, ..small("case-a", 3, 17) };
    let truth = truth(run(&full).folder.path());
    let step = &truth["attacks"][0]["steps"][6];
    let devices = step["entities"].as_array().unwrap().iter().filter(|id| id.as_str().unwrap().starts_with("device:")).count();
    assert_eq!(devices, 11);
}

#[test]
fn the_upload_keeps_its_true_size_although_the_capture_is_cut() {
    let bytes = step_events("8").iter().find_map(|event| match &event.body {
        Body::Network(flow) => Some(flow.traffic.bytes_out),
        _ => None,
    });
    assert!((60_000_000..210_000_000).contains(&bytes.unwrap()), "{bytes:?}");
}

#[test]
fn packets_are_in_order_and_their_checksums_hold() {
    use etherparse::{NetSlice, SlicedPacket, TransportSlice};
    let paths: Vec<PathBuf> = files(&case_a().folder.path().join("raw/net"));
    assert_eq!(paths.len(), 17);
    let (mut last, mut checked) = (0, 0);
    for (time, length, frame) in packets(&paths[16]) {
        assert!(time >= last);
        last = time;
        if length as usize > frame.len() {
            continue;
        }
        let parsed = SlicedPacket::from_ethernet(&frame).unwrap();
        let Some(NetSlice::Ipv4(ip)) = &parsed.net else { panic!("not IPv4") };
        assert_eq!(ip.header().to_header().calc_header_checksum(), ip.header().header_checksum());
        let (source, destination) = (ip.header().source(), ip.header().destination());
        match &parsed.transport {
            Some(TransportSlice::Tcp(tcp)) => assert_eq!(tcp.calc_checksum_ipv4(source, destination).unwrap(), tcp.checksum()),
            Some(TransportSlice::Udp(udp)) => {
                assert_eq!(udp.to_header().calc_checksum_ipv4_raw(source, destination, udp.payload()).unwrap(), udp.checksum());
            }
            other => panic!("{other:?}"),
        }
        checked += 1;
    }
    assert!(checked > 1_000);
}

#[test]
fn devices_and_people_are_bound_by_leases_and_logons() {
    let (mut acks, mut tickets) = (BTreeSet::new(), BTreeSet::new());
    for event in case_a_events().values() {
        match &event.body {
            Body::Dhcp(dhcp) if dhcp.kind == weft_model::DhcpKind::Ack => {
                assert!(dhcp.lease_s.is_some_and(|lease| (8 * 3_600..=24 * 3_600).contains(&lease)));
                assert!(dhcp.leased_ip.is_some());
                acks.extend(dhcp.hostname.clone());
            }
            Body::Authentication(ticket) if ticket.kind == weft_model::AuthenticationKind::AuthenticationTicket => {
                tickets.extend(ticket.user.name.clone());
            }
            _ => {}
        }
    }
    let directory = fs::read_to_string(case_a().folder.path().join("raw/directory.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(directory.as_bytes());
    for person in reader.deserialize::<weft_model::Person>() {
        let person = person.unwrap();
        assert!(acks.contains(&person.device_host_name.to_lowercase()), "{}", person.device_host_name);
        let (login, _) = person.mail.split_once('@').unwrap();
        assert!(tickets.iter().any(|name| name.eq_ignore_ascii_case(login)), "{login} in {tickets:?}");
    }
}

#[test]
fn late_delivery_changes_order_and_repeats_but_adds_no_event() {
    let plain = run(&small("benign-month", 4, 3));
    let delivery = Delivery { unordered: "6h".parse().unwrap(), duplicates: 0.1, ..Delivery::as_services_do() };
    let late = run(&Options { delivery, ..small("benign-month", 4, 3) });
    let uids = |run: &Run| events(run.folder.path()).into_iter().map(|event| event.uid).collect::<BTreeSet<_>>();
    assert_eq!(uids(&plain), uids(&late));
    let lines = |run: &Run| {
        files(&run.folder.path().join("raw/audit")).iter().map(|path| fs::read_to_string(path).unwrap().lines().count()).sum::<usize>()
    };
    let (plain, late) = (lines(&plain), lines(&late));
    assert!((plain * 108 / 100..plain * 112 / 100).contains(&late), "{plain} records, {late} with those that come twice");
}

#[test]
fn bad_options_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let attempt = |options: &Options| simulate(options, folder.path(), &mut |_, _| {}).unwrap_err();
    assert!(attempt(&small("case-z", 1, 17)).to_string().contains("case-a"));
    assert!(attempt(&small("case-a", 1, 16)).to_string().contains("at least 17 days"));
    assert!(attempt(&Options { people: 3, ..small("case-a", 1, 17) }).to_string().contains("people must be"));
    fs::create_dir_all(folder.path().join("raw")).unwrap();
    fs::write(folder.path().join("raw/x"), "x").unwrap();
    assert!(matches!(attempt(&small("benign-month", 1, 1)), SimulateError::NotEmpty(_)));
    assert!(scenarios().contains(&"benign-month"));
}
