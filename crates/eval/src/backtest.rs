//! What a change of models would have done: the incidents of the same input before and after, matched and explained.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use weft_model::{EventUid, Incident, Indicator, IndicatorUid};

/// Reasons given for one incident.
const MAX_REASONS: usize = 12;

/// One incident that is new, gone or different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub title: String,
    /// Start, milliseconds UTC.
    pub start: i64,
    /// Score before and after; `None` where there is no incident.
    pub before: Option<f64>,
    pub after: Option<f64>,
    pub reasons: Vec<String>,
}

/// All differences, each list by start.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Differences {
    pub added: Vec<Difference>,
    pub gone: Vec<Difference>,
    pub changed: Vec<Difference>,
    pub same: usize,
}

/// Matches incidents by shared events of their indicators, the largest overlap first, each at most once; then says what differs.
/// The indicators are all that each set of models kept.
pub fn compare(before: (&[Incident], &[Indicator]), after: (&[Incident], &[Indicator])) -> Differences {
    let events = |incident: &Incident| -> BTreeSet<EventUid> {
        incident.contributions.iter().flat_map(|c| &c.indicator.events).map(|event| event.uid).collect()
    };
    let (old, new): (Vec<_>, Vec<_>) = (before.0.iter().map(events).collect(), after.0.iter().map(events).collect());
    let mut overlaps: Vec<(usize, usize, usize)> = Vec::new();
    for (i, one) in old.iter().enumerate() {
        overlaps.extend(new.iter().enumerate().map(|(j, two)| (one.intersection(two).count(), i, j)).filter(|(shared, ..)| *shared > 0));
    }
    overlaps.sort_by_key(|(shared, i, j)| (std::cmp::Reverse(*shared), *i, *j));
    let (mut partner_of_old, mut partner_of_new) = (BTreeMap::new(), BTreeMap::new());
    for (_, i, j) in &overlaps {
        if !partner_of_old.contains_key(i) && !partner_of_new.contains_key(j) {
            partner_of_old.insert(*i, *j);
            partner_of_new.insert(*j, *i);
        }
    }
    let mut found = Differences::default();
    for (i, incident) in before.0.iter().enumerate() {
        let Some(partner) = partner_of_old.get(&i).and_then(|j| after.0.get(*j)) else {
            let mut reasons = fates(incident, after.1, true);
            if overlaps.iter().any(|(_, old, _)| *old == i) {
                reasons.insert(0, "is part of another incident now".to_owned());
            }
            found.gone.push(difference(Some(incident), None, reasons));
            continue;
        };
        let reasons = changes(incident, partner);
        if reasons.is_empty() {
            found.same += 1;
        } else {
            found.changed.push(difference(Some(incident), Some(partner), reasons));
        }
    }
    for (j, incident) in after.0.iter().enumerate().filter(|(j, _)| !partner_of_new.contains_key(j)) {
        let mut reasons = fates(incident, before.1, false);
        if overlaps.iter().any(|(_, _, new)| *new == j) {
            reasons.insert(0, "was part of another incident".to_owned());
        }
        found.added.push(difference(None, Some(incident), reasons));
    }
    found
}

fn difference(before: Option<&Incident>, after: Option<&Incident>, mut reasons: Vec<String>) -> Difference {
    if reasons.len() > MAX_REASONS {
        let more = reasons.len() - MAX_REASONS;
        reasons.truncate(MAX_REASONS);
        reasons.push(format!("and {more} more"));
    }
    let shown = after.or(before);
    Difference {
        title: shown.map(|incident| incident.title.clone()).unwrap_or_default(),
        start: shown.map_or(0, |incident| incident.start.0),
        before: before.map(|incident| incident.score),
        after: after.map(|incident| incident.score),
        reasons,
    }
}

/// How the indicators of an incident fare on the side that has no such incident; `is_gone`: that side is the one after.
fn fates(incident: &Incident, others: &[Indicator], is_gone: bool) -> Vec<String> {
    let others: BTreeMap<IndicatorUid, &Indicator> = others.iter().map(|indicator| (indicator.uid, indicator)).collect();
    let mut reasons: Vec<String> = Vec::new();
    for indicator in incident.contributions.iter().map(|contribution| &contribution.indicator) {
        let (model, own) = (&indicator.model, indicator.bits.value());
        match others.get(&indicator.uid).map(|other| other.bits.value()) {
            None => reasons.push(format!("{}: {model} ({own:.1} bits)", if is_gone { "no longer given" } else { "new" })),
            Some(other) if other < own && is_gone => reasons.push(format!("weaker now: {model} ({other:.1} bits instead of {own:.1})")),
            Some(other) if other < own => reasons.push(format!("stronger now: {model} ({own:.1} bits instead of {other:.1})")),
            Some(_) => {}
        }
    }
    if reasons.is_empty() {
        reasons.push("the same indicators, joined otherwise".to_owned());
    }
    reasons
}

/// What differs between two versions of an incident.
fn changes(before: &Incident, after: &Incident) -> Vec<String> {
    let by_uid = |incident: &Incident| -> BTreeMap<IndicatorUid, (String, f64)> {
        incident.contributions.iter().map(|c| (c.indicator.uid, (c.indicator.model.clone(), c.indicator.bits.value()))).collect()
    };
    let (old, new) = (by_uid(before), by_uid(after));
    let mut reasons = Vec::new();
    if before.title != after.title {
        reasons.push(format!("title was: {}", before.title));
    }
    if (before.score - after.score).abs() >= 0.01 {
        reasons.push(format!("score {} instead of {}", after.score, before.score));
    }
    for (uid, (model, bits)) in &new {
        match old.get(uid) {
            None => reasons.push(format!("joined: {model} ({bits:.1} bits)")),
            Some((_, was)) if was != bits => reasons.push(format!("{model}: {bits:.1} bits instead of {was:.1}")),
            Some(_) => {}
        }
    }
    for (model, bits) in old.iter().filter(|(uid, _)| !new.contains_key(uid)).map(|(_, known)| known) {
        reasons.push(format!("left: {model} ({bits:.1} bits)"));
    }
    reasons
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::case::tests::indicator;
    use weft_model::{Bits, Contribution, EventTime, IncidentUid, Narrative};

    pub(crate) fn incident(name: &str, members: &[Indicator]) -> Incident {
        Incident {
            uid: IncidentUid::of("test", &[name.as_bytes()]),
            title: name.into(),
            title_ja: String::new(),
            search_aliases: Vec::new(),
            start: EventTime(0),
            end: EventTime(0),
            score: 60.0,
            evidence_bits: Bits::default(),
            domains: Vec::new(),
            tactics: Vec::new(),
            entities: Vec::new(),
            exposed: Vec::new(),
            contributions: members.iter().map(|i| Contribution { indicator: i.clone(), evidence_bits: i.bits }).collect(),
            links: Vec::new(),
            timeline: Vec::new(),
            narrative: Narrative::default(),
            iocs: Vec::new(),
            coverage: Vec::new(),
            recommended: Vec::new(),
            revision: 1,
            decisions: Vec::new(),
            merged_from: Vec::new(),
        }
    }

    #[test]
    fn added_gone_changed_and_same_are_told_apart_with_reasons() {
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| indicator(name, 0, &[name], &[]));
        let weak = Indicator { bits: Bits::new(5.0), ..b.clone() };
        let before = [
            incident("same", std::slice::from_ref(&a)),
            incident("gone", std::slice::from_ref(&b)),
            incident("grown", std::slice::from_ref(&c)),
        ];
        let after = [incident("same", std::slice::from_ref(&a)), incident("grown", &[c.clone(), d.clone()])];
        let found = compare((&before, &[a.clone(), b.clone(), c.clone()]), (&after, &[a, weak, c, d]));
        assert_eq!((found.same, found.added.len(), found.gone.len(), found.changed.len()), (1, 0, 1, 1));
        assert!(found.gone[0].reasons[0].starts_with("weaker now: Test/Model"), "{:?}", found.gone);
        assert_eq!(found.changed[0].reasons, ["joined: Test/Model (10.0 bits)"]);
        let back = compare((&after, &[]), (&before, &[]));
        assert_eq!((back.added.len(), back.gone.len()), (1, 0));
        assert!(back.added[0].reasons[0].starts_with("new: Test/Model"), "{:?}", back.added);
    }

    #[test]
    fn a_split_is_named() {
        let [a, b, c] = ["a", "b", "c"].map(|name| indicator(name, 0, &[name], &[]));
        let whole = [incident("whole", &[a.clone(), b.clone(), c.clone()])];
        let parts = [incident("most", &[a.clone(), b.clone()]), incident("rest", std::slice::from_ref(&c))];
        let all = [a, b, c];
        let found = compare((&whole, &all), (&parts, &all));
        assert_eq!(found.added[0].reasons[0], "was part of another incident");
    }
}
