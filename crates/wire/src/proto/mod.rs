//! Events in Protobuf (`schemas/event/v1`), the default form on the bus. One file a class, as in `ocsf/`.

mod account_change;
mod api;
mod authentication;
mod detection_finding;
mod dhcp;
mod dns;
mod email;
mod entity_management;
mod file_hosting;
mod guard;
mod http;
mod network;
mod object;

/// Generated from the .proto files by `build.rs`.
#[allow(clippy::all, missing_docs)]
mod v1 {
    include!(concat!(env!("OUT_DIR"), "/weft.event.v1.rs"));
}

use crate::error::WireError;
use prost::Message;
use v1::event::Body as Wire;
use weft_model::{Body, Event, EventTime, EventUid, Metadata};

pub use guard::{MAX_EVENT_BYTES, MAX_REPEATED};

/// The bytes of `event`: message `weft.event.v1.Event`. One event always gives the same bytes.
///
/// The caps of the model keep an event far below [`MAX_EVENT_BYTES`]; whoever ignores them writes what [`decode_event`] refuses.
pub fn encode_event(event: &Event) -> Vec<u8> {
    message(event.clone()).encode_to_vec()
}

/// Appends the bytes of [`encode_event`] for an event that is not needed any more; nothing is copied first.
pub fn append_event(event: Event, out: &mut Vec<u8>) {
    let message = message(event);
    out.reserve(message.encoded_len());
    message.encode_raw(out);
}

fn message(event: Event) -> v1::Event {
    let body = match event.body {
        Body::Email(b) => Wire::EmailActivity(email::encode(*b)),
        Body::Authentication(b) => Wire::Authentication(authentication::encode(*b)),
        Body::AccountChange(b) => Wire::AccountChange(account_change::encode(*b)),
        Body::EntityManagement(b) => Wire::EntityManagement(entity_management::encode(*b)),
        Body::Api(b) => Wire::ApiActivity(api::encode(*b)),
        Body::FileHosting(b) => Wire::FileHosting(file_hosting::encode(*b)),
        Body::Network(b) => Wire::NetworkActivity(network::encode(*b)),
        Body::Http(b) => Wire::HttpActivity(http::encode(*b)),
        Body::Dns(b) => Wire::DnsActivity(dns::encode(*b)),
        Body::Dhcp(b) => Wire::DhcpActivity(dhcp::encode(*b)),
        Body::Finding(b) => Wire::DetectionFinding(detection_finding::encode(*b)),
    };
    v1::Event {
        uid: event.uid.0.to_vec(),
        time: event.time.0,
        metadata: Some(v1::Metadata {
            product: Some(v1::Product { name: event.metadata.product }),
            log_name: event.metadata.log_name,
            original_event_uid: event.metadata.original_uid,
        }),
        raw_data: event.raw_data,
        body: Some(body),
    }
}

/// Appends an event, as [`encode_event`] gives it, to a file of events: its length as a varint, then its bytes.
pub fn append_delimited(event: &[u8], out: &mut Vec<u8>) {
    append_length(event.len(), out);
    out.extend_from_slice(event);
}

/// Appends a length as [`append_delimited`] writes it.
pub fn append_length(length: usize, out: &mut Vec<u8>) {
    let mut left = length;
    while left >= 0x80 {
        out.push(left as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

/// The event that `bytes` hold.
///
/// Fields of later versions are skipped; an activity, status or direction this version does not know becomes `Other` or `Unknown`.
///
/// # Errors
/// More than [`MAX_EVENT_BYTES`], more than [`MAX_REPEATED`] list entries, not Protobuf, no body, a uid that has not 16 bytes, an
/// address that has not 4 or 16, a number outside its range, or an authentication of a kind this version does not know.
pub fn decode_event(bytes: &[u8]) -> Result<Event, WireError> {
    guard::check(bytes)?;
    let message = v1::Event::decode(bytes)?;
    let body = match message.body.ok_or(WireError::Missing { field: "body" })? {
        Wire::EmailActivity(b) => Body::Email(Box::new(email::decode(b)?)),
        Wire::Authentication(b) => Body::Authentication(Box::new(authentication::decode(b)?)),
        Wire::AccountChange(b) => Body::AccountChange(Box::new(account_change::decode(b)?)),
        Wire::EntityManagement(b) => Body::EntityManagement(Box::new(entity_management::decode(b)?)),
        Wire::ApiActivity(b) => Body::Api(Box::new(api::decode(b)?)),
        Wire::FileHosting(b) => Body::FileHosting(Box::new(file_hosting::decode(b)?)),
        Wire::NetworkActivity(b) => Body::Network(Box::new(network::decode(b)?)),
        Wire::HttpActivity(b) => Body::Http(Box::new(http::decode(b)?)),
        Wire::DnsActivity(b) => Body::Dns(Box::new(dns::decode(b)?)),
        Wire::DhcpActivity(b) => Body::Dhcp(Box::new(dhcp::decode(b)?)),
        Wire::DetectionFinding(b) => Body::Finding(Box::new(detection_finding::decode(b)?)),
    };
    let uid: [u8; 16] = message.uid.as_slice().try_into().map_err(|_| WireError::Invalid { field: "uid", expected: "16 bytes" })?;
    let metadata = message.metadata.unwrap_or_default();
    Ok(Event {
        uid: EventUid(uid),
        time: EventTime(message.time),
        metadata: Metadata {
            product: metadata.product.unwrap_or_default().name,
            log_name: metadata.log_name,
            original_uid: metadata.original_event_uid,
        },
        raw_data: message.raw_data,
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::v1;
    use crate::activity::{ACCOUNT_CHANGE, AUTH_PROTOCOL, AUTHENTICATION, DHCP, DIRECTION, ENTITY_MANAGEMENT, FILE_HOSTING, Row, STATUS};

    #[test]
    fn another_implementation_reads_the_lengths() {
        use prost::Message;
        let mut file = Vec::new();
        let event = |length| v1::Event { raw_data: Some("x".repeat(length)), ..v1::Event::default() };
        for length in [0, 100, 200, 70_000] {
            super::append_delimited(&event(length).encode_to_vec(), &mut file);
        }
        let mut rest = file.as_slice();
        for length in [0, 100, 200, 70_000] {
            assert_eq!(v1::Event::decode_length_delimited(&mut rest).unwrap(), event(length));
        }
        assert!(rest.is_empty());
    }

    /// Every row of `table` is a value of the Protobuf enum whose name is `prefix` and OCSF's caption.
    fn check<K>(table: &[Row<K>], prefix: &str, name: impl Fn(i32) -> Option<&'static str>) {
        for (_, id, caption) in table {
            let expected = format!("{prefix}_{}", caption.to_uppercase().replace(' ', "_"));
            assert_eq!(name(i32::from(*id)), Some(expected.as_str()));
        }
    }

    #[test]
    fn the_proto_files_and_the_tables_agree() {
        check(STATUS, "STATUS_ID", |id| v1::StatusId::try_from(id).ok().map(|v| v.as_str_name()));
        check(DIRECTION, "DIRECTION_ID", |id| v1::DirectionId::try_from(id).ok().map(|v| v.as_str_name()));
        check(DHCP, "DHCP_ACTIVITY_ID", |id| v1::DhcpActivityId::try_from(id).ok().map(|v| v.as_str_name()));
        check(AUTHENTICATION, "AUTHENTICATION_ACTIVITY_ID", |id| v1::AuthenticationActivityId::try_from(id).ok().map(|v| v.as_str_name()));
        check(AUTH_PROTOCOL, "AUTH_PROTOCOL_ID", |id| v1::AuthProtocolId::try_from(id).ok().map(|v| v.as_str_name()));
        check(ACCOUNT_CHANGE, "ACCOUNT_CHANGE_ACTIVITY_ID", |id| v1::AccountChangeActivityId::try_from(id).ok().map(|v| v.as_str_name()));
        check(ENTITY_MANAGEMENT, "ENTITY_MANAGEMENT_ACTIVITY_ID", |id| {
            v1::EntityManagementActivityId::try_from(id).ok().map(|v| v.as_str_name())
        });
        check(FILE_HOSTING, "FILE_HOSTING_ACTIVITY_ID", |id| v1::FileHostingActivityId::try_from(id).ok().map(|v| v.as_str_name()));
    }
}
