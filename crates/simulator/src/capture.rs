//! The layout of capture files: classic pcap (libpcap format 2.4, microseconds, little-endian, Ethernet).
//!
//! Must not know what is in a frame, nor where files lie.

use crate::packet::SNAPLEN;

/// The header of a file.
pub fn header() -> Vec<u8> {
    let mut header = Vec::with_capacity(24);
    header.extend_from_slice(&0xa1b2_c3d4u32.to_le_bytes());
    header.extend_from_slice(&[2, 0, 4, 0]);
    header.extend_from_slice(&[0; 8]);
    header.extend_from_slice(&(SNAPLEN as u32).to_le_bytes());
    header.extend_from_slice(&1u32.to_le_bytes());
    header
}

/// Appends one packet to `out`, its header first.
pub fn packet(out: &mut Vec<u8>, time_us: i64, original_len: u32, frame: &[u8]) {
    out.extend_from_slice(&((time_us / 1_000_000) as u32).to_le_bytes());
    out.extend_from_slice(&((time_us % 1_000_000) as u32).to_le_bytes());
    out.extend_from_slice(&(frame.len() as u32).to_le_bytes());
    out.extend_from_slice(&original_len.to_le_bytes());
    out.extend_from_slice(frame);
}

/// True length and frame of what [`packet`] wrote.
pub fn parse(packet: &[u8]) -> Option<(u32, &[u8])> {
    let (head, frame) = packet.split_first_chunk::<16>()?;
    let (_, original_len) = head.split_last_chunk::<4>()?;
    Some((u32::from_le_bytes(*original_len), frame))
}
