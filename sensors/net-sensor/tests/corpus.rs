//! Real captures against what Zeek, nDPI, FoxIO's JA4 and the Community ID authors found in them. Data comes through WEFT_CORPUS.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers outside of test functions may fail as tests do"
)]

use flate2::read::GzDecoder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use weft_model::{AuthProtocol, Body, Event, NetworkActivity, Status};
use weft_net_sensor::{CaptureError, Limits, read_capture};
use weft_runtime::sink::Collected;

/// The folder `net` of the corpus, or `None` with a note that the test was not run.
fn corpus() -> Option<PathBuf> {
    let root = match std::env::var_os("WEFT_CORPUS") {
        Some(root) => PathBuf::from(root),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
    };
    let net = root.join("net");
    if !net.is_dir() {
        println!("not run: WEFT_CORPUS is absent");
        return None;
    }
    Some(net)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> (Result<(), CaptureError>, Collected) {
    let mut bytes = fs::read(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "gz") {
        let packed = std::mem::take(&mut bytes);
        GzDecoder::new(&packed[..]).read_to_end(&mut bytes).unwrap();
    }
    let mut sink = Collected::default();
    let result = read_capture(&mut &bytes[..], Limits::default(), &mut sink);
    (result, sink)
}

fn flows(events: &[Event]) -> impl Iterator<Item = &NetworkActivity> {
    events.iter().filter_map(|event| if let Body::Network(flow) = &event.body { Some(&**flow) } else { None })
}

/// How often each value occurs.
type Bag = BTreeMap<String, usize>;

fn bag(values: impl IntoIterator<Item = String>) -> Bag {
    let mut bag = Bag::new();
    for value in values {
        *bag.entry(value).or_default() += 1;
    }
    bag
}

fn common(a: &Bag, b: &Bag) -> usize {
    a.iter().map(|(value, count)| count.min(b.get(value).unwrap_or(&0))).sum()
}

#[test]
fn every_file_finishes() {
    let Some(net) = corpus() else { return };
    let mut captures = 0;
    let mut packets = 0;
    let mut reasons = Bag::new();
    for folder in ["zeek/Traces", "ndpi/pcap", "ja4/pcap", "community-id/pcaps"] {
        for path in files(&net.join(folder)) {
            let (result, sink) = read(&path);
            let is_note = path.extension().is_some_and(|extension| extension == "txt" || extension == "md");
            assert_eq!(result.is_err(), is_note, "{}", path.display());
            captures += usize::from(!is_note);
            packets += sink.read;
            for (reason, _) in sink.rejects {
                *reasons.entry(reason.to_owned()).or_default() += 1;
            }
        }
    }
    let decodable: u64 = packets - reasons.values().map(|count| *count as u64).sum::<u64>();
    println!("{captures} captures, {packets} packets, {decodable} decoded, rejects {reasons:?}");
    assert!(captures >= 1_130 && packets > 250_000);
    // What cannot be decoded is almost only radio and fuzzed packets.
    assert!(decodable as f64 >= 0.99 * packets as f64);
}

#[test]
fn community_ids_are_the_published_ones() {
    let Some(net) = corpus() else { return };
    let baseline = fs::read(net.join("community-id/baseline/baseline_deflt.json")).unwrap();
    let expected = bag(serde_json::from_slice::<Vec<Value>>(&baseline)
        .unwrap()
        .iter()
        .filter_map(|row| row["communityid"].as_str().map(str::to_owned)));
    let (_, sink) = read(&net.join("community-id/pcaps/combined.pcap.gz"));
    let found = bag(flows(&sink.events).map(|flow| flow.community_uid.clone()));
    // Fragments after the first carry no ports, and DNS over UDP and DHCP give no flow; everything found must be right.
    let wrong: Vec<_> = found.keys().filter(|id| !expected.contains_key(*id)).collect();
    println!("{} of {} published ids found, wrong {wrong:?}", found.len(), expected.len());
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(found.len() * 10 >= expected.len() * 9);
}

/// The published tuples, each computed directly.
#[test]
fn community_id_tuples_are_the_published_ones() {
    let Some(net) = corpus() else { return };
    let baseline = fs::read(net.join("community-id/baseline/baseline_deflt.json")).unwrap();
    let rows: Vec<Value> = serde_json::from_slice(&baseline).unwrap();
    assert!(rows.len() >= 20, "{}", rows.len());
    for row in rows {
        let address = |name: &str| row[name].as_str().unwrap().parse().unwrap();
        let port = |name: &str| row[name].as_u64().unwrap_or(0) as u16;
        let protocol = row["proto"].as_u64().unwrap() as u8;
        let id = weft_net_decode::community_id(address("saddr"), address("daddr"), port("sport"), port("dport"), protocol);
        assert_eq!(Some(id.as_str()), row["communityid"].as_str(), "{row}");
    }
}

#[test]
fn ja4_is_the_published_one() {
    let Some(net) = corpus() else { return };
    let (mut same, mut expected_total, mut vectors) = (0, 0, 0);
    for path in files(&net.join("ja4/python/test/testdata")) {
        let rows: Vec<Value> = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        // The first ClientHello of each connection; a second one follows a HelloRetryRequest.
        let expected = bag(rows.iter().filter_map(|row| row["JA4.1"].as_str()).filter(|ja4| ja4.starts_with('t')).map(|ja4| {
            // Written before the specification settled what is not alphanumeric: now the ends of the hexadecimal form.
            ja4.replace("t13d151699_", "t13d1516bd_")
        }));
        let capture = net.join("ja4/pcap").join(path.file_stem().unwrap());
        let (_, sink) = read(&capture);
        let found = bag(flows(&sink.events).filter_map(|flow| flow.tls.as_ref()?.ja4.clone()));
        same += common(&expected, &found);
        expected_total += expected.values().sum::<usize>();
        vectors += 1;
        assert_eq!(common(&expected, &found), expected.values().sum::<usize>(), "{}", path.display());
    }
    println!("JA4: {same} of {expected_total} connections in {vectors} captures");
    assert!(vectors >= 28 && same >= 149);
}

/// nDPI's fingerprints differ from the specification in two letters: it calls a host known by other means a domain, and takes the
/// second character of the ALPN name. The rest must agree, and so must the server names.
#[test]
fn ndpi_sees_the_same_clients() {
    let Some(net) = corpus() else { return };
    let loose = |ja4: &str| {
        let mut text: Vec<char> = ja4.chars().collect();
        for at in [3, 9] {
            if let Some(letter) = text.get_mut(at) {
                *letter = '_';
            }
        }
        // For an empty list nDPI hashes nothing; the specification says zeros.
        text.into_iter().collect::<String>().replace("e3b0c44298fc", "000000000000")
    };
    let between = |line: &str, start: &str| line.split_once(start).and_then(|(_, rest)| rest.split(']').next()).map(str::to_owned);
    let (mut ja4s, mut ja4s_same, mut names, mut names_same, mut compared) = (0, 0, 0, 0, 0);
    for path in files(&net.join("ndpi/result")) {
        let capture = net.join("ndpi/pcap").join(path.file_stem().unwrap());
        if !capture.is_file() {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("TCP ") && line.contains("[JA4: t")).collect();
        let expected = bag(lines.iter().filter_map(|line| between(line, "[JA4: ")).map(|ja4| loose(&ja4)));
        let (_, sink) = read(&capture);
        let found = bag(flows(&sink.events).filter_map(|flow| flow.tls.as_ref()?.ja4.as_deref().map(loose)));
        ja4s += expected.values().sum::<usize>();
        ja4s_same += common(&expected, &found);
        let found = bag(flows(&sink.events).filter_map(|flow| flow.tls.as_ref()?.sni.clone()));
        // Names that nDPI took from elsewhere (certificates) are not in any ClientHello.
        let expected = bag(lines.iter().filter_map(|line| between(line, "[Hostname/SNI: ")).map(|name| name.to_lowercase()));
        names += expected.values().sum::<usize>();
        names_same += common(&expected, &found);
        compared += 1;
    }
    println!("nDPI: {ja4s_same} of {ja4s} JA4, {names_same} of {names} server names, {compared} captures");
    assert!(compared > 250 && ja4s > 350);
    assert!(ja4s_same as f64 >= 0.99 * ja4s as f64);
    assert!(names_same as f64 >= 0.99 * names as f64);
}

/// Who signed in by NTLM, against the names that a search for the message in the files' bytes finds.
#[test]
fn ntlm_names_are_those_in_the_messages() {
    let Some(net) = corpus() else { return };
    let expected = [
        ("raw_ntlm_in_smb.pcap", "test", "test-f7dfbc3fe9", "babybook"),
        ("smb2-zero-byte-error-ioctl.pcapng", "justin", "65a2d0f0a866", "justin-azoff"),
        ("smb2.delete-on-close-perms-delete-existing.pcap", "zeek", "zeek-test", "tinkyx390"),
        ("smb2.pcap", "administrator", "contoso", "server01"),
        ("smb2_100_small_files.pcap", "zeek", "", ""),
        ("smb3.pcap", "administrator", "suse", ""),
        ("smb311.pcap", "administrator", "", ""),
        ("smb3_multichannel.pcap", "user2", ".", "client-win-fr"),
        ("smb_many_open_files_500.pcap.gz", "justin", "65a2d0f0a866", "justin-azoff"),
        ("smb_v2_only_non_zero_reserved1.pcap", "administrator", "win-i82b81nsllj", "win-i82b81nsllj"),
    ];
    let mut found = Vec::new();
    for path in files(&net.join("zeek/Traces/smb")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut here: Vec<(String, String, String, String)> = Vec::new();
        for event in read(&path).1.events {
            let Body::Authentication(logon) = event.body else { continue };
            assert_eq!((logon.auth_protocol, logon.status), (Some(AuthProtocol::Ntlm), Status::Success), "{name}");
            let text = |value: Option<String>| value.unwrap_or_default();
            here.push((name.clone(), text(logon.user.name), text(logon.user.domain), text(logon.src_endpoint.hostname)));
        }
        here.dedup();
        found.extend(here);
    }
    let expected = expected.map(|(file, user, domain, device)| (file.to_owned(), user.to_owned(), domain.to_owned(), device.to_owned()));
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(found, expected);
}

/// Rows of a Zeek log by field name.
fn zeek_log(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let mut fields: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        if let Some(names) = line.strip_prefix("#fields\t") {
            fields = names.split('\t').map(str::to_owned).collect();
        } else if !line.starts_with('#') {
            rows.push(fields.iter().cloned().zip(line.split('\t').map(str::to_owned)).collect());
        }
    }
    rows
}

/// Zeek's rows and ours of one kind, as comparable text. Rows of Zeek that we leave out on purpose are dropped here.
fn compare(kind: &str, log: &[BTreeMap<String, String>], events: &[Event]) -> (Bag, Bag) {
    let field = |row: &BTreeMap<String, String>, name: &str| row.get(name).cloned().unwrap_or_default();
    match kind {
        "conn" => {
            let tuple = |parts: [String; 4]| parts.join(" ");
            let is_message = |row: &BTreeMap<String, String>| {
                field(row, "proto") == "udp"
                    && ["53", "67", "68"].iter().any(|port| field(row, "id.orig_p") == *port || field(row, "id.resp_p") == *port)
            };
            // Some logs rename their fields or leave the addresses out.
            let theirs = log
                .iter()
                .filter(|row| row.contains_key("id.orig_h") && ["tcp", "udp"].contains(&field(row, "proto").as_str()) && !is_message(row));
            let theirs = theirs.map(|row| tuple(["id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p"].map(|name| field(row, name))));
            let ours = flows(events).filter(|flow| [6, 17].contains(&flow.protocol_num)).filter_map(|flow| {
                let (source, destination) = (&flow.src_endpoint, &flow.dst_endpoint);
                Some(tuple([source.ip?.to_string(), source.port?.to_string(), destination.ip?.to_string(), destination.port?.to_string()]))
            });
            (bag(theirs), bag(ours))
        }
        "dns" => {
            let theirs = log
                .iter()
                .filter(|row| field(row, "id.resp_p") == "53" && field(row, "query") != "-" && field(row, "qtype_name") != "-")
                .map(|row| format!("{} {}", field(row, "query").to_lowercase(), field(row, "qtype_name").replace('*', "ANY")));
            let ours = events.iter().filter_map(|event| match &event.body {
                Body::Dns(dns) => Some(format!("{} {}", dns.hostname, dns.query_type.replace("TYPE", "query-"))),
                _ => None,
            });
            (bag(theirs), bag(ours))
        }
        "http" => {
            // HTTP/0.9 and requests without target are not HTTP/1.
            let theirs = log
                .iter()
                .filter(|row| {
                    row.contains_key("method")
                        && field(row, "method") != "-"
                        && !["0", "(empty)"].contains(&field(row, "status_code").as_str())
                })
                .map(|row| format!("{} {}", field(row, "method"), field(row, "status_code")));
            let ours = events.iter().filter_map(|event| match &event.body {
                Body::Http(http) => {
                    Some(format!("{} {}", http.http_method, http.status_code.map_or("-".to_owned(), |code| code.to_string())))
                }
                _ => None,
            });
            (bag(theirs), bag(ours))
        }
        "ssl" => {
            // QUIC and DTLS are not read.
            let theirs =
                log.iter().filter(|row| !field(row, "version").starts_with("DTLS")).map(|row| field(row, "server_name").to_lowercase());
            let ours = flows(events).filter_map(|flow| Some(flow.tls.as_ref()?.sni.clone().unwrap_or("-".to_owned())));
            (bag(theirs), bag(ours))
        }
        other => panic!("{other}"),
    }
}

#[test]
fn zeek_sees_the_same_conversations() {
    let Some(net) = corpus() else { return };
    let table = fs::read_to_string(net.join("zeek/trace_to_baseline.tsv")).unwrap();
    // (rows of Zeek, of these found, rows of ours, captures) for each log.
    let mut totals: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for line in table.lines() {
        let [trace, baseline, _] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
        let trace = net.join("zeek/Traces").join(trace.trim_start_matches('/'));
        // Tunnels (we leave out the outer packets), radio, QUIC, fragments and deliberately malformed requests are not compared.
        if !trace.is_file()
            || ["/quic/", "/tunnels/", "radiotap", "frag", "http/methods"].iter().any(|part| trace.to_string_lossy().contains(part))
        {
            continue;
        }
        let mut events = None;
        for kind in ["conn", "dns", "http", "ssl"] {
            let log = net.join("zeek/Baseline").join(baseline).join(format!("{kind}.log"));
            if !log.is_file() {
                continue;
            }
            let events = events.get_or_insert_with(|| read(&trace).1.events);
            let (theirs, ours) = compare(kind, &zeek_log(&log), events);
            let total = totals.entry(kind).or_default();
            total[0] += theirs.values().sum::<usize>();
            total[1] += common(&theirs, &ours);
            total[2] += ours.values().sum::<usize>();
            total[3] += 1;
        }
    }
    println!("Zeek (rows, found, ours, captures): {totals:?}");
    for (kind, floor, captures) in [("conn", 0.94, 110), ("dns", 0.97, 20), ("http", 0.96, 50), ("ssl", 0.93, 35)] {
        let [rows, found, _, compared] = totals[kind];
        assert!(compared >= captures, "{kind}: {compared} captures");
        assert!(found as f64 >= floor * rows as f64, "{kind}: {found} of {rows}");
    }
}
