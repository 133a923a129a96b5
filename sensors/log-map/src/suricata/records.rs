//! The records of EVE that stand for themselves: flow, http, tls, dhcp.

use super::{Common, long_text, number_at, source, str_at};
use crate::error::LogError;
use crate::{event, instant, text};
use serde_json::Value;
use weft_model::{Body, DhcpActivity, DhcpKind, Event, EventUid, HttpActivity, Tls, Traffic};

/// Most protocols of a TLS offer.
const MAX_ALPN: usize = 16;

/// The uid of a record that has none of its own: its log, flow and time, and what tells it from others of the same flow.
fn uid(log: &str, common: &Common<'_>, detail: &str) -> EventUid {
    let ends = [common.source.to_string(), common.destination.to_string()];
    let [from, to] = &ends;
    let flow_id = common.flow_id.as_deref().unwrap_or_default();
    EventUid::of(
        "suricata",
        &[log.as_bytes(), flow_id.as_bytes(), from.as_bytes(), to.as_bytes(), &common.time_ns.to_be_bytes(), detail.as_bytes()],
    )
}

/// Bytes are those of whole frames, as Suricata counts them (14 a packet more than IP bytes on Ethernet). The uid is the one that
/// `weft-net-decode` gives the flow where the capture has microseconds.
pub(super) fn flow(common: &Common<'_>) -> Result<Event, LogError> {
    let part = common.part("flow")?;
    let start_ns = instant::time_ns(str_at(part, "start").ok_or(LogError::NoTime)?)?;
    let end_ns = str_at(part, "end").map_or(Ok(start_ns), instant::time_ns)?.max(start_ns);
    let traffic = Traffic {
        bytes_out: number_at(part, "bytes_toserver")?,
        bytes_in: number_at(part, "bytes_toclient")?,
        packets_out: number_at(part, "pkts_toserver")?,
        packets_in: number_at(part, "pkts_toclient")?,
    };
    let (event_uid, mut flow) = event::flow(common.protocol, (common.source, common.destination), (start_ns, end_ns), traffic);
    flow.app_name = str_at(common.record, "app_proto").filter(|name| *name != "failed").map(text::name);
    Ok(source("flow").event(event_uid, start_ns, common.flow_id.clone(), Body::Network(Box::new(flow))))
}

pub(super) fn http(common: &Common<'_>) -> Result<Event, LogError> {
    let part = common.part("http")?;
    let host = text::host(str_at(part, "hostname").unwrap_or_default());
    let mut dst_endpoint = event::endpoint(common.destination);
    dst_endpoint.hostname = Some(host.clone()).filter(|host| !host.is_empty());
    let status_code = match number_at(part, "status")? {
        0 => None,
        code => Some(u16::try_from(code).map_err(|_| LogError::BadNumber)?),
    };
    let activity = HttpActivity {
        src_endpoint: event::endpoint(common.source),
        dst_endpoint,
        http_method: text::capped(str_at(part, "http_method").unwrap_or_default(), 32).to_owned(),
        host,
        path: long_text(part, "url").unwrap_or_default(),
        user_agent: long_text(part, "http_user_agent"),
        referrer: long_text(part, "http_refer"),
        status_code,
    };
    let transaction = number_at(common.record, "tx_id")?.to_string();
    let body = Body::Http(Box::new(activity));
    Ok(source("http").event(uid("http", common, &transaction), common.time_ns, common.flow_id.clone(), body))
}

/// The TLS name of a connection, as a flow event of its own without bytes (the `flow` record has those).
pub(super) fn tls(common: &Common<'_>) -> Result<Event, LogError> {
    let part = common.part("tls")?;
    let times = (common.time_ns, common.time_ns);
    let (_, mut flow) = event::flow(common.protocol, (common.source, common.destination), times, Traffic::default());
    let sni = str_at(part, "sni").map(text::name).filter(|sni| !sni.is_empty());
    flow.dst_endpoint.hostname.clone_from(&sni);
    let alpn = part.get("client_alpns").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    flow.tls = Some(Tls {
        sni,
        ja4: str_at(part, "ja4").map(|ja4| text::capped(ja4, 64).to_owned()),
        // Suricata logs the version agreed on, not the highest offered.
        version: None,
        alpn: alpn.take(MAX_ALPN).map(text::name).collect(),
    });
    flow.app_name = Some("tls".to_owned());
    let body = Body::Network(Box::new(flow));
    Ok(source("tls").event(uid("tls", common, ""), common.time_ns, common.flow_id.clone(), body))
}

pub(super) fn dhcp(common: &Common<'_>) -> Result<Event, LogError> {
    let part = common.part("dhcp")?;
    let kind = match str_at(part, "dhcp_type").unwrap_or_default() {
        "discover" => DhcpKind::Discover,
        "offer" => DhcpKind::Offer,
        "request" => DhcpKind::Request,
        "ack" => DhcpKind::Ack,
        "nak" => DhcpKind::Nak,
        "release" => DhcpKind::Release,
        _ => DhcpKind::Other,
    };
    let leased = str_at(part, "assigned_ip").map(text::address).transpose()?;
    let lease_s = match part.get("lease_time") {
        None => None,
        Some(_) => Some(u32::try_from(number_at(part, "lease_time")?).map_err(|_| LogError::BadNumber)?),
    };
    let mac = str_at(part, "client_mac").ok_or(LogError::MissingField)?.to_lowercase();
    let transaction_uid = u32::try_from(number_at(part, "id")?).map_err(|_| LogError::BadNumber)?;
    let activity = DhcpActivity {
        kind,
        src_endpoint: event::endpoint(common.source),
        dst_endpoint: event::endpoint(common.destination),
        transaction_uid,
        mac: text::capped(&mac, 48).to_owned(),
        hostname: str_at(part, "hostname").map(text::name).filter(|name| !name.is_empty()),
        leased_ip: leased.filter(|ip| !ip.is_unspecified() && matches!(kind, DhcpKind::Ack | DhcpKind::Offer)),
        lease_s,
    };
    let detail = format!("{transaction_uid} {} {kind:?}", activity.mac);
    let body = Body::Dhcp(Box::new(activity));
    Ok(source("dhcp").event(uid("dhcp", common, &detail), common.time_ns, common.flow_id.clone(), body))
}
