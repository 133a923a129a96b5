//! Flows as a user sees them: who began, how much, how long, and when the event comes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers outside of test functions may fail as tests do")]

mod builder;

use builder::{CLIENT, MS, SERVER, Sensor, tcp, udp};
use weft_model::{EventTime, EventUid};
use weft_net_decode::{Limits, PacketError, community_id};

const C: ([u8; 4], u16) = (CLIENT, 50_000);
const S: ([u8; 4], u16) = (SERVER, 443);

fn opened(sensor: &mut Sensor, ms: i64, first: u32) {
    sensor.at(ms, &tcp(C, S, "S", first, b"")).at(ms + 10, &tcp(S, C, "SA", 900, b"")).at(ms + 20, &tcp(C, S, "A", first + 1, b""));
}

#[test]
fn a_connection_is_one_event_with_both_directions() {
    let mut sensor = Sensor::new(Limits::default());
    opened(&mut sensor, 1_000, 100);
    sensor.at(1_100, &tcp(C, S, "A", 101, b"hello")).at(1_200, &tcp(S, C, "A", 901, &[b'x'; 100]));
    sensor.at(1_300, &tcp(C, S, "FA", 106, b"")).at(1_400, &tcp(S, C, "FA", 1001, b"")).at(1_401, &tcp(C, S, "A", 107, b""));
    assert!(sensor.events.is_empty(), "late packets may still come");
    sensor.at(7_000, &udp((CLIENT, 5), (SERVER, 6), b"later"));
    let [flow] = sensor.flows()[..] else { panic!() };
    assert_eq!((flow.src_endpoint.ip, flow.src_endpoint.port), (Some(CLIENT.into()), Some(50_000)));
    assert_eq!((flow.dst_endpoint.ip, flow.dst_endpoint.port), (Some(SERVER.into()), Some(443)));
    // 20 bytes of IPv4 and 20 of TCP in each packet.
    assert_eq!((flow.traffic.packets_out, flow.traffic.bytes_out), (5, 5 * 40 + 5));
    assert_eq!((flow.traffic.packets_in, flow.traffic.bytes_in), (3, 3 * 40 + 100));
    assert_eq!((flow.start_time, flow.end_time), (EventTime(1_000), EventTime(1_401)));
    assert_eq!(flow.community_uid, community_id(SERVER.into(), CLIENT.into(), 443, 50_000, 6));
    let uid =
        EventUid::of("flow", &[&[6], &CLIENT, &50_000_u16.to_be_bytes(), &SERVER, &443_u16.to_be_bytes(), &(1_000 * MS).to_be_bytes()]);
    assert_eq!((sensor.events[0].uid, sensor.events[0].time), (uid, EventTime(1_000)));
    assert_eq!(sensor.events[0].metadata.product, "Weft network sensor");
}

#[test]
fn the_initiator_is_who_sent_the_syn() {
    let initiator = |packets: &[Vec<u8>]| {
        let mut sensor = Sensor::new(Limits::default());
        packets.iter().for_each(|packet| {
            sensor.at(0, packet);
        });
        sensor.finish().flows()[0].src_endpoint.port.unwrap()
    };
    assert_eq!(initiator(&[tcp(S, C, "S", 1, b"")]), 443, "whatever the ports say");
    assert_eq!(initiator(&[tcp(S, C, "SA", 1, b"")]), 50_000, "an answer was asked for");
    assert_eq!(initiator(&[tcp(S, C, "A", 1, b"data")]), 50_000, "mid-stream: a server's port answers");
    assert_eq!(initiator(&[tcp((SERVER, 8443), C, "A", 1, b"data")]), 8443, "mid-stream: else the first sender");
    assert_eq!(initiator(&[tcp(S, C, "SA", 1, b""), tcp(C, S, "S", 1, b"")]), 50_000, "captured out of order");
    assert_eq!(initiator(&[udp((SERVER, 123), (CLIENT, 40_000), b"x")]), 40_000);
    let hello = builder::client_hello("a.example", 0);
    assert_eq!(initiator(&[tcp((SERVER, 8443), C, "A", 1, b""), tcp(C, (SERVER, 8443), "A", 1, &hello)]), 50_000, "only clients say hello");
}

#[test]
fn silence_ends_a_flow_and_age_splits_it() {
    let limits = Limits { idle_timeout_ms: 10_000, active_timeout_ms: 60_000, ..Limits::default() };
    let mut sensor = Sensor::new(limits);
    let packet = udp((CLIENT, 4000), (SERVER, 4001), b"0123456789");
    for second in 0..=70 {
        sensor.at(second * 1_000, &packet);
    }
    assert_eq!((sensor.flows().len(), sensor.counters().flows_split), (1, 1));
    assert_eq!((sensor.flows()[0].traffic.packets_out, sensor.flows()[0].end_time), (61, EventTime(60_000)));
    sensor.at(80_000, &udp((CLIENT, 1), (SERVER, 2), b"")).at(89_000, &packet);
    let flows = sensor.flows();
    assert_eq!((flows.len(), flows[1].start_time, flows[1].traffic.packets_out), (2, EventTime(61_000), 10));
    let total: u64 = sensor.finish().flows().iter().map(|flow| flow.traffic.packets_out).sum();
    assert_eq!(total, 73, "no packet is lost by splitting");
    let uids: std::collections::BTreeSet<_> = sensor.events.iter().map(|event| event.uid).collect();
    assert_eq!(uids.len(), sensor.events.len());
}

#[test]
fn connections_may_rest_and_outlive_a_flood() {
    let mut sensor = Sensor::new(Limits { max_flows: 100, ..Limits::default() });
    opened(&mut sensor, 0, 100);
    for port in 1_000..2_000 {
        sensor.at(i64::from(port), &tcp((CLIENT, port), S, "S", 1, b""));
    }
    sensor.at(590_000, &tcp(S, C, "A", 901, b"x")).at(1_180_000, &tcp(C, S, "A", 101, b"x"));
    assert_eq!(sensor.flows().len(), 1_000, "all but the connection that rests");
    sensor.at(1_790_000, &udp((CLIENT, 1), (SERVER, 2), b""));
    let flow = sensor.flows()[1_000];
    assert_eq!((flow.src_endpoint.port, flow.end_time), (Some(50_000), EventTime(1_180_000)));
}

#[test]
fn a_silent_interface_still_ends_its_flows() {
    let mut sensor = Sensor::new(Limits::default());
    sensor.decoder.tick(5_000_000 * MS, &mut |_| panic!("nothing has begun"));
    sensor.at(1_000, &udp((CLIENT, 4000), (SERVER, 4001), b"x"));
    let Sensor { decoder, events } = &mut sensor;
    decoder.tick(0, &mut |event| events.push(event));
    decoder.tick(120_999 * MS, &mut |event| events.push(event));
    assert!(events.is_empty());
    decoder.tick(121_000 * MS, &mut |event| events.push(event));
    assert_eq!((sensor.events.len(), sensor.counters().events, sensor.decoder.flows()), (1, 1, 0));
}

#[test]
fn ports_used_again_are_another_flow() {
    let mut sensor = Sensor::new(Limits::default());
    opened(&mut sensor, 0, 100);
    sensor.at(30, &tcp(C, S, "S", 100, b""));
    assert!(sensor.events.is_empty(), "a SYN sent twice is the same connection");
    opened(&mut sensor, 500, 7_000_000);
    sensor.at(600, &tcp(S, C, "R", 901, b""));
    assert_eq!(sensor.finish().flows().len(), 2);
    assert_eq!(sensor.flows()[1].start_time, EventTime(500));
}

#[test]
fn the_table_keeps_its_cap_and_loses_nothing() {
    let mut sensor = Sensor::new(Limits { max_flows: 100, ..Limits::default() });
    for port in 1_000..3_000 {
        sensor.at(i64::from(port), &tcp((CLIENT, port), S, "S", 1, b""));
        assert!(sensor.decoder.flows() <= 100);
    }
    assert_eq!((sensor.counters().flows_evicted, sensor.finish().flows().len()), (1_900, 2_000));
}

#[test]
fn a_clock_that_goes_back_begins_another_capture() {
    let mut sensor = Sensor::new(Limits::default());
    let packet = udp((CLIENT, 4000), (SERVER, 4001), b"x");
    sensor.at(10_000_000, &packet).at(9_990_000, &packet);
    assert_eq!((sensor.counters().clock_went_back, sensor.events.len()), (0, 0), "ten seconds are disorder");
    sensor.at(1_000, &packet).finish();
    assert_eq!((sensor.counters().clock_went_back, sensor.flows().len()), (1, 2));
    assert_eq!(sensor.flows()[0].start_time, EventTime(9_990_000));
}

#[test]
fn tags_and_tunnels_are_taken_off() {
    let inner = udp((CLIENT, 4000), (SERVER, 4001), b"x");
    let tagged = [&inner[..12], &[0x81, 0, 0, 7], &inner[12..]].concat();
    let vxlan = udp(([10, 1, 1, 1], 5), ([10, 1, 1, 2], 4789), &[&[8, 0, 0, 0, 0, 0, 1, 0][..], &inner].concat());
    for frame in [inner.clone(), tagged, vxlan.clone(), udp(([9; 4], 5), ([8; 4], 4789), &[&[8, 0, 0, 0, 0, 0, 1, 0][..], &vxlan].concat())]
    {
        let mut sensor = Sensor::new(Limits::default());
        let flow = sensor.at(0, &frame).finish().flows()[0].clone();
        assert_eq!((flow.src_endpoint.ip, flow.traffic.bytes_out), (Some(CLIENT.into()), 29));
    }
    let nested = (0..6).fold(inner, |frame, _| udp(([9; 4], 5), ([8; 4], 4789), &[&[8, 0, 0, 0, 0, 0, 1, 0][..], &frame].concat()));
    let mut sensor = Sensor::new(Limits::default());
    assert_eq!(sensor.try_at(0, 1, &nested), Err(PacketError::TunnelTooDeep));
}

#[test]
fn what_cannot_be_decoded_has_a_name() {
    let packet = tcp(C, S, "S", 1, b"");
    let mut sensor = Sensor::new(Limits::default());
    assert_eq!(sensor.try_at(0, 105, &packet).map_err(|error| error.reason()), Err("unsupported_link_type"));
    assert_eq!(sensor.try_at(0, 1, &packet[..40]).map_err(|error| error.reason()), Err("truncated_packet"));
    assert_eq!(sensor.try_at(0, 1, &packet[..10]).map_err(|error| error.reason()), Err("truncated_packet"));
    let mut short_header = packet.clone();
    short_header[14] = 0x41;
    assert_eq!(sensor.try_at(0, 1, &short_header).map_err(|error| error.reason()), Err("bad_ip_header"));
    let mut short_tcp = packet.clone();
    short_tcp[46] = 0x10;
    assert_eq!(sensor.try_at(0, 1, &short_tcp).map_err(|error| error.reason()), Err("bad_tcp_header"));
    let mut fragment = packet;
    fragment[20..22].copy_from_slice(&[0x00, 0x10]);
    assert_eq!(sensor.try_at(0, 1, &fragment), Ok(()));
    assert_eq!((sensor.counters().undecodable, sensor.counters().fragments_skipped), (5, 1));
    assert!(sensor.finish().events.is_empty());
}

#[test]
fn a_snapped_packet_counts_as_it_was_on_the_wire() {
    let packet = tcp(C, S, "A", 1, &[0; 1_000]);
    let mut sensor = Sensor::new(Limits::default());
    let Sensor { decoder, events } = &mut sensor;
    decoder.packet(1, 0, &packet[..70], packet.len() as u32, &mut |event| events.push(event)).unwrap();
    assert_eq!(sensor.finish().flows()[0].traffic.bytes_out, 1_040);
    assert_eq!(sensor.counters().snapped, 1);
}
