//! DHCP messages (RFC 2131, 2132).
//!
//! Must not know who holds which lease (`traffic` does).

use std::net::{IpAddr, Ipv4Addr};
use weft_model::{DhcpActivity, DhcpKind};

/// Message types, option 53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Discover = 1,
    Offer = 2,
    Request = 3,
    Ack = 5,
}

/// What a message carries.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub kind: Kind,
    pub transaction: u32,
    pub mac: [u8; 6],
    pub host: &'a str,
    /// The client's present address (`ciaddr`), on renewal.
    pub current: Option<Ipv4Addr>,
    /// The address offered, acknowledged or asked for.
    pub address: Option<Ipv4Addr>,
    pub server: Ipv4Addr,
    pub gateway: Ipv4Addr,
    pub domain: &'a str,
    pub lease_s: u32,
}

impl Message<'_> {
    /// Whether the server sends it.
    pub fn is_reply(&self) -> bool {
        matches!(self.kind, Kind::Offer | Kind::Ack)
    }

    /// What the decoder reads in it, the endpoints apart.
    pub fn activity(&self) -> DhcpActivity {
        let kind = match self.kind {
            Kind::Discover => DhcpKind::Discover,
            Kind::Offer => DhcpKind::Offer,
            Kind::Request => DhcpKind::Request,
            Kind::Ack => DhcpKind::Ack,
        };
        let [a, b, c, d, e, f] = self.mac;
        DhcpActivity {
            kind,
            transaction_uid: self.transaction,
            mac: format!("{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{f:02x}"),
            hostname: (!self.host.is_empty()).then(|| self.host.to_lowercase()),
            leased_ip: self.address.filter(|_| self.is_reply()).map(IpAddr::V4),
            lease_s: self.is_reply().then_some(self.lease_s),
            ..DhcpActivity::default()
        }
    }
}

fn option(out: &mut Vec<u8>, code: u8, value: &[u8]) {
    out.push(code);
    out.push(value.len().min(255) as u8);
    out.extend_from_slice(value.get(..value.len().min(255)).unwrap_or_default());
}

/// The UDP payload.
pub fn encode(message: &Message<'_>) -> Vec<u8> {
    let reply = message.is_reply();
    let mut out = Vec::with_capacity(320);
    out.extend_from_slice(&[if reply { 2 } else { 1 }, 1, 6, 0]);
    out.extend_from_slice(&message.transaction.to_be_bytes());
    out.extend_from_slice(&[0, 0, 0, 0]);
    out.extend_from_slice(&message.current.unwrap_or(Ipv4Addr::UNSPECIFIED).octets());
    let yours = if reply { message.address } else { None };
    out.extend_from_slice(&yours.unwrap_or(Ipv4Addr::UNSPECIFIED).octets());
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&message.mac);
    out.resize(236, 0);
    out.extend_from_slice(&[0x63, 0x82, 0x53, 0x63]);
    option(&mut out, 53, &[message.kind as u8]);
    let mut client = vec![1];
    client.extend_from_slice(&message.mac);
    if reply {
        option(&mut out, 54, &message.server.octets());
        option(&mut out, 51, &message.lease_s.to_be_bytes());
        option(&mut out, 1, &[255, 255, 252, 0]);
        option(&mut out, 3, &message.gateway.octets());
        option(&mut out, 6, &message.server.octets());
        option(&mut out, 15, message.domain.as_bytes());
        option(&mut out, 12, message.host.as_bytes());
    } else {
        option(&mut out, 61, &client);
        option(&mut out, 12, message.host.as_bytes());
        option(&mut out, 60, b"MSFT 5.0");
        if let (None, Some(address)) = (message.current, message.address) {
            option(&mut out, 50, &address.octets());
            if message.kind == Kind::Request {
                option(&mut out, 54, &message.server.octets());
            }
        }
        option(&mut out, 55, &[1, 3, 6, 15, 31, 33, 43, 44, 46, 47, 119, 121, 249, 252]);
    }
    out.push(255);
    while out.len() < 300 {
        out.push(0);
    }
    out
}
