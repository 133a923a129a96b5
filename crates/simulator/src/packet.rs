//! Frames: Ethernet, IPv4, TCP and UDP with correct lengths and checksums (RFC 791, 768, 9293, 1071).
//!
//! Payload may be cut: `zeros` stands for that many further payload bytes of value zero, which count in every length and checksum (a
//! zero adds nothing) and are not captured. Must not know what the payload means.

use std::net::Ipv4Addr;

/// Bytes kept of a frame, as a capture with `tcpdump -s 640` keeps them.
pub const SNAPLEN: usize = 640;
/// Bytes of a TCP payload that are always kept: Ethernet, IPv4 and TCP headers take 54.
pub const KEPT_PAYLOAD: usize = SNAPLEN - 54;
/// Largest TCP payload of one captured segment: capture behind segmentation offload shows merged segments.
pub const MAX_SEGMENT: usize = 44 * 1460;

/// One end on the wire: for a remote host the hardware address is the gateway's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Station {
    pub mac: [u8; 6],
    pub ip: Ipv4Addr,
    /// Time to live of its packets where they are captured.
    pub ttl: u8,
}

/// TCP flags.
pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const PSH: u8 = 0x08;
pub const ACK: u8 = 0x10;

/// The changing part of a TCP header.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tcp {
    pub source_port: u16,
    pub destination_port: u16,
    pub sequence: u32,
    pub acknowledgement: u32,
    pub flags: u8,
    pub window: u16,
}

/// Sum of 16-bit words, not folded.
fn sum(bytes: &[u8]) -> u64 {
    let mut words = bytes.chunks_exact(2);
    let mut total = 0u64;
    for word in &mut words {
        if let [high, low] = word {
            total += u64::from(u16::from_be_bytes([*high, *low]));
        }
    }
    if let [last] = words.remainder() {
        total += u64::from(*last) << 8;
    }
    total
}

fn fold(mut total: u64) -> u16 {
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    !(total as u16)
}

fn address_sum(source: Ipv4Addr, destination: Ipv4Addr) -> u64 {
    sum(&source.octets()) + sum(&destination.octets())
}

/// Appends the Ethernet and IPv4 headers; `length` is that of the IP payload.
fn ip_header(out: &mut Vec<u8>, from: &Station, to: &Station, protocol: u8, id: u16, length: usize) {
    out.extend_from_slice(&to.mac);
    out.extend_from_slice(&from.mac);
    out.extend_from_slice(&[0x08, 0x00]);
    let total = (length + 20).min(65_535) as u16;
    let [total_high, total_low] = total.to_be_bytes();
    let [id_high, id_low] = id.to_be_bytes();
    let fixed = [0x45, 0, total_high, total_low, id_high, id_low, 0x40, 0, from.ttl, protocol];
    let checksum = fold(sum(&fixed) + address_sum(from.ip, to.ip));
    out.extend_from_slice(&fixed);
    out.extend_from_slice(&checksum.to_be_bytes());
    out.extend_from_slice(&from.ip.octets());
    out.extend_from_slice(&to.ip.octets());
}

/// Options of a SYN: largest segment, window scale, selective acknowledgements.
const SYN_OPTIONS: &[u8] = &[2, 4, 5, 0xb4, 1, 3, 3, 8, 1, 1, 4, 2];

/// Bytes that the IP header of [`tcp`] states.
pub fn tcp_ip_bytes(flags: u8, payload: usize) -> u64 {
    let options = if flags & SYN != 0 { SYN_OPTIONS.len() } else { 0 };
    (20 + 20 + options + payload) as u64
}

/// Bytes that the IP header of [`udp`] states.
pub fn udp_ip_bytes(payload: usize) -> u64 {
    (20 + 8 + payload) as u64
}

/// Appends one TCP frame, at most [`SNAPLEN`] bytes of it, and returns its true length. A SYN carries the usual options.
pub fn tcp(out: &mut Vec<u8>, from: &Station, to: &Station, header: &Tcp, id: u16, payload: (&[u8], usize)) -> u32 {
    let (bytes, zeros) = payload;
    let start = out.len();
    let options: &[u8] = if header.flags & SYN != 0 { SYN_OPTIONS } else { &[] };
    let length = 20 + options.len() + bytes.len() + zeros;
    ip_header(out, from, to, 6, id, length);
    let mut head = Vec::with_capacity(16);
    head.extend_from_slice(&header.source_port.to_be_bytes());
    head.extend_from_slice(&header.destination_port.to_be_bytes());
    head.extend_from_slice(&header.sequence.to_be_bytes());
    head.extend_from_slice(&header.acknowledgement.to_be_bytes());
    head.push(((5 + options.len() / 4) as u8) << 4);
    head.push(header.flags);
    head.extend_from_slice(&header.window.to_be_bytes());
    let checksum = fold(address_sum(from.ip, to.ip) + 6 + length as u64 + sum(&head) + sum(options) + sum(bytes));
    out.extend_from_slice(&head);
    out.extend_from_slice(&checksum.to_be_bytes());
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(options);
    finish(out, start, length, bytes)
}

/// Appends one UDP frame, at most [`SNAPLEN`] bytes of it, and returns its true length.
pub fn udp(out: &mut Vec<u8>, from: (&Station, u16), to: (&Station, u16), id: u16, payload: &[u8]) -> u32 {
    let start = out.len();
    let length = 8 + payload.len();
    ip_header(out, from.0, to.0, 17, id, length);
    let mut head = Vec::with_capacity(6);
    head.extend_from_slice(&from.1.to_be_bytes());
    head.extend_from_slice(&to.1.to_be_bytes());
    head.extend_from_slice(&(length as u16).to_be_bytes());
    let checksum = match fold(address_sum(from.0.ip, to.0.ip) + 17 + length as u64 + sum(&head) + sum(payload)) {
        // RFC 768: zero means "no checksum", so a computed zero is sent as all ones.
        0 => 0xffff,
        checksum => checksum,
    };
    out.extend_from_slice(&head);
    out.extend_from_slice(&checksum.to_be_bytes());
    finish(out, start, length, payload)
}

/// Appends as much of the payload as fits; returns the frame's true length (14 Ethernet + 20 IPv4 + `length`).
fn finish(out: &mut Vec<u8>, start: usize, length: usize, bytes: &[u8]) -> u32 {
    let original = 34 + length;
    let written = out.len() - start;
    let room = SNAPLEN.min(original).saturating_sub(written);
    out.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    out.resize(start + SNAPLEN.min(original), 0);
    original as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use etherparse::{NetSlice, SlicedPacket, TransportSlice};

    fn station(last: u8) -> Station {
        Station { mac: [2, 0, 0, 0, 0, last], ip: Ipv4Addr::new(10, 0, 0, last), ttl: 64 }
    }

    #[test]
    fn checksums_agree_with_an_independent_parser() {
        for payload in [&b""[..], b"x", b"hello", &[0xff; 333]] {
            let mut frame = Vec::new();
            let header = Tcp { source_port: 5, destination_port: 443, sequence: 7, acknowledgement: 9, flags: SYN, window: 64 };
            let length = tcp(&mut frame, &station(1), &station(2), &header, 3, (payload, 0));
            assert_eq!(length as usize, frame.len());
            let parsed = SlicedPacket::from_ethernet(&frame).unwrap();
            let Some(NetSlice::Ipv4(ip)) = &parsed.net else { panic!("no IPv4") };
            assert_eq!(ip.header().to_header().calc_header_checksum(), ip.header().header_checksum());
            let Some(TransportSlice::Tcp(tcp)) = &parsed.transport else { panic!("no TCP") };
            assert_eq!(tcp.calc_checksum_ipv4(ip.header().source(), ip.header().destination()).unwrap(), tcp.checksum());
            let mut frame = Vec::new();
            udp(&mut frame, (&station(1), 53), (&station(2), 99), 3, payload);
            let parsed = SlicedPacket::from_ethernet(&frame).unwrap();
            let Some(TransportSlice::Udp(udp)) = &parsed.transport else { panic!("no UDP") };
            let expected = udp.to_header().calc_checksum_ipv4_raw([10, 0, 0, 1], [10, 0, 0, 2], payload).unwrap();
            assert_eq!(expected, udp.checksum());
        }
    }

    #[test]
    fn long_frames_are_cut_and_keep_their_true_length() {
        let mut frame = Vec::new();
        let length = tcp(&mut frame, &station(1), &station(2), &Tcp::default(), 3, (&[1; 100], 5_000));
        assert_eq!(length, 14 + 20 + 20 + 5_100);
        assert_eq!(frame.len(), SNAPLEN);
        assert_eq!(u16::from_be_bytes([frame[16], frame[17]]), 5_140);
    }
}
