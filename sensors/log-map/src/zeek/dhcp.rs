//! `dhcp.log`: one exchange, which Zeek writes as one record; it becomes the message that ended it. Releases before 3.0 write one record an
//! acknowledgement, with other field names.

use super::Log;
use super::fields::{Fields, ends, number, time_ns, uid};
use crate::error::LogError;
use crate::{instant, text};
use weft_model::{Body, DhcpActivity, DhcpKind, Endpoint, Event, EventUid};

const SERVER_PORT: u16 = 67;
const CLIENT_PORT: u16 = 68;

pub(super) fn map(record: &dyn Fields) -> Result<Event, LogError> {
    let at_ns = time_ns(record)?;
    let address = |names: &[&str]| names.iter().find_map(|name| record.text(name)).map(|ip| text::address(&ip)).transpose();
    let kind = match record.list("msg_types").last() {
        Some(last) => kind(last),
        // The old log is one of acknowledgements.
        None if record.text("assigned_ip").is_some() => DhcpKind::Ack,
        None => DhcpKind::Other,
    };
    let (client, server) = match ends(record) {
        Ok((client, server)) => (Some(client.ip()), Some(server.ip())),
        Err(_) => (address(&["client_addr"])?, address(&["server_addr"])?),
    };
    let mac = record.text("mac").ok_or(LogError::MissingField)?.to_lowercase();
    let lease_s = record.text("lease_time").map(|lease| instant::duration_ns(&lease)).transpose()?;
    let end = |ip, port| Endpoint { ip, port: Some(port), ..Endpoint::default() };
    let is_from_server = matches!(kind, DhcpKind::Ack | DhcpKind::Nak | DhcpKind::Offer);
    let (client_end, server_end) = (end(client, CLIENT_PORT), end(server, SERVER_PORT));
    let (src_endpoint, dst_endpoint) = if is_from_server { (server_end, client_end) } else { (client_end, server_end) };
    let activity = DhcpActivity {
        kind,
        src_endpoint,
        dst_endpoint,
        transaction_uid: u32::try_from(number(record, "trans_id")?).map_err(|_| LogError::BadNumber)?,
        mac: text::capped(&mac, 48).to_owned(),
        hostname: record.text("host_name").map(|name| text::name(&name)).filter(|name| !name.is_empty()),
        leased_ip: address(&["assigned_addr", "assigned_ip"])?.filter(|_| matches!(kind, DhcpKind::Ack | DhcpKind::Offer)),
        lease_s: lease_s.map(|ns| u32::try_from(ns / 1_000_000_000).unwrap_or(u32::MAX)),
    };
    let zeek_uid = record.list("uids").first().map(|uid| text::capped(uid, 64).to_owned()).or_else(|| uid(record));
    let parts = [zeek_uid.as_deref().unwrap_or_default().as_bytes(), activity.mac.as_bytes(), &at_ns.to_be_bytes()];
    Ok(Log::Dhcp.source().event(EventUid::of("zeek-dhcp", &parts), at_ns, zeek_uid.clone(), Body::Dhcp(Box::new(activity))))
}

/// RFC 2132 section 9.6, by Zeek's names.
fn kind(name: &str) -> DhcpKind {
    match name {
        "DISCOVER" => DhcpKind::Discover,
        "OFFER" => DhcpKind::Offer,
        "REQUEST" => DhcpKind::Request,
        "ACK" => DhcpKind::Ack,
        "NAK" => DhcpKind::Nak,
        "RELEASE" => DhcpKind::Release,
        _ => DhcpKind::Other,
    }
}
