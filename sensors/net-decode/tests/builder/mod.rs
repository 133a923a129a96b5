//! Packets for the tests, written by another implementation than the one that reads them, and a decoder that keeps its events.
#![allow(dead_code, reason = "each test file uses a part")]

use etherparse::PacketBuilder;
use weft_model::{Body, DnsActivity, Event, HttpActivity, NetworkActivity};
use weft_net_decode::{Counters, Decoder, Limits, PacketError};

pub const ETHERNET: u32 = 1;
pub const CLIENT: [u8; 4] = [10, 0, 0, 9];
pub const SERVER: [u8; 4] = [192, 0, 2, 80];
/// Nanoseconds in a millisecond.
pub const MS: i64 = 1_000_000;

/// TCP flags by letter: `S`, `A`, `F`, `R`.
pub fn tcp(from: ([u8; 4], u16), to: ([u8; 4], u16), flags: &str, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let mut step = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from.0, to.0, 64).tcp(from.1, to.1, sequence, 1000);
    for flag in flags.chars() {
        step = match flag {
            'S' => step.syn(),
            'A' => step.ack(1),
            'F' => step.fin(),
            'R' => step.rst(),
            other => panic!("{other}"),
        };
    }
    let mut bytes = Vec::new();
    step.write(&mut bytes, payload).unwrap();
    bytes
}

pub fn udp(from: ([u8; 4], u16), to: ([u8; 4], u16), payload: &[u8]) -> Vec<u8> {
    let step = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from.0, to.0, 64).udp(from.1, to.1);
    let mut bytes = Vec::new();
    step.write(&mut bytes, payload).unwrap();
    bytes
}

/// A decoder with its events.
pub struct Sensor {
    pub decoder: Decoder,
    pub events: Vec<Event>,
}

impl Sensor {
    pub fn new(limits: Limits) -> Self {
        Self { decoder: Decoder::new(limits), events: Vec::new() }
    }
    /// One Ethernet frame at a time in milliseconds.
    pub fn at(&mut self, ms: i64, frame: &[u8]) -> &mut Self {
        self.try_at(ms, ETHERNET, frame).unwrap();
        self
    }
    pub fn try_at(&mut self, ms: i64, link: u32, frame: &[u8]) -> Result<(), PacketError> {
        let Self { decoder, events } = self;
        decoder.packet(link, ms * MS, frame, frame.len() as u32, &mut |event| events.push(event))
    }
    pub fn finish(&mut self) -> &mut Self {
        let Self { decoder, events } = self;
        decoder.finish(&mut |event| events.push(event));
        self
    }
    pub fn counters(&self) -> &Counters {
        self.decoder.counters()
    }
    pub fn flows(&self) -> Vec<&NetworkActivity> {
        self.events.iter().filter_map(|event| if let Body::Network(body) = &event.body { Some(&**body) } else { None }).collect()
    }
    pub fn requests(&self) -> Vec<&HttpActivity> {
        self.events.iter().filter_map(|event| if let Body::Http(body) = &event.body { Some(&**body) } else { None }).collect()
    }
    pub fn names(&self) -> Vec<&DnsActivity> {
        self.events.iter().filter_map(|event| if let Body::Dns(body) = &event.body { Some(&**body) } else { None }).collect()
    }
}

/// A TLS record with a ClientHello for `name`, padded with an unknown extension of `padding` bytes.
pub fn client_hello(name: &str, padding: usize) -> Vec<u8> {
    let sized = |body: &[u8]| [&(body.len() as u16).to_be_bytes()[..], body].concat();
    let server_name = sized(&[&[0][..], &sized(name.as_bytes())].concat());
    let extensions = [&[0, 0][..], &sized(&server_name), &[0x7a, 0x01], &sized(&vec![0; padding])].concat();
    let body = [&[3, 3][..], &[9; 32], &[0], &sized(&[0x13, 0x01]), &[1, 0], &sized(&extensions)].concat();
    let message = [&[1, 0][..], &sized(&body)].concat();
    [&[0x16, 3, 1][..], &sized(&message)].concat()
}
