//! Why a packet could not be decoded.

/// A packet that gives no event. Packets that are well formed but not ours (ARP, LLDP) are no error: they are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// The capture's link type is not one that the decoder knows.
    #[error("link type {0} is not supported, capture on another interface")]
    UnsupportedLink(u32),
    /// The captured bytes end inside a header; a larger snapshot length would help.
    #[error("the packet ends inside a header, capture with a larger snapshot length")]
    Truncated,
    /// The link header contradicts itself.
    #[error("the link header is malformed")]
    BadLinkHeader,
    /// The IP header or one of its extensions is malformed.
    #[error("the ip header is malformed")]
    BadIpHeader,
    /// The TCP header is malformed.
    #[error("the tcp header is malformed")]
    BadTcpHeader,
    /// Tunnels within tunnels, more than the decoder follows.
    #[error("the packet is nested in too many tunnels")]
    TunnelTooDeep,
}

impl PacketError {
    /// The stable snake-case name under which it is counted.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnsupportedLink(_) => "unsupported_link_type",
            Self::Truncated => "truncated_packet",
            Self::BadLinkHeader => "bad_link_header",
            Self::BadIpHeader => "bad_ip_header",
            Self::BadTcpHeader => "bad_tcp_header",
            Self::TunnelTooDeep => "tunnel_too_deep",
        }
    }
}
