//! Indicators made for tests: one by one, and whole months of noise over Zipf-distributed entities.
#![allow(dead_code, reason = "each test file uses a part")]

use weft_entity_graph::{EntityGraph, Touch};
use weft_model::SmolStr;
use weft_model::*;
use weft_stitcher::Priors;

/// An indicator of its own uid, at a minute.
pub fn indicator(name: &str, family: &str, tactic: &str, minutes: i64, bits: f64, entities: &[(EntityKind, &str)]) -> Indicator {
    let domain = match family.split('-').next() {
        Some("saas") => Domain::Saas,
        Some("mail") => Domain::Email,
        _ => Domain::Network,
    };
    Indicator {
        uid: IndicatorUid::of("test", &[name.as_bytes()]),
        model: family.into(),
        family: family.into(),
        domain,
        time: EventTime(minutes * MINUTE_MS),
        end_time: EventTime(minutes * MINUTE_MS),
        bits: Bits::new(bits),
        evidence: Bits::new(bits / 2.0),
        p: (-bits).exp2(),
        score: 50,
        title: name.into(),
        title_ja: String::new(),
        entities: entities.iter().map(|(kind, key)| Entity::new(*kind, *key)).collect(),
        techniques: vec![],
        tactics: vec![tactic.into()],
        events: vec![],
        why: vec![],
    }
}

pub fn sorted(mut indicators: Vec<Indicator>) -> Vec<Indicator> {
    indicators.sort_by_key(|indicator| (indicator.time, indicator.uid));
    indicators.dedup_by_key(|indicator| indicator.uid);
    indicators
}

/// The steps of an account takeover.
pub fn takeover(who: &str, device: &str, site: &str, ip: &str, start: i64) -> Vec<Indicator> {
    use EntityKind::{Device, Domain as Site, Ip, Person};
    let visit = [(Device, device), (Person, who), (Site, site), (Ip, ip)];
    vec![
        indicator(&format!("{who} visit"), "device-domain", "command-and-control", start, 9.5, &visit),
        indicator(&format!("{who} sign-in"), "saas-access", "initial-access", start + 1, 10.0, &[(Person, who), (Ip, ip)]),
        indicator(&format!("{who} rule"), "saas-mail-rule", "defense-evasion", start + 240, 9.5, &[(Person, who)]),
    ]
}

/// Numbers in [0, 1), each a hash of the seed and its place.
pub struct Draws {
    pub seed: u64,
    pub count: u64,
}

impl Draws {
    pub fn unit(&mut self) -> f64 {
        self.count += 1;
        let hash = weft_model::id::content_hash("noise", &[&self.seed.to_le_bytes(), &self.count.to_le_bytes()]);
        (u64::from_le_bytes(hash[..8].try_into().unwrap()) >> 11) as f64 / (1u64 << 53) as f64
    }
    pub fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }
    /// A rank by Zipf's law with exponent 1.
    pub fn zipf(&mut self, n: usize) -> usize {
        (((n as f64 + 1.0).powf(self.unit())) as usize - 1).min(n - 1)
    }
}

/// The sizes of the clusters that are incidents.
pub fn incidents(clusters: &[weft_stitcher::Cluster], indicators: &[Indicator]) -> Vec<usize> {
    let alert = weft_stitcher::Alert::from_budget(0.1);
    let is_incident = |cluster: &&weft_stitcher::Cluster| {
        let members: Vec<&Indicator> = cluster.members.iter().map(|index| &indicators[*index]).collect();
        alert.is_incident(weft_stitcher::Evidence::of(&members, &weft_stitcher::share_evidence(&members)))
    };
    clusters.iter().filter(is_incident).map(|cluster| cluster.members.len()).collect()
}

const TACTICS: [&str; 6] = ["initial-access", "execution", "persistence", "credential-access", "lateral-movement", "exfiltration"];

fn address(rank: usize) -> String {
    format!("45.{}.{}.9", rank / 250, rank % 250)
}

/// A tenant: people with a device each, and hosts that many or few of them contact.
pub struct Tenant {
    pub people: usize,
    pub hosts: usize,
    pub graph: EntityGraph,
}

impl Tenant {
    /// Contacts are remembered over `days` days: the host, address and
    /// sender of rank r by a share 1 / (r + 1) of the devices or people, at least by two.
    pub fn new(people: usize, hosts: usize, days: i64) -> Self {
        let mut graph = EntityGraph::default();
        let devices: Vec<SmolStr> = (0..people).map(|i| format_smolstr!("d{i}")).collect();
        let names: Vec<SmolStr> = (0..people).map(|i| format_smolstr!("p{i}")).collect();
        names.iter().for_each(|name| graph.known(EntityKind::Person, name));
        devices.iter().for_each(|device| graph.known(EntityKind::Device, device));
        for rank in 0..hosts {
            let (site, address) = (format!("h{rank}.example"), address(rank));
            for i in 0..(people / (rank + 1)).max(2) {
                let who = (rank * 7 + i) % people;
                for day in [-8, days] {
                    let uid = EventUid::of("touch", &[&rank.to_le_bytes(), &i.to_le_bytes(), &day.to_le_bytes()]);
                    let event = EventRef { time: EventTime(day * DAY_MS), uid };
                    let touch = |by: &SmolStr| Touch {
                        event,
                        domain: Domain::Network,
                        class_uid: 4003,
                        by: by.clone(),
                        contact: weft_entity_graph::Contact::Use,
                    };
                    graph.touch(&Entity::new(EntityKind::Domain, &*site), touch(&devices[who]));
                    graph.touch(&Entity::new(EntityKind::Ip, &*address), touch(&devices[who]));
                    graph.touch(&Entity::new(EntityKind::Sender, &*site), touch(&names[who]));
                }
            }
        }
        Self { people, hosts, graph }
    }

    /// `a_day` indicators a day for `days` days, of surprises as chance has them from 6 bits on: P(bits > b) = 2^-(b - 6).
    pub fn noise(&self, seed: u64, a_day: usize, days: i64) -> Vec<Indicator> {
        use EntityKind::{Device, Domain as Site, Ip, Person, Sender};
        let mut draws = Draws { seed, count: 0 };
        let mut all = Vec::with_capacity(a_day * days as usize);
        for day in 0..days {
            for number in 0..a_day {
                let minute = day * 1440 + draws.below(1440) as i64;
                let (person, host) = (draws.zipf(self.people), draws.zipf(self.hosts));
                let (who, device) = (format!("p{person}"), format!("d{person}"));
                let site = format!("h{host}.example");
                let address = address(host);
                let (family, entities) = match draws.below(3) {
                    0 => ("device", vec![(Device, device.as_str()), (Person, &who), (Site, &site), (Ip, &address)]),
                    1 => ("saas", vec![(Person, who.as_str()), (Ip, &address)]),
                    _ => ("mail", vec![(Person, who.as_str()), (Sender, &site)]),
                };
                let family = format!("{family}-{}", draws.below(12));
                let bits = (6.0 - (1.0 - draws.unit()).log2()).min(20.0);
                let tactic = TACTICS[draws.below(TACTICS.len())];
                let mut one = indicator(&format!("noise {seed} {day} {number}"), &family, tactic, minute, bits, &entities);
                one.evidence = Bits::new(bits - 6.0);
                all.push(one);
            }
        }
        sorted(all)
    }

    /// Priors under which `a_day` indicators of 6 bits or more are what chance gives.
    pub fn priors(&self, a_day: usize) -> Priors {
        Priors::new(self.people, a_day as f64 * 64.0)
    }
}
