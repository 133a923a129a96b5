//! Whatever the bytes are: no panic, caps kept, everything given back at the end.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers outside of test functions may fail as tests do")]

mod builder;

use builder::{CLIENT, SERVER, Sensor, client_hello, tcp, udp};
use proptest::collection::vec;
use proptest::prelude::*;
use weft_net_decode::{Limits, community_id};

const LINKS: [u32; 15] = [0, 1, 9, 12, 14, 50, 101, 105, 108, 113, 228, 229, 239, 276, 65_535];

fn limits() -> Limits {
    Limits { max_flows: 20, max_pending_exchanges: 10, max_buffered_bytes: 4_000, max_stream_bytes: 2_000, ..Limits::default() }
}

fn check(sensor: &mut Sensor) {
    let limits = limits();
    assert!(sensor.decoder.flows() <= limits.max_flows);
    // The last segment taken may exceed the cap once in each place that keeps bytes.
    assert!(sensor.decoder.buffered_bytes() <= limits.max_buffered_bytes + 4 * limits.max_stream_bytes);
    sensor.finish();
    assert_eq!((sensor.decoder.flows(), sensor.decoder.buffered_bytes()), (0, 0));
    assert_eq!(sensor.counters().events, sensor.events.len() as u64);
}

/// Valid packets of every kind that the decoder reads.
fn samples() -> Vec<Vec<u8>> {
    let (c, s) = ((CLIENT, 50_000), (SERVER, 443));
    let hello = client_hello("a.example", 300);
    let dns = [&[0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 1][..], b"a\0\0\x01\0\x01\xc0\x0c\0\x01\0\x01\0\0\0\x09\0\x04\x01\x02\x03\x04"]
        .concat();
    let dhcp = [&[1, 1, 6, 0][..], &[0; 232], &[0x63, 0x82, 0x53, 0x63, 53, 1, 3, 12, 2, b'p', b'c', 81, 4, 4, 0, 0, 0, 255]].concat();
    vec![
        tcp(c, s, "S", 100, b""),
        tcp(c, s, "A", 101, &hello),
        tcp(c, s, "A", 101, &hello[..200]),
        tcp(c, s, "A", 301, &hello[200..]),
        tcp(s, c, "SA", 900, b""),
        tcp(s, c, "FA", 901, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
        tcp((CLIENT, 9), (SERVER, 80), "A", 1, b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\n\r\n"),
        tcp((CLIENT, 9), (SERVER, 80), "A", 30, b"CONNECT a:1 HTTP/1.1\r\n\r\n"),
        tcp((SERVER, 80), (CLIENT, 9), "A", 1, b"HTTP/1.1 101 Switching\r\n\r\n"),
        tcp((CLIENT, 9), (SERVER, 53), "A", 1, &[&[0, dns.len() as u8][..], &dns].concat()),
        tcp((CLIENT, 9), (SERVER, 88), "A", 1, &[0, 0, 0, 4, 0x6a, 2, 0x30, 0]),
        udp((CLIENT, 9), (SERVER, 53), &dns),
        udp((CLIENT, 68), ([255; 4], 67), &dhcp),
        udp((CLIENT, 9), (SERVER, 88), &[0x7e, 0x0d, 0x30, 0x0b, 0xa0, 3, 2, 1, 5, 0xa6, 4, 2, 2, 1, 1]),
        udp((CLIENT, 9), (SERVER, 443), &[0xc3, 0, 0, 0, 1, 8]),
        udp((CLIENT, 9), (SERVER, 4789), &[&[8, 0, 0, 0, 0, 0, 1, 0][..], &udp((CLIENT, 1), (SERVER, 2), b"x")].concat()),
        udp((CLIENT, 9), (SERVER, 2152), &[0x34, 0xff, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 0, 0, 0x45]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(packets in vec((0..LINKS.len(), any::<i64>(), vec(any::<u8>(), 0..400), any::<u32>()), 1..20)) {
        let mut sensor = Sensor::new(limits());
        let Sensor { decoder, events } = &mut sensor;
        for (link, time_ns, data, original_len) in &packets {
            let _ = decoder.packet(LINKS[*link], *time_ns, data, *original_len, &mut |event| events.push(event));
        }
        check(&mut sensor);
    }

    #[test]
    fn broken_packets_never_panic(
        steps in vec((any::<prop::sample::Index>(), 0_i64..200_000, vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), 0..100_usize), 1..60),
    ) {
        let samples = samples();
        let mut sensor = Sensor::new(limits());
        for (which, ms, changes, cut) in &steps {
            let mut packet = which.get(&samples).clone();
            for (at, byte) in changes {
                let at = at.index(packet.len());
                packet[at] = *byte;
            }
            packet.truncate(packet.len().saturating_sub(cut / 4));
            let _ = sensor.try_at(*ms, 1, &packet);
        }
        check(&mut sensor);
    }

    #[test]
    fn random_payloads_never_panic(
        port in prop::sample::select(vec![53_u16, 67, 80, 88, 443, 445, 2152, 3544, 4754, 4789, 6081]),
        payloads in vec((any::<bool>(), 0_u32..3_000, vec(any::<u8>(), 0..300)), 1..20),
    ) {
        let mut sensor = Sensor::new(limits());
        for (from_client, sequence, payload) in &payloads {
            let (c, s) = ((CLIENT, 50_000), (SERVER, port));
            let (from, to) = if *from_client { (c, s) } else { (s, c) };
            let _ = sensor.try_at(0, 1, &tcp(from, to, "A", *sequence, payload));
            let _ = sensor.try_at(0, 1, &udp(from, to, payload));
        }
        check(&mut sensor);
    }

    #[test]
    fn both_directions_share_a_community_id(a in any::<[u8; 16]>(), b in any::<[u8; 16]>(), ports in any::<(u16, u16)>(), protocol in any::<u8>()) {
        // One-way ICMP messages are the exception by specification.
        prop_assume!(protocol != 1 && protocol != 58);
        let there = community_id(a.into(), b.into(), ports.0, ports.1, protocol);
        prop_assert_eq!(there, community_id(b.into(), a.into(), ports.1, ports.0, protocol));
    }
}
