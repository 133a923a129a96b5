//! What one device does on the wire: takes a lease, logs on, resolves names, opens connections.
//!
//! Must not know why.

use crate::conversation::Conversation;
use crate::dhcp;
use crate::dns;
use crate::kerberos;
use crate::packet::{self, Station};
use crate::rng::Rng;
use crate::tls::{self, Client};
use crate::world::World;
use std::net::Ipv4Addr;

/// How much one connection carries.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Bytes from the device and to it, in all exchanges together.
    pub up: u64,
    pub down: u64,
    /// Requests on the connection.
    pub exchanges: u32,
}

impl Load {
    /// A small poll.
    pub fn poll(rng: &mut Rng) -> Self {
        Self { up: 120 + rng.below(260), down: 90 + rng.below(420), exchanges: 1 }
    }
    /// A page or a part of one.
    pub fn page(rng: &mut Rng) -> Self {
        let down = (4_000.0 * (rng.unit() * 4.5).exp()) as u64;
        Self { up: 250 + (rng.exponential(250.0) as u64).min(9_000), down, exchanges: if rng.chance(0.2) { 2 } else { 1 } }
    }
}

const EPHEMERAL_FIRST: u16 = 49_152;
const BROADCAST: Station = Station { mac: [255; 6], ip: Ipv4Addr::BROADCAST, ttl: 128 };

impl World {
    /// The device on the wire, when it has an address.
    pub fn station(&self, device: usize) -> Option<Station> {
        let known = self.company.devices.get(device)?;
        let ip = known.fixed.or_else(|| self.network.addresses.get(device).copied().flatten())?;
        Some(Station { mac: known.mac, ip, ttl: if known.client == Client::OpenSsl { 64 } else { 128 } })
    }

    fn port(&mut self, device: usize) -> u16 {
        let Some(port) = self.network.ports.get_mut(device) else { return EPHEMERAL_FIRST };
        *port = if *port < EPHEMERAL_FIRST || *port == u16::MAX { EPHEMERAL_FIRST } else { *port + 1 };
        *port
    }

    fn remote(&self, ip: Ipv4Addr) -> Station {
        Station { mac: self.company.gateway.mac, ip, ttl: 48 + (ip.octets().iter().map(|octet| octet & 7).sum::<u8>() & 15) }
    }

    /// Resolves `host` unless the device still remembers it; returns the address and when the answer is there.
    pub fn resolve(&mut self, device: usize, at_us: i64, host: &str, rng: &mut Rng) -> Option<(Ipv4Addr, i64)> {
        if let Some((until, ip)) = self.network.resolved.get(device)?.get(host)
            && *until > at_us
        {
            return Some((*ip, at_us));
        }
        let lookup = self.web.lookup(host);
        let address = *lookup.addresses.first()?;
        let done = self.ask(device, at_us, host, dns::TYPE_A, rng)?;
        if rng.chance(0.4) {
            self.ask(device, at_us + 90, host, dns::TYPE_AAAA, rng);
        }
        let until = done + i64::from(lookup.ttl) * 1_000_000;
        self.network.resolved.get_mut(device)?.insert(host.to_owned(), (until, address));
        Some((address, done))
    }

    /// One DNS question and its answer; returns when the answer is there.
    pub fn ask(&mut self, device: usize, at_us: i64, host: &str, kind: u16, rng: &mut Rng) -> Option<i64> {
        let station = self.station(device)?;
        let resolver = self.company.controller;
        let lookup = self.web.lookup(host);
        let (id, port) = (rng.next() as u16, EPHEMERAL_FIRST + rng.below(16_000) as u16);
        let question = dns::query(id, host, kind);
        let answer = dns::Answer { cname: lookup.cname.as_deref(), addresses: &lookup.addresses, ttl: lookup.ttl, rcode: 0 };
        let reply = dns::response(id, host, kind, &answer);
        let done = at_us + rng.range(600, 45_000);
        self.out.frame(at_us, |out| packet::udp(out, (&station, port), (&resolver, 53), id, &question));
        self.out.frame(done, |out| packet::udp(out, (&resolver, 53), (&station, port), id ^ 0x5555, &reply));
        Some(done + 300)
    }

    /// Resolves `host`, opens TLS to it and moves `load`; returns when the connection ended.
    pub fn connect(&mut self, device: usize, at_us: i64, host: &str, load: Load, rng: &mut Rng) -> Option<i64> {
        let client = self.company.devices.get(device)?.client;
        self.connect_as(device, client, at_us, (host, load), rng)
    }

    /// As [`Self::connect`], with the TLS client named (agents do not use the browser's).
    pub fn connect_as(&mut self, device: usize, client: Client, at_us: i64, what: (&str, Load), rng: &mut Rng) -> Option<i64> {
        let (host, load) = what;
        let (ip, ready) = self.resolve(device, at_us, host, rng)?;
        let near = self.station(device)?;
        let far = self.remote(ip);
        let port = self.port(device);
        let out = &mut self.out;
        let mut talk = Conversation::open(out, (near, far), (port, 443), ready, rng);
        talk.say(out, true, &tls::client_hello(client, host, rng));
        let resumed = rng.chance(if load.up < 1_000 { 0.9 } else { 0.45 });
        let flight = tls::server_flight(client, resumed, rng);
        let length = if resumed { flight.len() as u64 } else { 1_500 + rng.below(3_600) };
        talk.bulk(out, false, &flight, length);
        talk.say(out, true, &tls::application_data(if client.modern() { 69 } else { 40 }, rng));
        let exchanges = u64::from(load.exchanges.max(1));
        for _ in 0..exchanges {
            let (up, down) = (load.up / exchanges + 40, load.down / exchanges + 40);
            let head = tls::application_data((up as usize).min(560), rng);
            talk.bulk(out, true, &head, up);
            talk.pause(rng.range(8_000, 120_000));
            let head = tls::application_data((down as usize).min(560), rng);
            talk.bulk(out, false, &head, down);
            talk.pause(rng.range(50_000, 4_000_000));
        }
        let ended = talk.time_us;
        talk.close(out);
        Some(ended)
    }

    /// One plain HTTP/1.1 request for `path` of `host` and its answer.
    pub fn fetch(&mut self, device: usize, at_us: i64, what: (&str, &str, &str), rng: &mut Rng) -> Option<i64> {
        let (host, path, agent) = what;
        let (ip, ready) = self.resolve(device, at_us, host, rng)?;
        let near = self.station(device)?;
        let far = self.remote(ip);
        let port = self.port(device);
        let out = &mut self.out;
        let mut talk = Conversation::open(out, (near, far), (port, 80), ready, rng);
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nConnection: close\r\n\r\n");
        talk.say(out, true, request.as_bytes());
        talk.pause(rng.range(5_000, 60_000));
        let length = 22 + rng.below(400);
        let mut reply =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n").into_bytes();
        let body = rng.hex(length as usize);
        reply.extend_from_slice(body.as_bytes());
        talk.say(out, false, &reply);
        let ended = talk.time_us;
        talk.close(out);
        Some(ended)
    }

    /// Writes one DHCP message.
    fn dhcp_message(&mut self, at_us: i64, ends: (Station, Station), message: &dhcp::Message<'_>) {
        let payload = dhcp::encode(message);
        let reply = matches!(message.kind, dhcp::Kind::Offer | dhcp::Kind::Ack);
        let ports = if reply { (67, 68) } else { (68, 67) };
        let id = message.transaction as u16;
        self.out.frame(at_us, |out| packet::udp(out, (&ends.0, ports.0), (&ends.1, ports.1), id, &payload));
    }

    /// Takes (or renews, when the device holds it) the lease of `ip` at `at_us`.
    pub fn lease(&mut self, device: usize, ip: Ipv4Addr, at_us: i64, rng: &mut Rng) {
        let Some(known) = self.company.devices.get(device) else { return };
        let (mac, host) = (known.mac, known.host.clone());
        let domain = self.company.domain.clone();
        let server = self.company.controller;
        let renewal = self.network.addresses.get(device).copied().flatten() == Some(ip);
        let client = Station { mac, ip: if renewal { ip } else { Ipv4Addr::UNSPECIFIED }, ttl: 128 };
        let base = dhcp::Message {
            kind: dhcp::Kind::Request,
            transaction: rng.next() as u32,
            mac,
            host: &host,
            current: renewal.then_some(ip),
            address: Some(ip),
            server: server.ip,
            gateway: self.company.gateway.ip,
            domain: &domain,
            lease_s: self.network.lease_s,
        };
        let owner = Station { mac, ip, ttl: 128 };
        let mut at = at_us;
        if !renewal {
            self.dhcp_message(at, (client, BROADCAST), &dhcp::Message { kind: dhcp::Kind::Discover, ..base });
            at += rng.range(800, 4_000);
            self.dhcp_message(at, (server, owner), &dhcp::Message { kind: dhcp::Kind::Offer, ..base });
            at += rng.range(500, 2_000);
        }
        self.dhcp_message(at, (client, if renewal { server } else { BROADCAST }), &base);
        at += rng.range(700, 3_000);
        self.dhcp_message(at, (server, owner), &dhcp::Message { kind: dhcp::Kind::Ack, current: None, ..base });
        let until = at / 1000 + i64::from(self.network.lease_s) * 1000;
        self.network.leases.insert(ip, (device, until));
        if let Some(address) = self.network.addresses.get_mut(device) {
            *address = Some(ip);
        }
    }

    /// A Kerberos AS exchange for `client` (a logon name, or `HOST$` for the machine itself).
    pub fn log_on(&mut self, device: usize, client: &str, at_us: i64, rng: &mut Rng) {
        let Some(station) = self.station(device) else { return };
        let controller = self.company.controller;
        let realm = self.company.realm.clone();
        let port = EPHEMERAL_FIRST + rng.below(16_000) as u16;
        let (request, reply) = (kerberos::as_req(client, &realm, rng), kerberos::as_rep(client, &realm, rng));
        let id = rng.next() as u16;
        self.out.frame(at_us, |out| packet::udp(out, (&station, port), (&controller, 88), id, &request));
        let done = at_us + rng.range(1_200, 9_000);
        self.out.frame(done, |out| packet::udp(out, (&controller, 88), (&station, port), id ^ 0x1111, &reply));
    }
}
