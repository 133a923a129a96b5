//! What must hold of a whole tenant: chance stays apart, and what everybody touches changes nothing.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "support/mod.rs"]
mod support;

use proptest::prelude::*;
use support::{Tenant, incidents, indicator, sorted, takeover};
use weft_entity_graph::Touch;
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// One CDN host, one NAT address and one mail gateway in every indicator leave every cluster and the weight of every link as
    /// they were, however many indicators there are, of our own models or of other products.
    #[test]
    fn hubs_change_nothing(seed in any::<u64>(), a_day in 2usize..40, days in 1i64..15, findings in any::<bool>(), start in 0i64..1440) {
        let tenant = Tenant::new(60, 100, days);
        let mut all = tenant.noise(seed, a_day, days);
        all.extend(takeover("p1", "d1", "odd.example", "203.0.113.9", start));
        all.extend(takeover("p2", "d2", "other.example", "198.51.100.7", start + 30));
        if findings {
            for (place, one) in all.iter_mut().enumerate().filter(|(place, _)| place % 2 == 0) {
                (one.model, one.family) = (format!("Finding/{}", one.family), format!("finding/{}/{}", one.family, place % 5));
            }
        }
        let hubs = [(EntityKind::Domain, "cdn.example"), (EntityKind::Ip, "192.0.2.1"), (EntityKind::Sender, "gateway.example")];
        let mut graph = tenant.graph.clone();
        for (kind, key) in hubs {
            for i in 0..60i64 {
                for by in [format!("p{i}"), format!("d{i}")] {
                    for day in [-8, 15] {
                        let uid = EventUid::of("hub", &[key.as_bytes(), by.as_bytes(), &[day as u8]]);
                        let event = EventRef { time: EventTime(day * DAY_MS), uid };
                        let (by, contact) = (SmolStr::new(&by), weft_entity_graph::Contact::Use);
                        graph.touch(&Entity::new(kind, key), Touch { event, domain: Domain::Network, class_uid: 4001, by, contact });
                    }
                }
            }
        }
        let told = |indicators: &[Indicator]| -> Vec<_> {
            let priors = tenant.priors(a_day);
            let stitching = stitch(indicators, &graph, &priors, &Constraints::default());
            let one = |cluster: &weft_stitcher::Cluster| {
                let links: Vec<Bits> = cluster.links.iter().map(|link| Bits::new(link.bits)).collect();
                (cluster.members.clone(), links)
            };
            stitching.clusters.iter().map(one).collect()
        };
        let plain = sorted(all);
        let mut hubbed = plain.clone();
        for indicator in &mut hubbed {
            indicator.entities.extend(hubs.map(|(kind, key)| Entity::new(kind, key)));
        }
        prop_assert_eq!(told(&hubbed), told(&plain));
    }
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
