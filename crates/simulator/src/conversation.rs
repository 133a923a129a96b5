//! One TCP connection: handshake, data with sane sequence and acknowledgement numbers, orderly close.
//!
//! Must not know the protocol above; the callers hand it bytes and lengths. When events are wanted and not raw inputs, a counted
//! conversation builds no packet.

use crate::output::Output;
use crate::packet::{self, ACK, FIN, MAX_SEGMENT, PSH, RST, SNAPLEN, SYN, Station, Tcp};
use crate::rng::Rng;
use crate::tally::Tally;

/// What comes back to the first segment of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Nothing: nobody has the address, or a filter drops it.
    Silence,
    /// A reset: nobody listens on the port.
    Refused,
    /// Somebody listens; the client leaves it at that.
    Open,
}

/// An open connection; `time_us` advances as it is used.
#[derive(Debug)]
pub struct Conversation {
    client: Station,
    server: Station,
    ports: (u16, u16),
    client_next: u32,
    server_next: u32,
    ids: (u16, u16),
    rtt_us: i64,
    /// Counts the packets instead of building them.
    pub tally: Option<Tally>,
    /// Microseconds since the epoch: when the next segment leaves.
    pub time_us: i64,
}

impl Conversation {
    /// The three-way handshake from `client` to `server`, `ports` being (client's, server's). What is said is built as packets, which
    /// the decoder reads when events are wanted.
    pub fn open(out: &mut Output, ends: (Station, Station), ports: (u16, u16), start_us: i64, rng: &mut Rng) -> Self {
        Self::begin(out, ends, ports, start_us, None, rng)
    }

    /// As [`Self::open`], but only counted when events are wanted: the caller then tells the tally what the decoder would find.
    pub fn open_counted(out: &mut Output, ends: (Station, Station), ports: (u16, u16), start_us: i64, rng: &mut Rng) -> Self {
        let tally = out.is_direct().then(|| Tally::new(6, (ends.0.ip, ports.0), (ends.1.ip, ports.1)));
        Self::begin(out, ends, ports, start_us, tally, rng)
    }

    /// One try of a port, as a scanner makes it: no connection comes of it.
    pub fn attempt(out: &mut Output, ends: (Station, Station), ports: (u16, u16), start_us: i64, reply: Reply, rng: &mut Rng) {
        let tally = out.is_direct().then(|| Tally::new(6, (ends.0.ip, ports.0), (ends.1.ip, ports.1)));
        let mut this = Self::new(ends, ports, start_us, tally, rng);
        this.segment(out, true, SYN, &[], 0);
        this.time_us += this.rtt_us;
        match reply {
            Reply::Silence => {}
            Reply::Refused => this.segment(out, false, RST | ACK, &[], 0),
            Reply::Open => {
                this.segment(out, false, SYN | ACK, &[], 0);
                this.time_us += 60;
                this.segment(out, true, RST, &[], 0);
            }
        }
        if let Some(tally) = &this.tally {
            tally.write(out);
        }
    }

    fn new(ends: (Station, Station), ports: (u16, u16), start_us: i64, tally: Option<Tally>, rng: &mut Rng) -> Self {
        let near = ends.1.mac == ends.0.mac || ends.1.ip.is_private();
        let rtt_us = if near { rng.range(250, 900) } else { rng.range(9_000, 85_000) };
        Self {
            client: ends.0,
            server: ends.1,
            ports,
            client_next: rng.next() as u32,
            server_next: rng.next() as u32,
            ids: (rng.next() as u16, rng.next() as u16),
            rtt_us,
            tally,
            time_us: start_us,
        }
    }

    fn begin(out: &mut Output, ends: (Station, Station), ports: (u16, u16), start_us: i64, tally: Option<Tally>, rng: &mut Rng) -> Self {
        let mut this = Self::new(ends, ports, start_us, tally, rng);
        this.segment(out, true, SYN, &[], 0);
        this.time_us += this.rtt_us;
        this.segment(out, false, SYN | ACK, &[], 0);
        this.time_us += 60;
        this.segment(out, true, ACK, &[], 0);
        this.time_us += 150;
        this
    }

    fn segment(&mut self, out: &mut Output, from_client: bool, flags: u8, bytes: &[u8], zeros: usize) {
        if let Some(tally) = &mut self.tally {
            let payload = bytes.len() + zeros;
            return tally.packet(out, self.time_us, from_client, packet::tcp_ip_bytes(flags, payload), payload > 0);
        }
        let (from, to) = if from_client { (self.client, self.server) } else { (self.server, self.client) };
        let (source_port, destination_port) = if from_client { self.ports } else { (self.ports.1, self.ports.0) };
        let (sequence, acknowledgement) =
            if from_client { (self.client_next, self.server_next) } else { (self.server_next, self.client_next) };
        let acknowledgement = if flags & ACK == 0 { 0 } else { acknowledgement };
        let id = if from_client { &mut self.ids.0 } else { &mut self.ids.1 };
        *id = id.wrapping_add(1);
        let window = if flags & SYN != 0 { 64_240 } else { 1_026 };
        let header = Tcp { source_port, destination_port, sequence, acknowledgement, flags, window };
        let id = *id;
        out.frame(self.time_us, |buffer| packet::tcp(buffer, &from, &to, &header, id, (bytes, zeros)));
        let next = if from_client { &mut self.client_next } else { &mut self.server_next };
        let advance = (bytes.len() + zeros) as u32 + u32::from(flags & (SYN | FIN) != 0);
        *next = next.wrapping_add(advance);
    }

    /// Sends exactly these bytes.
    pub fn say(&mut self, out: &mut Output, from_client: bool, bytes: &[u8]) {
        self.bulk(out, from_client, bytes, bytes.len() as u64);
    }

    /// Sends `length` bytes of which `head` are the first; the rest counts but is zero and beyond the capture's cut.
    pub fn bulk(&mut self, out: &mut Output, from_client: bool, head: &[u8], length: u64) {
        let mut left = length.max(head.len() as u64);
        let mut first = true;
        let mut unacknowledged = 0;
        while left > 0 {
            let size = left.min(MAX_SEGMENT as u64) as usize;
            let bytes = head.get(..if first { head.len().min(size) } else { head.len().min(size).min(SNAPLEN) }).unwrap_or_default();
            self.segment(out, from_client, PSH | ACK, bytes, size - bytes.len());
            left -= size as u64;
            first = false;
            unacknowledged += 1;
            // About 400 Mbit/s while the window is open.
            self.time_us += 40 + (size as i64) / 50;
            if unacknowledged == 4 && left > 0 {
                unacknowledged = 0;
                self.time_us += self.rtt_us / 8;
                self.segment(out, !from_client, ACK, &[], 0);
            }
        }
        self.time_us += self.rtt_us / 2;
        if length > 2 * 1460 {
            // Less is acknowledged together with what the other side says next.
            self.segment(out, !from_client, ACK, &[], 0);
        }
        self.time_us += 200;
    }

    /// As [`Self::bulk`] with the bytes that `head` makes, `head_length` of them; they are not made when they are only counted.
    pub fn fill(&mut self, out: &mut Output, from_client: bool, head_length: usize, length: u64, head: impl FnOnce() -> Vec<u8>) {
        if self.tally.is_some() {
            self.bulk(out, from_client, &[], length.max(head_length as u64));
        } else {
            self.bulk(out, from_client, &head(), length);
        }
    }

    /// Waits without sending.
    pub fn pause(&mut self, us: i64) {
        self.time_us += us.max(0);
    }

    /// FIN from the client, FIN from the server, last acknowledgement.
    pub fn close(mut self, out: &mut Output) {
        self.segment(out, true, FIN | ACK, &[], 0);
        self.time_us += self.rtt_us;
        self.segment(out, false, FIN | ACK, &[], 0);
        self.time_us += 80;
        self.segment(out, true, ACK, &[], 0);
        if let Some(tally) = &self.tally {
            tally.write(out);
        }
    }
}
