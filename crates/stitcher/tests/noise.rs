//! What must hold of a whole tenant: chance stays apart, and what everybody touches changes nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/mod.rs"]
mod support;

use support::{Tenant, incidents, indicator, sorted, takeover};
use weft_entity_graph::Touch;
use weft_model::SmolStr;
use weft_model::*;
use weft_stitcher::{Constraints, stitch};

/// Indicators that mean nothing, over people and hosts by Zipf's law, so that one person has a tenth of them: of 14 days the largest
/// incident holds at most one in a hundred.
#[test]
fn pure_noise_makes_no_large_incident() {
    let tenant = Tenant::new(2000, 10_000, 14);
    for (seed, a_day) in [(7, 1000), (8, 1000)] {
        let indicators = tenant.noise(seed, a_day, 14);
        let priors = tenant.priors(a_day);
        let clusters = stitch(&indicators, &tenant.graph, &priors, &Constraints::default()).clusters;
        assert!(clusters.len() > indicators.len() / 2, "seed {seed}: {} clusters", clusters.len());
        let largest = incidents(&clusters, &indicators).into_iter().max().unwrap_or(0);
        assert!(largest * 100 <= indicators.len(), "seed {seed}: {largest} of {}", indicators.len());
    }
}

/// One CDN host, one NAT address and one mail gateway in every indicator leave every cluster as it was.
#[test]
fn hubs_change_nothing() {
    let tenant = Tenant::new(60, 100, 14);
    let mut all = tenant.noise(3, 40, 14);
    all.extend(takeover("p1", "d1", "odd.example", "203.0.113.9", 5 * 1440));
    all.extend(takeover("p2", "d2", "other.example", "198.51.100.7", 5 * 1440 + 30));
    let hubs = [(EntityKind::Domain, "cdn.example"), (EntityKind::Ip, "192.0.2.1"), (EntityKind::Sender, "gateway.example")];
    let mut graph = tenant.graph.clone();
    for (kind, key) in hubs {
        for i in 0..60i64 {
            for by in [format!("p{i}"), format!("d{i}")] {
                for day in [-8, 15] {
                    let uid = EventUid::of("hub", &[key.as_bytes(), by.as_bytes(), &[day as u8]]);
                    let event = EventRef { time: EventTime(day * DAY_MS), uid };
                    let touch = Touch {
                        event,
                        domain: Domain::Network,
                        class_uid: 4001,
                        by: SmolStr::new(&by),
                        contact: weft_entity_graph::Contact::Use,
                    };
                    graph.touch(&Entity::new(kind, key), touch);
                }
            }
        }
    }
    let members = |indicators: &[Indicator]| -> Vec<Vec<usize>> {
        let priors = tenant.priors(40);
        let stitching = stitch(indicators, &graph, &priors, &Constraints::default());
        stitching.clusters.iter().map(|cluster| cluster.members.clone()).collect()
    };
    let plain = sorted(all);
    let mut hubbed = plain.clone();
    for indicator in &mut hubbed {
        indicator.entities.extend(hubs.map(|(kind, key)| Entity::new(kind, key)));
    }
    let expected = members(&plain);
    assert!(expected.iter().any(|cluster| cluster.len() > 2), "the takeovers are there");
    assert_eq!(members(&hubbed), expected);
}

/// The word of an analyst counts more than weights, both ways, and contradictions end the same way in every order.
#[test]
fn an_analyst_joins_and_keeps_apart() {
    let tenant = Tenant::new(60, 100, 14);
    let mut all = takeover("p1", "d1", "odd.example", "203.0.113.9", 0);
    all.extend(takeover("p2", "d2", "other.example", "198.51.100.7", 30));
    all.push(indicator("far", "saas-share", "exfiltration", 9000, 7.0, &[(EntityKind::Person, "p1")]));
    let indicators = sorted(all);
    let uid = |name: &str| IndicatorUid::of("test", &[name.as_bytes()]);
    let groups = |constraints: &Constraints| {
        let priors = tenant.priors(10);
        let mut groups: Vec<Vec<&str>> = stitch(&indicators, &tenant.graph, &priors, constraints)
            .clusters
            .iter()
            .map(|cluster| cluster.members.iter().map(|index| indicators[*index].title.as_str()).collect())
            .collect();
        groups.sort_by_key(|group| (group.len(), group[0]));
        groups
    };
    let one = vec!["p1 visit", "p1 sign-in", "p1 rule"];
    let two = vec!["p2 visit", "p2 sign-in", "p2 rule"];
    assert_eq!(groups(&Constraints::default()), [vec!["far"], one.clone(), two.clone()]);
    let together = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| (uid(a), uid(b))).collect();
    let linked = Constraints { together: together(&[("far", "p1 rule"), ("nobody", "far")]), ..Constraints::default() };
    assert_eq!(groups(&linked), [two.clone(), [&one[..], &["far"]].concat()]);
    let apart = Constraints { apart: together(&[("p1 rule", "p1 visit")]), ..linked.clone() };
    let split = groups(&apart);
    assert!(split.contains(&vec!["p1 rule", "far"]) && split.contains(&vec!["p1 visit", "p1 sign-in"]), "{split:?}");
    let frozen = Constraints { frozen: vec![[uid("p1 visit"), uid("p1 rule")].into()], ..linked };
    let kept = groups(&frozen);
    assert!(kept.contains(&vec!["p1 visit", "p1 rule"]) && kept.contains(&vec!["far"]), "nothing joins what was dismissed: {kept:?}");
}
