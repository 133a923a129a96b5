//! Events a second through both forms, on one core: `cargo run --release -p weft-wire --example throughput`.
#![allow(clippy::print_stdout, reason = "the figures are the output")]

use std::hint::black_box;
use std::time::Instant;
use weft_model::{Answer, Body, DnsActivity, Endpoint, Event, EventTime, EventUid, Metadata, NetworkActivity, Tls, Traffic};
use weft_wire::{decode_event, encode_event, event_from_ocsf, event_to_ocsf, to_canonical_string};

const PROTOBUF_EVENTS: u32 = 500_000;
const JSON_EVENTS: u32 = 50_000;

fn metadata() -> Metadata {
    Metadata { product: "Weft network sensor".into(), log_name: "pcap".into(), original_uid: None }
}

fn endpoint(host: u8, port: u16) -> Endpoint {
    Endpoint { ip: Some([192, 0, 2, host].into()), port: Some(port), ..Endpoint::default() }
}

fn flow() -> Event {
    let body = NetworkActivity {
        src_endpoint: endpoint(17, 51_514),
        dst_endpoint: endpoint(80, 443),
        protocol_num: 6,
        community_uid: "1:LQU9qZlK+B5F3KDmev6m5PMibrg=".into(),
        traffic: Traffic { bytes_out: 4_200, bytes_in: 91_000, packets_out: 31, packets_in: 44 },
        start_time: EventTime(1_710_753_300_250),
        end_time: EventTime(1_710_753_360_250),
        tls: Some(Tls {
            sni: Some("files.example".into()),
            ja4: Some("t13d1516h2_8daaf6152771_b186095e22b6".into()),
            version: Some("1.3".into()),
            alpn: vec!["h2".into()],
        }),
        app_name: Some("tls".into()),
    };
    let time = body.start_time;
    Event { uid: EventUid::of_record("x", "flow"), time, metadata: metadata(), raw_data: None, body: Body::Network(Box::new(body)) }
}

fn query() -> Event {
    let body = DnsActivity {
        src_endpoint: endpoint(17, 51_514),
        dst_endpoint: endpoint(53, 53),
        hostname: "files.example".into(),
        query_type: "A".into(),
        answers: vec![Answer { kind: "A".into(), rdata: "198.51.100.80".into(), ttl: 300 }],
        rcode: Some(0),
    };
    let uid = EventUid::of_record("x", "query");
    Event { uid, time: EventTime(1_710_753_300_250), metadata: metadata(), raw_data: None, body: Body::Dns(Box::new(body)) }
}

fn measure(name: &str, count: u32, mut once: impl FnMut()) {
    let start = Instant::now();
    for _ in 0..count {
        once();
    }
    println!("{name}: {:.0} events a second", f64::from(count) / start.elapsed().as_secs_f64());
}

fn main() {
    for (name, event) in [("flow", flow()), ("query", query())] {
        let bytes = encode_event(&event);
        let json = to_canonical_string(&event_to_ocsf(&event));
        println!("{name}: {} bytes in Protobuf, {} in OCSF JSON", bytes.len(), json.len());
        measure("  encode", PROTOBUF_EVENTS, || drop(black_box(encode_event(black_box(&event)))));
        measure("  decode", PROTOBUF_EVENTS, || drop(black_box(decode_event(black_box(&bytes)))));
        measure("  encode + decode", PROTOBUF_EVENTS, || drop(black_box(decode_event(&encode_event(black_box(&event))))));
        measure("  to OCSF text", JSON_EVENTS, || drop(black_box(to_canonical_string(&event_to_ocsf(black_box(&event))))));
        measure("  from OCSF text", JSON_EVENTS, || {
            let value = serde_json::from_str(black_box(&json)).unwrap_or_default();
            drop(black_box(event_from_ocsf(&value)));
        });
    }
}
