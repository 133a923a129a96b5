//! Capture files as they come: every variant of the formats, short reads, and every way to be cut short.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers outside of test functions may fail as tests do")]

use proptest::collection::vec;
use proptest::prelude::*;
use std::io::{self, Read};
use weft_model::{Body, Directory, Event};
use weft_net_sensor::{CaptureError, Limits, read_capture};
use weft_runtime::sink::Collected;
use weft_runtime::{Reject, Sink};

const SECONDS: u32 = 1_710_720_000;

/// Ethernet, IPv4, UDP, four bytes of payload.
fn packet() -> Vec<u8> {
    let mut packet = vec![2; 12];
    packet.extend_from_slice(&[8, 0, 0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 9, 192, 0, 2, 80]);
    packet.extend_from_slice(&[0x9c, 0x40, 0x9c, 0x41, 0, 12, 0, 0, 1, 2, 3, 4]);
    packet
}

struct Bytes {
    big_endian: bool,
    bytes: Vec<u8>,
}

impl Bytes {
    fn new(big_endian: bool) -> Self {
        Self { big_endian, bytes: Vec::new() }
    }
    fn u16(mut self, value: u16) -> Self {
        self.bytes.extend_from_slice(&if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
        self
    }
    fn u32(mut self, value: u32) -> Self {
        self.bytes.extend_from_slice(&if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() });
        self
    }
    fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }
    fn block(self, kind: u32, body: Bytes) -> Self {
        let padding = body.bytes.len().next_multiple_of(4) - body.bytes.len();
        let length = (12 + body.bytes.len() + padding) as u32;
        self.u32(kind).u32(length).raw(&body.bytes).raw(&[0; 3][..padding]).u32(length)
    }
}

/// A pcap file; `fraction` is the sub-second part in the file's unit.
fn pcap(big_endian: bool, nanoseconds: bool, fraction: u32, packets: usize) -> Vec<u8> {
    let magic = if nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let mut file = Bytes::new(big_endian).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65_535).u32(1);
    for _ in 0..packets {
        let packet = packet();
        file = file.u32(SECONDS).u32(fraction).u32(packet.len() as u32).u32(packet.len() as u32).raw(&packet);
    }
    file.bytes
}

/// A pcapng file of two sections, the second with two interfaces of different resolution.
fn pcapng(big_endian: bool) -> Vec<u8> {
    let body = || Bytes::new(big_endian);
    let section = || body().u32(0x1a2b_3c4d).u16(1).u16(0).u32(u32::MAX).u32(u32::MAX);
    let interface = |resolution: u8| body().u16(1).u16(0).u32(0).u16(9).u16(1).raw(&[resolution, 0, 0, 0]).u16(0).u16(0);
    let enhanced = |interface: u32, units: u64| {
        let packet = packet();
        let length = packet.len() as u32;
        let padding = packet.len().next_multiple_of(4) - packet.len();
        body().u32(interface).u32((units >> 32) as u32).u32(units as u32).u32(length).u32(length).raw(&packet).raw(&[0; 3][..padding])
    };
    let seconds = u64::from(SECONDS);
    body()
        .block(0x0a0d_0d0a, section())
        .block(1, interface(6))
        .block(6, enhanced(0, seconds * 1_000_000 + 250_000))
        .block(0x0a0d_0d0a, section())
        .block(1, interface(9))
        .block(1, interface(0x80 | 10))
        .block(5, body().u32(0).u32(0).u32(0))
        .block(6, enhanced(0, seconds * 1_000_000_000 + 500_000_000))
        .block(6, enhanced(1, seconds * 1024 + 768))
        .block(3, body().u32(packet().len() as u32).raw(&packet()))
        .block(6, enhanced(7, 0))
        .block(0x1234, body().raw(b"unknown blocks are passed over"))
        .bytes
}

fn read(bytes: &[u8]) -> (Result<(), CaptureError>, Collected) {
    let mut sink = Collected::default();
    let result = read_capture(&mut &bytes[..], Limits::default(), &mut sink);
    (result, sink)
}

fn flow(sink: &Collected) -> (u64, i64, i64) {
    let [Event { body: Body::Network(flow), .. }] = &sink.events[..] else { panic!("{:?}", sink.events) };
    (flow.traffic.packets_out, flow.start_time.0, flow.end_time.0)
}

#[test]
fn both_byte_orders_and_both_clocks() {
    let start = i64::from(SECONDS) * 1000;
    for big_endian in [false, true] {
        for (nanoseconds, fraction) in [(false, 123_000), (true, 123_000_000)] {
            let (result, sink) = read(&pcap(big_endian, nanoseconds, fraction, 3));
            result.unwrap();
            assert_eq!((sink.read, sink.rejects.len(), flow(&sink)), (3, 0, (3, start + 123, start + 123)));
        }
        let (result, sink) = read(&pcapng(big_endian));
        result.unwrap();
        // A simple packet block has no time and takes that of the packet before it.
        assert_eq!((sink.read, flow(&sink)), (5, (4, start + 250, start + 750)));
        assert_eq!(sink.rejects, [("unknown_interface", 5)]);
    }
}

#[test]
fn every_cut_has_a_name() {
    for whole in [pcap(false, false, 0, 2), pcap(true, true, 0, 2), pcapng(false), pcapng(true)] {
        let complete = read(&whole).1.read;
        for end in 0..whole.len() {
            let (result, sink) = read(&whole[..end]);
            assert!(sink.read <= complete);
            match result {
                Ok(()) => assert!(sink.rejects.iter().all(|(reason, _)| ["truncated_capture", "unknown_interface"].contains(reason))),
                Err(error) => {
                    assert!(["empty_capture", "not_a_capture", "truncated_capture_header"].contains(&error.reason()), "{error}");
                    assert!(end < 28 && sink.read == 0);
                }
            }
        }
    }
    let whole = pcap(false, false, 0, 2);
    let (result, sink) = read(&whole[..whole.len() - 1]);
    assert!(result.is_ok() && sink.read == 1);
    assert_eq!(sink.rejects, [("truncated_capture", 2)], "the packets before the cut count");
    assert_eq!(read(&[]).0.unwrap_err().reason(), "empty_capture");
    assert_eq!(read(b"From: a@b.example\r\n").0.unwrap_err().reason(), "not_a_capture");
    assert_eq!(read(&whole[..20]).0.unwrap_err().reason(), "truncated_capture_header");
    let (result, sink) = read(&whole[..24]);
    assert!(result.is_ok() && sink.read == 0 && sink.rejects.is_empty(), "a capture of no packets is fine");
}

#[test]
fn absurd_lengths_end_the_capture_with_a_name() {
    let mut file = pcap(false, false, 0, 1);
    file.extend_from_slice(&[0; 8]);
    file.extend_from_slice(&[0xff; 8]);
    file.extend_from_slice(&[0; 1_000]);
    let (result, sink) = read(&file);
    assert!(result.is_ok() && sink.read == 1);
    assert_eq!(sink.rejects.len(), 1);
    let mut block = pcapng(false);
    block.extend_from_slice(&[6, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let (result, sink) = read(&block);
    assert!(result.is_ok());
    assert_eq!(sink.rejects.last().unwrap().0, "corrupt_capture");
}

#[test]
fn bad_packets_are_rejected_and_reading_goes_on() {
    let mut file = pcap(false, false, 0, 1);
    // A packet that ends inside its Ethernet header.
    file.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 60, 0, 0, 0, 1, 2, 3]);
    file.extend_from_slice(&pcap(false, false, 0, 1)[24..]);
    let (result, sink) = read(&file);
    assert!(result.is_ok());
    assert_eq!((sink.read, sink.rejects), (3, vec![("truncated_packet", 2)]));
}

/// Gives one byte at a time, and at the end an error if there is one.
struct Drips<'a>(&'a [u8], Option<io::ErrorKind>);

impl Read for Drips<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match (self.0.split_first(), buffer.first_mut()) {
            (Some((byte, rest)), Some(space)) => {
                *space = *byte;
                self.0 = rest;
                Ok(1)
            }
            _ => self.1.map_or(Ok(0), |kind| Err(kind.into())),
        }
    }
}

#[test]
fn short_reads_and_failures_are_not_the_end() {
    for file in [pcap(false, false, 0, 3), pcapng(false)] {
        let mut sink = Collected::default();
        read_capture(&mut Drips(&file, None), Limits::default(), &mut sink).unwrap();
        assert_eq!(sink.events, read(&file).1.events);
        let mut sink = Collected::default();
        let error = read_capture(&mut Drips(&file, Some(io::ErrorKind::ConnectionReset)), Limits::default(), &mut sink).unwrap_err();
        assert!(matches!(&error, CaptureError::Io(source) if source.kind() == io::ErrorKind::ConnectionReset));
        assert_eq!(sink.events.len(), 1, "what was read before counts");
        // A compressed file that is cut short.
        let error = read_capture(&mut Drips(&file, Some(io::ErrorKind::UnexpectedEof)), Limits::default(), &mut sink).unwrap_err();
        assert_eq!(error.reason(), "truncated_file");
    }
}

#[test]
fn memory_does_not_grow_with_the_file() {
    // 64 MB of packets, made on the fly; the test would not end in time or memory if the file were kept.
    let mut header = pcap(false, false, 0, 1);
    let record = header.split_off(24);
    let records = io::repeat(0).take(0).chain(&header[..]);
    struct Again<'a>(&'a [u8], usize, u64);
    impl Read for Again<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(left) = self.2.checked_sub(1) else { return Ok(0) };
            let part = &self.0[self.1..];
            let length = part.len().min(buffer.len());
            buffer[..length].copy_from_slice(&part[..length]);
            self.1 = (self.1 + length) % self.0.len();
            if self.1 == 0 {
                self.2 = left;
            }
            Ok(length)
        }
    }
    let mut sink = Collected::default();
    read_capture(&mut records.chain(Again(&record, 0, 1_000_000)), Limits::default(), &mut sink).unwrap();
    assert_eq!((sink.read, sink.rejects.len(), flow(&sink).0), (1_000_000, 0, 1_000_000));
}

/// Stops after some packets.
struct Impatient(u64);

impl Sink for Impatient {
    fn read(&mut self) {
        self.0 -= 1;
    }
    fn event(&mut self, _: Event) {}
    fn reject(&mut self, _: Reject<'_>) {}
    fn directory(&mut self, _: Directory) {}
    fn stopped(&self) -> bool {
        self.0 == 0
    }
}

#[test]
fn a_stopped_sink_ends_the_reading() {
    let mut sink = Impatient(2);
    read_capture(&mut &pcap(false, false, 0, 9)[..], Limits::default(), &mut sink).unwrap();
    assert_eq!(sink.0, 0, "exactly two packets were read");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_files_never_panic(
        which in 0..4_usize,
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        tail in vec(any::<u8>(), 0..64),
    ) {
        let mut file = vec![pcap(false, false, 0, 3), pcap(true, true, 0, 3), pcapng(false), pcapng(true)].swap_remove(which);
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        file.extend_from_slice(&tail);
        let (result, sink) = read(&file);
        if let Err(error) = result {
            prop_assert!(!error.reason().is_empty());
            prop_assert_eq!(sink.events.len(), 0);
        }
    }
}
