//! One flow: counts in both directions, the TCP state that decides its end, and its event.

use crate::community_id;
use crate::conversation::Conversation;
use crate::event::{event, time};
use crate::flow_key::{End, FlowKey, is_icmp_reply};
use crate::packet::{Packet, Tcp};
use std::net::SocketAddr;
use weft_model::{Body, Endpoint, Event, EventUid, NetworkActivity, Tls, Traffic};

/// Ports below this are a server's, when no SYN says who began.
const FIRST_UNPRIVILEGED_PORT: u16 = 1024;

/// What one end sent.
#[derive(Clone, Copy, Debug, Default)]
struct Sent {
    packets: u64,
    bytes: u64,
    /// Sequence number of its SYN.
    initial_sequence: Option<u32>,
    fin: bool,
}

/// A flow in the table.
#[derive(Debug)]
pub(crate) struct Flow {
    key: FlowKey,
    initiator: End,
    /// The initiator is certain: its SYN was seen.
    initiator_known: bool,
    low: Sent,
    high: Sent,
    start_ns: i64,
    end_ns: i64,
    /// When the last packet came, by the decoder's clock, which never goes back.
    pub(crate) touched_ns: i64,
    reset: bool,
    both_spoke: bool,
    /// Whether payload is still of interest.
    pub(crate) inspect: bool,
    pub(crate) conversation: Option<Box<Conversation>>,
    pub(crate) tls: Option<Box<Tls>>,
    pub(crate) app_name: Option<&'static str>,
}

impl Flow {
    pub(crate) fn new(key: FlowKey, from: End, packet: &Packet<'_>, time_ns: i64, now_ns: i64) -> Self {
        let (source, destination) = (key.port(from), key.port(from.other()));
        let answers = match packet.tcp {
            Some(Tcp { syn: true, ack, .. }) => ack,
            _ if key.is_icmp() => is_icmp_reply(key.protocol(), source),
            _ => key.has_ports() && source < FIRST_UNPRIVILEGED_PORT && destination >= FIRST_UNPRIVILEGED_PORT,
        };
        Self {
            key,
            initiator: if answers { from.other() } else { from },
            initiator_known: packet.tcp.is_some_and(|tcp| tcp.syn),
            low: Sent::default(),
            high: Sent::default(),
            start_ns: time_ns,
            end_ns: time_ns,
            touched_ns: now_ns,
            reset: false,
            both_spoke: false,
            inspect: packet.tcp.is_some(),
            conversation: None,
            tls: None,
            app_name: None,
        }
    }

    pub(crate) fn key(&self) -> &FlowKey {
        &self.key
    }

    pub(crate) fn start_ns(&self) -> i64 {
        self.start_ns
    }

    pub(crate) fn is_initiator(&self, end: End) -> bool {
        self.initiator == end
    }

    pub(crate) fn initiator_known(&self) -> bool {
        self.initiator_known
    }

    pub(crate) fn swap_initiator(&mut self) {
        self.initiator = self.initiator.other();
    }

    pub(crate) fn client(&self) -> SocketAddr {
        self.socket(self.initiator)
    }

    pub(crate) fn server(&self) -> SocketAddr {
        self.socket(self.initiator.other())
    }

    fn socket(&self, end: End) -> SocketAddr {
        SocketAddr::new(self.key.address(end), self.key.port(end))
    }

    fn sent(&self, end: End) -> &Sent {
        match end {
            End::Low => &self.low,
            End::High => &self.high,
        }
    }

    fn sent_mut(&mut self, end: End) -> &mut Sent {
        match end {
            End::Low => &mut self.low,
            End::High => &mut self.high,
        }
    }

    /// Whether this packet begins another connection between the same ports.
    pub(crate) fn is_reused_by(&self, from: End, tcp: Tcp) -> bool {
        if !tcp.syn || tcp.ack {
            return false;
        }
        match self.sent(from).initial_sequence {
            Some(sequence) => sequence != tcp.sequence,
            None => self.is_closed(),
        }
    }

    /// Both ends have said that they are done, or one has broken off.
    pub(crate) fn is_closed(&self) -> bool {
        self.reset || (self.low.fin && self.high.fin)
    }

    /// A TCP connection on which both ends have spoken.
    pub(crate) fn is_established(&self) -> bool {
        self.both_spoke
    }

    /// Counts a packet.
    pub(crate) fn count(&mut self, from: End, packet: &Packet<'_>, time_ns: i64, now_ns: i64) {
        // A SYN that comes late (reordered capture) still tells who began, as long as nothing was read.
        if let Some(tcp) = packet.tcp {
            if tcp.syn && !self.initiator_known && self.conversation.is_none() {
                self.initiator = if tcp.ack { from.other() } else { from };
                self.initiator_known = true;
            }
            self.reset |= tcp.rst;
        }
        let sent = self.sent_mut(from);
        sent.packets = sent.packets.saturating_add(1);
        sent.bytes = sent.bytes.saturating_add(u64::from(packet.ip_bytes));
        if let Some(tcp) = packet.tcp {
            sent.fin |= tcp.fin;
            if tcp.syn && sent.initial_sequence.is_none() {
                sent.initial_sequence = Some(tcp.sequence);
            }
            self.both_spoke |= self.sent(from.other()).packets > 0;
        }
        self.start_ns = self.start_ns.min(time_ns);
        self.end_ns = self.end_ns.max(time_ns);
        self.touched_ns = now_ns;
    }

    /// The reader of this connection, made on first use.
    pub(crate) fn open_conversation(&mut self) {
        if self.conversation.is_none() {
            let first = |end: End| self.sent(end).initial_sequence.map(|sequence| sequence.wrapping_add(1));
            let conversation = Conversation::new(first(self.initiator), first(self.initiator.other()));
            self.conversation = Some(Box::new(conversation));
        }
    }

    /// Begins the next segment of a long flow with this packet's time: counts start again, what is known of the connection stays.
    pub(crate) fn next_segment(&mut self, time_ns: i64) {
        for sent in [&mut self.low, &mut self.high] {
            sent.packets = 0;
            sent.bytes = 0;
        }
        self.start_ns = time_ns;
        self.end_ns = time_ns;
    }

    /// The flow event.
    pub(crate) fn to_event(&self) -> Event {
        let (source, destination) = (self.initiator, self.initiator.other());
        let (sent, received) = (self.sent(source), self.sent(destination));
        flow_event(FlowRecord {
            client: self.client(),
            server: self.server(),
            protocol: self.key.protocol(),
            start_ns: self.start_ns,
            end_ns: self.end_ns,
            traffic: Traffic { bytes_out: sent.bytes, bytes_in: received.bytes, packets_out: sent.packets, packets_in: received.packets },
            tls: self.tls.as_deref().cloned(),
            app_name: self.app_name,
        })
    }
}

/// What a flow event tells.
#[derive(Clone, Debug)]
pub struct FlowRecord {
    /// The initiator; of ICMP the port is the type.
    pub client: SocketAddr,
    pub server: SocketAddr,
    /// IANA protocol number.
    pub protocol: u8,
    /// First and last packet, in nanoseconds since the Unix epoch.
    pub start_ns: i64,
    pub end_ns: i64,
    pub traffic: Traffic,
    pub tls: Option<Tls>,
    pub app_name: Option<&'static str>,
}

/// The event of one flow.
pub fn flow_event(flow: FlowRecord) -> Event {
    let (client, server) = (flow.client, flow.server);
    let (key, source) = FlowKey::new(client.ip(), server.ip(), flow.protocol, client.port(), server.port());
    let uid = EventUid::of(
        "flow",
        &[
            &[flow.protocol],
            key.address_bytes(source),
            &client.port().to_be_bytes(),
            key.address_bytes(source.other()),
            &server.port().to_be_bytes(),
            &flow.start_ns.to_be_bytes(),
        ],
    );
    let endpoint = |at: SocketAddr| Endpoint { ip: Some(at.ip()), port: key.has_ports().then(|| at.port()), hostname: None, mac: None };
    let mut dst_endpoint = endpoint(server);
    dst_endpoint.hostname = flow.tls.as_ref().and_then(|tls| tls.sni.clone());
    let activity = NetworkActivity {
        src_endpoint: endpoint(client),
        dst_endpoint,
        protocol_num: flow.protocol,
        community_uid: community_id::of_key(&key),
        traffic: flow.traffic,
        start_time: time(flow.start_ns),
        end_time: time(flow.end_ns),
        tls: flow.tls,
        app_name: flow.app_name.map(str::to_owned),
    };
    event(uid, flow.start_ns, Body::Network(Box::new(activity)))
}
