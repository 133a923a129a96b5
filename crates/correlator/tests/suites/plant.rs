//! A capture from another network as if it had happened to one device of a simulated company: times are shifted, the infected host
//! becomes the device, its resolver the company's, its neighbours other devices.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use weft_model::{Body, Directory, Endpoint, Event, EventTime, InvolvedKind};

/// A device of the company and what surrounds it while it keeps its address.
pub struct Victim {
    pub host: String,
    mac: String,
    ip: IpAddr,
    resolver: IpAddr,
    neighbours: Vec<IpAddr>,
}

impl Victim {
    /// Whether the event is about this device.
    pub fn takes_part(&self, event: &Event) -> bool {
        touches(event, &BTreeSet::from([self.ip.to_string()]))
    }
}

/// Whether an event has one of these addresses at an end, or a finding names one.
pub fn touches(event: &Event, addresses: &BTreeSet<String>) -> bool {
    if let Body::Finding(finding) = &event.body {
        return finding.involved.iter().any(|one| addresses.contains(&one.name));
    }
    let is_one = |end: &Endpoint| end.ip.is_some_and(|ip| addresses.contains(&ip.to_string()));
    ends(event).is_some_and(|(from, to)| is_one(from) || is_one(to))
}

/// Devices of the directory that kept one address through these events and were active in nearly all hours, in order of name.
pub fn victims(directory: &Directory, events: &[Event]) -> Vec<Victim> {
    let hosts: BTreeSet<String> = directory.people().map(|(_, person)| person.device_host_name.to_lowercase()).collect();
    let mut leases: BTreeMap<(String, String), BTreeSet<IpAddr>> = BTreeMap::new();
    let mut hours: BTreeMap<IpAddr, BTreeSet<i64>> = BTreeMap::new();
    let mut resolvers: BTreeMap<IpAddr, BTreeMap<IpAddr, usize>> = BTreeMap::new();
    for event in events {
        match &event.body {
            Body::Dhcp(dhcp) => {
                if let (Some(host), Some(ip)) = (dhcp.hostname.clone().filter(|host| hosts.contains(host)), dhcp.leased_ip) {
                    leases.entry((host, dhcp.mac.clone())).or_default().insert(ip);
                }
            }
            Body::Network(flow) => {
                hours.entry(flow.src_endpoint.ip.unwrap()).or_default().insert(event.time.hour());
            }
            Body::Dns(dns) => {
                *resolvers.entry(dns.src_endpoint.ip.unwrap()).or_default().entry(dns.dst_endpoint.ip.unwrap()).or_default() += 1
            }
            _ => {}
        }
    }
    let all: BTreeSet<i64> = events.iter().map(|event| event.time.hour()).collect();
    let addresses: BTreeSet<IpAddr> = leases.values().flatten().copied().collect();
    let stays = |ips: &BTreeSet<IpAddr>| {
        ips.first().copied().filter(|ip| ips.len() == 1 && hours.get(ip).is_some_and(|seen| seen.len() * 10 >= all.len() * 9))
    };
    let steady = leases.iter().filter_map(|((host, mac), ips)| Some((host, mac, stays(ips)?)));
    steady
        .map(|(host, mac, ip)| Victim {
            host: host.clone(),
            mac: mac.clone(),
            ip,
            resolver: most(&resolvers[&ip]).unwrap(),
            neighbours: addresses.iter().copied().filter(|other| *other != ip).collect(),
        })
        .collect()
}

/// The most frequent, the first among equals.
fn most<T: Copy + Ord>(counts: &BTreeMap<T, usize>) -> Option<T> {
    counts.iter().max_by_key(|(key, count)| (**count, std::cmp::Reverse(**key))).map(|(key, _)| *key)
}

/// The ends of an event of the network, the initiator first.
fn ends(event: &Event) -> Option<(&Endpoint, &Endpoint)> {
    match &event.body {
        Body::Network(body) => Some((&body.src_endpoint, &body.dst_endpoint)),
        Body::Http(body) => Some((&body.src_endpoint, &body.dst_endpoint)),
        Body::Dns(body) => Some((&body.src_endpoint, &body.dst_endpoint)),
        Body::Dhcp(body) => Some((&body.src_endpoint, &body.dst_endpoint)),
        _ => None,
    }
}

/// A capture whose infected host is known.
pub struct Capture {
    events: Vec<Event>,
    pub infected: IpAddr,
    mac: Option<String>,
    resolver: Option<IpAddr>,
    inside: Vec<IpAddr>,
    pub first: EventTime,
    pub last: EventTime,
}

impl Capture {
    /// The infected host is the private address (any, where there is none) that begins most connections with what `blames` accepts.
    pub fn of(events: Vec<Event>, blames: impl Fn(&Event) -> bool) -> Option<Self> {
        let mut begun: BTreeMap<(bool, IpAddr), usize> = BTreeMap::new();
        let mut asked: BTreeMap<(IpAddr, IpAddr), usize> = BTreeMap::new();
        let mut addresses = BTreeSet::new();
        let mut macs: BTreeMap<IpAddr, String> = BTreeMap::new();
        for event in &events {
            let Some((Some(from), Some(to))) = ends(event).map(|(from, to)| (from.ip, to.ip)) else { continue };
            addresses.extend([from, to]);
            if blames(event) && !from.is_unspecified() {
                *begun.entry((weft_enrich::is_private(from), from)).or_default() += 1;
            }
            match &event.body {
                Body::Dns(_) => *asked.entry((from, to)).or_default() += 1,
                Body::Dhcp(dhcp) => macs.extend(dhcp.leased_ip.map(|ip| (ip, dhcp.mac.clone()))),
                _ => {}
            }
        }
        let private = begun.keys().any(|(private, _)| *private);
        begun.retain(|(is, _), _| *is == private);
        let (_, infected) = most(&begun)?;
        asked.retain(|(from, _), _| *from == infected);
        let resolver = most(&asked).map(|(_, to)| to);
        let near = |ip: &IpAddr| *ip != infected && Some(*ip) != resolver && is_near(*ip, infected);
        let inside = addresses.into_iter().filter(near).collect();
        let (first, last) = (events.iter().map(|event| event.time).min()?, events.iter().map(|event| event.time).max()?);
        let mac = macs.get(&infected).cloned();
        Some(Self { events, infected, mac, resolver, inside, first, last })
    }

    /// Where an address of the capture is found in the company.
    fn place(&self, ip: IpAddr, victim: &Victim) -> IpAddr {
        if ip == self.infected {
            return victim.ip;
        }
        if Some(ip) == self.resolver {
            return victim.resolver;
        }
        let seat = self.inside.iter().position(|known| *known == ip);
        seat.and_then(|seat| victim.neighbours.get(seat % victim.neighbours.len())).copied().unwrap_or(ip)
    }

    /// The events as they would have happened to `victim` from `start` on.
    pub fn planted(&self, victim: &Victim, start: EventTime) -> Vec<Event> {
        let shift = start.since(self.first);
        let mut events = self.events.clone();
        for event in &mut events {
            event.time = event.time.plus_ms(shift);
            let ends = match &mut event.body {
                Body::Network(body) => {
                    (body.start_time, body.end_time) = (body.start_time.plus_ms(shift), body.end_time.plus_ms(shift));
                    [&mut body.src_endpoint, &mut body.dst_endpoint]
                }
                Body::Http(body) => [&mut body.src_endpoint, &mut body.dst_endpoint],
                Body::Dns(body) => [&mut body.src_endpoint, &mut body.dst_endpoint],
                Body::Dhcp(body) => {
                    if Some(&body.mac) == self.mac.as_ref() {
                        (body.mac, body.hostname) = (victim.mac.clone(), Some(victim.host.clone()));
                    }
                    body.leased_ip = body.leased_ip.map(|ip| self.place(ip, victim));
                    [&mut body.src_endpoint, &mut body.dst_endpoint]
                }
                Body::Finding(body) => {
                    (body.first_seen, body.last_seen) = (body.first_seen.plus_ms(shift), body.last_seen.plus_ms(shift));
                    for one in body.involved.iter_mut().filter(|one| one.kind == InvolvedKind::Ip) {
                        if let Ok(ip) = one.name.parse() {
                            one.name = self.place(ip, victim).to_string();
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            for end in ends {
                end.ip = end.ip.map(|ip| self.place(ip, victim));
                end.mac = None;
            }
        }
        events
    }
}

/// Another host within: a private address, or one of the same network (/24, /64) as the infected host.
fn is_near(ip: IpAddr, infected: IpAddr) -> bool {
    match (ip, infected) {
        (IpAddr::V4(a), _) if a.is_private() => a.octets()[3] != 255,
        (IpAddr::V4(a), IpAddr::V4(b)) => a.octets()[..3] == b.octets()[..3] && a.octets()[3] != 255,
        (IpAddr::V6(a), IpAddr::V6(b)) => a.segments()[..4] == b.segments()[..4],
        _ => false,
    }
}
