//! The decision log of an incident: opened, joined, merged, refused, split, in the order in which stitching decided. A function of the
//! set of indicators and of the analysts' word.

use weft_model::{Bits, Decision, DecisionKind, Indicator};
use weft_stitcher::{Cluster, Refusal};

/// Longest part of a title that a sentence repeats, in characters.
const MAX_TITLE: usize = 80;

/// The log: what opened it, every merge in order, then the strongest of what was kept out.
pub(crate) fn log(core: &Indicator, cluster: &Cluster, refused: &[Refusal], indicators: &[Indicator]) -> Vec<Decision> {
    let opened = Decision {
        kind: DecisionKind::Opened,
        time: core.time,
        indicator: core.uid,
        other: None,
        via: None,
        bits: core.bits,
        text: format!("opened by \u{201c}{}\u{201d}, {:.1} bits of surprise", short(&core.title), core.bits.value()),
    };
    let mut links: Vec<_> = cluster.links.iter().collect();
    links.sort_by_key(|link| link.step);
    let merges = links.into_iter().filter_map(|link| {
        // The side that is smaller, or later, joins.
        let is_first = link.sizes.0 < link.sizes.1;
        let (joining, joined) = if is_first { (link.from, link.to) } else { (link.to, link.from) };
        let (one, other) = (indicators.get(joining)?, indicators.get(joined)?);
        let (kind, verb) = match link.sizes.0.min(link.sizes.1) {
            1 => (DecisionKind::Joined, "joined".to_owned()),
            count => (DecisionKind::Merged, format!("and {} more merged", count - 1)),
        };
        let text = format!("{} {verb} with {}: {}; {:+.1} bits in all", quoted(one), quoted(other), link.reason, link.bits);
        Some(decision(kind, one, other, link, text))
    });
    let refusals = refused.iter().filter_map(|refusal| {
        let link = &refusal.weight;
        let (member, outside) = (indicators.get(link.from)?, indicators.get(link.to)?);
        let order = match refusal.stage_bits {
            bits if bits < 0.0 => format!("; against the order of attack stages, {bits:+.1} bits"),
            _ => String::new(),
        };
        let many = if link.sizes.1 > 1 { format!(" and {} more", link.sizes.1 - 1) } else { String::new() };
        let (kind, verdict) = if refusal.is_by_analyst {
            (DecisionKind::Split, "kept apart by an analyst")
        } else {
            (DecisionKind::Refused, "not enough to join")
        };
        let text = format!(
            "{}{many}, beside {}: {}{order}; {:+.1} bits in all, {verdict}",
            quoted(outside),
            quoted(member),
            link.reason,
            link.bits
        );
        Some(decision(kind, outside, member, link, text))
    });
    std::iter::once(opened).chain(merges).chain(refusals).collect()
}

fn decision(kind: DecisionKind, one: &Indicator, other: &Indicator, link: &weft_stitcher::Weight, text: String) -> Decision {
    Decision {
        kind,
        time: one.time,
        indicator: one.uid,
        other: Some(other.uid),
        via: Some(link.via.clone()),
        bits: Bits::new(link.bits),
        text,
    }
}

fn quoted(indicator: &Indicator) -> String {
    format!("\u{201c}{}\u{201d}", short(&indicator.title))
}

fn short(title: &str) -> String {
    match title.char_indices().nth(MAX_TITLE) {
        Some((end, _)) => format!("{}\u{2026}", title.get(..end).unwrap_or(title)),
        None => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use std::collections::BTreeSet;
    use weft_entity_graph::EntityGraph;
    use weft_model::EntityKind::{Account, Device, Domain as Site, Ip, Person};
    use weft_model::{Domain, Entity, EntityKind, EventTime, IndicatorUid, MINUTE_MS};
    use weft_stitcher::{Constraints, Priors, stitch};

    fn indicator(title: &str, family: &str, tactic: &str, minutes: i64, bits: f64, entities: &[(EntityKind, &str)]) -> Indicator {
        Indicator {
            uid: IndicatorUid::of("test", &[title.as_bytes()]),
            model: family.into(),
            family: family.into(),
            domain: if family.starts_with("saas") { Domain::Saas } else { Domain::Network },
            time: EventTime(minutes * MINUTE_MS),
            end_time: EventTime(minutes * MINUTE_MS),
            bits: Bits::new(bits),
            evidence: Bits::new(bits / 2.0),
            p: (-bits).exp2(),
            score: 50,
            title: title.into(),
            title_ja: String::new(),
            entities: entities.iter().map(|(kind, key)| Entity::new(*kind, *key)).collect(),
            techniques: vec![],
            tactics: vec![tactic.into()],
            events: vec![],
            why: vec![],
        }
    }

    /// A takeover, later mail rules of two kinds, and something weak on the victim a day later.
    fn check(constraints: &Constraints, expected: &Expect) {
        let mut graph = EntityGraph::default();
        for i in 0..60 {
            graph.known(Person, &weft_model::format_smolstr!("p{i}"));
            graph.known(Device, &weft_model::format_smolstr!("d{i}"));
        }
        let site = (Site, "odd.example");
        let mut indicators = vec![
            indicator(
                "visit",
                "device-domain",
                "command-and-control",
                0,
                9.5,
                &[(Device, "d1"), (Person, "p1"), site, (Ip, "203.0.113.9")],
            ),
            indicator("sign-in", "saas-access", "initial-access", 1, 10.0, &[(Person, "p1"), (Ip, "203.0.113.9")]),
            indicator("rule", "saas-mail-rule", "defense-evasion", 240, 9.5, &[(Person, "p1")]),
            indicator("shop visit", "device-domain", "command-and-control", 600, 9.0, &[(Device, "d7"), (Site, "shop.example")]),
            indicator("grant", "saas-grant", "persistence", 602, 9.0, &[(Account, "svc"), (Device, "d7")]),
            indicator("second visit", "device-fan", "command-and-control", 605, 9.0, &[(Device, "d7"), site]),
            indicator("download", "device-download", "command-and-control", 606, 9.0, &[(Device, "d7"), site]),
            indicator("upload", "device-upload", "exfiltration", 1500, 5.0, &[(Device, "d1"), (Person, "p1")]),
        ];
        indicators.sort_by_key(|indicator| (indicator.time, indicator.uid));
        let priors = Priors::new(60, 600.0);
        let stitching = stitch(&indicators, &graph, &priors, constraints);
        let mut text = String::new();
        for cluster in stitching.clusters.iter().filter(|cluster| cluster.members.len() > 1) {
            let core = &indicators[cluster.members[0]];
            for decision in log(core, cluster, &stitching.refused(cluster), &indicators) {
                text += &format!("{:<8} {}\n", decision.kind.as_str(), decision.text);
            }
            text += "\n";
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn every_merge_and_refusal_is_told() {
        check(
            &Constraints::default(),
            &expect![[r#"
                opened   opened by “visit”, 9.5 bits of surprise
                joined   “download” joined with “second visit”: both involve domain:odd.example (5.9 bits); 0.0 h apart; chance costs 0.6 bits; +5.8 bits in all
                joined   “sign-in” joined with “visit”: both involve ip:203.0.113.9 (5.9 bits); 0.0 h apart; chance costs 0.5 bits; +3.5 bits in all
                merged   “second visit” and 1 more merged with “visit”: both involve domain:odd.example (5.7 bits); 10.1 h apart; chance costs 6.0 bits; +0.1 bits in all
                joined   “grant” joined with “second visit”: both involve device:d7 (3.9 bits); 0.1 h apart; chance costs 0.6 bits; +3.8 bits in all
                joined   “shop visit” joined with “grant”: both involve device:d7 (4.2 bits); 0.0 h apart; chance costs 0.6 bits; +4.0 bits in all
                joined   “rule” joined with “sign-in”: both involve person:p1 (3.5 bits); 4.0 h apart; chance costs 1.1 bits; +2.9 bits in all
                refused  “upload”, beside “rule”: both involve person:p1 (1.2 bits); 21.0 h apart; chance costs 11.0 bits; -9.3 bits in all, not enough to join

            "#]],
        );
    }

    #[test]
    fn what_an_analyst_keeps_apart_is_told() {
        let uid = |title: &str| IndicatorUid::of("test", &[title.as_bytes()]);
        let apart = BTreeSet::from([(uid("visit"), uid("rule"))]);
        let together = BTreeSet::from([(uid("upload"), uid("visit"))]);
        check(
            &Constraints { apart, together, ..Constraints::default() },
            &expect![[r#"
                opened   opened by “visit”, 9.5 bits of surprise
                joined   “upload” joined with “visit”: an analyst joined them; +0.0 bits in all
                joined   “download” joined with “second visit”: both involve domain:odd.example (5.9 bits); 0.0 h apart; chance costs 0.6 bits; +5.8 bits in all
                joined   “sign-in” joined with “visit”: both involve ip:203.0.113.9 (5.9 bits); 0.0 h apart; chance costs 0.5 bits; +3.5 bits in all
                merged   “second visit” and 1 more merged with “visit”: both involve domain:odd.example (5.7 bits); 10.1 h apart; chance costs 6.0 bits; +0.1 bits in all
                joined   “grant” joined with “second visit”: both involve device:d7 (3.6 bits); 0.1 h apart; chance costs 0.6 bits; +3.5 bits in all
                joined   “shop visit” joined with “grant”: both involve device:d7 (3.9 bits); 0.0 h apart; chance costs 0.6 bits; +3.8 bits in all
                split    “rule”, beside “sign-in”: both involve person:p1 (4.0 bits); 4.0 h apart; chance costs 1.1 bits; +3.4 bits in all, kept apart by an analyst

            "#]],
        );
    }
}
