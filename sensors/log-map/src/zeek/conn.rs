//! `conn.log`: one connection to one flow. Where the capture has microseconds and Zeek agrees about the initiator, the uid is the one
//! that `weft-net-decode` gives the flow, unless that is split (by its hourly segments or by loss).

use super::Log;
use super::fields::{Fields, ends, number, time_ns, uid};
use crate::error::LogError;
use crate::{event, instant, text};
use weft_model::{Body, Event, Traffic};

pub(super) fn map(record: &dyn Fields) -> Result<Event, LogError> {
    let start_ns = time_ns(record)?;
    let (source, destination) = ends(record)?;
    let mut protocol = record.text("proto").and_then(|name| text::protocol(&name)).unwrap_or(0);
    // Zeek calls both versions of ICMP by one name.
    if protocol == 1 && source.is_ipv6() {
        protocol = 58;
    }
    let duration_ns = record.text("duration").map_or(Ok(0), |duration| instant::duration_ns(&duration))?;
    // IP bytes where Zeek counted them; else payload.
    let bytes = |ip: &str, payload: &str| match number(record, ip)? {
        0 => number(record, payload),
        bytes => Ok(bytes),
    };
    let traffic = Traffic {
        bytes_out: bytes("orig_ip_bytes", "orig_bytes")?,
        bytes_in: bytes("resp_ip_bytes", "resp_bytes")?,
        packets_out: number(record, "orig_pkts")?,
        packets_in: number(record, "resp_pkts")?,
    };
    let times = (start_ns, start_ns.saturating_add(duration_ns));
    let (event_uid, mut flow) = event::flow(protocol, (source, destination), times, traffic);
    flow.app_name = record.text("service").map(|service| app_name(&service)).filter(|name| !name.is_empty());
    Ok(Log::Conn.source().event(event_uid, start_ns, uid(record), Body::Network(Box::new(flow))))
}

/// The name that our decoder uses: `tls` for Zeek's `ssl`, also when it was reached through another protocol (`http,ssl`).
fn app_name(service: &str) -> String {
    let mut services = service.split(',').map(str::trim);
    if services.clone().any(|name| matches!(name, "ssl" | "tls")) {
        return "tls".to_owned();
    }
    text::name(services.next().unwrap_or_default())
}
