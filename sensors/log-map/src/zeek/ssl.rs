//! `ssl.log`: the TLS name of a connection, as a flow event of its own without bytes (`conn.log` has those): the same ends and Zeek
//! uid tie the two. Zeek logs what was agreed on; versions and protocols offered stay unknown.

use super::Log;
use super::fields::{Fields, ends, time_ns, uid};
use crate::error::LogError;
use crate::{event, text};
use weft_model::{Body, Event, EventUid, Tls, Traffic};

pub(super) fn map(record: &dyn Fields) -> Result<Event, LogError> {
    let at_ns = time_ns(record)?;
    let (source, destination) = ends(record)?;
    // DTLS runs on UDP; everything else on TCP.
    let is_dtls = record.text("version").is_some_and(|version| version.starts_with("DTLS"));
    let protocol = if is_dtls { event::UDP } else { event::TCP };
    let (_, mut flow) = event::flow(protocol, (source, destination), (at_ns, at_ns), Traffic::default());
    let sni = record.text("server_name").map(|sni| text::name(&sni)).filter(|sni| !sni.is_empty());
    flow.dst_endpoint.hostname.clone_from(&sni);
    let ja4 = record.text("ja4").map(|ja4| text::capped(&ja4, 64).to_owned());
    flow.tls = Some(Tls { sni, ja4, ..Tls::default() });
    flow.app_name = Some("tls".to_owned());
    let zeek_uid = uid(record);
    let ends = [source.to_string(), destination.to_string()];
    let [from, to] = &ends;
    let event_uid = EventUid::of(
        "zeek-ssl",
        &[zeek_uid.as_deref().unwrap_or_default().as_bytes(), from.as_bytes(), to.as_bytes(), &at_ns.to_be_bytes()],
    );
    Ok(Log::Ssl.source().event(event_uid, at_ns, zeek_uid, Body::Network(Box::new(flow))))
}
