//! What must hold of stitching: rare things join, hubs and chance do not, evidence adds up.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/mod.rs"]
mod support;

use proptest::prelude::*;
use support::{indicator, sorted, takeover};
use weft_entity_graph::{EntityGraph, Touch};
use weft_model::*;
use weft_stitcher::{Constraints, Priors, share_evidence, stitch};

fn organisation() -> EntityGraph {
    let mut graph = EntityGraph::default();
    for i in 0..60 {
        graph.known(EntityKind::Person, &format_smolstr!("p{i}"));
        graph.known(EntityKind::Device, &format_smolstr!("d{i}"));
    }
    graph
}

/// The clusters as sorted lists of names.
fn clusters(indicators: Vec<Indicator>, graph: &EntityGraph) -> Vec<Vec<String>> {
    let indicators = sorted(indicators);
    let priors = Priors::new(60, 600.0);
    let named = |cluster: &weft_stitcher::Cluster| {
        let mut names: Vec<String> = cluster.members.iter().map(|index| indicators[*index].title.clone()).collect();
        names.sort();
        names
    };
    let mut found: Vec<Vec<String>> = stitch(&indicators, graph, &priors, &Constraints::default()).clusters.iter().map(named).collect();
    found.sort();
    found
}

use EntityKind::{Device, Domain as Site, Ip, Person};

#[test]
fn a_takeover_is_one_cluster_and_two_are_two() {
    let graph = organisation();
    let mut both = takeover("p1", "d1", "odd.example", "203.0.113.9", 0);
    assert_eq!(clusters(both.clone(), &graph).len(), 1);
    both.extend(takeover("p2", "d2", "other.example", "198.51.100.7", 30));
    assert_eq!(clusters(both, &graph), [["p1 rule", "p1 sign-in", "p1 visit"], ["p2 rule", "p2 sign-in", "p2 visit"]]);
}

#[test]
fn a_hub_joins_nobody_and_a_rare_site_does() {
    let pair = |site: &str| {
        vec![
            indicator("one", "device-domain", "command-and-control", 0, 9.0, &[(Device, "d1"), (Site, site)]),
            indicator("two", "device-domain", "command-and-control", 5, 9.0, &[(Device, "d2"), (Site, site)]),
        ]
    };
    let mut graph = organisation();
    for i in 3..60 {
        let event = EventRef { time: EventTime(-(i64::from(i)) * MINUTE_MS), uid: EventUid::of("touch", &[&[i as u8]]) };
        let touch = Touch {
            event,
            domain: Domain::Network,
            class_uid: 4003,
            by: format_smolstr!("d{i}"),
            contact: weft_entity_graph::Contact::Use,
        };
        graph.touch(&Entity::new(Site, "cdn.example"), touch);
    }
    assert_eq!(clusters(pair("cdn.example"), &graph).len(), 2);
    assert_eq!(clusters(pair("odd.example"), &graph).len(), 1);
}

#[test]
fn an_address_that_only_findings_tell_of_may_be_the_way_out() {
    let finding = |name: &str, minute: i64, who: &str| {
        let one = indicator(name, "finding", "execution", minute, 9.0, &[(Device, who), (Ip, "203.0.113.9")]);
        Indicator { model: format!("Finding/{name}"), ..one }
    };
    let found = |class_uid: u32| {
        let mut graph = organisation();
        let event = EventRef { time: EventTime(0), uid: EventUid::of("touch", &[]) };
        let touch = Touch { event, domain: Domain::Saas, class_uid, by: "d1".into(), contact: weft_entity_graph::Contact::Use };
        graph.touch(&Entity::new(Ip, "203.0.113.9"), touch);
        clusters(vec![finding("one", 0, "d1"), finding("two", 360, "d2")], &graph).len()
    };
    assert_eq!((found(2004), found(3002)), (2, 1), "a sign-in from it says that it is none");
}

#[test]
fn weak_noise_on_the_victim_hours_later_stays_out() {
    let mut indicators = takeover("p1", "d1", "odd.example", "203.0.113.9", 0);
    indicators.push(indicator(
        "noise",
        "device-upload",
        "exfiltration",
        20 * 60,
        4.5,
        &[(Device, "d1"), (Person, "p1"), (Ip, "192.0.2.8")],
    ));
    let found = clusters(indicators, &organisation());
    assert_eq!(found, [vec!["noise"], vec!["p1 rule", "p1 sign-in", "p1 visit"]]);
}

#[test]
fn beside_an_attack_less_speaks_for_chance() {
    let send = || indicator("send", "mail-outbound", "lateral-movement", 9 * 60, 8.0, &[(Person, "p1")]);
    let alone = || indicator("p1 sign-in", "saas-access", "initial-access", 0, 10.0, &[(Person, "p1"), (Ip, "203.0.113.9")]);
    assert_eq!(clusters(vec![alone(), send()], &organisation()).len(), 2);
    let mut attack = takeover("p1", "d1", "odd.example", "203.0.113.9", -240);
    attack.push(indicator("elsewhere", "saas-presence", "initial-access", -238, 13.0, &[(Person, "p1"), (Ip, "203.0.113.9")]));
    attack.push(send());
    assert_eq!(clusters(attack, &organisation()).len(), 1);
}

#[test]
fn two_strong_clusters_of_one_person_a_day_apart_are_one() {
    let later = |who: &str| {
        vec![
            indicator("again", "saas-presence", "initial-access", 1500, 13.0, &[(Person, who), (Ip, "198.51.100.7")]),
            indicator("upload", "device-upload", "exfiltration", 1510, 13.0, &[(Person, who), (Device, "d9"), (Ip, "198.51.100.7")]),
        ]
    };
    let with = |who: &str| {
        let mut all = takeover("p1", "d1", "odd.example", "203.0.113.9", 0);
        all.extend(later(who));
        clusters(all, &organisation()).len()
    };
    assert_eq!((with("p1"), with("p2")), (1, 2));
}

#[test]
fn mail_is_seen_for_itself_and_one_family_of_it_is_not_enough() {
    let mail = |name: &str, family: &str, bits: f64| indicator(name, family, "initial-access", 0, bits, &[(Person, "p1")]);
    let seen = |members: &[Indicator]| {
        let members: Vec<&Indicator> = members.iter().collect();
        let evidence = weft_stitcher::Evidence::of(&members, &share_evidence(&members));
        (evidence.all.value(), evidence.mail.value(), weft_stitcher::Alert::from_budget(0.1).is_incident(evidence))
    };
    let (sender, link) = (mail("sender", "mail-sender", 24.0), mail("link", "mail-inbound", 8.0));
    let sign_in = indicator("sign-in", "saas-access", "initial-access", 1, 2.0, &[(Person, "p1")]);
    assert_eq!(seen(&[sender.clone(), mail("again", "mail-sender", 12.0)]), (8.0, 7.0, false));
    assert_eq!(seen(&[sender.clone(), link.clone()]), (12.0, 11.0, true));
    assert_eq!(seen(&[mail("weaker", "mail-sender", 12.0), link, sign_in]), (11.0, 10.0, true));
}

#[test]
fn one_model_speaking_twice_of_a_person_is_no_link() {
    let twice = |minutes, name: &str, ip: &str| indicator(name, "saas-access", "initial-access", minutes, 8.0, &[(Person, "p1"), (Ip, ip)]);
    let found = clusters(vec![twice(0, "home", "203.0.113.1"), twice(30, "hotel", "203.0.113.2")], &organisation());
    assert_eq!(found.len(), 2);
}

proptest! {
    #[test]
    fn shares_sum_to_the_evidence(evidence in prop::collection::vec((0usize..4, 0i64..12_000), 1..30)) {
        let families = ["a", "b", "c", "d"];
        let members: Vec<Indicator> = evidence
            .iter()
            .enumerate()
            .map(|(i, (family, bits))| {
                let mut one = indicator(&format!("i{i}"), families[*family], "impact", 0, 5.0, &[]);
                one.evidence = Bits(*bits);
                one
            })
            .collect();
        let refs: Vec<&Indicator> = members.iter().collect();
        let shares = share_evidence(&refs);
        for family in families {
            let of: Vec<usize> = (0..members.len()).filter(|i| members[*i].family == family).collect();
            if of.is_empty() { continue; }
            let total: Bits = of.iter().map(|i| shares[*i]).sum();
            let strongest = of.iter().map(|i| members[*i].evidence).max();
            prop_assert_eq!(Some(total), strongest.map(|bits| bits.min(Bits::new(8.0))), "a family says eight bits at most");
        }
    }

    #[test]
    fn clusters_do_not_depend_on_the_order_of_arrival(order in Just((0..6usize).collect::<Vec<_>>()).prop_shuffle()) {
        let mut all = takeover("p1", "d1", "odd.example", "203.0.113.9", 0);
        all.extend(takeover("p2", "d2", "other.example", "198.51.100.7", 30));
        let shuffled: Vec<Indicator> = order.iter().map(|i| all[*i].clone()).collect();
        prop_assert_eq!(clusters(all, &organisation()), clusters(shuffled, &organisation()));
    }
}
