//! What is said on one TCP connection: recognises the protocol by its first bytes and feeds the protocol's reader, in order.
//! Forgets everything once nothing more is to be learnt (a TLS ClientHello was read, the protocol is unknown).

use crate::counters::Counters;
use crate::dns_exchange::DnsExchanges;
use crate::event::Out;
use crate::http;
use crate::http_exchange::{HttpExchange, Next};
use crate::kerberos_exchange::KerberosExchanges;
use crate::limits::Limits;
use crate::smb::SmbSetup;
use crate::stream::{Chunk, Stream};
use crate::tls;
use std::net::SocketAddr;
use weft_model::Tls;

/// Segments with data looked at before the protocol counts as unknown; enough for a STARTTLS or SOCKS dialogue before a ClientHello.
const MAX_LOOKS: u8 = 24;

const DNS_PORT: u16 = 53;
const KERBEROS_PORT: u16 = 88;

/// Everything a protocol reader may use and change.
pub(crate) struct Context<'a> {
    pub time_ns: i64,
    pub client: SocketAddr,
    pub server: SocketAddr,
    /// Whether the client was seen to begin (SYN); if not, what it says may show that the roles are the other way round.
    pub client_known: bool,
    /// Set by a reader: client and server are to be swapped.
    pub swap: bool,
    /// False when the memory for buffering is used up.
    pub may_buffer: bool,
    pub limits: &'a Limits,
    pub counters: &'a mut Counters,
    pub dns: &'a mut DnsExchanges,
    pub kerberos: &'a mut KerberosExchanges,
    /// The flow's findings.
    pub tls: &'a mut Option<Box<Tls>>,
    pub app_name: &'a mut Option<&'static str>,
    pub out: Out<'a>,
}

impl Context<'_> {
    /// The first name stays: SMTP remains SMTP after STARTTLS.
    fn name(&mut self, app_name: &'static str) {
        self.app_name.get_or_insert(app_name);
    }
}

#[derive(Debug)]
enum Protocol {
    Unknown { looks: u8 },
    Tls { hello: Vec<u8> },
    Http(Box<HttpExchange>),
    Dns { client: Framed, server: Framed },
    Kerberos { client: Framed, server: Framed },
    Smb(Box<Smb>),
    Finished,
}

/// SMB in frames of a type byte, 0 for messages, and three bytes of length.
#[derive(Debug, Default)]
struct Smb {
    client: Framed,
    server: Framed,
    setup: SmbSetup,
}

/// One TCP connection.
#[derive(Debug)]
pub(crate) struct Conversation {
    client: Stream,
    server: Stream,
    protocol: Protocol,
}

impl Conversation {
    /// `client_first` and `server_first` are the sequence numbers of the first bytes, where the SYNs were seen.
    pub(crate) fn new(client_first: Option<u32>, server_first: Option<u32>) -> Self {
        let stream = |first: Option<u32>| {
            let mut stream = Stream::default();
            if let Some(first) = first {
                stream.begin(first);
            }
            stream
        };
        Self { client: stream(client_first), server: stream(server_first), protocol: Protocol::Unknown { looks: 0 } }
    }

    /// Bytes kept.
    pub(crate) fn buffered(&self) -> usize {
        let protocol = match &self.protocol {
            Protocol::Tls { hello } => hello.len(),
            Protocol::Http(exchange) => exchange.buffered(),
            Protocol::Dns { client, server } | Protocol::Kerberos { client, server } => client.pending.len() + server.pending.len(),
            Protocol::Smb(smb) => smb.client.pending.len() + smb.server.pending.len() + smb.setup.buffered(),
            Protocol::Unknown { .. } | Protocol::Finished => 0,
        };
        self.client.buffered() + self.server.buffered() + protocol
    }

    pub(crate) fn is_finished(&self) -> bool {
        matches!(self.protocol, Protocol::Finished)
    }

    /// Takes one segment with data.
    pub(crate) fn segment(&mut self, from_client: bool, sequence: u32, data: &[u8], wire: u32, context: &mut Context<'_>) {
        let room = if context.may_buffer { context.limits.max_stream_bytes } else { 0 };
        let Self { client, server, protocol } = self;
        let stream = if from_client { client } else { server };
        stream.segment(sequence, data, wire, room, &mut |chunk| {
            // A swap inside this call changes what the rest of it means.
            let from_client = from_client != context.swap;
            match chunk {
                Chunk::Data(data) => protocol.data(from_client, data, context),
                Chunk::Gap(bytes) => protocol.gap(from_client, bytes, context),
            }
        });
        if context.swap {
            std::mem::swap(&mut self.client, &mut self.server);
        }
    }

    /// The connection ended: writes out what waits.
    pub(crate) fn finish(&mut self, context: &mut Context<'_>) {
        match &mut self.protocol {
            Protocol::Http(exchange) => exchange.finish(context),
            Protocol::Smb(smb) => smb.setup.finish(context),
            _ => {}
        }
    }
}

impl Protocol {
    fn gap(&mut self, from_client: bool, bytes: u64, context: &mut Context<'_>) {
        if matches!(self, Self::Finished) {
            return;
        }
        context.counters.stream_gaps += 1;
        match self {
            Self::Http(exchange) => exchange.gap(from_client, bytes),
            Self::Tls { .. } if from_client => *self = Self::Finished,
            Self::Dns { client, server } | Self::Kerberos { client, server } => {
                if from_client {
                    client.gap();
                } else {
                    server.gap();
                }
            }
            Self::Smb(smb) => {
                // Where the next message begins is not found again.
                smb.setup.finish(context);
                *self = Self::Finished;
            }
            Self::Tls { .. } | Self::Unknown { .. } | Self::Finished => {}
        }
    }

    fn data(&mut self, from_client: bool, data: &[u8], context: &mut Context<'_>) {
        match self {
            Self::Finished => {}
            Self::Unknown { looks } => {
                *looks = looks.saturating_add(1);
                let looks = *looks;
                self.recognise(from_client, data, context);
                if looks >= MAX_LOOKS && matches!(self, Self::Unknown { .. }) {
                    *self = Self::Finished;
                }
            }
            Self::Tls { hello } => {
                if from_client && read_hello(hello, data, context) {
                    *self = Self::Finished;
                }
            }
            Self::Http(exchange) => {
                let next = if from_client { exchange.client_data(data, context) } else { exchange.server_data(data, context) };
                if next == Next::Tunnel {
                    exchange.finish(context);
                    *self = Self::Unknown { looks: 0 };
                    if from_client {
                        self.recognise(from_client, data, context);
                    }
                }
            }
            Self::Dns { client, server } => {
                let frames = if from_client { client } else { server };
                let (source, destination) = ends(from_client, context);
                frames.data(data, 2, context, &mut |message, context| {
                    context.dns.message(message, source, destination, context.time_ns, context.limits, context.counters, context.out);
                });
            }
            Self::Kerberos { client, server } => {
                let frames = if from_client { client } else { server };
                let (source, destination) = ends(from_client, context);
                frames.data(data, 4, context, &mut |message, context| {
                    context.kerberos.message(message, source, destination, context.time_ns, context.limits, context.counters, context.out);
                });
            }
            Self::Smb(smb) => {
                let Smb { client, server, setup } = &mut **smb;
                let frames = if from_client { client } else { server };
                let mut is_done = false;
                frames.data(data, 4, context, &mut |message, context| is_done |= setup.message(message, context));
                if is_done || frames.lost {
                    setup.finish(context);
                    *self = Self::Finished;
                }
            }
        }
    }

    /// Looks at data of a connection whose protocol is not known yet.
    fn recognise(&mut self, from_client: bool, data: &[u8], context: &mut Context<'_>) {
        match context.server.port() {
            DNS_PORT => {
                context.name("dns");
                *self = Self::Dns { client: Framed::default(), server: Framed::default() };
                return self.data(from_client, data, context);
            }
            KERBEROS_PORT => {
                context.name("kerberos");
                *self = Self::Kerberos { client: Framed::default(), server: Framed::default() };
                return self.data(from_client, data, context);
            }
            _ => {}
        }
        let is_hello = tls::may_be_hello(data);
        let is_request = http::begins_request(data);
        if (is_hello || is_request) && !from_client {
            // Only clients speak like this: without a SYN the guess of who began was wrong.
            if context.client_known || data.len() < 6 {
                return;
            }
            context.swap = true;
            std::mem::swap(&mut context.client, &mut context.server);
        }
        if is_hello {
            *self = Self::Tls { hello: Vec::new() };
            self.data(true, data, context);
        } else if is_request {
            if data.len() >= 4 {
                context.name("http");
            }
            *self = Self::Http(Box::default());
            self.data(true, data, context);
        } else if data.starts_with(b"PRI * HTTP/2") {
            context.name("http2");
            *self = Self::Finished;
        } else if tls::is_record(data) {
            context.name("tls");
            *self = Self::Finished;
        } else if data.starts_with(b"SSH-") {
            context.name("ssh");
            *self = Self::Finished;
        } else if matches!(data.get(4..8), Some([0xff | 0xfe, b'S', b'M', b'B'])) {
            context.name("smb");
            *self = Self::Smb(Box::default());
            self.data(from_client, data, context);
        } else if matches!(data, [3, 0, _, _, _, 0xe0, ..]) && context.server.port() == 3389 {
            context.name("rdp");
        } else if !from_client && data.starts_with(b"220") && matches!(context.server.port(), 25 | 465 | 587 | 2525) {
            context.name("smtp");
        }
    }
}

fn ends(from_client: bool, context: &Context<'_>) -> (SocketAddr, SocketAddr) {
    if from_client { (context.client, context.server) } else { (context.server, context.client) }
}

/// Reads a ClientHello whose beginning is in `hello`; true when nothing more is to be learnt.
fn read_hello(hello: &mut Vec<u8>, data: &[u8], context: &mut Context<'_>) -> bool {
    let result = if hello.is_empty() {
        tls::read(data)
    } else {
        hello.extend_from_slice(data);
        tls::read(hello)
    };
    match result {
        Ok(Some(found)) => {
            context.name("tls");
            *context.tls = Some(Box::new(found));
            true
        }
        Ok(None) => {
            if hello.is_empty() {
                hello.extend_from_slice(data);
            }
            if hello.len() > context.limits.max_stream_bytes {
                context.counters.messages_too_long += 1;
                return true;
            }
            if !context.may_buffer {
                context.counters.buffer_full += 1;
            }
            !context.may_buffer
        }
        Err(tls::HelloError::TooLong) => {
            context.counters.messages_too_long += 1;
            true
        }
        Err(_) => {
            context.counters.tls_malformed += 1;
            true
        }
    }
}

/// Takes one complete message.
type OnMessage<'a> = &'a mut dyn FnMut(&[u8], &mut Context<'_>);

/// One direction of a protocol whose messages carry their length in front (DNS over TCP: 2 bytes, Kerberos: 4).
#[derive(Debug, Default)]
struct Framed {
    pending: Vec<u8>,
    skip: usize,
    lost: bool,
}

impl Framed {
    /// Framing cannot be found again after a loss.
    fn gap(&mut self) {
        self.lost = true;
        self.pending = Vec::new();
    }

    fn data(&mut self, data: &[u8], width: usize, context: &mut Context<'_>, on_message: OnMessage<'_>) {
        if self.lost {
            return;
        }
        if self.pending.is_empty() {
            return self.frames(data, width, context, on_message);
        }
        let mut joined = std::mem::take(&mut self.pending);
        joined.extend_from_slice(data);
        self.frames(&joined, width, context, on_message);
    }

    fn frames(&mut self, mut data: &[u8], width: usize, context: &mut Context<'_>, on_message: OnMessage<'_>) {
        let passed = self.skip.min(data.len());
        self.skip -= passed;
        data = data.get(passed..).unwrap_or_default();
        while let Some((head, rest)) = data.split_at_checked(width) {
            let length = head.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
            if length > context.limits.max_stream_bytes {
                context.counters.messages_too_long += 1;
                self.skip = length.saturating_sub(rest.len());
                data = rest.get(length..).unwrap_or_default();
                continue;
            }
            let Some((message, rest)) = rest.split_at_checked(length) else { break };
            on_message(message, context);
            data = rest;
        }
        if data.is_empty() {
            return;
        }
        if context.may_buffer {
            self.pending = data.to_vec();
        } else {
            context.counters.buffer_full += 1;
            self.gap();
        }
    }
}
