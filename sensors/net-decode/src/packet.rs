//! IP and transport headers: from a captured frame to addresses, ports, lengths and payload. Must not keep state.

use crate::counters::Counters;
use crate::error::PacketError;
use crate::flow_key::{ICMP, ICMP6, SCTP, TCP, UDP};
use crate::link;
use crate::tunnel::{self, Inner};
use etherparse::{IpFragOffset, Ipv6ExtensionSlice, LaxIpSlice, UdpSlice};
use std::net::IpAddr;

/// Most tunnels followed into one packet.
const MAX_TUNNELS: usize = 4;

/// The TCP header fields that flow tracking needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tcp {
    pub sequence: u32,
    pub syn: bool,
    pub ack: bool,
    pub fin: bool,
    pub rst: bool,
}

/// One packet, its innermost layer when it came through tunnels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a> {
    pub source: IpAddr,
    pub destination: IpAddr,
    pub protocol: u8,
    /// 0 for protocols without ports; ICMP type and code for ICMP.
    pub source_port: u16,
    pub destination_port: u16,
    /// Bytes of the IP packet on the wire.
    pub ip_bytes: u32,
    /// Captured part of the transport payload.
    pub payload: &'a [u8],
    /// Bytes of the transport payload on the wire, at least those captured.
    pub payload_bytes: u32,
    pub tcp: Option<Tcp>,
}

/// Decodes a frame. `Ok(None)` is a packet that is none of ours (no IP, a later fragment); `counters` says which.
pub(crate) fn decode<'a>(
    link_type: u32,
    data: &'a [u8],
    original_len: u32,
    counters: &mut Counters,
) -> Result<Option<Packet<'a>>, PacketError> {
    let missing = original_len.saturating_sub(u32::try_from(data.len()).unwrap_or(u32::MAX));
    if missing > 0 {
        counters.snapped = counters.snapped.saturating_add(1);
    }
    let Some(mut ip) = link::ip_packet(link_type, data)? else {
        counters.non_ip = counters.non_ip.saturating_add(1);
        return Ok(None);
    };
    for _ in 0..=MAX_TUNNELS {
        let Some(layer) = Layer::parse(ip, missing, counters)? else { return Ok(None) };
        let inner = match layer.inner() {
            Some(Inner::Ip(inner)) => Some(inner),
            // A broken inner frame leaves the outer packet, which is a flow by itself.
            Some(Inner::Ethernet(frame)) => link::ethernet(frame).ok().flatten(),
            None => None,
        };
        match inner {
            Some(inner) => {
                counters.decapsulated = counters.decapsulated.saturating_add(1);
                ip = inner;
            }
            None => return layer.transport().map(Some),
        }
    }
    Err(PacketError::TunnelTooDeep)
}

/// One IP layer.
struct Layer<'a> {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    ip_bytes: u32,
    payload: &'a [u8],
    payload_bytes: u32,
    /// The capture holds less than the header says.
    incomplete: bool,
    fragmented: bool,
}

impl<'a> Layer<'a> {
    fn parse(ip: &'a [u8], missing: u32, counters: &mut Counters) -> Result<Option<Self>, PacketError> {
        let (slice, stopped) = LaxIpSlice::from_slice(ip).map_err(|error| match error {
            etherparse::err::ip::LaxHeaderSliceError::Len(_) => PacketError::Truncated,
            etherparse::err::ip::LaxHeaderSliceError::Content(_) => PacketError::BadIpHeader,
        })?;
        if let Some((error, _)) = stopped {
            return Err(match error {
                etherparse::err::ipv6_exts::HeaderSliceError::Len(_) => PacketError::Truncated,
                etherparse::err::ipv6_exts::HeaderSliceError::Content(_) => PacketError::BadIpHeader,
            });
        }
        let (declared, first_fragment) = match &slice {
            LaxIpSlice::Ipv4(v4) => {
                let header = v4.header();
                let declared = u32::from(header.total_len());
                // Zero (segmentation offload) or nonsense: the frame's own length stands in.
                let declared = (declared >= u32::from(header.ihl()) * 4).then_some(declared);
                (declared, header.fragments_offset() == IpFragOffset::ZERO)
            }
            LaxIpSlice::Ipv6(v6) => {
                let declared = u32::from(v6.header().payload_length());
                let declared = (declared > 0 || ip.len() <= 40).then_some(declared.saturating_add(40));
                let first = !v6.is_payload_fragmented()
                    || v6.extensions().clone().into_iter().all(|extension| match extension {
                        Ipv6ExtensionSlice::Fragment(fragment) => fragment.fragment_offset() == IpFragOffset::ZERO,
                        _ => true,
                    });
                (declared, first)
            }
        };
        let captured = u32::try_from(ip.len()).unwrap_or(u32::MAX);
        let ip_bytes = declared.unwrap_or_else(|| captured.saturating_add(missing));
        let fragmented = slice.is_fragmenting_payload();
        if fragmented {
            counters.fragments = counters.fragments.saturating_add(1);
            if !first_fragment {
                counters.fragments_skipped = counters.fragments_skipped.saturating_add(1);
                return Ok(None);
            }
        }
        let (source, destination) = (slice.source_addr(), slice.destination_addr());
        let body = slice.payload();
        let headers = if body.incomplete { captured.saturating_sub(u32::try_from(body.payload.len()).unwrap_or(u32::MAX)) } else { 0 };
        let payload_len = u32::try_from(body.payload.len()).unwrap_or(u32::MAX);
        let payload_bytes = if body.incomplete { ip_bytes.saturating_sub(headers).max(payload_len) } else { payload_len };
        Ok(Some(Self {
            source,
            destination,
            protocol: body.ip_number.0,
            ip_bytes,
            payload: body.payload,
            payload_bytes,
            incomplete: body.incomplete,
            fragmented,
        }))
    }

    fn inner(&self) -> Option<Inner<'a>> {
        if self.fragmented {
            return None;
        }
        match self.protocol {
            UDP => {
                let (header, payload) = self.payload.split_at_checked(8)?;
                let [a, b, c, d, ..] = *header.first_chunk::<8>()?;
                tunnel::in_udp(u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]), payload)
            }
            protocol => tunnel::in_ip(protocol, self.payload),
        }
    }

    fn transport(&self) -> Result<Packet<'a>, PacketError> {
        let mut packet = Packet {
            source: self.source,
            destination: self.destination,
            protocol: self.protocol,
            source_port: 0,
            destination_port: 0,
            ip_bytes: self.ip_bytes,
            payload: self.payload,
            payload_bytes: self.payload_bytes,
            tcp: None,
        };
        let header_bytes = match self.protocol {
            TCP => {
                // Ports, number and flags are all in the fixed part: a capture that cuts the options still counts.
                let fixed = self.payload.first_chunk::<20>().ok_or(PacketError::Truncated)?;
                let [a, b, c, d, e, f, g, h, _, _, _, _, offset, flags, ..] = *fixed;
                let header_bytes = usize::from(offset >> 4) * 4;
                if header_bytes < fixed.len() {
                    return Err(PacketError::BadTcpHeader);
                }
                if header_bytes > self.payload.len() && !self.incomplete {
                    return Err(PacketError::Truncated);
                }
                packet.source_port = u16::from_be_bytes([a, b]);
                packet.destination_port = u16::from_be_bytes([c, d]);
                packet.payload = self.payload.get(header_bytes..).unwrap_or_default();
                packet.tcp = Some(Tcp {
                    sequence: u32::from_be_bytes([e, f, g, h]),
                    fin: flags & 0x01 != 0,
                    syn: flags & 0x02 != 0,
                    rst: flags & 0x04 != 0,
                    ack: flags & 0x10 != 0,
                });
                header_bytes
            }
            UDP => {
                let udp = UdpSlice::from_slice_lax(self.payload).map_err(|_| PacketError::Truncated)?;
                packet.source_port = udp.source_port();
                packet.destination_port = udp.destination_port();
                packet.payload = udp.payload();
                let declared = u32::from(udp.length());
                // The datagram may be shorter than the IP payload, never longer.
                if (8..self.payload_bytes).contains(&declared) {
                    packet.payload_bytes = declared;
                }
                8
            }
            SCTP => {
                let ports = self.payload.first_chunk::<4>().ok_or(PacketError::Truncated)?;
                let [a, b, c, d] = *ports;
                packet.source_port = u16::from_be_bytes([a, b]);
                packet.destination_port = u16::from_be_bytes([c, d]);
                0
            }
            ICMP | ICMP6 => {
                let [kind, code] = *self.payload.first_chunk::<2>().ok_or(PacketError::Truncated)?;
                packet.source_port = u16::from(kind);
                packet.destination_port = u16::from(code);
                0
            }
            _ => 0,
        };
        let header_bytes = u32::try_from(header_bytes).unwrap_or(u32::MAX);
        let captured = u32::try_from(packet.payload.len()).unwrap_or(u32::MAX);
        packet.payload_bytes = packet.payload_bytes.saturating_sub(header_bytes).max(captured);
        Ok(packet)
    }
}
