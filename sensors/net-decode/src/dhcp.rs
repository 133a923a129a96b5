//! DHCP (RFC 2131, options of RFC 2132 and 4702): one event per message. Remembers the host name a client asks with, because
//! servers seldom repeat it in the acknowledgement that makes the lease.

use crate::counters::Counters;
use crate::cursor::Cursor;
use crate::event::{Out, endpoint, event, socket_bytes};
use crate::text;
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use weft_model::{Body, DhcpActivity, DhcpKind, Event, EventUid};

/// Most host names remembered between request and acknowledgement.
const MAX_REMEMBERED: usize = 4096;
/// Most options read of one message.
const MAX_OPTIONS: usize = 128;
const COOKIE: u32 = 0x6382_5363;

/// One message as far as we read it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Message {
    transaction: u32,
    client_address: Option<Ipv4Addr>,
    your_address: Option<Ipv4Addr>,
    mac: String,
    kind: DhcpKind,
    kind_number: u8,
    host_name: Option<String>,
    lease_s: Option<u32>,
}

fn parse(data: &[u8]) -> Option<Message> {
    let mut cursor = Cursor::new(data);
    let _operation = cursor.u8().filter(|operation| matches!(operation, 1 | 2))?;
    let _hardware_type = cursor.u8()?;
    let hardware_length = usize::from(cursor.u8()?).min(16);
    cursor.u8()?;
    let transaction = cursor.u32()?;
    cursor.u32()?;
    let client_address = specified(cursor.ipv4()?);
    let your_address = specified(cursor.ipv4()?);
    cursor.take(8)?;
    let hardware = cursor.take(16)?;
    cursor.take(64 + 128)?;
    (cursor.u32()? == COOKIE).then_some(())?;
    let mac = text::mac(hardware.get(..hardware_length)?);
    let mut message = Message { transaction, client_address, your_address, mac, ..Message::default() };
    let mut domain_name = None;
    for _ in 0..MAX_OPTIONS {
        let Some((code, value)) = option(&mut cursor) else { break };
        match (code, value) {
            (53, [number]) => {
                message.kind_number = *number;
                message.kind = match number {
                    1 => DhcpKind::Discover,
                    2 => DhcpKind::Offer,
                    3 => DhcpKind::Request,
                    5 => DhcpKind::Ack,
                    6 => DhcpKind::Nak,
                    7 => DhcpKind::Release,
                    _ => DhcpKind::Other,
                };
            }
            (12, name) => message.host_name = host_name(name),
            (51, _) => message.lease_s = Cursor::new(value).u32(),
            // Flags, two result codes, then the name: labels when bit 2 is set, else plain text.
            (81, [flags, _, _, name @ ..]) => domain_name = if flags & 4 == 0 { host_name(name) } else { labels(name) },
            _ => {}
        }
    }
    // Option 12 is what the field of the event promises; the full name stands in for it.
    message.host_name = message.host_name.or(domain_name);
    Some(message)
}

/// The next option, padding passed over; `None` at the end mark or when the bytes run out.
fn option<'a>(cursor: &mut Cursor<'a>) -> Option<(u8, &'a [u8])> {
    loop {
        match cursor.u8()? {
            0 => {}
            255 => return None,
            code => return Some((code, cursor.vec8()?)),
        }
    }
}

fn specified(address: Ipv4Addr) -> Option<Ipv4Addr> {
    (!address.is_unspecified()).then_some(address)
}

fn host_name(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default().trim_ascii();
    (!bytes.is_empty()).then(|| text::name(bytes))
}

fn labels(bytes: &[u8]) -> Option<String> {
    let mut cursor = Cursor::new(bytes);
    let mut parts = Vec::new();
    while let Some(label) = cursor.vec8().filter(|label| !label.is_empty()) {
        parts.push(text::name(label));
    }
    (!parts.is_empty()).then(|| parts.join("."))
}

/// Host names by transaction and client.
#[derive(Debug, Default)]
pub(crate) struct DhcpNames {
    names: HashMap<(u32, String), String>,
    order: VecDeque<(u32, String)>,
}

impl DhcpNames {
    /// Takes one message; false when it is not DHCP.
    pub(crate) fn message(
        &mut self,
        data: &[u8],
        source: SocketAddr,
        destination: SocketAddr,
        time_ns: i64,
        counters: &mut Counters,
        out: Out<'_>,
    ) -> bool {
        let Some(mut message) = parse(data) else {
            counters.dhcp_malformed += 1;
            return false;
        };
        self.name(&mut message);
        let leased_ip = match message.kind {
            DhcpKind::Offer | DhcpKind::Ack => message.your_address,
            DhcpKind::Release => message.client_address,
            _ => None,
        };
        let activity = DhcpActivity {
            kind: message.kind,
            transaction_uid: message.transaction,
            mac: message.mac,
            hostname: message.host_name,
            leased_ip: leased_ip.map(IpAddr::V4),
            lease_s: message.lease_s,
            ..DhcpActivity::default()
        };
        out(dhcp_event((source, destination), message.kind_number, time_ns, activity));
        true
    }

    /// Remembers a client's name, or gives it to a server's answer that lacks one.
    fn name(&mut self, message: &mut Message) {
        let key = (message.transaction, message.mac.clone());
        match (message.kind, &message.host_name) {
            (DhcpKind::Discover | DhcpKind::Request, Some(name)) => {
                if self.names.insert(key.clone(), name.clone()).is_none() {
                    self.order.push_back(key);
                }
                if self.order.len() > MAX_REMEMBERED
                    && let Some(oldest) = self.order.pop_front()
                {
                    self.names.remove(&oldest);
                }
            }
            (DhcpKind::Offer | DhcpKind::Ack, None) => message.host_name = self.names.get(&key).cloned(),
            _ => {}
        }
    }
}

/// The event of one message between `ends` (source, destination) at `time_ns`; `kind_number` is option 53. The endpoints of `activity`
/// are set.
pub fn dhcp_event(ends: (SocketAddr, SocketAddr), kind_number: u8, time_ns: i64, mut activity: DhcpActivity) -> Event {
    let uid = EventUid::of(
        "dhcp",
        &[
            &socket_bytes(ends.0),
            &socket_bytes(ends.1),
            &activity.transaction_uid.to_be_bytes(),
            &[kind_number],
            activity.mac.as_bytes(),
            &time_ns.to_be_bytes(),
        ],
    );
    (activity.src_endpoint, activity.dst_endpoint) = (endpoint(ends.0), endpoint(ends.1));
    event(uid, time_ns, Body::Dhcp(Box::new(activity)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(operation: u8, hardware_length: u8, options: &[u8]) -> Vec<u8> {
        let mut data = vec![operation, 1, hardware_length, 0, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 7];
        data.extend_from_slice(&[0; 8]);
        data.extend_from_slice(&[2, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        data.extend_from_slice(&[0; 192]);
        data.extend_from_slice(&COOKIE.to_be_bytes());
        data.extend_from_slice(options);
        data
    }

    #[test]
    fn an_acknowledgement_gets_the_name_of_the_request() {
        let request = message(1, 6, &[53, 1, 3, 12, 5, b'P', b'C', b'-', b'0', b'7', 255]);
        let acknowledgement = message(2, 6, &[53, 1, 5, 0, 51, 4, 0, 0, 0x0e, 0x10, 255]);
        let mut names = DhcpNames::default();
        let mut events = Vec::new();
        let (client, server) = ("0.0.0.0:68".parse().unwrap(), "10.0.0.1:67".parse().unwrap());
        for (data, from, to) in [(&request, client, server), (&acknowledgement, server, client)] {
            assert!(names.message(data, from, to, 5, &mut Counters::default(), &mut |event| events.push(event)));
        }
        let Body::Dhcp(activity) = &events[1].body else { panic!() };
        assert_eq!((activity.kind, activity.mac.as_str()), (DhcpKind::Ack, "02:00:00:00:00:09"));
        assert_eq!((activity.hostname.as_deref(), activity.lease_s), (Some("pc-07"), Some(3600)));
        assert_eq!(activity.leased_ip, Some([10, 0, 0, 7].into()));
        assert_ne!(events[0].uid, events[1].uid);
    }

    #[test]
    fn hostile_lengths_are_harmless() {
        assert_eq!(parse(&message(1, 255, &[53, 1, 1])).unwrap().mac.len(), 16 * 3 - 1);
        assert_eq!(parse(&message(1, 6, &[12, 200, b'x'])).unwrap().host_name, None, "an option past the end");
        assert_eq!(parse(&message(9, 6, &[])), None);
        assert_eq!(parse(&message(1, 6, &[])[..239]), None);
        assert_eq!(parse(&message(1, 6, &[81, 9, 4, 0, 0, 2, b'P', b'c', 1, b'd', 0, 255])).unwrap().host_name.as_deref(), Some("pc.d"));
    }
}
