//! What one device does on the wire: takes a lease, logs on, resolves names, opens connections.
//!
//! Must not know why.

use crate::conversation::{Conversation, Reply};
use crate::dhcp;
use crate::dns;
use crate::kerberos;
use crate::output::Output;
use crate::packet::{self, KEPT_PAYLOAD, Station};
use crate::rng::Rng;
use crate::tally::Tally;
use crate::tls::{self, Client};
use crate::world::World;
use std::net::Ipv4Addr;
use weft_model::{HttpActivity, Status, Tls};
use weft_net_decode::{dhcp_event, dns_event, http_event, kerberos_event};

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

/// The `count`th port of a device: each of the 16,384 once before any repeats, in no order that tells when it was taken (RFC 6056).
fn ephemeral(device: usize, count: u16) -> u16 {
    // Odd factors and shifts to the right are one-to-one on 14 bits.
    let mut mixed = (u32::from(count) + (device as u32 & 0xffff) * 5_077) & 0x3fff;
    for factor in [0x2f35, 0x1a9d] {
        mixed = ((mixed ^ (mixed >> 7)) * factor) & 0x3fff;
    }
    EPHEMERAL_FIRST + (mixed ^ (mixed >> 8)) as u16
}

/// Callers that count in milliseconds get microseconds too, so that the clock does not tell who called.
fn fine(at_us: i64, rng: &mut Rng) -> i64 {
    if at_us % 1_000 == 0 { at_us + rng.range(0, 1_000) } else { at_us }
}

impl World {
    /// The device on the wire, when it has an address.
    pub fn station(&self, device: usize) -> Option<Station> {
        let known = self.company.devices.get(device)?;
        let ip = known.fixed.or_else(|| self.network.addresses.get(device).copied().flatten())?;
        Some(Station { mac: known.mac, ip, ttl: if known.client == Client::OpenSsl { 64 } else { 128 } })
    }

    /// As [`Self::station`]; what follows is seen by the sensor of the device's network.
    fn seen(&mut self, device: usize) -> Option<Station> {
        self.out.listen(self.company.devices.get(device)?.network);
        self.station(device)
    }

    fn port(&mut self, device: usize) -> u16 {
        let Some(count) = self.network.ports.get_mut(device) else { return EPHEMERAL_FIRST };
        *count = count.wrapping_add(1);
        ephemeral(device, *count)
    }

    fn remote(&self, device: usize, ip: Ipv4Addr) -> Station {
        let mac = self.company.network(device).map_or([0; 6], |network| network.gateway.mac);
        Station { mac, ip, ttl: 48 + (ip.octets().iter().map(|octet| octet & 7).sum::<u8>() & 15) }
    }

    /// Resolves `host` unless the device still remembers it; returns the address and when the answer is there.
    pub fn resolve(&mut self, device: usize, at_us: i64, host: &str, rng: &mut Rng) -> Option<(Ipv4Addr, i64)> {
        if let Some((until, ip)) = self.network.resolved.get(device)?.get(host)
            && *until > at_us
        {
            return Some((*ip, at_us));
        }
        let lookup = self.web.answer(host);
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
        let station = self.seen(device)?;
        let resolver = self.company.network(device)?.controller;
        let lookup = self.web.answer(host);
        let (id, port) = (rng.next() as u16, EPHEMERAL_FIRST + rng.below(16_000) as u16);
        let rcode = if lookup.exists { 0 } else { 3 };
        let answer = dns::Answer { cname: lookup.cname.as_deref(), addresses: &lookup.addresses, ttl: lookup.ttl, rcode };
        let done = at_us + rng.range(600, 45_000);
        let out = &mut self.out;
        if out.is_direct() && dns::is_plain(host) {
            let ends = ((station.ip, port).into(), (resolver.ip, 53).into());
            let (asked, answered) = (out.covers(at_us), out.covers(done));
            let time_us = if asked { at_us } else { done };
            let (records, rcode) = if answered { (dns::records(kind, &answer), Some(answer.rcode as u8)) } else { (Vec::new(), None) };
            if asked || answered {
                let seen_ns = out.seen_us(time_us) * 1_000;
                out.event(dns_event(ends, (id, kind, host), seen_ns, records, rcode));
            }
        } else {
            let (question, reply) = (dns::query(id, host, kind), dns::response(id, host, kind, &answer));
            out.frame(at_us, |out| packet::udp(out, (&station, port), (&resolver, 53), id, &question));
            out.frame(done, |out| packet::udp(out, (&resolver, 53), (&station, port), id ^ 0x5555, &reply));
        }
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
        let at_us = fine(at_us, rng);
        let (ip, ready) = self.resolve(device, at_us, host, rng)?;
        let near = self.seen(device)?;
        let far = self.remote(device, ip);
        let port = self.port(device);
        let shape = self.network.shapes.of(client, host);
        let out = &mut self.out;
        let mut filler = rng.fork();
        let mut talk = Conversation::open_counted(out, (near, far), (port, 443), ready, rng);
        if let (Some(tally), Some(tls)) = (&mut talk.tally, &shape.tls)
            && shape.hello_length <= KEPT_PAYLOAD
        {
            tally.app_name = Some("tls");
            if out.covers(talk.time_us) {
                tally.set_tls(Tls { sni: Some(host.to_lowercase()), ..tls.clone() });
            }
        }
        talk.fill(out, true, shape.hello_length, 0, || tls::client_hello(client, host, &mut filler));
        let resumed = rng.chance(if load.up < 1_000 { 0.9 } else { 0.45 });
        let length = if resumed { shape.flight_length as u64 } else { 1_500 + rng.below(3_600) };
        talk.fill(out, false, 0, length, || tls::server_flight(client, resumed, &mut filler));
        let finished = if client.modern() { 69 } else { 40 };
        talk.fill(out, true, tls::application_data_length(finished), 0, || tls::application_data(finished, &mut filler));
        let exchanges = u64::from(load.exchanges.max(1));
        let mut send = |talk: &mut Conversation, out: &mut Output, from_client, length: u64| {
            let head = length.min(560) as usize;
            talk.fill(out, from_client, tls::application_data_length(head), length, || tls::application_data(head, &mut filler));
        };
        for _ in 0..exchanges {
            let (up, down) = (load.up / exchanges + 40, load.down / exchanges + 40);
            send(&mut talk, out, true, up);
            talk.pause(rng.range(8_000, 120_000));
            send(&mut talk, out, false, down);
            talk.pause(rng.range(50_000, 4_000_000));
        }
        let ended = talk.time_us;
        talk.close(out);
        Some(ended)
    }

    /// Tries one port of an address.
    pub fn probe(&mut self, device: usize, at_us: i64, (ip, port): (Ipv4Addr, u16), reply: Reply, rng: &mut Rng) {
        let Some(near) = self.seen(device).filter(|near| near.ip != ip) else { return };
        let ends = (near, self.remote(device, ip));
        let own = EPHEMERAL_FIRST + rng.below(16_000) as u16;
        Conversation::attempt(&mut self.out, ends, (own, port), fine(at_us, rng), reply, rng);
    }

    /// One plain HTTP/1.1 request for `path` of `host` and its answer.
    pub fn fetch(&mut self, device: usize, at_us: i64, what: (&str, &str, &str), rng: &mut Rng) -> Option<i64> {
        let (host, path, agent) = what;
        let at_us = fine(at_us, rng);
        let (ip, ready) = self.resolve(device, at_us, host, rng)?;
        let near = self.seen(device)?;
        let far = self.remote(device, ip);
        let port = self.port(device);
        let out = &mut self.out;
        let mut filler = rng.fork();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nConnection: close\r\n\r\n");
        let open = if request.len() <= KEPT_PAYLOAD { Conversation::open_counted } else { Conversation::open };
        let mut talk = open(out, (near, far), (port, 80), ready, rng);
        let asked_us = talk.time_us;
        if let Some(tally) = &mut talk.tally
            && out.covers(asked_us)
        {
            tally.app_name = Some("http");
        }
        talk.say(out, true, request.as_bytes());
        talk.pause(rng.range(5_000, 60_000));
        let length = 22 + rng.below(400);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
        if let Some(tally) = &talk.tally
            && out.covers(asked_us)
        {
            let activity = HttpActivity {
                http_method: "GET".to_owned(),
                host: host.to_lowercase(),
                path: path.to_owned(),
                user_agent: Some(agent.to_owned()),
                status_code: out.covers(talk.time_us).then_some(200),
                ..HttpActivity::default()
            };
            out.event(http_event(tally.ends(), 0, out.seen_us(asked_us) * 1_000, activity));
        }
        let whole = head.len() + length as usize;
        talk.fill(out, false, whole, 0, || (head + &filler.hex(length as usize)).into_bytes());
        let ended = talk.time_us;
        talk.close(out);
        Some(ended)
    }

    /// Writes one DHCP message.
    fn dhcp_message(&mut self, at_us: i64, ends: (Station, Station), message: &dhcp::Message<'_>) {
        let ports = if message.is_reply() { (67, 68) } else { (68, 67) };
        if self.out.is_direct() {
            if self.out.covers(at_us) {
                let ends = ((ends.0.ip, ports.0).into(), (ends.1.ip, ports.1).into());
                self.out.event(dhcp_event(ends, message.kind as u8, self.out.seen_us(at_us) * 1_000, message.activity()));
            }
            return;
        }
        let payload = dhcp::encode(message);
        let id = message.transaction as u16;
        self.out.frame(at_us, |out| packet::udp(out, (&ends.0, ports.0), (&ends.1, ports.1), id, &payload));
    }

    /// Takes (or renews, when the device holds it) the lease of `ip` at `at_us`.
    pub fn lease(&mut self, device: usize, ip: Ipv4Addr, at_us: i64, rng: &mut Rng) {
        let Some(known) = self.company.devices.get(device) else { return };
        self.out.listen(known.network);
        let (mac, host) = (known.mac, known.host.clone());
        let domain = self.company.domain.clone();
        let Some(network) = self.company.network(device) else { return };
        let (server, gateway) = (network.controller, network.gateway.ip);
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
            gateway,
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
        let Some(station) = self.seen(device) else { return };
        let Some(controller) = self.company.network(device).map(|network| network.controller) else { return };
        let realm = self.company.realm.clone();
        // Not a random one: two exchanges on one port within two minutes are one flow.
        let port = self.port(device);
        let (request, reply) = (kerberos::as_req(client, &realm, rng), kerberos::as_rep(client, &realm, rng));
        let id = rng.next() as u16;
        let done = at_us + rng.range(1_200, 9_000);
        let out = &mut self.out;
        if !out.is_direct() {
            out.frame(at_us, |out| packet::udp(out, (&station, port), (&controller, 88), id, &request));
            out.frame(done, |out| packet::udp(out, (&controller, 88), (&station, port), id ^ 0x1111, &reply));
            return;
        }
        let mut tally = Tally::new(17, (station.ip, port), (controller.ip, 88));
        tally.app_name = Some("kerberos");
        tally.packet(out, at_us, true, packet::udp_ip_bytes(request.len()), true);
        tally.packet(out, done, false, packet::udp_ip_bytes(reply.len()), true);
        tally.write(out);
        if out.covers(at_us) {
            let status = if out.covers(done) { Status::Success } else { Status::Unknown };
            let seen_ns = out.seen_us(at_us) * 1_000;
            out.event(kerberos_event(tally.ends(), client.to_lowercase(), realm.to_lowercase(), seen_ns, (status, None)));
        }
    }
}
