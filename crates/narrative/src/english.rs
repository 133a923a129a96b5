//! The English story: one clause for what is alike, in the order of time, hedged by its surprise.

use crate::clause::Clause;
use crate::time_text::{counted, minute, span};
use std::collections::BTreeMap;
use weft_model::{Contribution, EntityKind, Incident, Indicator};

/// Fewer bits than this are told with "may".
const FIRM_BITS: f64 = 8.0;

/// The narrative as one paragraph.
pub fn narrate(incident: &Incident) -> String {
    clauses(incident).into_iter().map(|clause| clause.text).collect::<Vec<_>>().join(" ")
}

/// The clauses of the narrative: a summary, then what happened, in time order; what several people or devices did alike is told once.
pub fn clauses(incident: &Incident) -> Vec<Clause> {
    let mut alike: BTreeMap<(&str, String), Vec<&Indicator>> = BTreeMap::new();
    for Contribution { indicator, .. } in &incident.contributions {
        alike.entry((&indicator.family, matter(indicator))).or_default().push(indicator);
    }
    let mut told: Vec<Vec<&Indicator>> = alike.into_values().collect();
    for indicators in &mut told {
        indicators.sort_by_key(|indicator| (indicator.time, indicator.uid));
    }
    told.sort_by_key(|indicators| indicators.first().map(|first| (first.time, first.uid)));
    std::iter::once(summary(incident)).chain(told.iter().filter_map(|indicators| tell(indicators))).collect()
}

/// What the indicator is about beside its keeper: the domain or address; two indicators about one thing are told together.
fn matter(indicator: &Indicator) -> String {
    let outside = |kind: EntityKind| indicator.entities.iter().find(|entity| entity.kind == kind);
    let found = outside(EntityKind::Domain).or_else(|| outside(EntityKind::Ip)).filter(|_| indicator.family != "saas-mail-rule");
    found.map_or_else(|| if indicator.family == "saas-mail-rule" { String::new() } else { indicator.uid.to_string() }, ToString::to_string)
}

fn summary(incident: &Incident) -> Clause {
    let named =
        |role: &str| incident.entities.iter().filter(|entity| entity.role == role).map(|entity| entity.name.as_str()).collect::<Vec<_>>();
    let domains: Vec<&str> = incident
        .domains
        .iter()
        .map(|domain| match domain {
            weft_model::Domain::Email => "email",
            weft_model::Domain::Saas => "SaaS",
            weft_model::Domain::Network => "network",
        })
        .collect();
    let who = match named("compromised account").as_slice() {
        [] => "This activity".to_owned(),
        accounts => format!("The account of {} is probably in the hands of somebody else: this activity", accounts.join(" and ")),
    };
    let text = format!(
        "{who} was put together from {} in {} over {}.",
        counted(incident.contributions.len(), "deviation"),
        domains.join(", "),
        span(incident.end.since(incident.start))
    );
    Clause { text, evidence: Vec::new() }
}

/// One sentence for indicators about one thing, in time order: the first, and how many more.
fn tell(indicators: &[&Indicator]) -> Option<Clause> {
    let (first, last) = (indicators.first()?, indicators.last()?);
    let is_firm = indicators.iter().any(|indicator| indicator.bits.value() >= FIRM_BITS);
    let hedge = if is_firm { "" } else { "possibly related: " };
    let mut keepers: Vec<_> = indicators.iter().filter_map(|indicator| indicator.entities.first()).collect();
    keepers.sort();
    keepers.dedup();
    let also = match (keepers.len().saturating_sub(1), first.entities.first().map(|entity| entity.kind)) {
        (0, _) => String::new(),
        (more, Some(EntityKind::Device)) => format!("; {} followed by {}", counted(more, "more device"), minute(last.time)),
        (1, Some(EntityKind::Person | EntityKind::Account)) => format!("; 1 more person followed by {}", minute(last.time)),
        (more, Some(EntityKind::Person | EntityKind::Account)) => format!("; {more} more people followed by {}", minute(last.time)),
        (more, _) => format!("; {more} more of the kind followed by {}", minute(last.time)),
    };
    let evidence = indicators.iter().map(|indicator| indicator.uid).collect();
    Some(Clause { text: format!("{}: {hedge}{}{also}.", minute(first.time), first.title), evidence })
}

#[cfg(test)]
mod tests {
    use super::*;
    use weft_model::*;

    fn indicator(name: &str, family: &str, minutes: i64, bits: f64) -> Contribution {
        let indicator = Indicator {
            uid: IndicatorUid::of("t", &[name.as_bytes()]),
            model: name.into(),
            family: family.into(),
            domain: Domain::Saas,
            time: EventTime(minutes * MINUTE_MS),
            end_time: EventTime(minutes * MINUTE_MS),
            bits: Bits::new(bits),
            evidence: Bits::new(bits / 2.0),
            p: 0.001,
            score: 50,
            title: format!("{name} happened"),
            title_ja: String::new(),
            entities: vec![Entity::new(EntityKind::Device, name), Entity::new(EntityKind::Domain, family)],
            techniques: vec![],
            tactics: vec![],
            events: vec![],
            why: vec![],
        };
        Contribution { evidence_bits: indicator.evidence, indicator }
    }

    #[test]
    fn what_is_alike_is_told_once_with_its_evidence() {
        let contributions = vec![indicator("a", "one", 0, 9.0), indicator("b", "one", 5, 10.0), indicator("c", "two", 3, 5.0)];
        let incident = Incident {
            uid: IncidentUid([0; 16]),
            title: "t".into(),
            search_aliases: vec![],
            start: EventTime(0),
            end: EventTime(5 * MINUTE_MS),
            score: 60.0,
            evidence_bits: Bits::new(20.0),
            domains: vec![Domain::Saas],
            tactics: vec![],
            entities: vec![],
            contributions,
            links: vec![],
            timeline: vec![],
            narrative: Narrative::default(),
            iocs: vec![],
            coverage: vec![],
            recommended: vec![],
            revision: 1,
            decisions: vec![],
            merged_from: vec![],
        };
        expect_test::expect![[r"
            This activity was put together from 3 deviations in SaaS over 5 minutes.
            1970-01-01 00:00 UTC: a happened; 1 more device followed by 1970-01-01 00:05 UTC.
            1970-01-01 00:03 UTC: possibly related: c happened."]]
        .assert_eq(&clauses(&incident).into_iter().map(|c| c.text).collect::<Vec<_>>().join("\n"));
        let told: usize = clauses(&incident).iter().map(|clause| clause.evidence.len()).sum();
        assert_eq!(told, 3);
    }
}
