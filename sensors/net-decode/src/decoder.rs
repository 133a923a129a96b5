//! The decoder: one packet after another into flows and messages, with one clock, which is the packets' own.

use crate::conversation::Context;
use crate::counters::Counters;
use crate::dhcp::DhcpNames;
use crate::dns_exchange::DnsExchanges;
use crate::error::PacketError;
use crate::event::{MS, Out};
use crate::flow::Flow;
use crate::flow_key::{FlowKey, UDP};
use crate::flow_table::{FlowTable, Stage};
use crate::kerberos_exchange::KerberosExchanges;
use crate::limits::Limits;
use crate::packet::{self, Packet};
use std::net::SocketAddr;
use weft_model::Event;

const DNS_PORT: u16 = 53;
const KERBEROS_PORT: u16 = 88;
const HTTPS_PORT: u16 = 443;

/// Turns the packets of one capture, in its order, into events.
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    counters: Counters,
    flows: FlowTable,
    dns: DnsExchanges,
    kerberos: KerberosExchanges,
    dhcp: DhcpNames,
    /// The latest time of any packet.
    now_ns: Option<i64>,
    /// Bytes kept in all conversations.
    buffered: usize,
}

impl Decoder {
    /// A decoder that has seen nothing.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            counters: Counters::default(),
            flows: FlowTable::new(),
            dns: DnsExchanges::default(),
            kerberos: KerberosExchanges::default(),
            dhcp: DhcpNames::default(),
            now_ns: None,
            buffered: 0,
        }
    }

    /// What was seen and dropped so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Flows in progress.
    pub fn flows(&self) -> usize {
        self.flows.len()
    }

    /// Bytes kept for reassembly and for HTTP requests that wait, over all flows.
    pub fn buffered_bytes(&self) -> usize {
        self.buffered
    }

    /// Decodes one packet and writes the events that it completes, or whose time is over, to `out`.
    ///
    /// `link` is the capture's link type (a LINKTYPE number: 1 Ethernet, 101 raw IP, 113 and 276 Linux cooked ...), `time_ns` the
    /// capture time in nanoseconds since the Unix epoch, `data` the captured bytes and `original_len` the packet's length on the wire.
    ///
    /// # Errors
    /// A packet that cannot be decoded; it is counted, and the decoder goes on.
    pub fn packet(
        &mut self,
        link: u32,
        time_ns: i64,
        data: &[u8],
        original_len: u32,
        out: &mut dyn FnMut(Event),
    ) -> Result<(), PacketError> {
        let mut events = 0_u64;
        let mut counted = |event| {
            events += 1;
            out(event);
        };
        self.counters.packets += 1;
        let now_ns = self.advance(time_ns, &mut counted);
        let result = match packet::decode(link, data, original_len, &mut self.counters) {
            Ok(Some(packet)) => {
                if !self.message(&packet, time_ns, &mut counted) {
                    self.flow_packet(&packet, time_ns, now_ns, &mut counted);
                }
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(error) => {
                self.counters.undecodable += 1;
                Err(error)
            }
        };
        self.counters.events += events;
        result
    }

    /// Moves the clock without a packet, so that what is over on a silent interface is written. Time that is not later than that of
    /// the last packet changes nothing, and so does the call before the first packet.
    pub fn tick(&mut self, time_ns: i64, out: &mut dyn FnMut(Event)) {
        if self.now_ns.is_none_or(|now_ns| time_ns <= now_ns) {
            return;
        }
        let mut events = 0_u64;
        self.advance(time_ns, &mut |event| {
            events += 1;
            out(event);
        });
        self.counters.events += events;
    }

    /// Ends every flow and exchange and writes their events: the capture is over. The decoder may be used again.
    pub fn finish(&mut self, out: &mut dyn FnMut(Event)) {
        let mut events = 0_u64;
        let mut counted = |event| {
            events += 1;
            out(event);
        };
        self.end_all(&mut counted);
        self.now_ns = None;
        self.counters.events += events;
    }

    fn end_all(&mut self, out: Out<'_>) {
        for stage in [Stage::Closing, Stage::Active, Stage::Established] {
            while let Some((at, _)) = self.flows.oldest(stage) {
                self.end_flow(at, out);
            }
        }
        self.dns.finish(&mut self.counters, out);
        self.kerberos.finish(out);
    }

    /// Moves the clock and ends what is over; returns the time now.
    fn advance(&mut self, time_ns: i64, out: Out<'_>) -> i64 {
        let idle_ns = self.limits.idle_timeout_ms.saturating_mul(MS);
        let mut now_ns = self.now_ns.unwrap_or(time_ns).max(time_ns);
        if now_ns.saturating_sub(time_ns) > idle_ns {
            // Not disorder: another capture begins here (files joined end to end).
            self.counters.clock_went_back += 1;
            self.end_all(out);
            now_ns = time_ns;
        }
        self.now_ns = Some(now_ns);
        for (stage, timeout_ms) in [
            (Stage::Closing, self.limits.linger_ms),
            (Stage::Active, self.limits.idle_timeout_ms),
            (Stage::Established, self.limits.established_timeout_ms),
        ] {
            self.expire(stage, now_ns.saturating_sub(timeout_ms.saturating_mul(MS)), out);
        }
        self.dns.expire(now_ns, &self.limits, &mut self.counters, out);
        self.kerberos.expire(now_ns, &self.limits, out);
        now_ns
    }

    /// Ends the flows of a queue that nothing has touched since `deadline_ns`.
    fn expire(&mut self, stage: Stage, deadline_ns: i64, out: Out<'_>) {
        while let Some((at, flow)) = self.flows.oldest(stage) {
            if flow.touched_ns > deadline_ns {
                return;
            }
            self.end_flow(at, out);
        }
    }

    /// Datagrams that are events by themselves: DNS and DHCP. False when the packet belongs to a flow.
    fn message(&mut self, packet: &Packet<'_>, time_ns: i64, out: Out<'_>) -> bool {
        if packet.protocol != UDP || packet.payload.is_empty() {
            return false;
        }
        let source = SocketAddr::new(packet.source, packet.source_port);
        let destination = SocketAddr::new(packet.destination, packet.destination_port);
        match (packet.source_port, packet.destination_port) {
            (_, DNS_PORT) | (DNS_PORT, _) => {
                self.dns.message(packet.payload, source, destination, time_ns, &self.limits, &mut self.counters, out)
            }
            (67 | 68, 67 | 68) => self.dhcp.message(packet.payload, source, destination, time_ns, &mut self.counters, out),
            (_, KERBEROS_PORT) | (KERBEROS_PORT, _) => {
                // The flow is written too, and named when the message is what the port says.
                self.kerberos.message(packet.payload, source, destination, time_ns, &self.limits, &mut self.counters, out);
                false
            }
            _ => false,
        }
    }

    fn flow_packet(&mut self, packet: &Packet<'_>, time_ns: i64, now_ns: i64, out: Out<'_>) {
        let (key, from) = FlowKey::new(packet.source, packet.destination, packet.protocol, packet.source_port, packet.destination_port);
        let mut found = self.flows.find(&key);
        if let (Some(at), Some(tcp)) = (found, packet.tcp)
            && self.flows.get_mut(at).is_some_and(|flow| flow.is_reused_by(from, tcp))
        {
            self.end_flow(at, out);
            found = None;
        }
        let at = match found {
            Some(at) => at,
            None => {
                while self.flows.len() >= self.limits.max_flows.max(1) {
                    self.evict(out);
                }
                self.counters.flows += 1;
                let Some(at) = self.flows.insert(Flow::new(key, from, packet, time_ns, now_ns)) else { return };
                at
            }
        };
        let active_ns = self.limits.active_timeout_ms.saturating_mul(MS);
        let Some(flow) = self.flows.get_mut(at) else { return };
        if time_ns.saturating_sub(flow.start_ns()) > active_ns {
            self.counters.flows_split += 1;
            out(flow.to_event());
            flow.next_segment(time_ns);
        }
        flow.count(from, packet, time_ns, now_ns);
        let stage = match () {
            () if flow.is_closed() => Stage::Closing,
            () if flow.is_established() => Stage::Established,
            () => Stage::Active,
        };
        if packet.payload_bytes > 0 {
            match packet.tcp {
                Some(tcp) if flow.inspect => {
                    // Data in a SYN (fast open) comes after the number that the SYN itself takes.
                    let sequence = if tcp.syn { tcp.sequence.wrapping_add(1) } else { tcp.sequence };
                    flow.open_conversation();
                    let from_client = flow.is_initiator(from);
                    self.converse(at, time_ns, out, &mut |conversation, context| {
                        conversation.segment(from_client, sequence, packet.payload, packet.payload_bytes, context);
                    });
                }
                None if flow.app_name.is_none() && packet.protocol == UDP => {
                    flow.app_name = datagram_protocol(packet);
                }
                _ => {}
            }
        }
        self.flows.touch(at, stage);
    }

    /// Lets `action` work on a flow's conversation, and accounts for what it keeps.
    fn converse(
        &mut self,
        at: u32,
        time_ns: i64,
        out: Out<'_>,
        action: &mut dyn FnMut(&mut crate::conversation::Conversation, &mut Context<'_>),
    ) {
        let Some(flow) = self.flows.get_mut(at) else { return };
        let Some(mut conversation) = flow.conversation.take() else { return };
        let before = conversation.buffered();
        let mut context = Context {
            time_ns,
            client: flow.client(),
            server: flow.server(),
            client_known: flow.initiator_known(),
            swap: false,
            may_buffer: self.buffered < self.limits.max_buffered_bytes,
            limits: &self.limits,
            counters: &mut self.counters,
            dns: &mut self.dns,
            kerberos: &mut self.kerberos,
            tls: &mut flow.tls,
            app_name: &mut flow.app_name,
            out,
        };
        action(&mut conversation, &mut context);
        if context.swap {
            flow.swap_initiator();
        }
        self.buffered = self.buffered.saturating_sub(before);
        if conversation.is_finished() {
            flow.inspect = false;
        } else {
            self.buffered = self.buffered.saturating_add(conversation.buffered());
            flow.conversation = Some(conversation);
        }
    }

    /// Makes room for one flow: a closed one, else the one silent for longest. Connections that both ends carry go last, so a flood
    /// of packets that nobody answers does not push them out.
    fn evict(&mut self, out: Out<'_>) {
        for stage in [Stage::Closing, Stage::Active, Stage::Established] {
            if let Some((at, _)) = self.flows.oldest(stage) {
                self.counters.flows_evicted += u64::from(stage != Stage::Closing);
                return self.end_flow(at, out);
            }
        }
    }

    fn end_flow(&mut self, at: u32, out: Out<'_>) {
        let time_ns = self.now_ns.unwrap_or_default();
        self.converse(at, time_ns, out, &mut |conversation, context| conversation.finish(context));
        if let Some(flow) = self.flows.remove(at) {
            if let Some(conversation) = &flow.conversation {
                self.buffered = self.buffered.saturating_sub(conversation.buffered());
            }
            out(flow.to_event());
        }
    }
}

/// The protocol of a datagram, where its first bytes tell.
fn datagram_protocol(packet: &Packet<'_>) -> Option<&'static str> {
    match (packet.source_port, packet.destination_port) {
        (HTTPS_PORT, _) | (_, HTTPS_PORT) => is_quic(packet.payload).then_some("quic"),
        (KERBEROS_PORT, _) | (_, KERBEROS_PORT) => matches!(packet.payload.first(), Some(0x6a..=0x6f | 0x7e)).then_some("kerberos"),
        // Reached only by what is not a query: updates, notifications.
        (DNS_PORT, _) | (_, DNS_PORT) => Some("dns"),
        _ => None,
    }
}

/// A QUIC long header (RFC 8999) with a version in use: 1, 2, the IETF drafts, or Google's (`Q0..`) before them.
fn is_quic(payload: &[u8]) -> bool {
    let Some(&[first, a, b, c, d]) = payload.first_chunk::<5>() else { return false };
    let version = u32::from_be_bytes([a, b, c, d]);
    let known = matches!(version, 1 | 0x6b33_43cf | 0xff00_0000..=0xff00_00ff) || (a == b'Q' && b == b'0');
    first & 0x80 != 0 && known
}
