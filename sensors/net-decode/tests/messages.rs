//! DNS, TLS, HTTP and Kerberos as a user sees them: one event for each exchange, on any path the packets take.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers outside of test functions may fail as tests do")]

mod builder;

use builder::{CLIENT, MS, SERVER, Sensor, client_hello, tcp, udp};
use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, Name, Packet, QCLASS, QTYPE, Question, ResourceRecord, TYPE};
use weft_model::{Body, EventTime};
use weft_net_decode::Limits;

const C: ([u8; 4], u16) = (CLIENT, 50_000);
const S: ([u8; 4], u16) = (SERVER, 443);
const RESOLVER: ([u8; 4], u16) = ([10, 0, 0, 1], 53);

fn dns(id: u16, name: &str, answer: Option<u32>) -> Vec<u8> {
    let mut packet = if answer.is_some() { Packet::new_reply(id) } else { Packet::new_query(id) };
    packet.questions.push(Question::new(Name::new_unchecked(name), QTYPE::TYPE(TYPE::A), QCLASS::CLASS(CLASS::IN), false));
    if let Some(address) = answer {
        packet.answers.push(ResourceRecord::new(Name::new_unchecked(name), CLASS::IN, 60, RData::A(A { address })));
    }
    packet.build_bytes_vec().unwrap()
}

/// Sends `data` over an open connection in pieces, given as (offset, length) in order of arrival.
fn send(sensor: &mut Sensor, ms: i64, from: ([u8; 4], u16), to: ([u8; 4], u16), data: &[u8], pieces: &[(usize, usize)]) {
    let first = if from == C { 101 } else { 901 };
    for (offset, length) in pieces {
        let end = (offset + length).min(data.len());
        sensor.at(ms, &tcp(from, to, "A", first + *offset as u32, &data[*offset..end]));
    }
}

fn opened(ms: i64, server: ([u8; 4], u16)) -> Sensor {
    let mut sensor = Sensor::new(Limits::default());
    sensor.at(ms, &tcp(C, server, "S", 100, b"")).at(ms + 1, &tcp(server, C, "SA", 900, b""));
    sensor
}

#[test]
fn a_query_and_its_answer_are_one_event_and_no_flow() {
    let mut sensor = Sensor::new(Limits::default());
    sensor.at(1_000, &udp(C, RESOLVER, &dns(7, "WWW.Example.org", None)));
    sensor.at(1_005, &udp(C, RESOLVER, &dns(7, "www.example.org", None)));
    sensor.at(1_020, &udp(RESOLVER, C, &dns(7, "www.example.org", Some(0xc000_0250)))).finish();
    let [event] = &sensor.events[..] else { panic!("{:?}", sensor.events) };
    assert_eq!(event.time, EventTime(1_000), "the time is the query's");
    let name = sensor.names()[0];
    assert_eq!((name.hostname.as_str(), name.query_type.as_str(), name.rcode), ("www.example.org", "A", Some(0)));
    assert_eq!((name.src_endpoint.ip, name.dst_endpoint.port), (Some(CLIENT.into()), Some(53)));
    assert_eq!((name.answers[0].kind.as_str(), name.answers[0].rdata.as_str()), ("A", "192.0.2.80"));
    assert_eq!(sensor.counters().dns_retransmissions, 1);
}

#[test]
fn queries_without_answer_and_answers_without_query_are_kept() {
    let mut sensor = Sensor::new(Limits::default());
    sensor.at(0, &udp(C, RESOLVER, &dns(1, "lost.example", None)));
    sensor.at(9_000, &udp(C, RESOLVER, &dns(2, "other.example", None)));
    assert!(sensor.events.is_empty());
    sensor.at(10_000, &udp(RESOLVER, C, &dns(3, "unasked.example", Some(1))));
    let seen: Vec<_> = sensor.names().iter().map(|name| (name.hostname.clone(), name.rcode)).collect();
    assert_eq!(seen, [("lost.example".to_owned(), None), ("unasked.example".to_owned(), Some(0))]);
    assert_eq!(sensor.finish().names().len(), 3);
    assert_eq!((sensor.counters().dns_unanswered, sensor.counters().dns_unasked), (2, 1));
}

#[test]
fn a_flood_of_queries_keeps_its_cap() {
    let mut sensor = Sensor::new(Limits { max_pending_exchanges: 50, ..Limits::default() });
    for id in 0..500 {
        sensor.at(0, &udp(C, RESOLVER, &dns(id, "x.example", None)));
    }
    assert_eq!((sensor.counters().exchanges_evicted, sensor.names().len()), (450, 450));
    assert_eq!(sensor.finish().names().len(), 500);
}

#[test]
fn what_is_not_dns_on_its_port_is_a_flow() {
    let mut sensor = Sensor::new(Limits::default());
    sensor.at(0, &udp(C, RESOLVER, b"definitely no dns")).finish();
    assert_eq!((sensor.flows().len(), sensor.names().len(), sensor.counters().dns_malformed), (1, 0, 1));
}

#[test]
fn dns_over_tcp_is_read_across_segments() {
    let framed = |message: Vec<u8>| [&(message.len() as u16).to_be_bytes()[..], &message].concat();
    let mut sensor = opened(0, RESOLVER);
    let query = framed(dns(7, "big.example", None));
    let answer = framed(dns(7, "big.example", Some(1)));
    send(&mut sensor, 10, C, RESOLVER, &query, &[(0, 1), (1, 5), (6, 100)]);
    send(&mut sensor, 20, RESOLVER, C, &answer, &[(3, 100), (0, 3)]);
    sensor.finish();
    assert_eq!((sensor.names().len(), sensor.names()[0].answers.len(), sensor.names()[0].rcode), (1, 1, Some(0)));
    assert_eq!(sensor.flows()[0].app_name.as_deref(), Some("dns"));
}

#[test]
fn a_client_hello_is_read_however_it_is_cut() {
    let hello = client_hello("Shop.Example", 3_000);
    let whole = hello.len();
    for pieces in [
        vec![(0, whole)],
        vec![(0, 1_000), (1_000, 1_000), (2_000, whole)],
        vec![(2_000, whole), (1_000, 1_000), (0, 1_000)],
        vec![(0, 1_500), (1_000, 1_000), (500, 1_500), (2_000, whole)],
        vec![(0, 3), (3, 2), (5, 1), (6, whole)],
    ] {
        let mut sensor = opened(0, S);
        send(&mut sensor, 10, C, S, &hello, &pieces);
        assert_eq!(sensor.decoder.buffered_bytes(), 0, "nothing is kept once it is read");
        let flow = sensor.finish().flows()[0].clone();
        let tls = flow.tls.unwrap();
        assert_eq!((tls.sni.as_deref(), flow.dst_endpoint.hostname.as_deref()), (Some("shop.example"), Some("shop.example")));
        assert_eq!((flow.app_name.as_deref(), &tls.ja4.unwrap()[..10]), (Some("tls"), "t12d010200"));
    }
}

#[test]
fn buffers_keep_their_cap_under_a_flood_of_halves() {
    let limits = Limits { max_buffered_bytes: 100_000, ..Limits::default() };
    let mut sensor = Sensor::new(limits.clone());
    let half = &client_hello("a.example", 8_000)[..1_400];
    for port in 1..2_000 {
        let from = (CLIENT, port + 10_000);
        sensor.at(0, &tcp(from, S, "S", 100, b"")).at(0, &tcp(from, S, "A", 101, half)).at(0, &tcp(from, S, "A", 9_000, half));
        assert!(sensor.decoder.buffered_bytes() <= limits.max_buffered_bytes + limits.max_stream_bytes);
    }
    assert!(sensor.counters().buffer_full > 1_000);
    sensor.finish();
    assert_eq!((sensor.decoder.buffered_bytes(), sensor.flows().len()), (0, 1_999), "what was kept is given back");
}

#[test]
fn requests_get_the_status_of_their_responses() {
    let mut sensor = opened(0, (SERVER, 8080));
    let server = (SERVER, 8080);
    let requests = b"GET /1 HTTP/1.1\r\nHost: A.example:8080\r\nUser-Agent: t/1\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 20\r\n\r\nGET /no HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let responses =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    send(&mut sensor, 10, C, server, requests, &[(0, 10), (10, 60), (70, 300)]);
    send(&mut sensor, 20, server, C, responses, &[(30, 500), (0, 30)]);
    sensor.finish();
    let seen: Vec<_> = sensor
        .requests()
        .iter()
        .map(|request| (request.http_method.clone(), request.path.clone(), request.host.clone(), request.status_code))
        .collect();
    let expected = |method: &str, path: &str, status| (method.to_owned(), path.to_owned(), "a.example".to_owned(), status);
    assert_eq!(seen, [expected("GET", "/1", Some(200)), expected("POST", "/2", Some(404)), expected("GET", "/3", None)]);
    assert_eq!((sensor.events[0].time, sensor.flows()[0].app_name.as_deref()), (EventTime(10), Some("http")));
    assert_eq!(sensor.requests()[0].dst_endpoint.hostname.as_deref(), Some("a.example"));
}

#[test]
fn a_connection_after_unknown_body_length_is_picked_up_again() {
    let server = (SERVER, 80);
    let mut sensor = opened(0, server);
    let first = b"GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    sensor.at(10, &tcp(C, server, "A", 101, first)).at(20, &tcp(server, C, "A", 901, chunked));
    let next = 101 + first.len() as u32;
    sensor.at(30, &tcp(C, server, "A", next, first));
    sensor.at(40, &tcp(server, C, "A", 901 + chunked.len() as u32, b"HTTP/1.1 304 Not Modified\r\n\r\n")).finish();
    let statuses: Vec<_> = sensor.requests().iter().map(|request| request.status_code).collect();
    assert_eq!(statuses, [Some(200), Some(304)]);
    assert_ne!(sensor.events[0].uid, sensor.events[1].uid);
}

#[test]
fn tls_inside_a_proxy_tunnel_is_seen() {
    let proxy = (SERVER, 3128);
    let mut sensor = opened(0, proxy);
    let connect = b"CONNECT Mail.Example:443 HTTP/1.1\r\nHost: mail.example:443\r\n\r\n";
    let accepted = b"HTTP/1.1 200 Connection established\r\n\r\n";
    sensor.at(10, &tcp(C, proxy, "A", 101, connect)).at(20, &tcp(proxy, C, "A", 901, accepted));
    sensor.at(30, &tcp(C, proxy, "A", 101 + connect.len() as u32, &client_hello("mail.example", 0))).finish();
    let request = sensor.requests()[0];
    assert_eq!((request.host.as_str(), request.status_code), ("mail.example", Some(200)));
    assert_eq!(sensor.flows()[0].tls.as_ref().unwrap().sni.as_deref(), Some("mail.example"));
}

#[test]
fn starttls_is_seen_and_stays_smtp() {
    let mail = (SERVER, 587);
    let mut sensor = opened(0, mail);
    sensor.at(10, &tcp(mail, C, "A", 901, b"220 mx ESMTP\r\n")).at(20, &tcp(C, mail, "A", 101, b"STARTTLS\r\n"));
    sensor.at(30, &tcp(mail, C, "A", 915, b"220 go\r\n")).at(40, &tcp(C, mail, "A", 111, &client_hello("mx.example", 0))).finish();
    let flow = sensor.flows()[0];
    assert_eq!((flow.app_name.as_deref(), flow.dst_endpoint.hostname.as_deref()), (Some("smtp"), Some("mx.example")));
}

#[test]
fn the_same_packets_give_the_same_events() {
    let frames = [
        udp(C, RESOLVER, &dns(7, "www.example.org", None)),
        tcp(C, S, "S", 100, b""),
        udp(RESOLVER, C, &dns(7, "www.example.org", Some(1))),
        tcp(C, S, "A", 101, &client_hello("www.example.org", 10)),
        tcp(S, C, "R", 1, b""),
        tcp(C, (SERVER, 80), "A", 1, b"GET / HTTP/1.0\r\n\r\n"),
    ];
    let run = || {
        let mut sensor = Sensor::new(Limits::default());
        for (index, frame) in frames.iter().enumerate() {
            sensor.at(index as i64 * 100, frame);
        }
        sensor.finish();
        sensor.events
    };
    let first = run();
    assert_eq!((first.len(), &first), (4, &run()));
    assert!(first.iter().all(|event| event.time.0 * MS >= 0 && !matches!(event.body, Body::Email(_))));
}

/// An NTLM AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3) in UTF-16 without any proof.
fn ntlm(domain: &str, user: &str, computer: &str) -> Vec<u8> {
    let (mut fields, mut payload) = (b"NTLMSSP\0\x03\0\0\0".to_vec(), Vec::new());
    for name in ["", "", domain, user, computer, ""] {
        let bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = (bytes.len() as u16).to_le_bytes();
        fields.extend([length, length].concat());
        fields.extend((64 + payload.len() as u32).to_le_bytes());
        payload.extend(bytes);
    }
    [fields, 1u32.to_le_bytes().to_vec(), payload].concat()
}

/// An SMB 2 message with its length in front: command, status, whether it is an answer, number.
fn smb2(command: u16, status: u32, is_answer: bool, id: u64, body: &[u8]) -> Vec<u8> {
    let mut head = [0u8; 64];
    head[..4].copy_from_slice(b"\xfeSMB");
    head[8..12].copy_from_slice(&status.to_le_bytes());
    head[12..14].copy_from_slice(&command.to_le_bytes());
    head[16] = u8::from(is_answer);
    head[24..32].copy_from_slice(&id.to_le_bytes());
    let message = [&head[..], body].concat();
    [&(message.len() as u32).to_be_bytes()[..], &message].concat()
}

#[test]
fn who_signs_in_by_ntlm_and_whether_the_server_lets_them() {
    const FILES: ([u8; 4], u16) = (SERVER, 445);
    let steps: [(bool, Vec<u8>); 9] = [
        (true, smb2(0, 0, false, 0, b"")),
        (false, smb2(0, 0, true, 0, b"")),
        (true, smb2(1, 0, false, 1, b"NTLMSSP\0\x01\0\0\0")),
        (false, smb2(1, 0xc000_0016, true, 1, b"NTLMSSP\0\x02\0\0\0")),
        (true, smb2(1, 0, false, 2, &ntlm("CORP", "Ann", "LT-7"))),
        (false, smb2(1, 0xc000_006d, true, 2, b"")),
        (true, smb2(1, 0, false, 3, &ntlm("CORP", "Ann", "LT-7"))),
        (false, smb2(1, 0, true, 3, b"")),
        // Behind a successful logon nothing is read.
        (true, [smb2(3, 0, false, 4, b""), smb2(1, 0, false, 5, &ntlm("CORP", "Eve", "LT-9"))].concat()),
    ];
    let mut sensor = opened(0, FILES);
    let (mut next, mut ms) = ([101u32, 901], 10);
    for (from_client, data) in steps {
        let (from, to, at) = if from_client { (C, FILES, 0) } else { (FILES, C, 1) };
        sensor.at(ms, &tcp(from, to, "A", next[at], &data));
        next[at] += data.len() as u32;
        ms += 10;
    }
    sensor.finish();
    let logons: Vec<_> = sensor
        .events
        .iter()
        .filter_map(|event| if let Body::Authentication(logon) = &event.body { Some((event, logon)) } else { None })
        .map(|(event, logon)| {
            assert_eq!((event.domain(), logon.auth_protocol), (weft_model::Domain::Network, Some(weft_model::AuthProtocol::Ntlm)));
            let who = (logon.user.name.as_deref().unwrap(), logon.user.domain.as_deref().unwrap(), logon.src_endpoint.hostname.as_deref());
            assert_eq!((who, logon.src_endpoint.ip), (("ann", "corp", Some("lt-7")), Some(CLIENT.into())));
            (event.time.0, logon.status, logon.status_detail.as_deref())
        })
        .collect();
    use weft_model::Status::{Failure, Success};
    assert_eq!(logons, [(50, Failure, Some("0xc000006d")), (70, Success, None)]);
}
