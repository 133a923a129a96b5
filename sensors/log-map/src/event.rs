//! What the events of all network logs share: time, metadata, endpoints, flows.

use std::net::SocketAddr;
use weft_model::{Body, Endpoint, Event, EventTime, EventUid, Metadata, NetworkActivity, Traffic};
use weft_net_decode::{FlowRecord, flow_event};

/// Where events go.
pub(crate) type Out<'a> = &'a mut dyn FnMut(Event);

/// IANA protocol numbers with ports.
pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;

pub(crate) fn time(time_ns: i64) -> EventTime {
    EventTime(time_ns.div_euclid(1_000_000))
}

/// The log that a record stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub product: &'static str,
    pub log_name: &'static str,
}

impl Source {
    /// An event without raw data.
    pub(crate) fn event(self, uid: EventUid, time_ns: i64, original_uid: Option<String>, body: Body) -> Event {
        let event = Event { uid, time: time(time_ns), metadata: Metadata::default(), raw_data: None, body };
        self.adopt(event, original_uid)
    }

    /// An event of our own decoder under the name of this log.
    pub(crate) fn adopt(self, mut event: Event, original_uid: Option<String>) -> Event {
        event.metadata = Metadata { product: self.product.to_owned(), log_name: self.log_name.to_owned(), original_uid };
        event
    }
}

pub(crate) fn endpoint(address: SocketAddr) -> Endpoint {
    Endpoint { ip: Some(address.ip()), port: Some(address.port()), hostname: None, mac: None }
}

/// A flow between two ends (for ICMP: type and counterpart or code in the place of ports), and the uid that our decoder gives it.
pub(crate) fn flow(
    protocol: u8,
    (client, server): (SocketAddr, SocketAddr),
    (start_ns, end_ns): (i64, i64),
    traffic: Traffic,
) -> (EventUid, NetworkActivity) {
    let event = flow_event(FlowRecord { client, server, protocol, start_ns, end_ns, traffic, tls: None, app_name: None });
    let activity = if let Body::Network(activity) = event.body { *activity } else { NetworkActivity::default() };
    (event.uid, activity)
}
