//! Who contacts whom in network events, and how regularly.

use std::collections::BTreeMap;
use std::net::IpAddr;
use weft_baselines::periodicity::Contacts;
use weft_model::{Body, Event};

/// A source and a host outside: a name where a record gives one, else the address.
pub type Pair = (IpAddr, String);

/// Contact times of all pairs that leave the network. A request and the connection that carries it are different pairs when only one
/// of them knows the name.
pub fn contacts(events: &[Event]) -> BTreeMap<Pair, Contacts> {
    let mut pairs: BTreeMap<Pair, Contacts> = BTreeMap::new();
    for event in events {
        let (from, to, name) = match &event.body {
            Body::Network(flow) => (&flow.src_endpoint, &flow.dst_endpoint, flow.dst_endpoint.hostname.clone()),
            Body::Http(request) => (&request.src_endpoint, &request.dst_endpoint, Some(request.host.clone())),
            _ => continue,
        };
        let (Some(from), Some(to)) = (from.ip, to.ip) else { continue };
        if is_outside(to) {
            let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| to.to_string());
            pairs.entry((from, name)).or_default().add(event.time.0);
        }
    }
    pairs
}

fn is_outside(ip: IpAddr) -> bool {
    !weft_enrich::is_private(ip) && !ip.is_multicast()
}

/// Every pair's p-value, the most regular first.
pub fn ranked(pairs: &BTreeMap<Pair, Contacts>) -> Vec<(f64, usize, &Pair)> {
    let mut ranked: Vec<(f64, usize, &Pair)> =
        pairs.iter().map(|(pair, contacts)| (contacts.periodicity().p, contacts.len(), pair)).collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.2.cmp(b.2)));
    ranked
}
