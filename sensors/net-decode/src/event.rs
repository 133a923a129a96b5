//! What all events of the network sensor share: time, metadata, endpoints.

use std::net::SocketAddr;
use weft_model::{Body, Endpoint, Event, EventTime, EventUid, Metadata};

/// `metadata.product` of every event.
const PRODUCT: &str = "Weft network sensor";
/// `metadata.log_name` of every event, live or from a file: the same packets give the same events.
const LOG_NAME: &str = "pcap";

/// Nanoseconds in a millisecond.
pub(crate) const MS: i64 = 1_000_000;

/// Where events go.
pub(crate) type Out<'a> = &'a mut dyn FnMut(Event);

pub(crate) fn time(time_ns: i64) -> EventTime {
    EventTime(time_ns.div_euclid(MS))
}

pub(crate) fn event(uid: EventUid, time_ns: i64, body: Body) -> Event {
    Event {
        uid,
        time: time(time_ns),
        metadata: Metadata { product: PRODUCT.to_owned(), log_name: LOG_NAME.to_owned(), original_uid: None },
        raw_data: None,
        body,
    }
}

pub(crate) fn endpoint(address: SocketAddr) -> Endpoint {
    Endpoint { ip: Some(address.ip()), port: Some(address.port()), hostname: None, mac: None }
}

/// Address (4 or 16 bytes) and port (big-endian) of one end, for hashing into a uid.
pub(crate) fn socket_bytes(address: SocketAddr) -> Vec<u8> {
    let mut bytes = match address.ip() {
        std::net::IpAddr::V4(v4) => v4.octets().to_vec(),
        std::net::IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    bytes.extend_from_slice(&address.port().to_be_bytes());
    bytes
}
