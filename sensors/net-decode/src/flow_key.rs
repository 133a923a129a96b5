//! The key of a flow: both directions of one conversation give the same key.

use std::net::{IpAddr, Ipv6Addr};

/// IANA protocol numbers that the decoder treats specially.
pub(crate) const ICMP: u8 = 1;
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const ICMP6: u8 = 58;
pub(crate) const SCTP: u8 = 132;

/// One end of a flow, by its place in the key's order and not by its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Low,
    High,
}

impl End {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// Protocol, addresses and ports with the lower end first, except for ICMP messages that have no counterpart: these keep
/// their direction. ICMP types stand in for ports as in Community ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FlowKey {
    low: [u8; 16],
    high: [u8; 16],
    low_port: u16,
    high_port: u16,
    protocol: u8,
    is_ipv6: bool,
}

impl FlowKey {
    /// The key and the end that the packet came from. For ICMP the ports are type and code.
    pub(crate) fn new(source: IpAddr, destination: IpAddr, protocol: u8, source_port: u16, destination_port: u16) -> (Self, End) {
        let (destination_port, one_way) = match protocol {
            ICMP | ICMP6 => match icmp_counterpart(protocol, source_port) {
                Some(counterpart) => (counterpart, false),
                None => (destination_port, true),
            },
            _ => (destination_port, false),
        };
        let is_ipv6 = source.is_ipv6() || destination.is_ipv6();
        let (from, to) = (bytes(source), bytes(destination));
        if one_way || (from, source_port) <= (to, destination_port) {
            (Self { low: from, high: to, low_port: source_port, high_port: destination_port, protocol, is_ipv6 }, End::Low)
        } else {
            (Self { low: to, high: from, low_port: destination_port, high_port: source_port, protocol, is_ipv6 }, End::High)
        }
    }

    pub(crate) fn protocol(&self) -> u8 {
        self.protocol
    }

    /// Whether the protocol has ports; those of ICMP are types and no ports.
    pub(crate) fn has_ports(&self) -> bool {
        matches!(self.protocol, TCP | UDP | SCTP)
    }

    pub(crate) fn is_icmp(&self) -> bool {
        matches!(self.protocol, ICMP | ICMP6)
    }

    /// Port (or ICMP type) of one end.
    pub(crate) fn port(&self, end: End) -> u16 {
        match end {
            End::Low => self.low_port,
            End::High => self.high_port,
        }
    }

    /// Address of one end, 4 or 16 bytes.
    pub(crate) fn address_bytes(&self, end: End) -> &[u8] {
        let address = match end {
            End::Low => &self.low,
            End::High => &self.high,
        };
        if self.is_ipv6 { address } else { address.get(..4).unwrap_or(address) }
    }

    pub(crate) fn address(&self, end: End) -> IpAddr {
        let address = match end {
            End::Low => self.low,
            End::High => self.high,
        };
        if self.is_ipv6 {
            return Ipv6Addr::from(address).into();
        }
        let [a, b, c, d, ..] = address;
        [a, b, c, d].into()
    }
}

fn bytes(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        IpAddr::V6(v6) => v6.octets(),
    }
}

/// The type that answers an ICMP type (or is answered by it), from the Community ID specification.
fn icmp_counterpart(protocol: u8, kind: u16) -> Option<u16> {
    const V4: [(u16, u16); 5] = [(8, 0), (13, 14), (15, 16), (10, 9), (17, 18)];
    const V6: [(u16, u16); 6] = [(128, 129), (133, 134), (135, 136), (130, 131), (144, 145), (139, 140)];
    let pairs: &[(u16, u16)] = if protocol == ICMP { &V4 } else { &V6 };
    pairs.iter().find_map(|&(request, reply)| match kind {
        kind if kind == request => Some(reply),
        kind if kind == reply => Some(request),
        _ => None,
    })
}

/// Whether an ICMP type answers another one, so that its sender did not begin the exchange.
pub(crate) fn is_icmp_reply(protocol: u8, kind: u16) -> bool {
    match protocol {
        ICMP => matches!(kind, 0 | 14 | 16 | 18),
        ICMP6 => matches!(kind, 129 | 136 | 140 | 145),
        _ => false,
    }
}
