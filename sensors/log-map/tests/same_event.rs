//! A packet, and the lines that Zeek and Suricata write about it, are one event.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "test helpers may fail loudly")]

use weft_log_map::{Format, LogMapper};
use weft_model::{Body, Event};
use weft_net_decode::{Decoder, Limits};

/// 2018-01-30 18:14:02.090842 UTC in nanoseconds.
const TIME_NS: i64 = 1_517_336_042_090_842_000;

/// An IPv4 packet with a UDP datagram from 10.0.0.5:50000 to 192.0.2.1.
fn datagram(port: u16, payload: &[u8]) -> Vec<u8> {
    let length = |extra: usize| u16::try_from(payload.len() + extra).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0, length(28)[0], length(28)[1], 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 5, 192, 0, 2, 1];
    packet.extend(50_000u16.to_be_bytes());
    packet.extend(port.to_be_bytes());
    packet.extend(length(8));
    packet.extend([0, 0]);
    packet.extend(payload);
    packet
}

fn captured(packet: &[u8]) -> Event {
    let mut events = Vec::new();
    let mut decoder = Decoder::new(Limits::default());
    const RAW_IP: u32 = 101;
    decoder.packet(RAW_IP, TIME_NS, packet, u32::try_from(packet.len()).unwrap(), &mut |event| events.push(event)).unwrap();
    decoder.finish(&mut |event| events.push(event));
    assert_eq!(events.len(), 1);
    events.remove(0)
}

fn logged(format: Format, line: &str) -> Event {
    let (mut mapper, mut events) = (LogMapper::new(format), Vec::new());
    mapper.line(line.as_bytes(), &mut |event| events.push(event)).unwrap();
    mapper.finish(&mut |event| events.push(event));
    assert_eq!(events.len(), 1);
    events.remove(0)
}

#[test]
fn a_flow() {
    let capture = captured(&datagram(4000, b"x"));
    let zeek = r#"{"ts":1517336042.090842,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":50000,"id.resp_h":"192.0.2.1","id.resp_p":4000,"proto":"udp","conn_state":"S0","orig_pkts":1,"orig_ip_bytes":29,"resp_pkts":0,"resp_ip_bytes":0}"#;
    let eve = r#"{"timestamp":"2018-01-30T18:15:00.000000+0000","flow_id":7,"event_type":"flow","src_ip":"10.0.0.5","src_port":50000,"dest_ip":"192.0.2.1","dest_port":4000,"proto":"UDP","flow":{"pkts_toserver":1,"bytes_toserver":29,"start":"2018-01-30T18:14:02.090842+0000"}}"#;
    for (format, line) in [(Format::ZeekJson, zeek), (Format::SuricataEve, eve)] {
        let log = logged(format, line);
        assert_eq!((log.uid, log.time, &log.body), (capture.uid, capture.time, &capture.body), "{format:?}");
    }
}

#[test]
fn a_look_up() {
    let question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07example\x03com\x00\x00\x01\x00\x01";
    let capture = captured(&datagram(53, question));
    let zeek = r#"{"ts":1517336042.090842,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":50000,"id.resp_h":"192.0.2.1","id.resp_p":53,"proto":"udp","trans_id":4660,"query":"www.Example.com","qclass":1,"qtype":1,"AA":false,"RD":true}"#;
    let eve = r#"{"timestamp":"2018-01-30T18:14:02.090842+0000","flow_id":7,"event_type":"dns","src_ip":"10.0.0.5","src_port":50000,"dest_ip":"192.0.2.1","dest_port":53,"proto":"UDP","dns":{"type":"query","id":4660,"rrname":"www.example.com","rrtype":"A"}}"#;
    for (format, line) in [(Format::ZeekJson, zeek), (Format::SuricataEve, eve)] {
        let log = logged(format, line);
        assert_eq!((log.uid, log.time, &log.body), (capture.uid, capture.time, &capture.body), "{format:?}");
    }
}

/// Query and answer of every version of EVE's DNS records are one event at the time of the query.
#[test]
fn answers_of_suricata() {
    let line = |second: &str, dns: &str| {
        format!(
            r#"{{"timestamp":"2018-01-30T18:14:{second}+0000","flow_id":7,"event_type":"dns","src_ip":"10.0.0.5","src_port":50000,"dest_ip":"192.0.2.1","dest_port":53,"proto":"UDP","dns":{dns}}}"#
        )
    };
    let one = r#"{"type":"query","id":4660,"rrname":"www.example.com","rrtype":"A"}"#;
    let versions = [
        (one, r#"{"type":"answer","id":4660,"rcode":"NOERROR","rrname":"www.example.com","rrtype":"A","ttl":60,"rdata":"192.0.2.7"}"#),
        (
            one,
            r#"{"version":2,"type":"answer","id":4660,"rcode":"NOERROR","rrname":"www.example.com","rrtype":"A","answers":[{"rrname":"www.example.com","rrtype":"A","ttl":60,"rdata":"192.0.2.7"}]}"#,
        ),
        (
            r#"{"version":3,"type":"request","id":4660,"queries":[{"rrname":"www.example.com","rrtype":"A"}]}"#,
            r#"{"version":3,"type":"response","id":4660,"rcode":"NOERROR","queries":[{"rrname":"www.example.com","rrtype":"A"}],"answers":[{"rrname":"www.example.com","rrtype":"A","ttl":60,"rdata":"192.0.2.7"}]}"#,
        ),
    ];
    let mut found = Vec::new();
    for (query, answer) in versions {
        let mut mapper = LogMapper::new(Format::SuricataEve);
        for line in [line("02.090842", query), line("02.2", answer)] {
            mapper.line(line.as_bytes(), &mut |event| found.push(event)).unwrap();
        }
        mapper.finish(&mut |_| panic!("nothing waits"));
    }
    assert_eq!(found.len(), 3);
    assert!(found.iter().all(|event| *event == found[0] && event.time.0 == TIME_NS / 1_000_000));
    let Body::Dns(dns) = &found[0].body else { panic!() };
    assert_eq!((dns.rcode, dns.answers[0].rdata.as_str(), dns.answers[0].ttl), (Some(0), "192.0.2.7", 60));
}

/// The interface `outside` and the direction say who began, whichever end is named first.
#[test]
fn connections_of_a_firewall() {
    let mut mapper = LogMapper::new(Format::CiscoAsa);
    let mut events = Vec::new();
    for line in [
        "Jan 30 2018 18:14:02: %ASA-6-302013: Built outbound TCP connection 17 for outside:192.0.2.1/8443 (192.0.2.1/8443) to inside:10.0.0.5/50000 (203.0.113.4/50000)",
        "Jan 30 2018 18:14:03: %ASA-6-302013: Built inbound TCP connection 18 for outside:192.0.2.9/40000 (192.0.2.9/40000) to dmz:10.1.0.5/8443 (203.0.113.5/8443)",
        "Jan 30 2018 18:14:32: %ASA-6-302014: Teardown TCP connection 17 for outside:192.0.2.1/8443 to inside:10.0.0.5/50000 duration 0:00:30 bytes 4711 TCP FINs",
        "2018-01-30T18:14:40Z FW-1 : %FTD-6-302016: Teardown UDP connection 19 for outside:192.0.2.1/53 to inside:10.0.0.5/50001 duration 0:00:10 bytes 99",
        "<164>Jan 30 2018 18:14:41 FW-1 : %ASA-4-106023: Deny icmp src outside:192.0.2.6 dst inside:10.0.0.5 (type 8, code 0) by access-group \"out\" [0x0, 0x0]",
    ] {
        mapper.line(line.as_bytes(), &mut |event| events.push(event)).unwrap();
    }
    mapper.finish(&mut |event| events.push(event));
    let ends = |event: &Event| {
        let Body::Network(flow) = &event.body else { panic!() };
        let end = |end: &weft_model::Endpoint| format!("{}:{}", end.ip.unwrap(), end.port.unwrap_or(0));
        format!("{} -> {} {} ms", end(&flow.src_endpoint), end(&flow.dst_endpoint), flow.end_time.since(flow.start_time))
    };
    let found: Vec<String> = events.iter().map(ends).collect();
    let expected = [
        "10.0.0.5:50000 -> 192.0.2.1:8443 30000 ms",
        "10.0.0.5:50001 -> 192.0.2.1:53 10000 ms",
        "192.0.2.6:0 -> 10.0.0.5:0 0 ms",
        "192.0.2.9:40000 -> 10.1.0.5:8443 0 ms",
    ];
    assert_eq!(found, expected);
}
