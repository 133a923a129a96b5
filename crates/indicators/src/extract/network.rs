//! Packets: which device resolved or contacted which host, and how much it sent.

use super::{Collector, Internal, tld};
use crate::fact::{Fact, FactKind};
use std::net::IpAddr;
use std::sync::Arc;
use weft_enrich::is_private;
use weft_entity_graph::Touches;
use weft_model::{DAY_MS, DnsActivity, Entity, EntityKind, HttpActivity, NetworkActivity};

/// Addresses of one DNS answer that become entities.
const MAX_ANSWERS: usize = 8;
/// Flows that sent less are no upload worth a fact, in bytes.
const MIN_UPLOAD: u64 = 256 * 1024;

/// The internal device that started a contact with the outside.
fn initiator(out: &mut Collector<'_>, source: Option<IpAddr>) -> Option<Internal> {
    let source = source.filter(|ip| is_private(*ip) && !ip.is_multicast() && !ip.is_unspecified())?;
    Some(out.device(source))
}

fn is_external_name(out: &Collector<'_>, host: &str) -> bool {
    let Some((_, suffix)) = host.rsplit_once('.') else { return false };
    !matches!(suffix, "local" | "arpa" | "internal" | "lan" | "home" | "corp" | "localdomain")
        && host.parse::<IpAddr>().is_err()
        && !out.context.directory.domains().any(|own| host == own || host.strip_suffix(own).is_some_and(|rest| rest.ends_with('.')))
}

fn contact(out: &mut Collector<'_>, device: &Internal, host: &str, addresses: &[IpAddr]) {
    if !is_external_name(out, host) {
        return;
    }
    let info = out.context.enricher.domain(host);
    let registrable = info.registrable.into_owned();
    let platform = info.platform;
    let mut fact = out.fact(FactKind::NetContact, device);
    fact.fields.push(("host", Arc::from(host)));
    fact.fields.push(("domain", Arc::from(registrable.as_str())));
    fact.fields.push(("tld", Arc::from(tld(host))));
    if let Some(platform) = platform {
        fact.fields.push(("platform", Arc::from(platform.as_str())));
    }
    let domain = Entity::new(EntityKind::Domain, registrable);
    let (from, to) = (out.at().plus_ms(-30 * DAY_MS), out.at().plus_ms(-DAY_MS));
    let is_known = |touches: &Touches| touches.touchers(from, to, |who| !out.context.graph.is_device(who)) > 0;
    let acquaintance = if out.context.graph.touches(&domain).is_some_and(is_known) { "known" } else { "new" };
    fact.fields.push(("acquaintance", Arc::from(acquaintance)));
    fact.entities.push(domain.clone());
    out.touch(domain, device);
    for (index, ip) in addresses.iter().filter(|ip| !is_private(**ip)).take(MAX_ANSWERS).enumerate() {
        if index == 0 {
            out.address(&mut fact, Some(*ip), device);
        } else {
            let entity = Entity::new(EntityKind::Ip, ip.to_string());
            fact.entities.push(entity.clone());
            out.touch(entity, device);
        }
    }
    add_person(out, &mut fact, device);
    out.out.facts.push(fact);
}

fn add_person(out: &Collector<'_>, fact: &mut Fact, device: &Internal) {
    if let Some(person) = out.context.graph.bindings.person(&device.key, out.at(), out.context.directory) {
        fact.entities.push(Entity::new(EntityKind::Person, person.as_ref()));
    }
}

pub(super) fn dns(out: &mut Collector<'_>, dns: &DnsActivity) {
    if dns.rcode.unwrap_or(0) != 0 || dns.answers.is_empty() {
        return;
    }
    let Some(device) = initiator(out, dns.src_endpoint.ip) else { return };
    let addresses: Vec<IpAddr> = dns.answers.iter().filter_map(|answer| answer.rdata.parse().ok()).collect();
    contact(out, &device, &dns.hostname, &addresses);
}

pub(super) fn http(out: &mut Collector<'_>, http: &HttpActivity) {
    let Some(device) = initiator(out, http.src_endpoint.ip) else { return };
    let addresses: Vec<IpAddr> = http.dst_endpoint.ip.into_iter().collect();
    contact(out, &device, &http.host, &addresses);
}

pub(super) fn flow(out: &mut Collector<'_>, flow: &NetworkActivity) {
    let Some(destination) = flow.dst_endpoint.ip.filter(|ip| !is_private(*ip)) else { return };
    let Some(device) = initiator(out, flow.src_endpoint.ip) else { return };
    if let Some(host) = &flow.dst_endpoint.hostname {
        contact(out, &device, host, &[destination]);
    }
    let mut fact = out.fact(FactKind::NetFlow, &device);
    out.address(&mut fact, Some(destination), &device);
    if flow.traffic.bytes_out < MIN_UPLOAD {
        return; // the contact with the address is noted, the volume is ordinary
    }
    let host = flow.dst_endpoint.hostname.clone().unwrap_or_else(|| destination.to_string());
    fact.amount = flow.traffic.bytes_out;
    if is_external_name(out, &host) {
        let registrable = out.context.enricher.domain(&host).registrable.into_owned();
        fact.entities.push(Entity::new(EntityKind::Domain, registrable));
    }
    fact.fields.push(("host", Arc::from(host.as_str())));
    add_person(out, &mut fact, &device);
    out.out.facts.push(fact);
}
