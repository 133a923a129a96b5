//! What many people use: shared devices, addresses of NAT and VPN pools. Learned from behaviour before the time asked about, so that what
//! an attack does to many is not taken for a habit. Such a thing ties nobody to anybody.

use crate::graph::EntityGraph;
use weft_model::time::DAY_MS;
use weft_model::{Entity, EntityKind, EventTime};

/// So many people who have used an address for a week, beside those asked about, make it one of many.
const MIN_SHARERS: usize = 4;
const HABIT_MS: i64 = 7 * DAY_MS;
/// Who has not been there for so long does not count.
const LATELY_MS: i64 = 14 * DAY_MS;

/// How people use an address or a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// By one person, by few, or not long enough to tell.
    Own,
    /// A device on which several people are at once, or one after the other: a terminal server, a kiosk.
    Device,
    /// An address inside that several people had within a week and nobody named: a pool of a VPN, a gateway.
    Pool,
    /// An address outside behind which several people have worked for a week: an office, a provider's NAT, a VPN.
    Gateway,
}

impl EntityGraph {
    /// What is known at `at` of how an address or device is shared, without those whom `skip` names.
    pub fn sharing(&self, entity: &Entity, at: EventTime, skip: impl Fn(&str) -> bool) -> Sharing {
        match entity.kind {
            EntityKind::Device => {
                let is_address = entity.key.parse::<std::net::IpAddr>().is_ok();
                if is_address && self.bindings.users(&entity.key, at.plus_ms(-HABIT_MS), at) >= crate::bindings::CROWD {
                    Sharing::Pool
                } else if !is_address && self.bindings.was_shared(&entity.key, at.plus_ms(-HABIT_MS), at) {
                    Sharing::Device
                } else {
                    Sharing::Own
                }
            }
            EntityKind::Ip => {
                let settled = |touches: crate::Touches<'_>| {
                    touches
                        .settled_up_to(MIN_SHARERS, at.plus_ms(-HABIT_MS), at.plus_ms(-LATELY_MS), |who| skip(who) || self.is_device(who))
                };
                if self.touches(entity).is_some_and(|touches| settled(touches) >= MIN_SHARERS) { Sharing::Gateway } else { Sharing::Own }
            }
            _ => Sharing::Own,
        }
    }
    /// Whether it is shared in any way.
    pub fn is_shared(&self, entity: &Entity, at: EventTime, skip: impl Fn(&str) -> bool) -> bool {
        self.sharing(entity, at, skip) != Sharing::Own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::touches::{Contact, Touch};
    use weft_model::{Domain, EventRef, EventUid, HOUR_MS, SmolStr};

    fn at(day: i64) -> EventTime {
        EventTime(day * DAY_MS)
    }

    fn used(graph: &mut EntityGraph, ip: &Entity, who: &str, days: std::ops::Range<i64>) {
        for day in days {
            let event = EventRef { time: at(day), uid: EventUid::of("t", &[who.as_bytes(), &day.to_le_bytes()]) };
            let touch = Touch { event, domain: Domain::Saas, class_uid: 3002, by: SmolStr::new(who), contact: Contact::Use };
            graph.touch(ip, touch);
        }
    }

    #[test]
    fn an_address_of_many_for_a_week_is_a_gateway_and_one_of_an_attack_is_not() {
        let mut graph = EntityGraph::default();
        let (office, attacker) = (Entity::new(EntityKind::Ip, "203.0.113.1"), Entity::new(EntityKind::Ip, "203.0.113.9"));
        for who in ["ann", "bob", "cid", "dan", "eve"] {
            used(&mut graph, &office, who, 0..12);
            used(&mut graph, &attacker, who, 10..14);
        }
        assert_eq!(graph.sharing(&office, at(12), |who| who == "ann"), Sharing::Gateway);
        assert_eq!(graph.sharing(&office, at(12), |who| who == "ann" || who == "bob"), Sharing::Own, "three others");
        assert_eq!(graph.sharing(&office, at(3), |_| false), Sharing::Own, "not long enough");
        assert_eq!(graph.sharing(&office, at(40), |_| false), Sharing::Own, "given up");
        assert_eq!(graph.sharing(&attacker, at(14), |_| false), Sharing::Own);
    }

    #[test]
    fn devices_and_addresses_inside() {
        let mut graph = EntityGraph::default();
        for (day, who) in [(0, "ann"), (2, "bob"), (4, "cid")] {
            graph.logon("10.9.0.7", who, at(day));
            graph.logon("lt-1", who, at(day));
            graph.logon("ts-1", who, EventTime(day * HOUR_MS));
        }
        let device = |key: &str| Entity::new(EntityKind::Device, key);
        assert_eq!(graph.sharing(&device("10.9.0.7"), at(5), |_| false), Sharing::Pool);
        assert_eq!(graph.sharing(&device("10.9.0.7"), at(10), |_| false), Sharing::Own);
        assert_eq!(graph.sharing(&device("lt-1"), at(5), |_| false), Sharing::Own, "handed on, not shared");
        assert_eq!(graph.sharing(&device("ts-1"), at(5), |_| false), Sharing::Device);
    }

    #[test]
    fn neighbourhoods_end_at_hubs_and_shared_things() {
        let mut graph = EntityGraph::default();
        let site = |name: &str| Entity::new(EntityKind::Domain, name);
        for (name, who) in [("rare.example", "ann"), ("rare.example", "bob"), ("far.example", "bob")] {
            used(&mut graph, &site(name), who, 0..2);
        }
        (0..100).for_each(|i| used(&mut graph, &site("cdn.example"), &format!("p{i}"), 1..2));
        used(&mut graph, &site("cdn.example"), "ann", 1..2);
        graph.logon("lt-1", "ann", at(1));
        let near = |hops, from, to| -> Vec<String> {
            let found = graph.neighbours(&Entity::new(EntityKind::Person, "ann"), hops, at(from), at(to));
            found.into_iter().map(|one| format!("{} {}", one.hops, one.entity)).collect()
        };
        assert_eq!(near(1, 0, 2), ["1 person:lt-1", "1 domain:cdn.example", "1 domain:rare.example"]);
        assert_eq!(near(3, 0, 2)[3..], ["2 person:bob", "3 domain:far.example"]);
        assert_eq!(near(1, 3, 4), ["1 person:lt-1"; 0]);
        let found = graph.neighbours(&site("cdn.example"), 1, at(0), at(2));
        assert_eq!(found.len(), 101, "what a hub touches is told when it is asked");
    }
}
