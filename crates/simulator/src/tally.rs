//! The flow event of packets that are counted and not built, as the decoder would count them.
//!
//! Must not know what the packets carry.

use crate::output::Output;
use std::net::{Ipv4Addr, SocketAddr};
use weft_model::{Tls, Traffic};
use weft_net_decode::{FlowRecord, Limits, flow_event};

/// A flow while it lasts. It is never silent for minutes, so that no timeout of the decoder ends it.
#[derive(Debug)]
pub struct Tally {
    flow: FlowRecord,
    /// Name of the application protocol once data of it was seen.
    pub app_name: Option<&'static str>,
    /// Longest flow before it is split, in nanoseconds.
    active_ns: i64,
}

impl Tally {
    /// A flow of an IANA protocol between client and server in which nothing was seen yet.
    pub fn new(protocol: u8, client: (Ipv4Addr, u16), server: (Ipv4Addr, u16)) -> Self {
        let flow = FlowRecord {
            client: SocketAddr::from(client),
            server: SocketAddr::from(server),
            protocol,
            start_ns: 0,
            end_ns: 0,
            traffic: Traffic::default(),
            tls: None,
            app_name: None,
        };
        Self { flow, app_name: None, active_ns: Limits::default().active_timeout_ms * 1_000_000 }
    }

    /// What the ClientHello showed.
    pub fn set_tls(&mut self, tls: Tls) {
        self.flow.tls = Some(tls);
    }

    /// Counts a packet with so many IP bytes; `has_data` tells whether it has payload.
    pub fn packet(&mut self, out: &mut Output, time_us: i64, from_client: bool, ip_bytes: u64, has_data: bool) {
        if !out.covers(time_us) {
            return;
        }
        let (time_ns, seen) = (out.seen_us(time_us) * 1_000, self.has_packets());
        if seen && time_ns - self.flow.start_ns > self.active_ns {
            self.write(out);
            self.flow.traffic = Traffic::default();
        }
        if !self.has_packets() {
            self.flow.start_ns = time_ns;
        }
        self.flow.end_ns = time_ns;
        if has_data {
            self.flow.app_name = self.app_name;
        }
        let traffic = &mut self.flow.traffic;
        let (packets, bytes) =
            if from_client { (&mut traffic.packets_out, &mut traffic.bytes_out) } else { (&mut traffic.packets_in, &mut traffic.bytes_in) };
        *packets += 1;
        *bytes += ip_bytes;
    }

    fn has_packets(&self) -> bool {
        self.flow.traffic.packets_out + self.flow.traffic.packets_in > 0
    }

    /// Client and server.
    pub fn ends(&self) -> (SocketAddr, SocketAddr) {
        (self.flow.client, self.flow.server)
    }

    /// Writes the event of what was counted, if anything was.
    pub fn write(&self, out: &mut Output) {
        if self.has_packets() {
            out.event(flow_event(self.flow.clone()));
        }
    }
}
