//! Packets: which device resolved or contacted which host, and how much it sent.

use super::{Collector, Internal, tld};
use crate::fact::{Fact, FactKind};
use crate::field;
use crate::field::Field;
use crate::outside::Host;
use std::net::IpAddr;
use std::sync::Arc;
use weft_enrich::is_private;
use weft_entity_graph::Touches;
use weft_model::{DAY_MS, DnsActivity, Entity, EntityKind, HttpActivity, NetworkActivity, SmolStr, format_smolstr};

/// Addresses of one DNS answer that become entities.
const MAX_ANSWERS: usize = 8;
/// Flows that sent less are no upload worth a fact, in bytes.
const MIN_UPLOAD: u64 = 256 * 1024;
/// Labels below a registrable domain that together are long, in bytes, and the entropy from which they look like data, in bits.
const LONG_LABELS: usize = 24;
const DATA_ENTROPY: f64 = 3.5;
/// Endings of files that a computer runs.
const PROGRAM_ENDINGS: [&str; 13] = ["exe", "dll", "msi", "scr", "ps1", "bat", "vbs", "hta", "jar", "iso", "img", "lnk", "apk"];

/// The internal device that started a contact with the outside.
fn initiator(out: &mut Collector<'_>, source: Option<IpAddr>) -> Option<Internal> {
    let source = source.filter(|ip| is_private(*ip) && !ip.is_multicast() && !ip.is_unspecified())?;
    Some(out.device(source))
}

fn host_of(out: &Collector<'_>, name: &str) -> Arc<Host> {
    out.context.outside.host(out.context.enricher, out.context.directory, name)
}

/// `met` are fields of how the host was met: the client's fingerprint or name.
fn contact(out: &mut Collector<'_>, device: &Internal, host: &str, addresses: &[IpAddr], met: &[(Field, &str)]) {
    let info = host_of(out, host);
    if !info.is_external {
        return;
    }
    let mut fact = out.fact(FactKind::NetContact, device);
    fact.shared.host = Some(info.clone());
    fact.fields.push((field!("tld"), SmolStr::new(tld(host))));
    fact.fields.extend(met.iter().map(|(name, value)| (*name, SmolStr::new(*value))));
    let domain = Entity::new(EntityKind::Domain, info.registrable.clone());
    let (from, to) = (out.at().plus_ms(-30 * DAY_MS), out.at().plus_ms(-DAY_MS));
    let is_known = |touches: Touches<'_>| touches.other_devices(None, 1, from, to) > 0;
    let acquaintance = if out.context.graph.touches(&domain).is_some_and(is_known) { "known" } else { "new" };
    fact.fields.push((field!("acquaintance"), SmolStr::new_static(acquaintance)));
    fact.entities.push(domain.clone());
    out.touch(domain, device);
    for (index, ip) in addresses.iter().filter(|ip| !is_private(**ip)).take(MAX_ANSWERS).enumerate() {
        if index == 0 {
            out.address(&mut fact, Some(*ip), device);
        } else {
            let entity = Entity::new(EntityKind::Ip, format_smolstr!("{ip}"));
            fact.entities.push(entity.clone());
            out.touch(entity, device);
        }
    }
    add_person(out, &mut fact, device);
    out.out.facts.push(fact);
}

fn add_person(out: &Collector<'_>, fact: &mut Fact, device: &Internal) {
    if let Some(person) = out.context.graph.bindings.person(&device.key, out.at(), out.context.directory) {
        fact.entities.push(Entity::new(EntityKind::Person, person));
    }
}

pub(super) fn dns(out: &mut Collector<'_>, dns: &DnsActivity) {
    let Some(device) = initiator(out, dns.src_endpoint.ip) else { return };
    query(out, &device, dns);
    if dns.rcode.unwrap_or(0) != 0 || dns.answers.is_empty() {
        return;
    }
    let addresses: Vec<IpAddr> = dns.answers.iter().filter_map(|answer| answer.rdata.parse().ok()).collect();
    contact(out, &device, &dns.hostname, &addresses, &[]);
}

/// The question itself, answered or not.
fn query(out: &mut Collector<'_>, device: &Internal, dns: &DnsActivity) {
    let info = host_of(out, &dns.hostname);
    if !info.is_external {
        return;
    }
    let registrable = &info.registrable;
    let below = dns.hostname.strip_suffix(registrable.as_str()).unwrap_or_default().trim_end_matches('.');
    let result = match dns.rcode {
        Some(0) => "answered",
        Some(3) => "no such name",
        Some(_) => "failed",
        None => "no answer",
    };
    let mut fact = out.fact(FactKind::NetQuery, device);
    fact.amount = below.len() as u64;
    fact.fields.push((field!("query"), info.name.clone()));
    fact.fields.push((field!("domain"), registrable.clone()));
    fact.fields.push((field!("tld"), SmolStr::new(tld(registrable))));
    fact.fields.push((field!("query_result"), SmolStr::new_static(result)));
    fact.fields.push((field!("label_shape"), SmolStr::new_static(shape(below))));
    fact.entities.push(Entity::new(EntityKind::Domain, registrable.clone()));
    out.out.facts.push(fact);
}

/// Whether the labels of a name look like words or like data: long, and with letters and digits spread as an encoder spreads them
/// (Shannon entropy over 3.5 bits a character; English host names stay under 3.3).
fn shape(labels: &str) -> &'static str {
    if labels.len() < LONG_LABELS {
        return if labels.is_empty() { "none" } else { "short" };
    }
    let mut counts = [0u32; 256];
    for byte in labels.bytes().filter(|byte| *byte != b'.') {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = f64::from(counts.iter().sum::<u32>().max(1));
    let entropy: f64 =
        counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total).map(|share| -share * share.log2()).sum();
    if entropy > DATA_ENTROPY { "long, like data" } else { "long" }
}

pub(super) fn http(out: &mut Collector<'_>, http: &HttpActivity) {
    let Some(device) = initiator(out, http.src_endpoint.ip) else { return };
    let addresses: Vec<IpAddr> = http.dst_endpoint.ip.into_iter().collect();
    let agent: String =
        http.user_agent.iter().flat_map(|agent| agent.chars()).filter(|c| !c.is_ascii_digit() && *c != '.').take(128).collect();
    let met = [(field!("user_agent"), agent.as_str())];
    contact(out, &device, &http.host, &addresses, if agent.is_empty() { &[] } else { &met });
    let path = http.path.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    let Some(ending) = ending.filter(|ending| http.http_method == "GET" && PROGRAM_ENDINGS.contains(&ending.as_str())) else { return };
    let Some(address) = http.dst_endpoint.ip.filter(|ip| !is_private(*ip)) else { return };
    let mut fact = out.fact(FactKind::NetDownload, &device);
    fact.fields.push((field!("file_type"), SmolStr::new(&ending)));
    named_host(out, &mut fact, &http.host, address);
    out.address(&mut fact, Some(address), &device);
    add_person(out, &mut fact, &device);
    out.out.facts.push(fact);
}

/// The host's name, or its address where it has none, with the domain as an entity.
fn named_host(out: &Collector<'_>, fact: &mut Fact, host: &str, address: IpAddr) {
    let info = host_of(out, host);
    if info.is_external {
        fact.entities.push(Entity::new(EntityKind::Domain, info.registrable.clone()));
        fact.shared.host = Some(info);
    } else {
        fact.fields.push((field!("host"), format_smolstr!("{address}")));
    }
}

pub(super) fn flow(out: &mut Collector<'_>, flow: &NetworkActivity) {
    let Some(device) = initiator(out, flow.src_endpoint.ip) else { return };
    let Some(destination) = flow.dst_endpoint.ip else { return };
    if is_private(destination) {
        internal(out, flow, &device, destination);
        return;
    }
    let ja4 = flow.tls.as_ref().and_then(|tls| tls.ja4.as_deref());
    if let Some(host) = &flow.dst_endpoint.hostname {
        let met = [(field!("ja4"), ja4.unwrap_or_default())];
        contact(out, &device, host, &[destination], if ja4.is_some() { &met } else { &[] });
    }
    let mut fact = out.fact(FactKind::NetConnection, &device);
    out.address(&mut fact, Some(destination), &device);
    named_host(out, &mut fact, flow.dst_endpoint.hostname.as_deref().unwrap_or_default(), destination);
    service(&mut fact, flow);
    if let Some(place) = fact.entity(EntityKind::Domain).or_else(|| fact.entity(EntityKind::Ip)) {
        let company = company(out, place, &device);
        fact.fields.push((field!("company"), company));
    }
    fact.fields.push((field!("named"), SmolStr::new(if flow.dst_endpoint.hostname.is_some() { "by name" } else { "by address" })));
    fact.amount = u64::try_from(flow.end_time.since(flow.start_time) / 1000).unwrap_or(0);
    if flow.traffic.bytes_out >= MIN_UPLOAD {
        let mut upload = Fact { kind: FactKind::NetFlow, amount: flow.traffic.bytes_out, ..fact.clone() };
        add_person(out, &mut upload, &device);
        out.out.facts.push(upload);
    }
    out.out.facts.push(fact);
}

/// How many other devices here had to do with it in the last 30 days.
fn company(out: &Collector<'_>, entity: &Entity, device: &Internal) -> SmolStr {
    let graph = out.context.graph;
    let from = out.at().plus_ms(-30 * DAY_MS);
    let others = graph.touches(entity).map_or(0, |touches| touches.other_devices(Some(&device.key), 4, from, out.at()));
    SmolStr::new(match others {
        0 => "nobody else",
        1..=3 => "few others",
        _ => "many others",
    })
}

/// Port, transport and application of a flow.
fn service(fact: &mut Fact, flow: &NetworkActivity) {
    let transport = match flow.protocol_num {
        6 => "tcp",
        17 => "udp",
        1 | 58 => "icmp",
        _ => "other",
    };
    if let Some(port) = flow.dst_endpoint.port {
        fact.fields.push((field!("port"), format_smolstr!("{transport}/{port}")));
    }
    fact.fields.push((field!("protocol"), SmolStr::new(flow.app_name.as_deref().unwrap_or(transport))));
}

/// A flow to a neighbour inside.
fn internal(out: &mut Collector<'_>, flow: &NetworkActivity, device: &Internal, destination: IpAddr) {
    if destination.is_multicast() || destination.is_unspecified() || destination.is_loopback() || is_broadcast(destination) {
        return;
    }
    let mut fact = out.fact(FactKind::NetInternal, device);
    let host = out.context.graph.bindings.device(destination, out.at());
    fact.fields.push((field!("internal_host"), host.unwrap_or_else(|| format_smolstr!("{destination}"))));
    service(&mut fact, flow);
    fact.amount = flow.traffic.bytes_out;
    if let Some(protocol) = flow.dst_endpoint.port.and_then(administration) {
        fact.fields.push((field!("operation"), SmolStr::new(protocol)));
    }
    out.out.facts.push(fact);
}

fn is_broadcast(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V4(v4) if v4.octets().last() == Some(&255))
}

/// The protocol by which one computer is operated from another, by its registered port (IANA).
fn administration(port: u16) -> Option<&'static str> {
    Some(match port {
        22 => "SSH",
        23 => "Telnet",
        135 => "RPC",
        139 | 445 => "SMB",
        3389 => "RDP",
        5900 => "VNC",
        5985 | 5986 => "WinRM",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_carry_data() {
        assert_eq!(shape(""), "none");
        assert_eq!(shape("www"), "short");
        assert_eq!(shape("mq4xk2p9wz7rt5vb8nc3hd6jf1gs0l.aq8z"), "long, like data");
        assert_eq!(shape("static-assets-static-assets-static"), "long");
    }
}
